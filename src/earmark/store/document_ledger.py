"""Documents go into the record as they were read: new ones come in, of others what has changed is replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from earmark.listening.listens import clock
from earmark.store.documents import DocumentsKept, ReadDocument
from earmark.store.mentions import say
from earmark.store.paths import spelled
from earmark.store.rows import fetch, insert, new_ids, put
from earmark.store.wanted import Row, storable, wanted_documents, wanted_keys

_KNOWN: Final = """
    SELECT w.n, d.id, d.read_at, d.sketch = w.sketch, d.source, d.title, d.published_at, d.language, d.words,
        d.same_as, d.text, d.read_by
    FROM wanted_document w CROSS JOIN document d WHERE d.address = w.address"""
_CHANGE: Final = """
    UPDATE document SET source = ?, title = ?, published_at = ?, read_at = ?, read_by = ?, language = ?, words = ?,
        sketch = ?, same_as = ?, text = ? WHERE id = ?"""
_FIRSTS: Final = """
    SELECT w.key, coalesce(d.same_as, d.id) FROM wanted_key w CROSS JOIN document d WHERE d.address = w.key"""


class _Known(NamedTuple):
    """What the record says of a document that is handed over."""

    id: int
    read_at: int
    same_sketch: bool
    told: Row
    """As `_told`."""
    aside: Row
    """What it repeats, its text, and who read it."""


def keep_documents(connection: Connection, documents: Sequence[ReadDocument]) -> DocumentsKept:
    """Note documents as they were read, in place of what was known of the same addresses; each address once.

    Artists and songs that are in the catalogue no more are not mentioned. What has not changed is not written.
    """
    addresses = [storable(spelled(one.document.address)) for one in documents]
    known = _known(connection, addresses, documents)
    new = [n for n in range(len(documents)) if n not in known]
    drawn = dict(zip(new, new_ids(connection, "document", len(new)), strict=True))
    numbers = [known[n].id if n in known else drawn[n] for n in range(len(documents))]
    same_as = _firsts(connection, documents, dict(zip(addresses, numbers, strict=True)))
    told = [_told(one) for one in documents]
    aside = [(first, _text(one), one.read_by) for one, first in zip(documents, same_as, strict=True)]
    same = {n for n, one in known.items() if one.same_sketch and one.told == told[n]}
    now = clock()

    def described(n: int) -> Row:
        source, title, published_at, *facts = told[n]
        first, text, by = aside[n]
        read_at = known[n].read_at if n in same else now
        return (source, title, published_at, read_at, by, *facts, documents[n].reading.sketch, first, text)

    rows = ((drawn[n], addresses[n], *described(n)) for n in new)
    if insert(connection, "document", rows, if_absent=True) < len(new):
        # Another writer noted one of them meanwhile, so that it is known now.
        return keep_documents(connection, documents)
    changed = [n for n, one in known.items() if n not in same or one.aside != aside[n]]
    put(connection, _CHANGE, ((*described(n), numbers[n]) for n in changed))
    said = {
        number: one.reading.mentions if first is None else ()
        for number, one, first in zip(numbers, documents, same_as, strict=True)
    }
    mentions, otherwise = say(connection, said, known={one.id for one in known.values()})
    others = [n for n in range(len(documents)) if n not in same]
    repeating = sum(same_as[n] is not None for n in others)
    return DocumentsKept(
        new=sum(n not in known and same_as[n] is None for n in others),
        changed=sum(n in known and same_as[n] is None for n in others),
        same=len(same),
        duplicates=repeating,
        said_otherwise=sum(numbers[n] in otherwise for n in same),
        mentions=mentions,
    )


def _known(
    connection: Connection, addresses: Sequence[str], documents: Sequence[ReadDocument]
) -> dict[int, _Known]:
    """What the record says of the documents that it knows, by their place."""
    wanted = wanted_documents(addresses, [one.reading.sketch for one in documents])
    return {
        n: _Known(number, read_at, bool(same), tuple(rest[:5]), tuple(rest[5:]))
        for n, number, read_at, same, *rest in fetch(connection, _KNOWN, wanted=wanted)
    }


def _firsts(
    connection: Connection, documents: Sequence[ReadDocument], together: Mapping[str, int]
) -> list[int | None]:
    """Which document each repeats, None for itself: one of those handed over together, or one on record."""
    asked = [None if one.same_as is None else storable(spelled(one.same_as)) for one in documents]
    elsewhere = sorted({address for address in asked if address is not None} - together.keys())
    found: dict[str, int] = dict(
        fetch(connection, _FIRSTS, wanted=wanted_keys([0] * len(elsewhere), elsewhere)) if elsewhere else ()
    )
    return [None if address is None else together.get(address, found.get(address)) for address in asked]


def _told(one: ReadDocument) -> Row:
    """What is told of a document beside its address: source, title, date, language and words."""
    document, reading = one.document, one.reading
    source, title = storable(spelled(document.source)), storable(document.title)
    return (source, title, document.published_at, reading.language, reading.words)


def _text(one: ReadDocument) -> str | None:
    return storable(one.document.text) if one.keep_text else None
