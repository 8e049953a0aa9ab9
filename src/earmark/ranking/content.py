"""What is known of items beside who holds them: the door by which those come in that nobody holds yet.

Knowledge comes in groups (artist, release, words of the title, tags), each a sparse matrix of items by terms. Terms
are weighed as in text search: log(1 + count) · log(items / items with the term) (Salton & Buckley 1988), and an item's
terms are divided by the square root of their length, halfway between as they are and all of one length: who is
described at length is known better, but not in proportion. A group that does not count terms (what is heard, what
is written) joins as the matrix that it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.kernels.sparse import Rows
from earmark.music.letters import fold, words
from earmark.ranking.words import tokens
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.histories import Csr


@dataclass(frozen=True)
class Content:
    """Features of items, ``(n_items, n_features)`` float32, group beside group."""

    features: Csr
    groups: Mapping[str, slice]

    def __len__(self) -> int:
        return int(self.features.shape[0])

    @classmethod
    def of(cls, groups: Mapping[str, Csr]) -> Content:
        """Set groups side by side, each ``(n_items, n_features_of_it)``.

        Raises:
            ValueError: there is no group, they speak of different numbers of items, or a feature is not finite.
        """
        sizes = {matrix.shape[0] for matrix in groups.values()}
        if len(sizes) != 1:
            raise ValueError(f"content: groups must speak of the same items, found {sorted(sizes)} of them.")
        for name, matrix in groups.items():
            Rows.of(matrix, f"content: {name}")
        ends = np.cumsum([matrix.shape[1] for matrix in groups.values()]).tolist()
        bounds = zip(groups, [0, *ends], ends, strict=False)
        features = sp.csr_array(sp.hstack(list(groups.values()), format="csr", dtype=np.float32))
        return cls(features, {name: slice(start, stop) for name, start, stop in bounds})


@dataclass(frozen=True)
class Terms:
    """How much each term of a group says: the columns ``kept`` of its counts, and their ``rarity``; ``(n_kept,)``."""

    kept: NDArray[np.intp]
    rarity: NDArray[np.float32]

    @classmethod
    def of(cls, counts: Csr, *, least_items: int = 2) -> Terms:
        """From counts ``(n_items, n_terms)``; a term of fewer items than ``least_items`` leads from none to another."""
        items = np.bincount(counts.indices[counts.data > 0], minlength=counts.shape[1])
        kept = np.flatnonzero(items >= least_items)
        return cls(kept, np.log(counts.shape[0] / items[kept]).astype(np.float32))

    def weigh(self, counts: Csr) -> Csr:
        """Counts, of these items or others, as features ``(n_items, n_kept)`` float32."""
        known = sp.csr_array(counts)[:, self.kept]
        said = np.log1p(known.data.astype(np.float32)) * self.rarity[known.indices]
        weighed = sp.csr_array((said, known.indices, known.indptr), shape=known.shape)
        weighed.eliminate_zeros()
        weighed.sort_indices()
        squares = np.add.reduceat(np.append(weighed.data, 0) ** 2, weighed.indptr[:-1])
        shortened = weighed.data / np.repeat(squares**0.25, np.diff(weighed.indptr))
        weighed.data = np.asarray(shortened, np.float32)
        return weighed


class SongContentConfig(BaseModel):
    """How much each group of what is known of songs counts beside the others; 0 leaves it out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artist: float = Field(default=1.0, ge=0, le=100)
    """Who made the song."""
    release: float = Field(default=1.0, ge=0, le=100)
    """The artist's release that it is on, where that is known."""
    title: float = Field(default=0.5, ge=0, le=100)
    """The words of its title, and the title as a whole."""


def song_content(columns: Columns, songs: pl.DataFrame, config: SongContentConfig | None = None) -> Content:
    """What a snapshot's ``songs`` table says of every column."""
    rows = songs[np.argsort(columns.find(songs["song"].to_numpy()))]
    releases = [
        {f"{artist} {words(fold(release))}"} if release else set()
        for artist, release in zip(rows["artist"], rows["release"], strict=True)
    ]
    counts = {
        "artist": columns.by_artist,
        "release": _counted(releases),
        "title": _counted([tokens(title) for title in rows["title"]]),
    }
    weights = (config or SongContentConfig()).model_dump()
    return Content.of(
        {
            name: sp.csr_array(Terms.of(matrix).weigh(matrix) * np.float32(weights[name]))
            for name, matrix in counts.items()
            if weights[name]
        }
    )


def likeness(liked: Csr, content: Content, items: Int32s) -> NDArray[np.float32]:
    """How like each row's taste some items are: the cosine of their features, ``(n_rows, len(items))``.

    ``liked`` ``(n_rows, n_items)`` marks what a row likes. Its features are the mean of those of its items, each of
    length 1, so that no item speaks louder for being described at length. Rows and items of which nothing is known
    are like nothing: 0.
    """
    unit = _unit(content.features)
    found: NDArray[np.float32] = (_unit(sp.csr_array(liked @ unit)) @ unit[items].T).toarray()
    return found


def _unit(features: Csr) -> Csr:
    """Rows of length 1, or of nothing."""
    lengths = np.sqrt(np.asarray(features.multiply(features).sum(axis=1), np.float32))
    return sp.csr_array(sp.diags_array(1 / np.where(lengths > 0, lengths, np.float32(1))) @ features)


def _counted(terms: Sequence[set[str]]) -> Csr:
    """A 1 where an item has a term, ``(n_items, n_terms)``, terms in alphabetical order."""
    place = {term: at for at, term in enumerate(sorted(set().union(*terms)))}
    indptr = np.concatenate([[0], np.cumsum([len(some) for some in terms])]).astype(np.int64)
    indices = np.array([place[term] for some in terms for term in sorted(some)], np.int32)
    return sp.csr_array((np.ones(len(indices), np.float32), indices, indptr), shape=(len(terms), len(place)))
