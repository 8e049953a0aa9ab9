"""Read the lyrics that came with the house's own music, and keep what they are like: figures, beside the words."""

from __future__ import annotations

from typing import Final

from earmark.engines.progress import Progress
from earmark.store.port import Store

READ_BY: Final = "lyrics 1"
"""Which version of `earmark.signals.culture.lyrics` reads; lyrics that another one read are read again."""
AT_ONCE: Final = 200
"""Lyrics read between two transactions."""


def read_new_lyrics(store: Store, progress: Progress) -> int:
    """Read all lyrics that this reader has not read; returns how many they were.

    Raises:
        StoreError: the record refuses; what was read before stays.
    """
    waiting = store.files.unread_lyrics(READ_BY, AT_ONCE)
    if not waiting:
        return 0
    from earmark.signals.culture.lyrics import read_lyrics

    read = 0
    with progress.stage("reading lyrics", unit="songs") as advance:
        while waiting:
            said = [(one.file, read_lyrics(one.text, one.language)) for one in waiting]
            with store.writing() as writer:
                writer.keep_lyrics_said(READ_BY, said)
            read += len(said)
            advance(len(said))
            waiting = store.files.unread_lyrics(READ_BY, AT_ONCE)
    return read
