"""What lyrics are like, whatever database keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.listening.libraries import FileMark, LibraryFile, Lyrics
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.music.lyrics import Explicitness, LyricFigures, Reason
from earmark.music.sound import Share
from earmark.store.culture_frames import LYRICS
from earmark.store.lyrics_said import UnreadLyrics
from earmark.store.port import SongId, Store

FULL = LyricFigures(
    lines=12, words=60, language="en", languages=(("en", Share(0.75)), ("fr", Share(0.25))),
    themes=(("the sea", Share(0.5)),), moods=(("glad", Share(0.25)), ("calm", Share(0.125))), valence=0.5,
    explicit=(Explicitness(Reason.DRUGS, (3, 7)),), judged=Share(1.0),
)  # fmt: skip
BARE = LyricFigures(lines=0, words=0)


def file(path: str, title: str, text: str | None = "la", *, timed: bool = False) -> LibraryFile:
    words = None if text is None else Lyrics(text, timed)
    return LibraryFile(
        path=path, mark=FileMark(1, 2, 3), digest=path.encode()[:16].ljust(16), track=Track("Band", title), lyrics=words
    )  # fmt: skip


def keep(store: Store, *files: LibraryFile) -> None:
    with store.writing() as writer:
        writer.keep_files(files)


def say(store: Store, *said: tuple[int, LyricFigures], by: str = "one") -> None:
    with store.writing() as writer:
        writer.keep_lyrics_said(by, said)


def unread(store: Store, by: str = "one") -> list[str]:
    return [one.text for one in store.files.unread_lyrics(by, 10)]


def song(store: Store, title: str) -> SongId:
    return store.find_song("Band", title)


def test_lyrics_are_read_once_by_each_reader_and_again_when_they_have_changed(store: Store) -> None:
    keep(store, file("/m/a", "A", "la \\ 'la'"), file("/m/b", "B", "lo"), file("/m/c", "C", None))
    first, second = store.files.unread_lyrics("one", 10)
    assert (first, second.text) == (UnreadLyrics(first.file, "la \\ 'la'", None), "lo")
    assert [one.file for one in store.files.unread_lyrics("one", 1)] == [first.file]
    say(store, (first.file, FULL), (second.file, BARE), (999, FULL))
    assert unread(store) == []
    assert unread(store, "two") == ["la \\ 'la'", "lo"]
    assert store.files.figures_of_lyrics([song(store, title) for title in "ABC"]) == {
        song(store, "A"): FULL, song(store, "B"): BARE,
    }  # fmt: skip
    say(store, (first.file, BARE), by="two")
    assert (unread(store), unread(store, "two")) == (["la \\ 'la'"], ["lo"])
    assert store.files.figures_of_lyrics([song(store, "A")]) == {song(store, "A"): BARE}
    keep(store, file("/m/b", "B", "lu"))
    assert store.files.figures_of_lyrics([song(store, "B")]) == {}
    assert unread(store, "two") == ["lu"]


def test_what_lyrics_are_like_goes_with_their_file_and_moves_with_it(store: Store) -> None:
    keep(store, file("/m/a", "A"), file("/m/b", "B"))
    say(store, *((one.file, FULL) for one in store.files.unread_lyrics("one", 10)))
    with store.writing() as writer:
        writer.move_files([("/m/a", "/m/b")])
    assert unread(store) == []
    assert list(store.files.figures_of_lyrics([song(store, "A"), song(store, "B")])) == [song(store, "A")]
    with store.writing() as writer:
        writer.drop_files(["/m/b"])
    assert store.files.figures_of_lyrics([song(store, "A")]) == {}


def test_a_snapshot_holds_what_the_lyrics_of_each_song_are_like(store: Store, tmp_path: Path) -> None:
    keep(store, file("/m/a", "A", "plain"), file("/m/a2", "A (Live)", "timed", timed=True), file("/m/b", "B"))
    keep(store, file("/m/c", "C", "unread"))
    figures = {"plain": BARE, "timed": FULL, "la": BARE}
    told = [one for one in store.files.unread_lyrics("one", 10) if one.text in figures]
    say(store, *((one.file, figures[one.text]) for one in told))
    cut = store.snapshot(tmp_path / "cut")
    assert dict(cut.lyrics.schema) == LYRICS
    shares = [{"language": "en", "share": 0.75}, {"language": "fr", "share": 0.25}]
    moods = [{"mood": "glad", "share": 0.25}, {"mood": "calm", "share": 0.125}]
    sea = [{"theme": "the sea", "share": 0.5}]
    expected = {
        song(store, "A"): (12, 60, "en", shares, sea, moods, 0.5, ["drugs"], 1.0),
        song(store, "B"): (0, 0, None, [], [], [], None, [], 0.0),
    }
    assert {row[0]: row[1:] for row in cut.lyrics.rows()} == expected
    assert cut.lyrics["song"].is_sorted()
    assert store.files.figures_of_lyrics([song(store, "A")]) == {song(store, "A"): FULL}
    assert cut.frames().lyrics.equals(cut.lyrics)
    (tmp_path / "cut" / "lyrics.parquet").unlink()
    assert cut.frames().lyrics.height == 2  # read before
    again = type(cut)(cut.folder)
    assert (again.lyrics.height, dict(again.lyrics.schema)) == (0, LYRICS)


def test_forgetting_a_listener_leaves_what_the_houses_lyrics_are_like(store: Store) -> None:
    keep(store, file("/m/a", "A"))
    say(store, *((one.file, FULL) for one in store.files.unread_lyrics("one", 10)))
    with store.writing() as writer:
        ada = writer.listener("Ada")
        writer.add_listens([ada], [Listen(Track("Band", "A"), UnixMs(1_700_000_000_000))], Origin("phone"))
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    assert store.files.figures_of_lyrics([song(store, "A")]) == {song(store, "A"): FULL}


@pytest.mark.parametrize("songs", [[], [SongId(999)]])
def test_of_songs_without_lyrics_nothing_is_told(store: Store, songs: list[SongId]) -> None:
    assert store.files.figures_of_lyrics(songs) == {}
