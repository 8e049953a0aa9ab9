"""What a statement asks about, however much that is: a table that exists for the statement, which it joins by name.

It goes to the database as few values, one or one a column: drivers take many one by one, in time that others wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Row = tuple[Any, ...]


class Wanted(NamedTuple):
    """The table: its rows are numbered in order by ``n``, and have columns beside."""

    table: str
    columns: tuple[tuple[str, str], ...]
    """Name and type of each, those without ``n``."""
    values: tuple[Sequence[Any], ...]
    """The values of each column; of type bytea in hexadecimal digits."""

    @property
    def names(self) -> str:
        """All columns, as a statement lists them."""
        return ", ".join(("n", *(name for name, _ in self.columns)))


def wanted_ids(numbers: Sequence[int]) -> Wanted:
    """These ids as ``wanted_id (n, id)``."""
    return Wanted("wanted_id", (("id", "integer"),), (numbers,))


def wanted_keys(parents: Sequence[int], names: Sequence[str]) -> Wanted:
    """These keys under their parents as ``wanted_key (n, parent, key)``."""
    return Wanted("wanted_key", (("parent", "integer"), ("key", "text")), (parents, names))


def wanted_tracks(artists: Sequence[str], songs: Sequence[str], tracks: Sequence[str]) -> Wanted:
    """The keys of these tracks as ``wanted_track (n, artist, song, track)``."""
    columns = (("artist", "text"), ("song", "text"), ("track", "text"))
    return Wanted("wanted_track", columns, (artists, songs, tracks))


def wanted_digests(digests: Sequence[bytes]) -> Wanted:
    """These digests as ``wanted_digest (n, digest)``."""
    return Wanted("wanted_digest", (("digest", "bytea"),), ([one.hex() for one in digests],))


def wanted_documents(addresses: Sequence[str], sketches: Sequence[bytes]) -> Wanted:
    """These documents as ``wanted_document (n, address, sketch)``."""
    columns = (("address", "text"), ("sketch", "bytea"))
    return Wanted("wanted_document", columns, (addresses, [one.hex() for one in sketches]))


def wanted_spans(
    listeners: Sequence[int], before: Sequence[int], first: Sequence[int], last: Sequence[int]
) -> Wanted:
    """These stretches of time, with what leads up to each: ``wanted_span (n, listener_id, before, first, last)``."""
    columns = (("listener_id", "integer"), ("before", "bigint"), ("first", "bigint"), ("last", "bigint"))
    return Wanted("wanted_span", columns, (listeners, before, first, last))


def storable(text: str) -> str:
    """The text without what no database can hold: the character of code 0, and halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()
