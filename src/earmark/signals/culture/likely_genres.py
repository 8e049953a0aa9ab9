"""Artists by their tags, those that they have and those that they would have.

Tags of one meaning are one, by the tree's spelling; what says nothing of the music ("seen live") is left out, and so
is what a single artist has. What nobody wrote of an artist is filled in from what artists with the same tags are
called (`earmark.signals.culture.tag_completion`), so that one who was only called "shoegaze" is also found as dream
pop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import NotLearnedError, TooLittleError, UnknownNameError
from earmark.signals.culture.genres.spelling import spoken
from earmark.signals.culture.genres.terms import Kind
from earmark.signals.culture.genres.tree import GenreTree
from earmark.signals.culture.tag_completion import TagCompletion, TagCompletionConfig

if TYPE_CHECKING:
    from earmark.signals.culture.tag_completion import Csr

BLOCK = 4_096
"""Artists that are completed at once."""


class TagSpaceConfig(BaseModel):
    """Which tags are held."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_artists: int = Field(default=2, ge=1)
    """A tag that fewer artists have leads nowhere."""
    most_tags: int = Field(default=4_000, ge=1, le=20_000)
    """Tags held at most, those of most artists first; memory and time grow with its square and cube."""
    completion: TagCompletionConfig = TagCompletionConfig()
    """How missing tags are filled in."""


class TagSpace:
    """Tags of artists in one spelling, and how they follow from each other."""

    def __init__(self, config: TagSpaceConfig | None = None) -> None:
        self.config = config or TagSpaceConfig()
        self._completion = TagCompletion(self.config.completion)
        self._artists: NDArray[np.int32] | None = None
        self._tags: tuple[str, ...] = ()
        self._counts: Csr | None = None

    @property
    def artists(self) -> NDArray[np.int32]:
        """Record ids of the artists who have a tag, ascending; position is the row.

        Raises:
            NotLearnedError: before ``fit``.
        """
        if self._artists is None:
            raise NotLearnedError("No tags are held.", "Call fit first.")
        return self._artists

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that are held, in order; position is the column."""
        return self._tags

    @property
    def counts(self) -> Csr:
        """What was said, ``(n_artists, n_tags)`` float32: weights of all sources and of all songs summed up.

        Raises:
            NotLearnedError: before ``fit``.
        """
        if self._counts is None:
            raise NotLearnedError("No tags are held.", "Call fit first.")
        return self._counts

    def fit(self, tags: pl.DataFrame, tree: GenreTree) -> Self:
        """Hold tags and learn how they follow from each other.

        Args:
            tags: ``artist``, ``tag``, ``weight`` in any order, one row for each source and song; weights as counts.
            tree: by whose spelling tags are one.

        Raises:
            TooLittleError: no tag is held by as many artists as it must be.
        """
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
            .filter(pl.col("n") >= self.config.least_artists)
            .sort(["n", "tag"], descending=[True, False])
            .head(self.config.most_tags)
        )
        if held.is_empty():
            raise TooLittleError(
                f"No tag is held by {self.config.least_artists} artists or more.",
                "Import more tags, or scan a folder whose files name their genres.",
            )
        self._tags = tuple(sorted(held["tag"].to_list()))
        said = said.join(held, on="tag", how="semi")
        self._artists = np.unique(said["artist"].to_numpy()).astype(np.int32)
        place = {tag: at for at, tag in enumerate(self._tags)}
        rows = np.searchsorted(self._artists, said["artist"].to_numpy())
        columns = np.array([place[tag] for tag in said["tag"].to_list()], np.int32)
        self._counts = sp.csr_array(
            (said["weight"].to_numpy().astype(np.float32), (rows, columns)),
            shape=(len(self._artists), len(self._tags)),
        )
        self._completion.fit(self.counts)
        return self

    def find(self, tag: str, n: int) -> list[tuple[int, float]]:
        """The artists who are likest a tag by all else that they are called, those who have it or not, best first.

        Args:
            tag: one of ``tags``.
            n: how many at most.

        Raises:
            UnknownNameError: the tag is not held.
        """
        if tag not in self._tags:
            raise UnknownNameError(
                f"No artists are known by the tag {tag!r}.", "Ask for one of TagSpace.tags."
            )
        column = np.array([self._tags.index(tag)])
        scores = self._completion.complete(self.counts, column)[:, 0]
        best = np.lexsort((self.artists, -scores))[:n]
        return [(int(self.artists[at]), float(scores[at])) for at in best if scores[at] > 0]

    def completed(self, most: int = 30) -> Csr:
        """The tags that each artist has or would have, ``(n_artists, n_tags)`` float32, at most ``most`` in a row.

        What was said is scaled to the same lengths as what follows from it, and the two are added.
        """
        blocks = [self._strongest(start, most) for start in range(0, len(self.artists), BLOCK)]
        return sp.csr_array(sp.vstack(blocks, format="csr"))

    def _strongest(self, start: int, most: int) -> Csr:
        block = self.counts[start : start + BLOCK]
        weights = np.maximum(self._completion.complete(block), 0) + self._completion.rows(block).toarray()
        kept = np.argsort(-weights, axis=1, kind="stable")[:, :most]
        made = sp.csr_array(
            (
                np.take_along_axis(weights, kept, axis=1).ravel(),
                (np.repeat(np.arange(len(kept)), kept.shape[1]), kept.ravel()),
            ),
            shape=weights.shape,
        )
        made.eliminate_zeros()
        made.sort_indices()
        return made

    def likely(self, artist: int, n: int = 10) -> Iterator[tuple[str, float]]:
        """The tags that an artist would have but has not, the likeliest first; none of an artist without tags."""
        row = int(np.searchsorted(self.artists, artist))
        if row == len(self.artists) or self.artists[row] != artist:
            return
        block = self.counts[[row]]
        weights = self._completion.complete(block)[0]
        weights[block.indices] = 0
        for at in np.argsort(-weights, kind="stable")[:n]:
            if weights[at] > 0:
                yield self._tags[at], float(weights[at])


def spelling(tag: str, tree: GenreTree) -> str | None:
    """The one spelling of a tag: the tree's where it knows the tag; None for noise and blanks."""
    known = tree.term(tag)
    if known is not None:
        return None if known.kind is Kind.NOISE else known.name
    return " ".join(spoken(tag)) or None
