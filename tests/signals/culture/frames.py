"""Frames of a snapshot, made for tests."""

from __future__ import annotations

from typing import Any

import polars as pl

DAY = 86_400_000
NOW = 20_000 * DAY

MENTIONS = {
    "document": pl.Int32(),
    "source": pl.String(),
    "address": pl.String(),
    "published_at": pl.Int64(),
    "artist": pl.Int32(),
    "song": pl.Int32(),
    "release": pl.String(),
    "times": pl.Int32(),
    "probability": pl.Float32(),
    "opinion": pl.Float32(),
    "quote": pl.String(),
    "terms": pl.List(pl.Struct({"term": pl.String(), "weight": pl.Float32()})),
}
TAGS = {
    "artist": pl.Int32(),
    "song": pl.Int32(),
    "source": pl.String(),
    "tag": pl.String(),
    "weight": pl.Float32(),
}
GENRES = {"artist": pl.Int32(), "song": pl.Int32(), "genre": pl.String(), "weight": pl.Float32()}
LYRICS = {"song": pl.Int32(), "language": pl.String()}


def mention(
    document: int, artist: int, terms: dict[str, float] | None = None, **other: Any
) -> dict[str, Any]:
    return {
        "document": document,
        "source": "a",
        "address": f"at/{document}",
        "published_at": NOW,
        "artist": artist,
        "song": None,
        "release": None,
        "times": 1,
        "probability": 1.0,
        "opinion": None,
        "quote": f"quote {document}",
        "terms": [{"term": term, "weight": weight} for term, weight in (terms or {}).items()],
        **other,
    }


def mentions(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=MENTIONS)


def tags(*rows: tuple[int, int | None, str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=TAGS, orient="row")


def no_genres() -> pl.DataFrame:
    return pl.DataFrame(schema=GENRES)


def lyrics(*rows: tuple[int, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=LYRICS, orient="row")
