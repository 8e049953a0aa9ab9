"""Ids of playlists: UUIDs of version 8 (RFC 9562) that can be turned back, as recordings have them.

A playlist's holds its number; that of a weekly mix whose it is and of which week, so each edition has one for good.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from earmark.errors import EarmarkError
from earmark.mixes.weeks import checked_week
from earmark.store.playlists import PlaylistId
from earmark.store.port import ListenerId

_PLAYLIST: Final = 0x6561726D_6172_8B01_8000_000000000000
"""Whatever is not the number: "earmar", the version, what this is an id of, the variant."""
_EDITION: Final = 0x6561726D_6172_8B02_8000_000000000000
_NUMBERS: Final = (1 << 62) - 1
_WEEK_BITS, _YEAR_BITS = 6, 14


class EditionName(NamedTuple):
    """Whose weekly mix, and of which week."""

    listener: ListenerId
    week: str


def playlist_uuid(playlist: int) -> str:
    """The id of a playlist."""
    return str(UUID(int=_PLAYLIST | playlist))


def edition_uuid(listener: int, week: str) -> str:
    """The id of a weekly mix."""
    year, number = int(week[:4]), int(week[6:])
    return str(UUID(int=_EDITION | ((listener << _YEAR_BITS | year) << _WEEK_BITS | number)))


def named_by(uuid: str) -> PlaylistId | EditionName | None:
    """What one of our ids names; None for other UUIDs.

    Raises:
        ValueError: it is no UUID.
    """
    whole = UUID(uuid).int
    kind, number = whole & ~_NUMBERS, whole & _NUMBERS
    if kind == _PLAYLIST and number < 1 << 31:
        return PlaylistId(number)
    rest, week = divmod(number, 1 << _WEEK_BITS)
    listener, year = divmod(rest, 1 << _YEAR_BITS)
    if kind != _EDITION or listener >= 1 << 31:
        return None
    try:
        return EditionName(ListenerId(listener), checked_week(f"{year:04d}-W{week:02d}"))
    except EarmarkError:
        return None
