"""What a statement asks about, however much that is: a table that exists for the statement, which it joins by name.

It goes to the database as one value, an array in JSON: drivers take many values one by one, in time that others wait
for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

Row = tuple[Any, ...]


class Wanted(NamedTuple):
    """The table: its rows are numbered in order by ``n``, and have columns beside."""

    table: str
    columns: tuple[tuple[str, str], ...]
    """Name and type of each, those without ``n``."""
    values: tuple[Sequence[Any], ...]
    """The values of each column; of type bytea in hexadecimal digits, since JSON holds no bytes."""

    @property
    def names(self) -> str:
        """All columns, as a statement lists them."""
        return ", ".join(("n", *(name for name, _ in self.columns)))

    def told(self) -> str:
        """An array of the values, or of arrays of them where there is more than one column."""
        rows = list(self.values[0]) if len(self.values) == 1 else list(zip(*self.values, strict=True))
        try:
            told = msgspec.json.encode(rows).decode()
        except UnicodeEncodeError:
            return msgspec.json.encode([storable(one) for one in rows]).decode()
        if _NUL in told:
            return msgspec.json.encode([storable(one) for one in rows]).decode()
        return told


_NUL: Final = r"\u0000"


def storable(value: Any) -> Any:
    """The value, or row of values, without the character NUL, and with question marks for halves of surrogate pairs.

    No database holds these, nor JSON as databases read it.
    """
    if isinstance(value, tuple):
        return tuple(storable(one) for one in value)
    return value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value


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


def wanted_spans(
    listeners: Sequence[int], before: Sequence[int], first: Sequence[int], last: Sequence[int]
) -> Wanted:
    """These stretches of time, with what leads up to each: ``wanted_span (n, listener_id, before, first, last)``."""
    columns = (("listener_id", "integer"), ("before", "bigint"), ("first", "bigint"), ("last", "bigint"))
    return Wanted("wanted_span", columns, (listeners, before, first, last))
