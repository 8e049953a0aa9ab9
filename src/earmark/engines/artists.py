"""Artists for listeners: the signals and the order that songs have, with an artist in each column.

Plays are counted by artist. Whatever else says that artists belong together (a tag that people gave them, a playlist
that holds their songs) is one of `Collections`, and stands in the matrix as a playlist does. The order of candidates is
learned on pairs of listener and artist that are held out at random; then the signals learn from all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.engines.collections import Collections
from earmark.engines.local import discovery_pools, rank_in_parts
from earmark.engines.ordering import learn_order
from earmark.engines.progress import Progress, Unwatched
from earmark.errors import TooLittleError
from earmark.evaluation.artists import split_pairs
from earmark.evaluation.splits import FoundLater
from earmark.ranking.features import Feature
from earmark.ranking.fusion import LISTENERS
from earmark.ranking.generators import CandidatesConfig
from earmark.ranking.order import Order, OrderConfig
from earmark.ranking.ranker import RankerConfig
from earmark.ranking.recommender import Purpose, RankingConfig, Recommender
from earmark.ranking.signals import SidesConfig, Signals, SignalsConfig
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.factors import FactorConfig
from earmark.signals.collaborative.histories import Csr, Histories
from earmark.signals.collaborative.likeminded import LikeMindedConfig
from earmark.signals.collaborative.matrix import Membership
from earmark.signals.collaborative.neighbours import NeighbourConfig

PRIOR: Final[Mapping[Feature, float]] = dict.fromkeys(LISTENERS, 0.0) | {
    Feature.FACTORS: 1.5,
    Feature.LIKE_MINDED: 0.3,
}
"""Weights of rank fusion before any evidence, measured on validation pairs. There are no bonds with artists to weigh:
whom a listener plays is closed to them."""


class ArtistsConfig(BaseModel):
    """How artists are recommended. Defaults were chosen on validation pairs of public counts of plays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    held_out: float = Field(0.2, gt=0, lt=1)
    """Share of the pairs that the order is learned on."""
    listeners: int = Field(2_000, ge=1)
    """At most so many listeners' held-out pairs are learned from."""
    least_artists: int = Field(3, ge=1)
    """Collections of fewer artists are left out: they say next to nothing about who belongs together."""
    together: float = Field(0.4, gt=0, le=100)
    """Weight of an artist in a collection, where one whom a listener plays as much as usual weighs log 2."""
    signals: SignalsConfig = SignalsConfig(
        factors=FactorConfig(factors=192, regularization=70.0, exponent=0.25, alpha=24.0),
        neighbours=NeighbourConfig(shrink=5.0),
        likeminded=LikeMindedConfig(rarity=1.0),
        sides=SidesConfig(artists=0.0),
    )
    """What is learned of listeners, collections and artists together."""
    ranking: RankingConfig = RankingConfig(
        candidates=CandidatesConfig(depth=100),
        order=OrderConfig(ranker=RankerConfig(taught=100, trees=400, learning_rate=0.05, patience=30)),
    )
    """Candidates and their order."""


@dataclass(frozen=True)
class LearnedArtists:
    """A model whose columns are artists, and everybody's histories in it.

    ``note`` says why there are no trees, where there are none.
    """

    model: Recommender
    histories: Histories
    note: str | None

    def recommend(self, listeners: NDArray[np.integer], n: int) -> Int32s:
        """The ``n`` best artists whom listeners (rows, ascending) do not play yet: columns ``(n_listeners, n)``."""
        return rank_in_parts(self.model, self.histories.of(listeners), n)


def artist_columns(artists: NDArray[np.integer]) -> Columns:
    """Columns for artists (record ids), each of whom is their own song."""
    return Columns.of(pl.DataFrame({"song": artists, "artist": artists}))


def learn_artists(
    plays: Csr,
    collections: Collections,
    columns: Columns,
    config: ArtistsConfig,
    progress: Progress | None = None,
    *,
    seed: int,
) -> LearnedArtists:
    """Learn from how often listeners played artists, and from what else stands together.

    Args:
        plays: ``(n_listeners, n_artists)`` counts, sorted, none of them 0.
        collections: of the same artists; `Collections.none` if nothing is known.
        columns: of the artists.
        config: how.
        progress: told of stages.
        seed: of everything random.

    Raises:
        TooLittleError: there are so few plays that none can be held out.
    """
    progress = progress or Unwatched()
    known, hidden = split_pairs(plays, (1 - config.held_out, config.held_out), seed=seed)
    if not known.nnz or not hidden.nnz:
        raise TooLittleError(
            f"{plays.nnz} pairs of a listener and an artist are too few to hold some of them out.",
            "Import a history: earmark import SOURCE PATH --listener NAME",
        )
    truth = _found(hidden, columns, config.listeners, seed)
    with progress.stage("learning from some of everyone's artists"):
        signals, histories = _fit(known, collections.without(hidden), columns, config, seed)
    with progress.stage("weighing the signals on the others", len(truth.listeners), "listeners") as advance:
        pools = discovery_pools(Recommender(signals, config.ranking), histories, truth, advance)
        learned = learn_order(Order.prior(PRIOR), pools, config.ranking.order, seed=seed)
    with progress.stage("learning from all artists"):
        signals, histories = _fit(plays, collections, columns, config, seed)
    model = Recommender(signals, config.ranking, {Purpose.DISCOVERY: learned.order})
    return LearnedArtists(model, histories, learned.note)


def counts_as_histories(plays: Csr) -> Histories:
    """Counts of plays ``(n_listeners, n_artists)`` as histories; of when, nothing is known.

    An artist weighs log(1 + plays / usual plays), where usual is the geometric mean over the listener's artists: who
    plays ten times as much as others does not like everything more.
    """
    counts = np.diff(plays.indptr)
    logs = np.log(plays.data)
    rows = np.repeat(np.arange(len(counts)), counts)
    usual = np.bincount(rows, logs, len(counts)) / np.maximum(counts, 1)
    nothing = (np.empty(0, np.float32), np.empty(0, np.int32), np.zeros(len(counts) + 1, np.int32))
    never = sp.csr_array(nothing, shape=plays.shape)
    return Histories(
        np.arange(len(counts), dtype=np.int32),
        _with(plays, np.log1p(np.exp(logs - usual[rows])), np.float32),
        _with(plays, plays.data, np.float32),
        never,
        _with(plays, plays.data, np.int32),
        never.astype(np.int32),
        _with(plays, np.ones(plays.nnz), np.int8),
    )


def _fit(
    plays: Csr, collections: Collections, columns: Columns, config: ArtistsConfig, seed: int
) -> tuple[Signals, Histories]:
    histories, collections = counts_as_histories(plays), collections.of_at_least(config.least_artists)
    members = Membership(
        histories.closed,
        collections.matrix(len(columns)) * np.float32(config.together),
        histories.listeners,
        np.full(len(collections.names), -1, np.int32),
    )
    seeded = config.signals.factors.model_copy(update={"seed": seed})
    settings = config.signals.model_copy(update={"factors": seeded})
    return Signals.fit(histories, members, collections.names, columns, settings), histories


def _found(hidden: Csr, columns: Columns, most: int, seed: int) -> FoundLater:
    """Hidden pairs of at most so many listeners, as what they found later."""
    asked = np.flatnonzero(np.diff(hidden.indptr))
    drawn = np.sort(np.random.default_rng(seed).choice(asked, min(most, len(asked)), replace=False))
    theirs = hidden[drawn]
    return FoundLater(drawn.astype(np.int32), theirs.indptr.astype(np.int64), columns.songs[theirs.indices])


def _with(pattern: Csr, values: NDArray[np.generic], dtype: type[np.generic]) -> Csr:
    """The entries of ``pattern`` with other values."""
    return sp.csr_array((values.astype(dtype), pattern.indices, pattern.indptr), shape=pattern.shape)
