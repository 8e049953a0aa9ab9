from __future__ import annotations

import struct
import tracemalloc
from base64 import b64encode
from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, SYLT, TALB, TCON, TIT2, TPE1, TSRC, TXXX, UFID, USLT
from mutagen.mp4 import MP4, MP4Cover
from mutagen.oggopus import OggOpus
from mutagen.wave import WAVE
from tests.signals.audio.sounds import tone, write

from earmark.sources.folder.tags import Tags, read_tags

MBID = "8d2338a2-4acc-4d99-b2a7-1151f428cab6"
ISRC = "USRC17607839"
JPEG = b"\xff\xd8\xff" + b"x" * 50
FULL = Tags("Band", "Song", "Album", ("Rock", "Pop"), MBID, ISRC, ("la",), JPEG)
SECOND = tone(seconds=0.2)


def id3(path: Path, *frames: object, version: int = 4) -> Path:
    tag = ID3()
    for frame in frames:
        tag.add(frame)
    tag.save(path, v2_version=version)
    return path


@pytest.mark.parametrize("version", [3, 4])
def test_mp3(tmp_path: Path, version: int) -> None:
    path = id3(
        write(tmp_path / "a.mp3", SECOND),
        TPE1(encoding=0, text=["Band", "Guest"]), TIT2(encoding=1, text="Song"), TALB(encoding=3, text="Album"),
        TCON(encoding=0, text=["Rock", "Pop"]), TSRC(encoding=0, text="us-rc1-76-07839"),
        UFID(owner="http://musicbrainz.org", data=MBID.encode()), TXXX(encoding=3, desc="Other Id", text="x"),
        USLT(encoding=1, lang="eng", desc="", text="la"),
        APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=JPEG),
        version=version,
    )  # fmt: skip
    tags = read_tags(path)
    if version == 3:
        assert (tags.artist, tags.genres) == ("Band/Guest", ("Rock", "Pop"))
    else:
        assert tags == FULL


def test_flac(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", SECOND)
    file = FLAC(path)
    file.update(artist="Band", title="Song", album="Album", genre=["Rock", "Pop"], isrc=ISRC, lyrics="la")
    file["musicbrainz_trackid"] = MBID
    picture = Picture()
    picture.data, picture.type, picture.mime = JPEG, 3, "image/jpeg"
    file.add_picture(picture)
    file.save()
    assert read_tags(path) == FULL


def test_ogg(tmp_path: Path) -> None:
    path = write(tmp_path / "a.opus", SECOND)
    file = OggOpus(path)
    file.update(artist="Band", title="Song", album="Album", genre="Rock; Pop", isrc=ISRC, lyrics="la")
    file["musicbrainz_trackid"] = MBID
    picture = Picture()
    picture.data, picture.type, picture.mime, picture.desc = JPEG, 3, "image/jpeg", "Ünïcödé"
    file["metadata_block_picture"] = ["none", b64encode(picture.write()).decode()]
    # Long enough for the comments to go on over several pages.
    file["comment"] = "x" * 200_000
    file.save()
    assert read_tags(path) == FULL


def test_m4a(tmp_path: Path) -> None:
    path = write(tmp_path / "a.m4a", SECOND)
    file = MP4(path)
    file.update(
        {"\xa9ART": "Band", "\xa9nam": "Song", "\xa9alb": "Album", "\xa9gen": "Rock/Pop", "\xa9lyr": "la"}
    )
    file["----:com.apple.iTunes:MusicBrainz Track Id"] = MBID.encode()
    file["----:com.apple.iTunes:ISRC"] = ISRC.encode()
    file["covr"] = [MP4Cover(JPEG, MP4Cover.FORMAT_JPEG)]
    file.save()
    assert read_tags(path) == FULL


def test_wav(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", SECOND)
    file = WAVE(path)
    file.add_tags()
    file.tags.add(TPE1(encoding=3, text="Band"))
    file.tags.add(TIT2(encoding=3, text="Song"))
    file.save()
    assert read_tags(path) == Tags("Band", "Song")


def test_webm(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.webm"
    with av.open(str(write(tmp_path / "b.webm", SECOND))) as plain, av.open(str(path), "w") as told:
        told.metadata.update(title="Song", ARTIST="Band", album="Album", genre="Rock")
        stream = told.add_stream_from_template(plain.streams.audio[0])
        for packet in plain.demux(audio=0):
            if packet.size:
                packet.stream = stream
                told.mux(packet)
    assert read_tags(path) == Tags("Band", "Song", "Album", ("Rock",))


def test_synchronised_lyrics_come_with_their_moments(tmp_path: Path) -> None:
    lines = [("la", 1_000), ("lu", 2_500)]
    path = id3(
        write(tmp_path / "a.mp3", SECOND), SYLT(encoding=3, lang="eng", format=2, type=1, desc="", text=lines)
    )
    assert read_tags(path).lyrics == ("[00:01.00]la\n[00:02.50]lu",)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("Song\0Other", "Song"),
        ("\0\0Song", "Song"),
        ("  Song\n One ", "Song One"),
        ("\0", None),
        ("   ", None),
        ("Unknown Title", None),
        ("x" * 1_001, None),
    ],
)
def test_a_name_is_what_can_be_one(tmp_path: Path, told: str, read: str | None) -> None:
    assert read_tags(id3(write(tmp_path / "a.mp3", SECOND), TIT2(encoding=3, text=told))).title == read


@pytest.mark.parametrize(
    ("meant", "raw"),
    [
        ("Виктор Цой – Группа крови", "Виктор Цой – Группа крови".encode("cp1251")),
        ("Björk", "Björk".encode()),
        ("Björk", "Björk".encode("latin-1")),
        ("“Heroes”", "“Heroes”".encode("cp1252")),
        ("さくらさくら", "さくらさくら".encode("shift_jis")),
    ],
)
def test_tags_that_say_latin_1_and_mean_another_encoding(tmp_path: Path, meant: str, raw: bytes) -> None:
    path = write(tmp_path / "a.mp3", SECOND)
    frame = b"TIT2" + len(raw + b"\0").to_bytes(4) + b"\0\0\0" + raw
    tag = b"ID3\x03\0\0" + bytes([0, 0, len(frame) >> 7, len(frame) & 127]) + frame
    path.write_bytes(tag + path.read_bytes())
    assert read_tags(path).title == meant


def test_the_first_tag_version_is_read_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", SECOND)
    sound = path.read_bytes()[:-4]
    tag = struct.pack("3s30s30s30s4s30sB", b"TAG", b"Song", b"Band", b"Album", b"2001", b"", 17)
    path.write_bytes(sound[sound.index(b"\xff\xfb") :] + tag)
    tags = read_tags(path)
    assert (tags.artist, tags.title, tags.album, tags.genres) == ("Band", "Song", "Album", ("Rock",))


@pytest.mark.parametrize("mbid", ["", "x", "00000000-0000-0000-0000-000000000000", MBID[:-1]])
def test_an_id_that_is_none_is_left_out(tmp_path: Path, mbid: str) -> None:
    path = write(tmp_path / "a.flac", SECOND)
    file = FLAC(path)
    file.update(musicbrainz_trackid=mbid, isrc="none")
    file.save()
    assert (read_tags(path).mbid, read_tags(path).isrc) == (None, None)


@pytest.mark.parametrize("name", ["a.mp3", "a.flac", "a.opus", "a.m4a", "a.wav", "a.webm"])
def test_files_cut_off_or_spoiled_anywhere_say_something_or_nothing(tmp_path: Path, name: str) -> None:
    whole = write(tmp_path / name, SECOND).read_bytes()
    path = tmp_path / f"spoiled-{name}"
    for at in range(0, min(len(whole), 600), 7):
        for spoiled in (whole[:at], whole[:at] + b"\xff\0\xff\xff" + whole[at + 4 :]):
            path.write_bytes(spoiled)
            assert isinstance(read_tags(path), Tags)


def ogg_head(comments: list[bytes]) -> bytes:
    """The pages of Opus' two first packets: its head, and comments."""
    told = b"OpusTags" + bytes(4) + len(comments).to_bytes(4, "little")
    told += b"".join(len(one).to_bytes(4, "little") + one for one in comments)
    pages = [b"OpusHead" + bytes(11)] + [told[at : at + 65_025] for at in range(0, len(told), 65_025)]
    return b"".join(
        b"OggS" + bytes(22) + bytes([-(-(len(page) + 1) // 255) if len(page) < 65_025 else 255])
        + (b"\xff" * (len(page) // 255) + (bytes([len(page) % 255]) if len(page) < 65_025 else b"")) + page
        for page in pages
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["mp3", "flac", "m4a", "opus"])
def test_a_huge_picture_is_left_out_and_hardly_takes_memory(tmp_path: Path, ending: str) -> None:
    path, huge = write(tmp_path / f"a.{ending}", SECOND), JPEG + bytes(14_000_000)
    match ending:
        case "mp3":
            picture = APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=huge * 2)
            id3(path, TIT2(encoding=3, text="Song"), picture)
        case "m4a":
            file = MP4(path)
            file.update({"\xa9nam": "Song", "covr": [MP4Cover(huge, MP4Cover.FORMAT_JPEG)]})
            file.save()
        case "flac":
            file = FLAC(path)
            file["title"] = "Song"
            picture = Picture()
            picture.data, picture.type, picture.mime = huge, 3, "image/jpeg"
            file.add_picture(picture)
            file.save()
        case _:
            path.write_bytes(ogg_head([b"METADATA_BLOCK_PICTURE=" + b"A" * len(huge), b"TITLE=Song"]))
    tracemalloc.start()
    try:
        tags = read_tags(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert tags.picture is None
    assert tags.trouble == "has a picture that takes more than 10 MB"
    assert tags.title == "Song"
    assert most < 50_000_000


def test_a_tag_that_claims_more_than_there_is_is_not_believed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", SECOND)
    sound = path.read_bytes()
    path.write_bytes(sound[:12] + b"LIST" + (2**32 - 16).to_bytes(4, "little") + b"INFO" + sound[12:])
    assert read_tags(path).trouble == "has a tag that takes more than 10 MB"
