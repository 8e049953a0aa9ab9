"""Texts about music that were read: where each is, how it was read, and what it says of whom.

Of a text its figures, short quotes and the link are kept; the text itself only if the owner wants it. A text that is
nearly the same as one that was there before is kept as that (``same_as``), and says nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, NewType, Protocol

import msgspec

from earmark.listening.listens import UnixMs
from earmark.music.documents import Document, Mention, Reading
from earmark.store.catalogue_names import CatalogueName, all_names, artists_named
from earmark.store.database import Database, Intent
from earmark.store.mentions import mention_of
from earmark.store.paths import path_of, spelled
from earmark.store.rows import do, fetch, stream
from earmark.store.wanted import wanted_ids, wanted_keys

DocumentId = NewType("DocumentId", int)


class ReadDocument(msgspec.Struct, frozen=True):
    """A document as it is handed over to be kept."""

    document: Document
    reading: Reading
    read_by: str
    """Which reader read it, and its version."""
    same_as: str | None = None
    """The address of the document that it nearly repeats; one handed over with it, or on record."""
    keep_text: bool = False


class DocumentsKept(msgspec.Struct, frozen=True):
    """What became of the documents that were handed over; each is in one of the first four."""

    new: int = 0
    changed: int = 0
    """With another text, title or date than the record knew."""
    same: int = 0
    """As the record knew them."""
    duplicates: int = 0
    """New or changed ones that nearly repeat another."""
    said_otherwise: int = 0
    """Of those that are the same, how many say other things now: names came into the catalogue, or readers learned."""
    mentions: int = 0
    """How many all of them have now."""


class DocumentRecord(msgspec.Struct, frozen=True):
    """A document on record."""

    id: DocumentId
    address: str
    source: str
    title: str
    published_at: UnixMs | None
    read_at: UnixMs
    """When it was first read as it is."""
    read_by: str
    language: str
    words: int
    same_as: str | None
    """The address of the document that it nearly repeats."""
    text: str | None


class Said(msgspec.Struct, frozen=True):
    """What one document says about an artist, with the document: the evidence for whatever is told of them."""

    address: str
    source: str
    title: str
    published_at: UnixMs | None
    read_at: UnixMs
    mention: Mention


class Sketch(NamedTuple):
    """By which near-duplicates of a document are known."""

    address: str
    sketch: bytes


class DocumentCounts(msgspec.Struct, frozen=True):
    """How much was read."""

    documents: int
    duplicates: int
    """Of these, how many nearly repeat another."""
    sources: int
    mentions: int
    artists: int
    """How many are mentioned."""
    tags: int


class Documents(Protocol):
    """The documents; every call is a transaction of its own. They are kept within one: `Writer.keep_documents`."""

    def known(self, addresses: Sequence[str]) -> dict[str, str]:
        """Those of the addresses that are on record, and by whom each was read."""

    def find(self, address: str) -> DocumentRecord | None:
        """The document at this address, or None."""

    def sketches(self) -> Iterator[Sketch]:
        """Those of all documents that repeat no other, in the order in which they came."""

    def about(self, artist: int, *, least_probability: float = 0.0, limit: int = 50) -> list[Said]:
        """What is said about an artist and their works, the latest first."""

    def names(self) -> Iterator[CatalogueName]:
        """Every name in the catalogue that a text may mention: of artists, songs and releases."""

    def artists_named(self, names: Sequence[str]) -> list[int | None]:
        """The artist of each name, in the order given; None where the catalogue has nobody of that name."""

    def counts(self) -> DocumentCounts:
        """How much was read."""

    def forget(self, address: str) -> int:
        """Erase the document at this address, or all of the source of this name; returns how many there were.

        Those that repeat one of them go with it: read again, they count for themselves.
        """


_DOCUMENT: Final = """
    SELECT d.id, d.address, d.source, d.title, d.published_at, d.read_at, d.read_by, d.language, d.words,
        o.address, d.text
    FROM document d LEFT JOIN document o ON o.id = d.same_as WHERE d.address = ?"""
_KNOWN: Final = """
    SELECT d.address, d.read_by FROM wanted_key w CROSS JOIN document d WHERE d.address = w.key"""
_SKETCHES: Final = "SELECT address, sketch FROM document WHERE same_as IS NULL ORDER BY id"
_ABOUT: Final = """
    SELECT d.address, d.source, d.title, d.published_at, d.read_at,
        m.song_id, m.release, m.times, m.probability, m.opinion, m.quote, m.terms
    FROM mention m JOIN document d ON d.id = m.document_id
    WHERE m.artist_id = ? AND m.probability >= ?
    ORDER BY coalesce(d.published_at, d.read_at) DESC, d.id DESC, m.song_id, m.release LIMIT ?"""
_COUNTS: Final = """
    SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM document WHERE same_as IS NOT NULL),
        (SELECT count(DISTINCT source) FROM document), (SELECT count(*) FROM mention),
        (SELECT count(DISTINCT artist_id) FROM mention), (SELECT count(*) FROM tag)"""
_ERASED: Final = """
    SELECT id FROM document WHERE address = ? OR source = ?
    UNION SELECT r.id FROM document d JOIN document r ON r.same_as = d.id WHERE d.address = ? OR d.source = ?"""
_STRETCH: Final = 16_384
"""Sketches read at once."""


class SqlDocuments:
    """`Documents` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, addresses: Sequence[str]) -> dict[str, str]:
        """Those of the addresses that are on record, and by whom each was read."""
        asked = [spelled(one) for one in addresses]
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, _KNOWN, wanted=wanted_keys([0] * len(asked), asked))
        return {path_of(address): by for address, by in found}

    def find(self, address: str) -> DocumentRecord | None:
        """The document at this address, or None."""
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, _DOCUMENT, (spelled(address),))
        if not found:
            return None
        number, at, source, title, published_at, read_at, by, language, words, same_as, text = found[0]
        first = None if same_as is None else path_of(same_as)
        return DocumentRecord(
            id=number,
            address=path_of(at),
            source=path_of(source),
            title=title,
            published_at=published_at,
            read_at=read_at,
            read_by=by,
            language=language,
            words=words,
            same_as=first,
            text=text,
        )

    def sketches(self) -> Iterator[Sketch]:
        """Those of all documents that repeat no other, in the order in which they came."""
        with self._database.transaction(Intent.READ) as connection:
            for address, sketch in stream(connection, _SKETCHES, _STRETCH):
                yield Sketch(path_of(address), sketch)

    def about(self, artist: int, *, least_probability: float = 0.0, limit: int = 50) -> list[Said]:
        """What is said about an artist and their works, the latest first."""
        with self._database.transaction(Intent.READ) as connection:
            rows = fetch(connection, _ABOUT, (artist, least_probability, limit))
        return [
            Said(path_of(address), path_of(source), title, published_at, read_at, mention_of(artist, said))
            for address, source, title, published_at, read_at, *said in rows
        ]

    def names(self) -> Iterator[CatalogueName]:
        """Every name in the catalogue that a text may mention: of artists, songs and releases."""
        with self._database.transaction(Intent.READ) as connection:
            yield from all_names(connection)

    def artists_named(self, names: Sequence[str]) -> list[int | None]:
        """The artist of each name, in the order given; None where the catalogue has nobody of that name."""
        with self._database.transaction(Intent.READ) as connection:
            return artists_named(connection, names)

    def counts(self) -> DocumentCounts:
        """How much was read."""
        with self._database.transaction(Intent.READ) as connection:
            return DocumentCounts(*fetch(connection, _COUNTS)[0])

    def forget(self, address: str) -> int:
        """Erase the document at this address, or all of the source of this name; returns how many there were."""
        named = (spelled(address),) * 4
        with self._database.transaction(Intent.WRITE) as connection:
            erased = wanted_ids([number for (number,) in fetch(connection, _ERASED, named)])
            do(
                connection,
                "DELETE FROM mention WHERE document_id IN (SELECT id FROM wanted_id)",
                wanted=erased,
            )
            return do(
                connection, "DELETE FROM document WHERE id IN (SELECT id FROM wanted_id)", wanted=erased
            )
