from __future__ import annotations

import numpy as np
import pytest
from tests.signals.audio.sounds import tone, write

from earmark.signals.audio.hearing import Ears
from earmark.signals.audio.opening import AudioError


@pytest.fixture(scope="module")
def ears():
    return Ears()


def clicks(bpm, seconds=30, rate=44_100, level=0.6):
    """A short noise on each beat, twice as loud on every fourth, over a held C major chord; two channels."""
    time = np.arange(seconds * rate) / rate
    beat = time * bpm / 60
    noise = np.random.default_rng(1).standard_normal(len(time))
    drum = np.exp(-(beat % 1) * 60 / bpm * 60) * noise * np.where(beat.astype(int) % 4, 0.5, 1) * level
    chord = sum(np.sin(2 * np.pi * hz * time) for hz in (130.81, 261.63, 329.63, 392.00)) * 0.05
    return np.repeat((drum * 0.3 + chord)[None], 2, axis=0).astype(np.float32)


def test_all_that_is_known_of_a_made_piece_is_heard(ears, tmp_path):
    heard = ears.hear(write(tmp_path / "piece.flac", clicks(120)))
    sound = heard.sound
    assert sound.duration_ms == 30_000
    assert sound.tempo.bpm == pytest.approx(120, rel=0.02)
    assert sound.beat_strength > 0.3
    assert -30 < sound.loudness < -5
    for share in (sound.energy, sound.brightness, sound.danceability, sound.speechiness):
        assert 0 <= share <= 1
    assert heard.embedding.dtype == np.float32
    assert np.isfinite(heard.embedding).all()
    assert (heard.damaged, heard.cut_short) == (0, False)
    assert heard.by == ears.by


def test_the_same_file_gives_the_same_bytes_and_another_format_nearly_the_same(ears, tmp_path):
    piece = clicks(100)
    flac = write(tmp_path / "piece.flac", piece)
    one, two = ears.hear(flac), ears.hear(flac)
    assert one.sound == two.sound
    assert one.embedding.tobytes() == two.embedding.tobytes()
    coded = ears.hear(write(tmp_path / "piece.mp3", piece))
    assert coded.sound.tempo.bpm == pytest.approx(one.sound.tempo.bpm, rel=0.01)
    # LAME takes 0.4 dB off.
    assert coded.sound.loudness == pytest.approx(one.sound.loudness, abs=0.7)
    assert coded.sound.brightness == pytest.approx(one.sound.brightness, abs=0.05)


def test_silence_has_a_length_and_no_more(ears, tmp_path):
    sound = ears.hear(write(tmp_path / "silence.wav", np.zeros((2, 44_100 * 5), np.float32))).sound
    assert sound.duration_ms == 5_000
    assert sound.tempo is sound.key is sound.loudness is sound.dynamic_range is None
    assert sound.energy is sound.brightness is sound.speechiness is None


@pytest.mark.parametrize(("rate", "channels", "n"), [(8_000, 1, 1), (8_000, 1, 4_000), (192_000, 6, 400_000)])
def test_short_slow_fast_and_many_channelled_sound_is_heard(ears, tmp_path, rate, channels, n):
    path = write(tmp_path / "odd.flac", tone(500, rate=rate, channels=channels, seconds=n / rate), rate)
    heard = ears.hear(path)
    assert heard.sound.duration_ms == round(n * 1000 / rate)
    assert np.isfinite(heard.embedding).all()


def test_clipped_sound_is_heard(ears, tmp_path):
    sound = ears.hear(write(tmp_path / "loud.wav", np.clip(clicks(120, 10) * 50, -1, 1))).sound
    assert sound.loudness > -10
    assert sound.energy > 0.3


def test_a_file_that_is_cut_off_says_so(ears, tmp_path):
    path = write(tmp_path / "cut.flac", clicks(120))
    path.write_bytes(path.read_bytes()[:-200_000])
    heard = ears.hear(path)
    assert heard.cut_short
    assert heard.sound.duration_ms < 29_000


def test_what_is_no_sound_is_refused(ears, tmp_path):
    path = tmp_path / "letter.mp3"
    path.write_text("not a sound")
    with pytest.raises(AudioError):
        ears.hear(path)
