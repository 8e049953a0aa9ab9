"""Genres that artists likely are of, though nobody wrote it: what follows from all else that they are called.

Tags of one meaning are one, by the tree's spelling; what says nothing of the music ("seen live") is left out, and so
is what a single artist has. What nobody wrote of an artist is filled in from what artists with the same tags are
called (`earmark.signals.culture.tag_completion`), so that one who was only called "shoegaze" is also known as likely
dream pop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.signals.culture.genres.spelling import spoken
from earmark.signals.culture.genres.terms import Kind
from earmark.signals.culture.genres.tree import GenreTree
from earmark.signals.culture.tag_completion import TagCompletion, TagCompletionConfig

if TYPE_CHECKING:
    from earmark.signals.culture.tag_completion import Csr, Floats

ROWS_AT_ONCE: Final = 4_096
SCHEMA: Final = {"artist": pl.Int32, "genre": pl.String, "strength": pl.Float32}


class LikelyGenresConfig(BaseModel):
    """What is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_artists: int = Field(default=2, ge=1)
    """A tag that fewer artists have leads nowhere."""
    most_tags: int = Field(default=4_000, ge=1, le=20_000)
    """Tags held at most, those of most artists first; memory and time grow with its square and cube."""
    least_strength: float = Field(default=0.3, gt=0, allow_inf_nan=False)
    """What follows less strongly is not told."""
    most: int = Field(default=4, ge=1, le=50)
    """Genres told of an artist, the strongest."""
    completion: TagCompletionConfig = TagCompletionConfig()
    """How missing tags are filled in."""


def likely_genres(
    tags: pl.DataFrame, genres: pl.DataFrame, tree: GenreTree, config: LikelyGenresConfig
) -> pl.DataFrame:
    """``artist``, ``genre``, ``strength`` of what follows from tags and is not said, by artist, the strongest first.

    Args:
        tags: ``artist``, ``tag``, ``weight`` in any order, one row for each source and song; weights as counts.
        genres: what artists are said to be of: ``artist`` and ``genre``.
        tree: by whose spelling tags are one.
        config: what is told.
    """
    artists, called, counts = tag_counts(tags, tree, config)
    if not called:
        return pl.DataFrame(schema=SCHEMA)
    completion = TagCompletion(config.completion).fit(counts)
    columns = np.array([at for at, tag in enumerate(called) if tree.canonical(tag)], np.intp)
    told = pl.concat(
        [pl.DataFrame(schema=SCHEMA)]
        + [
            _strongest(artists[some], called, columns, completion.complete(counts[some], columns), config)
            for some in _in_parts(len(artists))
        ]
    )
    return (
        told.join(genres, on=["artist", "genre"], how="anti", maintain_order="left")
        .group_by("artist", maintain_order=True)
        .head(config.most)
    )


def tag_counts(
    tags: pl.DataFrame, tree: GenreTree, config: LikelyGenresConfig
) -> tuple[NDArray[np.int32], list[str], Csr]:
    """Artists who have a tag (record ids, ascending), the tags that are held, and how much each artist has of each."""
    spelled = {tag: spelling(tag, tree) for tag in tags["tag"].unique().to_list()}
    said = (
        tags.filter(pl.col("weight") > 0, pl.col("weight").is_finite())
        .with_columns(tag=pl.col("tag").replace_strict(spelled, return_dtype=pl.String))
        .drop_nulls("tag")
        .sort("artist", "tag", "weight")
        .group_by("artist", "tag", maintain_order=True)
        .agg(pl.col("weight").sum())
    )
    held = (
        said.group_by("tag")
        .agg(n=pl.len())
        .filter(pl.col("n") >= config.least_artists)
        .sort(["n", "tag"], descending=[True, False])
        .head(config.most_tags)
    )
    said = said.join(held, on="tag", how="semi")
    artists, rows = np.unique(said["artist"].to_numpy(), return_inverse=True)
    called = held["tag"].sort()
    columns = called.search_sorted(said["tag"]).to_numpy() if len(said) else np.empty(0, np.int64)
    counts = sp.csr_array(
        (said["weight"].to_numpy().astype(np.float32), (rows, columns)), shape=(len(artists), len(called))
    )
    return artists.astype(np.int32), called.to_list(), counts


def spelling(tag: str, tree: GenreTree) -> str | None:
    """The one spelling of a tag: the tree's where it knows the tag; None for noise and blanks."""
    known = tree.term(tag)
    if known is not None:
        return None if known.kind is Kind.NOISE else known.name
    return " ".join(spoken(tag)) or None


def _in_parts(n: int) -> Iterator[slice]:
    return (slice(start, start + ROWS_AT_ONCE) for start in range(0, n, ROWS_AT_ONCE))


def _strongest(
    artists: NDArray[np.int32],
    called: list[str],
    columns: NDArray[np.intp],
    follows: Floats,
    config: LikelyGenresConfig,
) -> pl.DataFrame:
    order = np.argsort(-follows, axis=1, kind="stable")
    best = np.take_along_axis(follows, order, axis=1)
    row, place = np.nonzero(best >= config.least_strength)
    genres = [called[at] for at in columns[order[row, place]]]
    return pl.DataFrame({"artist": artists[row], "genre": genres, "strength": best[row, place]}, SCHEMA)
