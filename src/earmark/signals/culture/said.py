"""How much is said of each artist and song in which terms: by texts, by tags and by genres, and where.

What texts say fades with their age, and counts for more where two sources say it than where one says it twice; tags
count by how many gave them, beside what else was given to the same artist.
"""

from __future__ import annotations

from typing import Final

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from earmark.signals.culture.terms import vocabulary

DAY_MS: Final = 86_400_000
EVIDENCE: Final = {
    "artist": pl.Int32,
    "song": pl.Int32,
    "term": pl.String,
    "source": pl.String,
    "document": pl.Int32,
    "address": pl.String,
    "published_at": pl.Int64,
    "quote": pl.String,
    "weight": pl.Float32,
}
"""The columns in which evidence is told; of a tag, only the source and the weight are filled."""


class SaidConfig(BaseModel):
    """What counts for how much."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_life_days: float = Field(default=1_460.0, gt=0, allow_inf_nan=False)
    """After so many days, a text counts half."""
    least_probability: float = Field(default=0.8, ge=0, le=1)
    """Mentions less likely meant say nothing."""
    texts: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """What texts count for."""
    tags: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """What tags count for."""
    genres: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    """What genres count for, to which tags were brought."""
    evidence: int = Field(default=3, ge=0)
    """How many pieces of evidence are kept for each term of an artist, or of a song."""


def said_in_texts(mentions: pl.DataFrame, now: int, config: SaidConfig) -> pl.DataFrame:
    """What each document says of whom: the columns of `EVIDENCE`, ``weight`` faded by age.

    Args:
        mentions: as in a snapshot; those without a date count as if they were of now.
        now: milliseconds since 1970 UTC.
        config: what counts for how much.
    """
    age = (pl.lit(now) - pl.col("published_at")).clip(0) / (config.half_life_days * DAY_MS)
    counts = pl.col("probability") * pl.lit(0.5).pow(age.fill_null(0.0))
    return (
        mentions.filter(pl.col("probability") >= config.least_probability, pl.col("terms").list.len() > 0)
        .with_columns(counts=counts)
        .explode("terms")
        .with_columns(
            term=pl.col("terms").struct.field("term"),
            weight=pl.col("terms").struct.field("weight") * pl.col("counts"),
        )
        .filter(pl.col("weight") > 0)
        .group_by("artist", "song", "term", "source", "document", "address", "published_at", "quote")
        .agg(pl.col("weight").sum())
        .select([pl.col(name).cast(kind) for name, kind in EVIDENCE.items()])
        .sort("artist", "song", "term", "source", "document", "quote", "weight")
    )


def called_in_texts(mentions: pl.DataFrame, now: int, config: SaidConfig) -> pl.DataFrame:
    """What each publisher calls whom, as tags are given: ``artist``, ``song``, ``source``, ``tag``, ``weight``."""
    return (
        said_in_texts(mentions, now, config)
        .group_by("artist", "song", "source", tag="term")
        .agg(pl.col("weight").sort().sum())
    )


def said_by_tags(tags: pl.DataFrame) -> pl.DataFrame:
    """What each source of tags says of whom: the columns of `EVIDENCE`.

    A tag weighs what it does beside the largest that the source gives the same artist or song.
    """
    spelled = {tag: vocabulary().usual(tag) for tag in tags["tag"].unique().to_list()}
    # What weighs nothing says nothing.
    given = tags.filter(pl.col("weight") > 0).with_columns(
        term=pl.col("tag").replace_strict(spelled, return_dtype=pl.String)
    )
    together = given.group_by("artist", "song", "source", "term").agg(pl.col("weight").cast(pl.Float64).max())
    most = pl.col("weight").max().over("artist", "song", "source")
    return (
        together.with_columns(weight=pl.col("weight") / most)
        .with_columns(pl.lit(None).alias(name) for name in ("document", "address", "published_at", "quote"))
        .select([pl.col(name).cast(kind) for name, kind in EVIDENCE.items()])
        .sort("artist", "song", "term", "source")
    )


def amounts(said: pl.DataFrame, *by: str) -> pl.DataFrame:
    """How much is said in which term, ``by`` and ``term`` and ``amount``: what a source says counts by its square root.

    Args:
        said: the columns of `EVIDENCE`.
        by: whom it is said of: ``artist`` alone, with all that is said of their songs, or ``artist`` and ``song``.
    """
    by_source = (
        said.group_by(*by, "term", "source")
        .agg(pl.col("weight").cast(pl.Float64).sum())
        .sort(*by, "term", "source")
    )
    return by_source.group_by(*by, "term").agg(amount=pl.col("weight").sqrt().sum()).sort(*by, "term")
