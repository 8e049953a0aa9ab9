from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.sources.folder.naming import Guess, guess

PART = st.text(st.characters(exclude_characters="/\0"), min_size=1).filter(
    lambda part: part not in (".", "..")
)
WORDS = [
    "Velvet",
    "Harbour",
    "Lantern",
    "Björk",
    "Ωmega",
    "東京",
    "R&B",
    "Sigur-Rós",
    "Tune",
    "Ørsted",
    "Mr.",
]
NAME = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


@pytest.mark.parametrize(
    ("path", "artist", "title", "album"),
    [
        ("Band - Song.mp3", "Band", "Song", None),
        ("Band - Song - Live.mp3", "Band", "Song - Live", None),
        ("Band – Song.mp3", "Band", "Song", None),
        ("Band_-_Song_One.mp3", "Band", "Song One", None),
        ("03 - Band - Song.mp3", "Band", "Song", None),
        ("03. Band - Song.mp3", "Band", "Song", None),
        ("Band - Album - 03 - Song.mp3", "Band", "Song", "Album"),
        ("Band - 03 - Song.mp3", "Band", "Song", None),
        ("Band/Album/03 - Song.mp3", "Band", "Song", "Album"),
        ("Band/Album/03 Song.mp3", "Band", "Song", "Album"),
        ("Band/Album/03. Song.mp3", "Band", "Song", "Album"),
        ("Band/Album/1-03 Song.mp3", "Band", "Song", "Album"),
        ("Band/Album/(03) Song.mp3", "Band", "Song", "Album"),
        ("Band/Album/A2 Song.mp3", "Band", "Song", "Album"),
        ("Band/Album/Band - Album - Song.mp3", "Band", "Song", "Album"),
        ("Band/Album/CD 2/03 - Song.mp3", "Band", "Song", "Album"),
        ("Band/Album/Guest - Song.mp3", "Guest", "Song", "Album"),
        ("Band/2001 - Album/Song.mp3", "Band", "Song", "Album"),
        ("Band/Album (2001)/Song.mp3", "Band", "Song", "Album"),
        ("Music/Band - Album [2001]/03 - Song.mp3", "Band", "Song", "Album"),
        ("Band/Song.mp3", "Band", "Song", None),
        ("Song.mp3", None, "Song", None),
        ("Song", None, "Song", None),
        ("99 Luftballons.mp3", None, "99 Luftballons", None),
        ("12 Song.mp3", None, "Song", None),
        ("50 Cent - Song.mp3", "50 Cent", "Song", None),
        ("05 Band - Song.mp3", "Band", "Song", None),
        ("[05] Band - Song.mp3", "Band", "Song", None),
        ("1999.mp3", None, "1999", None),
        ("7.mp3", None, "7", None),
        ("Band - 1999.mp3", "Band", "1999", None),
        ("A-ha - Take On Me.mp3", "A-ha", "Take On Me", None),
        (" - .mp3", None, "-", None),
    ],
)
def test_paths_tell_who_plays_what(path: str, artist: str | None, title: str, album: str | None) -> None:
    assert guess(f"/music/{path}", "/music") == Guess(artist, title, album)


def test_a_library_of_one_file_is_told_by_its_name() -> None:
    assert guess("/music/Band/Album/Song.mp3", "/music/Band/Album/Song.mp3") == Guess(None, "Song", None)


@given(st.lists(PART, min_size=1, max_size=5))
def test_every_path_tells_a_title(parts: list[str]) -> None:
    path = str(PurePosixPath("/music", *parts))
    told = guess(path, "/music")
    assert told.title
    assert told.artist != ""


@given(
    NAME,
    NAME,
    NAME,
    st.integers(1, 40),
    st.sampled_from(["{n:02} - {t}", "{n:02}. {t}", "{n:02} {t}", "{t}"]),
)
def test_a_well_kept_library_is_read_rightly(artist: str, album: str, title: str, n: int, form: str) -> None:
    path = f"/music/{artist}/{album}/{form.format(n=n, t=title)}.flac"
    assert guess(path, "/music") == Guess(artist, title, album)


@given(NAME, NAME, st.sampled_from(["{a} - {t}", "07 - {a} - {t}", "07. {a} - {t}"]))
def test_artist_and_title_in_a_name_are_told_apart(artist: str, title: str, form: str) -> None:
    told = guess(f"/music/{form.format(a=artist, t=title)}.mp3", "/music")
    assert (told.artist, told.title) == (artist, title)
