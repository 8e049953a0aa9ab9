"""One play of one item by one listener, and how it ended."""

from __future__ import annotations

import time
from enum import IntEnum
from typing import NewType

import msgspec

from earmark.music.items import Item

UnixMs = NewType("UnixMs", int)
"""A moment: milliseconds since 1970-01-01T00:00:00Z."""

EARLIEST_LISTEN = UnixMs(1_009_843_200_000)
"""2002-01-01: no scrobbler or streaming service is older, so an earlier date is a broken clock."""

LONGEST_PLAY_MS = 24 * 3_600_000
"""A play longer than a day is a counter that overflowed."""


def clock() -> UnixMs:
    """This moment, by the clock of the machine."""
    return UnixMs(time.time_ns() // 1_000_000)


class Ending(IntEnum):
    """How a play ended, as far as its source says."""

    UNKNOWN = 0
    COMPLETED = 1
    SKIPPED = 2
    STOPPED = 3


class Origin(msgspec.Struct, frozen=True):
    """The kind of record a listen comes from; two origins may tell of the same play.

    ``resolution_ms`` is how finely its times are written: 1,000 for whole seconds, 60,000 for whole minutes.
    """

    name: str
    resolution_ms: int = 1_000


class Listen(msgspec.Struct, frozen=True, gc=False):
    """One play: what, when it started, how long it sounded, and how it ended.

    ``ms_played`` is None where the source does not say. ``private`` plays are kept and teach nothing.
    ``listener`` is set only by sources that tell of many people in one file. ``device`` is what it was played on, or
    the program that played it, in the source's own words.
    """

    item: Item
    started_at: UnixMs
    ms_played: int | None = None
    ending: Ending = Ending.UNKNOWN
    private: bool = False
    listener: str | None = None
    device: str | None = None
