"""What artists and songs are called, whatever database keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.listening.libraries import FileMark, LibraryFile, LibraryTrack
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store.culture_frames import TAGS
from earmark.store.port import Store
from earmark.store.tags import TagRecord

NOON = UnixMs(1_700_000_000_000)
LANTERN, SHELLS = Track("Velvet Harbour", "Lantern"), Track("Low Tide", "Shells")


@pytest.fixture
def artists(store: Store) -> tuple[int, int]:
    """Two that are in the catalogue."""
    with store.writing() as writer:
        writer.items([LANTERN, SHELLS])
    return store.find_artist("Velvet Harbour"), store.find_artist("Low Tide")


def replace(store: Store, source: str, artists: tuple[int, ...], *tags: TagRecord) -> int:
    with store.writing() as writer:
        return writer.replace_tags(source, artists, tags)


def rows(store: Store, folder: Path) -> list[tuple[object, ...]]:
    return store.snapshot(folder).tags.rows()


def test_tags_of_a_source_replace_those_that_it_gave_the_same_artists(
    store: Store, artists: tuple[int, int], tmp_path: Path
) -> None:
    one, two = artists
    song = store.find_song("Velvet Harbour", "Lantern")
    given = [
        TagRecord(one, None, "dub", 3.0),
        TagRecord(one, song, "slow", 1.0),
        TagRecord(two, None, "dub", 2.0),
    ]
    assert replace(store, "people", artists, *given) == 3
    assert replace(store, "radio", (one,), TagRecord(one, None, "dub", 0.5)) == 1
    assert replace(store, "people", (one,), TagRecord(one, None, "slow \\ \"'%s?", 4.0)) == 1
    assert rows(store, tmp_path / "a") == [
        (one, None, "people", "slow \\ \"'%s?", 4.0),
        (one, None, "radio", "dub", 0.5),
        (two, None, "people", "dub", 2.0),
    ]
    assert store.documents.counts().tags == 3
    assert replace(store, "people", artists) == 0
    assert rows(store, tmp_path / "b") == [(one, None, "radio", "dub", 0.5)]


def test_nobody_who_is_not_in_the_catalogue_is_called_anything(
    store: Store, artists: tuple[int, int], tmp_path: Path
) -> None:
    one, two = artists
    song = store.find_song("Velvet Harbour", "Lantern")
    strangers = [
        TagRecord(999, None, "a", 1.0),
        TagRecord(one, 999, "a", 1.0),
        TagRecord(two, song, "a", 1.0),
    ]
    assert replace(store, "people", (one, two, 999), *strangers, TagRecord(one, song, "a", 1.0)) == 1
    assert rows(store, tmp_path / "cut") == [(one, song, "people", "a", 1.0)]


def test_genres_of_files_and_servers_have_sources_of_their_own(
    store: Store, artists: tuple[int, int], tmp_path: Path
) -> None:
    one, two = artists
    with pytest.raises(ValueError, match="'files' tells"):
        replace(store, "files", artists)
    mark = FileMark(1, 2, 3)
    with store.writing() as writer:
        writer.keep_files(
            [
                LibraryFile(path="/m/a", mark=mark, digest=b"a" * 16, track=LANTERN, genres=("Rock", "Dub")),
                LibraryFile(
                    path="/m/b", mark=mark, digest=b"b" * 16, track=Track("Velvet Harbour", "Lantern (Live)"),
                    genres=("Rock", ""),
                ),
                LibraryFile(path="/m/c", mark=mark, digest=b"c" * 16, track=SHELLS),
                LibraryFile(path="/m/d", mark=mark, fault="Empty."),
            ]
        )  # fmt: skip
        ada = writer.listener("Ada")
    number = store.libraries.connect(ada, "subsonic", "http://s", "ada", b"sealed").id
    with store.writing() as writer:
        writer.keep_library(
            number, [LibraryTrack(SHELLS, "r1", genres=("Folk",)), LibraryTrack(LANTERN, "r2")]
        )
    lantern, shells = store.find_song("Velvet Harbour", "Lantern"), store.find_song("Low Tide", "Shells")
    assert rows(store, tmp_path / "cut") == [
        (one, lantern, "files", "Dub", 1.0),
        (one, lantern, "files", "Rock", 1.0),
        (two, shells, "servers", "Folk", 1.0),
    ]


def test_a_record_without_tags_has_none(store: Store, tmp_path: Path) -> None:
    tags = store.snapshot(tmp_path / "cut").tags
    assert (tags.height, dict(tags.schema)) == (0, TAGS)


def test_tags_hold_nobody_in_the_catalogue_and_go_with_them(store: Store, tmp_path: Path) -> None:
    with store.writing() as writer:
        ada, ben = writer.listener("Ada"), writer.listener("Ben")
        hers = [SHELLS, Track("Velvet Harbour", "Anchor")]
        listens = [Listen(one, NOON) for one in (*hers, LANTERN)]
        writer.add_listens([ada, ada, ben], listens, Origin("p"))
    one, two = store.find_artist("Velvet Harbour"), store.find_artist("Low Tide")
    anchor = store.find_song("Velvet Harbour", "Anchor")
    given = [
        TagRecord(one, None, "dub", 1.0),
        TagRecord(one, anchor, "dub", 1.0),
        TagRecord(two, None, "dub", 1.0),
    ]
    assert replace(store, "people", (one, two), *given) == 3
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    assert store.documents.counts().tags == 1
    assert rows(store, tmp_path / "cut") == [(one, None, "people", "dub", 1.0)]
