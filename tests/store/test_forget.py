"""After forgetting and erasing, not a byte of it is left in any file of the database."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.libraries import LibraryTrack
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.store import sqlite
from earmark.store.exposures import RECOMMENDATIONS, Exposure
from earmark.store.sql_store import open_store

PRIVATE = [
    "Ottoline Quagmire",
    "Nobody Else Heard This",
    "Secret List",
    "Made By Hand",
    "Said Of It",
    "Loved Alone",
    "Dropped From The List",
    "http://her-server",
    "Her Folder/file.flac",
    "Her Kitchen",
    "her answer",
]
NOON = UnixMs(1_700_000_000_000)


def traces(folder: Path) -> list[str]:
    written = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    return [text for text in PRIVATE if text.encode() in written or text.lower().encode() in written]


@pytest.mark.parametrize("overwriting", ["ON", "OFF"])
def test_no_trace_is_left_in_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwriting: str
) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, f"PRAGMA secure_delete = {overwriting}"))
    with closing(open_store(f"sqlite:///{tmp_path / 'earmark.db'}")) as store:
        with store.writing() as writer:
            for name in ("Ada", "Ottoline Quagmire"):
                listener = writer.listener(name)
                listens = [Listen(Track("A", f"T{n}"), UnixMs(NOON + n * 300_000)) for n in range(2_000)]
                writer.add_listens([listener] * len(listens), listens, Origin("o"))
            only = Listen(Track("Shared Artist", "Nobody Else Heard This"), UnixMs(1_500_000_000_000))
            writer.add_listens([listener], [only], Origin("o"))
            for contents in ("Dropped From The List", "T1"):
                writer.add_playlists([Playlist("Secret List", (Track("A", contents),))], owner=listener)
            writer.add_feedback(listener, [Feedback(Verdict.LOVE, Track("A", "Loved Alone"))])
        theirs = store.libraries.connect(listener, "subsonic", "http://her-server", "otto", b"sealed")
        with store.writing() as writer:
            writer.keep_library(theirs.id, [LibraryTrack(Track("A", "T1"), "r1", "Her Folder/file.flac")])
        store.playlists.make(listener, "Made By Hand", [Track("A", "T2")], NOON, annotation="Said Of It")
        item = store.libraries.held(theirs.id)[0].item
        at = UnixMs(1_700_000_000_000)
        shown = Exposure(at, "Her Kitchen", 0, item, RECOMMENDATIONS, None, "discover", None, None)
        store.exposures.add(listener, [shown])
        claim = store.receipts.claim(listener, "key", b"asked", at, at)
        store.receipts.note(listener, "key", claim.ticket, 200, b"her answer")
        assert traces(tmp_path) == PRIVATE
        with store.writing(alone=True) as writer:
            writer.forget(store.find_listener("Ottoline Quagmire").id)
        store.erase_traces()
        assert traces(tmp_path) == []
        assert (store.counts().listens, store.counts().tracks) == (2_000, 2_000)
    assert traces(tmp_path) == []
