"""Ids of recordings: MusicBrainz's, where a player told us of one, and our own, which need none (MSIDs).

An MSID is a UUID of version 8 (RFC 9562) that holds the number of the item, so that it can be turned back.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from earmark.store.port import ItemId

_OURS: Final = 0x6561726D_6172_8B00_8000_000000000000
"""Whatever is not the item's number: "earmar", the version, the variant."""
_NUMBERS: Final = (1 << 48) - 1
_MUSICBRAINZ: Final = "https://musicbrainz.org/recording/"


def msid_of(item: int) -> str:
    """Our id of an item."""
    return str(UUID(int=_OURS | item))


def item_of(msid: str) -> ItemId | None:
    """The item that one of our ids names; None for other UUIDs.

    Raises:
        ValueError: it is no UUID.
    """
    number = UUID(msid).int
    return ItemId(number & _NUMBERS) if number & ~_NUMBERS == _OURS else None


def mbid_of(uri: str | None) -> str | None:
    """The MusicBrainz id that an item's URI holds, if it holds one."""
    return uri.removeprefix(_MUSICBRAINZ) if uri and uri.startswith(_MUSICBRAINZ) else None


def uri_of(mbid: str) -> str:
    """The URI under which an item with this MusicBrainz id is stored.

    Raises:
        ValueError: it is no UUID.
    """
    return f"{_MUSICBRAINZ}{UUID(mbid)}"
