from __future__ import annotations

import shutil

import mutagen
import pytest
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TIT2
from mutagen.mp4 import MP4, MP4Cover
from tests.signals.audio.sounds import CODECS, tone, write

from earmark.signals.audio.opening import AudioError
from earmark.signals.audio.payload import payload


@pytest.mark.parametrize("ending", CODECS)
def test_what_a_file_carries(tmp_path, ending):
    path = write(tmp_path / f"tone.{ending}", tone(channels=2, rate=48_000, seconds=3), 48_000)
    found = payload(path)
    expected = {"opus": "opus", "webm": "opus", "ogg": "vorbis", "m4a": "aac", "wav": "pcm_s16le"}
    assert (found.codec, found.rate, found.channels) == (expected.get(ending, ending), 48_000, 2)
    assert found.duration_ms == pytest.approx(3_000, abs=60)
    assert len(found.digest) == 16
    assert payload(path) == found


def test_other_sound_is_another_and_the_container_does_not_matter(tmp_path):
    sound = tone(channels=2)
    one = payload(write(tmp_path / "one.opus", sound))
    boxed = payload(write(tmp_path / "one.webm", sound))
    other = payload(write(tmp_path / "other.opus", 0.9 * sound))
    assert one.digest == boxed.digest != other.digest


def test_an_mp3_with_other_tags_is_the_same_sound(tmp_path):
    path = write(tmp_path / "tone.mp3", tone(seconds=3))
    bare = payload(path)
    tags = ID3()
    tags.add(TIT2(text="a title"))
    tags.add(APIC(mime="image/jpeg", type=3, data=b"\xff\xfb\x90\x44" * 1_000))
    tags.save(path, v1=2)
    assert path.read_bytes()[-128:-125] == b"TAG"
    assert payload(path) == bare
    ape = APEv2()
    ape["Title"] = "a title"
    ape["Lyrics"] = "la " * 4_000
    ape.save(path)
    assert payload(path) == bare
    tags.add(APIC(mime="image/jpeg", type=4, data=b"\xff\xfb\x90\x44" * 1_000_000))
    tags.save(path, v1=2)
    assert payload(path).digest == bare.digest


@pytest.mark.parametrize("ending", ["ogg", "opus"])
def test_an_ogg_with_other_comments_is_the_same_sound(tmp_path, ending):
    path = write(tmp_path / f"tone.{ending}", tone(channels=2, seconds=3))
    bare = payload(path)
    file = mutagen.File(path)
    file["title"] = "a title"
    file["comment"] = "long " * 30_000
    file.save()
    assert payload(path) == bare


def test_a_flac_or_m4a_with_other_tags_and_a_cover_is_the_same_sound(tmp_path):
    flac = write(tmp_path / "tone.flac", tone())
    bare = payload(flac)
    file = FLAC(flac)
    file["title"] = "a title"
    picture = Picture()
    picture.data, picture.mime = bytes(100_000), "image/png"
    file.add_picture(picture)
    file.save()
    assert payload(flac) == bare
    m4a = write(tmp_path / "tone.m4a", tone())
    bare = payload(m4a)
    boxes = MP4(m4a)
    boxes["\xa9nam"] = "a title"
    boxes["covr"] = [MP4Cover(bytes(100_000))]
    boxes.save()
    assert payload(m4a) == bare


def test_a_moved_file_is_the_same_sound_and_a_shorter_one_is_not(tmp_path):
    path = write(tmp_path / "tone.mp3", tone(seconds=3))
    before = payload(path)
    moved = tmp_path / "elsewhere.bin"
    shutil.move(path, moved)
    assert payload(moved) == before
    moved.write_bytes(moved.read_bytes()[:-4_000])
    assert payload(moved).digest != before.digest


def test_what_is_no_sound_has_no_payload(tmp_path):
    path = tmp_path / "letter.mp3"
    path.write_text("not a sound")
    with pytest.raises(AudioError):
        payload(path)
