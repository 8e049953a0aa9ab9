"""What documents say of whom: kept in place of what they said before, and cut for a build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl
from sqlalchemy import Connection

from earmark.music.documents import Mention
from earmark.store.catalogue_names import catalogued
from earmark.store.culture_frames import MENTIONS
from earmark.store.paths import path_of
from earmark.store.rows import do, fetch, insert, stream
from earmark.store.wanted import Row, storable, wanted_ids

_COLUMNS: Final = (
    "m.document_id, m.artist_id, m.song_id, m.release, m.times, m.probability, m.opinion, m.quote, m.terms"
)
_OF_DOCUMENTS: Final = f"""
    SELECT {_COLUMNS} FROM wanted_id w CROSS JOIN mention m WHERE m.document_id = w.id
    ORDER BY m.document_id, m.artist_id, m.song_id, m.release"""
_UNSAY: Final = "DELETE FROM mention WHERE document_id IN (SELECT id FROM wanted_id)"
_ALL: Final = f"""
    SELECT {_COLUMNS}, d.source, d.address, coalesce(d.published_at, d.read_at)
    FROM mention m JOIN document d ON d.id = m.document_id
    ORDER BY m.document_id, m.artist_id, m.song_id, m.release"""
_DIGITS: Final = 5
"""Decimals of figures: more than anybody can tell apart, few enough to come back just as they were."""
_STRETCH: Final = 1 << 16
"""Mentions held at once while a snapshot is cut."""

Terms = tuple[tuple[str, float], ...]


def say(
    connection: Connection, said: Mapping[int, Sequence[Mention]], *, known: Set[int]
) -> tuple[int, set[int]]:
    """Note what documents say, in place of what they said before.

    Args:
        connection: the record.
        said: by the id of the document.
        known: those of them that may have said something before.

    Returns:
        How many mentions they have now, and which of ``known`` say something else than before.
    """
    there = catalogued(connection, ((one.artist, one.song) for theirs in said.values() for one in theirs))
    now = {
        number: sorted(_row(number, one) for one in theirs if (one.artist, one.song) in there)
        for number, theirs in said.items()
    }
    before: dict[int, list[Row]] = {number: [] for number in known}
    if known:
        for row in fetch(connection, _OF_DOCUMENTS, wanted=wanted_ids(sorted(known))):
            before[row[0]].append(tuple(row))
    differ = {number for number, theirs in before.items() if theirs != now[number]}
    if differ:
        do(connection, _UNSAY, wanted=wanted_ids(sorted(differ)))
    written = [number for number in sorted(now) if number in differ or number not in known]
    insert(connection, "mention", (row for number in written for row in now[number]))
    return sum(map(len, now.values())), differ


def _row(document: int, one: Mention) -> Row:
    opinion = None if one.opinion is None else round(one.opinion, _DIGITS)
    terms = [(storable(term), round(weight, _DIGITS)) for term, weight in one.terms]
    return (
        document,
        one.artist,
        one.song or 0,
        storable(one.release or ""),
        one.times,
        round(one.probability, _DIGITS),
        opinion,
        storable(one.quote),
        msgspec.json.encode(terms).decode(),
    )


def mention_of(artist: int, said: Sequence[Any]) -> Mention:
    """What the columns of the table from the song on say of an artist."""
    song, release, times, probability, opinion, quote, terms = said
    told = msgspec.json.decode(terms, type=Terms)
    return Mention(artist, times, probability, opinion, quote, told, song or None, release or None)


def mention_frames(connection: Connection) -> Iterator[pl.DataFrame]:
    """All mentions in the columns of ``Snapshot.mentions``, some at a time."""
    rows = stream(connection, _ALL, _STRETCH)
    while True:
        stretch = list(islice(rows, _STRETCH))
        yield _frame(stretch)
        if len(stretch) < _STRETCH:
            return


def _frame(rows: Sequence[Row]) -> pl.DataFrame:
    (
        documents,
        artists,
        songs,
        releases,
        times,
        probabilities,
        opinions,
        quotes,
        terms,
        sources,
        addresses,
        dates,
    ) = zip(*rows, strict=True) if rows else ((),) * 12
    told = {
        "document": documents,
        "source": [path_of(one) for one in sources],
        "address": [path_of(one) for one in addresses],
        "published_at": dates,
        "artist": artists,
        "song": [one or None for one in songs],
        "release": [one or None for one in releases],
        "times": times,
        "probability": probabilities,
        "opinion": opinions,
        "quote": quotes,
    }
    schema = {name: kind for name, kind in MENTIONS.items() if name != "terms"}
    return pl.DataFrame(told, schema=schema).with_columns(_terms(terms))


def _terms(told: Sequence[str]) -> pl.Series:
    """``terms`` from what each row of the table says of them."""
    decoder = msgspec.json.Decoder(Terms)
    terms = [decoder.decode(one) for one in told]
    flat = [one for theirs in terms for one in theirs]
    rows = pl.DataFrame({"row": np.arange(len(terms))})
    lists = (
        pl.DataFrame(flat, schema={"term": pl.String, "weight": pl.Float32}, orient="row")
        .select(terms=pl.struct("term", "weight"))
        .with_columns(row=np.repeat(np.arange(len(terms)), [len(theirs) for theirs in terms]))
        .group_by("row", maintain_order=True)
        .agg("terms")
    )
    nothing = pl.lit([], MENTIONS["terms"])
    whole = rows.join(lists, on="row", how="left", maintain_order="left")
    return whole.select(pl.col("terms").fill_null(nothing)).to_series()
