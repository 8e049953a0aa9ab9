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
_URN: Final = "urn:uuid:"


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


def id_of(item: int, uri: str | None) -> str:
    """MusicBrainz's id of a recording, where it is known, or ours: clients that know one kind only take either."""
    return mbid_of(uri) or msid_of(item)


def identifier_of(item: int, uri: str | None) -> str:
    """The URI that identifies a track in a playlist: MusicBrainz's, where it is known, or our id as a URN."""
    return uri if uri and mbid_of(uri) else f"{_URN}{msid_of(item)}"


def identified(identifier: str) -> ItemId | str | None:
    """What a track's identifier names: an item, if the id is ours; else MusicBrainz's URI of it; None for any other.

    Clients put ids before which they have seen no address behind MusicBrainz's, so one of ours may stand there, too.
    """
    for prefix in (_MUSICBRAINZ, _URN):
        if identifier.startswith(prefix):
            try:
                told = identifier.removeprefix(prefix)
                ours = item_of(told)
                return ours if ours is not None or prefix == _URN else uri_of(told)
            except ValueError:
                return None
    return None


def uri_of(mbid: str) -> str:
    """The URI under which an item with this MusicBrainz id is stored.

    Raises:
        ValueError: it is no UUID.
    """
    return f"{_MUSICBRAINZ}{UUID(mbid)}"


def is_uuid(text: str) -> bool:
    """Whether this is an id at all."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
