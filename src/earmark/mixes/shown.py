"""An edition as a person reads it: names, reasons in words, durations."""

from __future__ import annotations

import msgspec

from earmark.ranking.reasons import Reason


class ShownEntry(msgspec.Struct, frozen=True):
    """One entry with its names and its reason, in words and as counted."""

    artist: str
    title: str
    release: str | None
    uri: str | None
    duration_ms: int | None
    why: str
    reason: Reason
    item: int
    song: int


class Shown(msgspec.Struct, frozen=True):
    """An edition as a person reads it."""

    listener: str
    mix: str
    week: str
    made_at: int
    build: str
    still_learning: bool
    minutes: int
    """Length of the mix, an unknown duration counted as the mean of the known; 0 if fewer than half are
    known."""
    entries: tuple[ShownEntry, ...]
