from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from tests.signals.audio.sounds import tone, write

from earmark.signals.audio.decoding import decode
from earmark.signals.audio.opening import AudioError, open_audio


def refused(path) -> AudioError:
    with pytest.raises(AudioError) as caught:
        list(decode(path))
    assert str(path) in caught.value.what
    assert caught.value.remedy
    return caught.value


def test_what_is_not_there_empty_or_no_file_is_said(tmp_path):
    assert "No such file" in refused(tmp_path / "away.mp3").what
    empty = tmp_path / "empty.mp3"
    empty.touch()
    assert "empty" in refused(empty).what
    assert "not a file" in refused(tmp_path).what
    pipe = tmp_path / "pipe.mp3"
    os.mkfifo(pipe)
    assert "not a file" in refused(pipe).what
    with pytest.raises(AudioError, match="name of a file"):
        decode(tmp_path / "nul\0.mp3")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(tmp_path):
    path = write(tmp_path / "mine.flac", tone())
    path.chmod(0)
    assert "Permission denied" in refused(path).what


@pytest.mark.parametrize(
    "content",
    [
        b"not sound at all, but a letter\n" * 200,
        bytes(100_000),
        np.random.default_rng(1).bytes(100_000),
        np.random.default_rng(2).bytes(100_000),
        b"\x89PNG\r\n\x1a\n" + bytes(1_000),
        b"fLaC",
        b"ID3\x03\0\0\x7f\x7f\x7f\x7f",
        b"ID3\xff\xff\xff\xff\xff\xff\xff",
        b"RIFF\xff\xff\xff\xffWAVE",
        b"OggS" + bytes(40),
    ],
)
def test_what_is_no_sound_is_said(tmp_path, content):
    path = tmp_path / "letter.mp3"
    path.write_bytes(content)
    refused(path)


def test_a_playlist_opens_no_other_file(tmp_path):
    other = write(tmp_path / "other.mp3", tone())
    path = tmp_path / "list.mp3"
    for content in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{other}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {other.name}\n",
    ):
        path.write_text(content)
        refused(path)


def test_a_film_without_sound_is_said(tmp_path):
    import av

    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", 25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    assert "no sound" in refused(path).what


@pytest.mark.parametrize("lock", [b"drms", b"enca"])
def test_what_its_seller_has_locked_is_said(tmp_path, lock):
    path = write(tmp_path / "bought.m4a", tone())
    whole = bytearray(path.read_bytes())
    at = whole.index(b"mp4a")
    whole[at : at + 4] = lock
    path.write_bytes(whole)
    assert "locked" in str(refused(path))


def test_sound_that_nobody_can_decode_is_said(tmp_path):
    path = write(tmp_path / "odd.webm", tone())
    path.write_bytes(path.read_bytes().replace(b"A_OPUS", b"A_ODDS"))
    assert "no decoder" in refused(path).what


def test_a_name_that_is_no_text_and_tags_in_no_encoding_do_no_harm(tmp_path):
    path = write(tmp_path / "tone.flac", tone())
    whole = path.read_bytes()
    named = tmp_path / os.fsdecode(b"caf\xe9:subfile,,.mp3")
    named.write_bytes(whole.replace(b"Lavf", b"\xff\xfe\0\xff"))
    with open_audio(named) as (_, stream):
        assert stream.sample_rate == 44_100


def test_ffmpeg_says_nothing_of_its_own(tmp_path):
    path = write(tmp_path / "damaged.mp3", tone(seconds=5))
    whole = bytearray(path.read_bytes())
    whole[20_000:24_000] = np.random.default_rng(1).bytes(4_000)
    path.write_bytes(whole)
    code = (
        "import sys, pathlib; from earmark.signals.audio.decoding import decode;"
        "list(decode(pathlib.Path(sys.argv[1])))"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True)
    assert ran.stdout == ran.stderr == b""
