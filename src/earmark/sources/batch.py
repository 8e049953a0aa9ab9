"""What every source yields: a batch of what it read, and of what it could not use and why."""

from __future__ import annotations

import msgspec

from earmark.listening.feedback import Feedback
from earmark.listening.listens import Listen, Origin
from earmark.listening.playlists import Playlist


class Skipped(msgspec.Struct, frozen=True):
    """One row that was not used. ``row`` counts from 1 within its file (a header is not a row)."""

    file: str
    row: int
    cause: str
    """Short and countable: the same words for the same kind of fault ("no title", "date before 2002")."""
    detail: str = ""
    """What stood there, cut to 80 characters."""


class Batch(msgspec.Struct):
    """A stretch of one file, in file order. All its listens share one origin.

    ``bytes_read`` is how much of the input this batch used up, for the progress bar.
    """

    file: str
    origin: Origin
    rows: int = 0
    listens: list[Listen] = []
    playlists: list[Playlist] = []
    feedback: list[Feedback] = []
    skipped: list[Skipped] = []
    bytes_read: int = 0
