from __future__ import annotations

from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture
from tests.signals.audio.sounds import tone, write

from earmark.listening.libraries import LibraryFile, Lyrics
from earmark.music.items import Track
from earmark.sources.folder.covers import LARGEST, Covers
from earmark.sources.folder.reading import Described, describe, with_sound
from earmark.sources.folder.walking import Found, walk

JPEG, PNG = b"\xff\xd8\xff" + b"x" * 50, b"\x89PNG\r\n\x1a\n" + b"y" * 50
WORDS = Lyrics("[00:01.00]la", timed=True)


def flac(path: Path, *, picture: bytes | None = None, **tags: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = FLAC(write(path, tone(seconds=0.1)))
    file.update(tags)
    if picture is not None:
        block = Picture()
        block.data, block.type, block.mime = picture, 3, "image/jpeg"
        file.add_picture(block)
    file.save()
    return path


def described(root: Path, covers: Path) -> list[Described]:
    return [
        describe(one.path, str(root), one.mark, one.beside, Covers(covers))
        for one in walk(str(root)) if isinstance(one, Found)
    ]  # fmt: skip


@pytest.fixture
def music(tmp_path: Path) -> Path:
    return tmp_path / "music"


@pytest.fixture
def covers(tmp_path: Path) -> Path:
    return tmp_path / "covers"


def only(root: Path, covers: Path) -> Described:
    (one,) = described(root, covers)
    return one


def test_tags_go_before_names(music: Path, covers: Path) -> None:
    mbid = "8d2338a2-4acc-4d99-b2a7-1151f428cab6"
    flac(music / "Somebody - Else.flac", artist="Band", title="Song", album="Album", musicbrainz_trackid=mbid)
    one = only(music, covers)
    uri = f"https://musicbrainz.org/recording/{mbid}"
    assert (one.file.track, one.file.mbid) == (Track("Band", "Song", "Album", uri), mbid)
    assert (one.by_path, one.troubles) == (False, ())


def test_names_stand_in_for_tags_and_that_is_said(music: Path, covers: Path) -> None:
    flac(music / "Band" / "Album" / "03 - Song.flac")
    flac(music / "Song.flac")
    flac(music / "Guest - Other.flac", artist="Band")
    band, guest, nobody = sorted(described(music, covers), key=lambda one: one.file.path)
    assert (band.file.track, band.by_path) == (Track("Band", "Song", "Album"), True)
    assert (guest.file.track, guest.by_path) == (Track("Band", "Other"), True)
    assert (nobody.file.track, nobody.by_path) == (Track("Unknown artist", "Song"), True)


def test_covers_are_kept_once_by_content(music: Path, covers: Path) -> None:
    flac(music / "a.flac", picture=JPEG)
    flac(music / "b.flac", picture=JPEG)
    flac(music / "c.flac")
    (music / "folder.jpg").write_bytes(PNG)
    names = [one.file.cover for one in described(music, covers)]
    assert names[0] == names[1]
    assert [name and name.rpartition(".")[2] for name in names] == ["jpg", "jpg", "png"]
    assert sorted(path.name for path in covers.iterdir()) == sorted({*names})
    assert {path.read_bytes() for path in covers.iterdir()} == {JPEG, PNG}
    (covers / ".half-written").write_bytes(b"x")
    Covers(covers).keep_only({names[2]})
    assert [path.read_bytes() for path in covers.iterdir()] == [PNG]


@pytest.mark.parametrize(
    ("beside", "trouble"),
    [(b"text", "is no picture of a known kind"), (JPEG + bytes(LARGEST), "has more than 10,000,000 bytes")],
)
def test_what_cannot_be_a_cover_is_left_out_and_told_of(
    music: Path, covers: Path, beside: bytes, trouble: str
) -> None:
    path = flac(music / "a.flac", picture=b"text")
    (music / "cover.jpg").write_bytes(beside)
    one = only(music, covers)
    assert one.file.cover is None
    assert one.troubles == (
        (str(path), "has a picture of a kind that is not known"), (str(music / "cover.jpg"), trouble),
    )  # fmt: skip
    assert one.file.fault is None
    assert not covers.exists()


@pytest.mark.parametrize(
    ("lrc", "within", "txt", "expected"),
    [
        ("[00:01.00]la", "words", "text", WORDS),
        ("just words", "[00:01.00]la", None, WORDS),
        (None, "words", "[00:01.00]la", WORDS),
        (None, "words", "text", Lyrics("words", timed=False)),
        (None, None, "text", Lyrics("text", timed=False)),
        ("", None, " ", None),
        (None, None, None, None),
    ],
)
def test_words_with_moments_go_first_and_then_those_within(
    music: Path, covers: Path, lrc: str | None, within: str | None, txt: str | None, expected: Lyrics | None
) -> None:
    flac(music / "a.flac", **({} if within is None else {"lyrics": within}))
    for ending, text in (("lrc", lrc), ("txt", txt)):
        if text is not None:
            (music / f"a.{ending}").write_text(text, "utf-16")
    assert only(music, covers).file.lyrics == expected


def test_another_thing_under_the_name_of_music_is_told_of(music: Path, covers: Path) -> None:
    music.mkdir()
    (music / "a.mp3").write_bytes(PNG)
    one = only(music, covers)
    assert (one.file.track, one.file.fault) == (None, "is a PNG picture, whatever its name says")


def test_its_sound_and_length_are_added(music: Path, covers: Path) -> None:
    flac(music / "Band - Song.flac")
    file = only(music, covers).file
    whole = with_sound(file, b"d" * 16, 1_234)
    assert (whole.digest, whole.duration_ms, whole.track) == (
        b"d" * 16, 1_234, Track("Band", "Song", duration_ms=1_234),
    )  # fmt: skip
    assert with_sound(file, b"d" * 16, None).track == Track("Band", "Song")
    assert with_sound(LibraryFile(path="a", mark=file.mark), b"d", -5).duration_ms is None
