"""What the readers of playlists share: their origin, how a list is called, and which are worth keeping."""

from __future__ import annotations

from typing import Final

from earmark.listening.listens import Origin
from earmark.listening.playlists import Playlist
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import LONGEST_NAME, NO_TRACKS

ORIGIN: Final = Origin("playlists")


def name_from_file(name: str) -> str:
    """A playlist's name where the file gives none: the file's own, without its endings."""
    own = name.rsplit("/", 1)[-1].removesuffix(".gz")
    return own.rpartition(".")[0] or own


def add_playlist(batch: Batch, playlist: Playlist, row: int = 0) -> None:
    """Keep a playlist that holds something, and book one that does not."""
    if playlist.tracks:
        batch.playlists.append(Playlist(playlist.name[:LONGEST_NAME], playlist.tracks, playlist.followers))
    else:
        batch.skipped.append(Skipped(batch.file, row, NO_TRACKS, playlist.name[:80]))
