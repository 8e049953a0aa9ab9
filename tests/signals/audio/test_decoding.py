from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.signals.audio.sounds import CODECS, noisy, spectrum_peak, tone, write

from earmark.signals.audio.decoding import LONGEST_BLOCK, Decoded, decode


def heard(path: Path) -> tuple[Decoded, NDArray[np.float32]]:
    decoded = decode(path)
    return decoded, np.concatenate(list(decoded), axis=1)


@pytest.mark.parametrize("ending", CODECS)
def test_each_format_gives_the_tone_that_was_written(tmp_path, ending):
    sound = tone(440, channels=2, rate=48_000)
    sound[1] *= 0.5
    decoded, samples = heard(write(tmp_path / f"tone.{ending}", sound, 48_000))
    assert decoded.rate == 48_000
    assert decoded.channels == 2
    assert samples.dtype == np.float32
    assert samples.flags.c_contiguous
    assert decoded.seconds == pytest.approx(2, abs=0.05)
    assert not decoded.cut_short
    assert decoded.damaged == 0
    middle = samples[:, 24_000:72_000]
    assert spectrum_peak(middle[0], 48_000) == 440
    assert np.sqrt((middle**2).mean(axis=1)) == pytest.approx(np.array([0.5, 0.25]) / 2**0.5, rel=0.06)


@pytest.mark.parametrize(
    ("ending", "rate", "channels"),
    [("mp3", 8_000, 1), ("wav", 8_000, 1), ("flac", 192_000, 6), ("wav", 192_000, 2), ("flac", 96_000, 8)],
)
def test_any_rate_and_any_number_of_channels(tmp_path, ending, rate, channels):
    sound = tone(1_000, channels=channels, rate=rate, seconds=1)
    decoded, samples = heard(write(tmp_path / f"tone.{ending}", sound, rate))
    assert (decoded.rate, decoded.channels) == (rate, channels)
    assert len(samples) == channels
    assert spectrum_peak(samples[-1, : rate // 2], rate) == 1_000


def test_surround_says_which_channel_stands_where(tmp_path):
    decoded = decode(write(tmp_path / "surround.flac", tone(channels=6, seconds=0.1)))
    assert decoded.speakers == ("FL", "FR", "FC", "LFE", "BL", "BR")
    decoded.close()


@pytest.mark.parametrize(
    ("codec", "off_by"),
    [
        ("pcm_u8", 1 / 128),
        ("pcm_s16le", 2**-15),
        ("pcm_s24le", 2**-23),
        ("pcm_s32le", 1e-7),
        ("pcm_f64le", 1e-7),
    ],
)
def test_samples_of_every_width_have_one_scale(tmp_path, codec, off_by):
    sound = tone(seconds=0.2, level=0.9)
    _, samples = heard(write(tmp_path / "tone.wav", sound, codec=codec))
    assert samples == pytest.approx(sound, abs=off_by)


def test_blocks_are_of_one_length_but_for_the_last(tmp_path):
    decoded = decode(write(tmp_path / "long.flac", tone(seconds=13)))
    assert [block.shape[1] for block in decoded] == [
        LONGEST_BLOCK,
        LONGEST_BLOCK,
        13 * 44_100 - 2 * LONGEST_BLOCK,
    ]


def test_a_hundred_channels_come_in_shorter_blocks(tmp_path):
    path = tmp_path / "many.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((100, 2, 8_000, 0, "NONE", ""))
        file.writeframes(np.zeros((20_000, 100), "<i2").tobytes())
    lengths = [block.shape for block in decode(path)]
    assert sum(n for _, n in lengths) == 20_000
    assert max(channels * n for channels, n in lengths) <= 2**20


def test_a_name_says_nothing(tmp_path):
    path = write(tmp_path / "tone.flac", tone())
    disguised = path.rename(tmp_path / "http:%2F%2F100% \udcff'|concat.mp3")
    decoded, _ = heard(disguised)
    assert decoded.seconds == 2


@pytest.mark.parametrize("ending", ["mp3", "flac", "wav", "webm", "ogg", "opus"])
def test_of_a_file_cut_off_what_is_there_comes(tmp_path, ending):
    path = write(tmp_path / f"cut.{ending}", noisy())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    decoded, samples = heard(path)
    assert 5 < decoded.seconds < 7
    assert spectrum_peak(samples[0, decoded.rate : 3 * decoded.rate], decoded.rate) == 440
    assert decoded.cut_short


def test_an_mp3_whose_length_nobody_states_is_not_called_cut_off(tmp_path):
    path = write(tmp_path / "plain.mp3", tone(seconds=5))
    whole = path.read_bytes()
    # The first frame, which states it, goes.
    path.write_bytes(whole[whole.index(b"\xff\xfb", whole.index(b"LAME")) :])
    decoded, _ = heard(path)
    assert decoded.seconds == pytest.approx(5, abs=0.2)
    assert not decoded.cut_short


@pytest.mark.parametrize("ending", ["mp3", "flac", "ogg", "opus", "m4a"])
def test_damage_in_the_middle_costs_no_more_than_the_middle(tmp_path, ending):
    path = write(tmp_path / f"damaged.{ending}", noisy())
    whole = bytearray(path.read_bytes())
    at = len(whole) // 2
    whole[at : at + 4_000] = np.random.default_rng(1).bytes(4_000)
    path.write_bytes(whole)
    decoded, samples = heard(path)
    assert decoded.seconds > 7
    assert spectrum_peak(samples[0, decoded.rate : 2 * decoded.rate], decoded.rate) == 440
    assert spectrum_peak(samples[0, -2 * decoded.rate : -decoded.rate], decoded.rate) == 440
    assert np.isfinite(samples).all()


def test_packets_that_cannot_be_decoded_are_counted(tmp_path):
    path = write(tmp_path / "damaged.m4a", tone(channels=2, seconds=5))
    whole = bytearray(path.read_bytes())
    at = whole.index(b"mdat") + 20_000
    whole[at : at + 3_000] = b"\xff" * 3_000
    path.write_bytes(whole)
    decoded, _ = heard(path)
    assert decoded.damaged > 0
    assert decoded.seconds > 4


def test_channels_and_rate_that_change_on_the_way_are_made_alike(tmp_path):
    one = write(tmp_path / "one.mp3", tone(440, channels=2, seconds=3), 44_100).read_bytes()
    two = write(tmp_path / "two.mp3", tone(880, channels=1, seconds=3, rate=32_000), 32_000).read_bytes()
    both = tmp_path / "both.mp3"
    both.write_bytes(one + two)
    decoded, samples = heard(both)
    assert (decoded.rate, decoded.channels) == (44_100, 2)
    assert decoded.seconds == pytest.approx(6, abs=0.2)
    assert spectrum_peak(samples[1, 44_100 : 2 * 44_100], 44_100) == 440
    assert spectrum_peak(samples[1, -2 * 44_100 : -44_100], 44_100) == 880


def test_what_is_no_number_or_beyond_all_measure_becomes_silence(tmp_path):
    sound = tone(seconds=1)
    sound[0, 100:104] = [np.nan, np.inf, -np.inf, 1e30]
    sound[0, 104] = 3.0
    decoded, samples = heard(write(tmp_path / "wild.wav", sound, codec="pcm_f32le"))
    assert decoded.peak == 3
    assert samples[0, 100:105].tolist() == [0, 0, 0, 0, 3]
    huge = tone(seconds=0.1).astype(np.float64)
    huge[0, 7] = 1e300
    path = write(tmp_path / "double.wav", tone(seconds=0.1), codec="pcm_f64le")
    path.write_bytes(path.read_bytes()[: -huge.nbytes] + huge.tobytes())
    _, samples = heard(path)
    assert samples[0, 6:8] == pytest.approx([huge[0, 6], 0])


def test_covers_are_no_sound(tmp_path):
    from mutagen.flac import FLAC, Picture
    from mutagen.id3 import APIC, ID3

    cover = np.random.default_rng(1).bytes(3_000_000)
    path = write(tmp_path / "covered.mp3", tone())
    plain, before = heard(path)
    ID3().save(path)
    tags = ID3(path)
    tags.add(APIC(mime="image/jpeg", type=3, data=b"\xff\xd8\xff" + cover))
    tags.save(path)
    decoded, samples = heard(path)
    assert decoded.seconds == plain.seconds
    assert (samples == before).all()
    path = write(tmp_path / "covered.flac", tone())
    file = FLAC(path)
    picture = Picture()
    picture.data, picture.mime = cover, "image/png"
    file.add_picture(picture)
    file.save()
    assert heard(path)[0].seconds == 2


def test_a_cover_of_a_hundred_megabytes_takes_no_memory(tmp_path):
    path = write(tmp_path / "plain.mp3", tone())
    size = 100_000_000
    seven_bits = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    picture = b"APIC" + (size - 10).to_bytes(4) + b"\0\0" + b"\0image/jpeg\0\3\0"
    covered = tmp_path / "covered.mp3"
    with covered.open("wb") as file:
        file.write(b"ID3\3\0\0" + seven_bits + picture)
        file.seek(10 + size)
        file.write(path.read_bytes())
    code = (
        "import pathlib, resource, sys; from earmark.signals.audio.decoding import decode;"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "list(decode(pathlib.Path(sys.argv[1]))); before = used();"
        "print(sum(block.shape[1] for block in decode(pathlib.Path(sys.argv[2]))), used() - before)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(path), str(covered)], capture_output=True, check=True
    )
    samples, kilobytes = map(int, ran.stdout.split())
    assert samples == 2 * 44_100
    assert kilobytes < 20_000


def test_the_peak_is_the_greatest_sample_of_either_sign(tmp_path):
    sound = np.zeros((2, 200_000), np.float32)
    sound[1, 70_000], sound[0, 150_000] = -0.75, 0.5
    assert heard(write(tmp_path / "clicks.wav", sound))[0].peak == pytest.approx(0.75, abs=1e-4)


def test_who_stops_early_lets_go_of_the_file(tmp_path):
    path = write(tmp_path / "tone.flac", tone(seconds=4))
    descriptors = _open_files()
    decoded = decode(path)
    next(iter(decoded))
    decoded.close()
    assert _open_files() == descriptors
    list(decode(path))
    assert _open_files() == descriptors


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
