"""Songs for listeners and for playlists, best first: every signal's candidates in one pool, put in a learned order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.kernels.evidence import Evidence, Postings, find_evidence
from earmark.ranking.asked import Asked
from earmark.ranking.candidates import Candidates, best_of_each
from earmark.ranking.features import Feature, features
from earmark.ranking.fusion import LISTENERS, PLAYLISTS
from earmark.ranking.generators import CandidatesConfig, candidates
from earmark.ranking.order import Order, OrderConfig
from earmark.ranking.signals import Floats, Signals, SignalsConfig
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.factors import Factors
from earmark.signals.collaborative.histories import Histories
from earmark.signals.collaborative.matrix import Membership

BEGINNING = 5
"""Who likes no more songs than this is asked about as the beginning of a playlist is: what goes with these songs says
more by then than what orders of discovery have learned from long histories."""


class Purpose(StrEnum):
    """What songs are asked for; each has an order of its own."""

    DISCOVERY = "discovery"
    """What a listener does not know yet."""
    CONTINUATION = "continuation"
    """What comes further down a playlist."""


PRIORS: Mapping[Purpose, Mapping[Feature, float]] = {
    Purpose.DISCOVERY: LISTENERS,
    Purpose.CONTINUATION: PLAYLISTS,
}


class RankingConfig(BaseModel):
    """From signals to a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: CandidatesConfig = CandidatesConfig()
    """Which songs are looked at."""
    order: OrderConfig = OrderConfig()
    """How they are put in order."""
    played_lately: int = Field(50, ge=1)
    """Songs, of those played lately, whose neighbours are looked at while somebody waits for an answer."""


@dataclass(frozen=True)
class Ranked:
    """Songs in order for each row, all ``(n_rows, n)``; columns are −1 where there are no more.

    ``known_artist`` says whether the listener plays the artist; ``bond_share`` is how much of the fused score's
    advantage over a song without any signal comes from that bond rather than from songs played together,
    from 0 to 1.
    """

    songs: Int32s
    scores: Floats
    known_artist: NDArray[np.bool_]
    bond_share: Floats

    @classmethod
    def empty(cls, n_rows: int, n: int) -> Ranked:
        """Nothing for anybody yet."""
        shape = (n_rows, n)
        return cls(
            np.full(shape, -1, np.int32),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.bool_),
            np.zeros(shape, np.float32),
        )


class Recommender:
    """A learned model: the signals, and an order of what they name for each purpose."""

    def __init__(
        self, signals: Signals, config: RankingConfig, orders: Mapping[Purpose, Order] | None = None
    ) -> None:
        self.signals = signals
        self.config = config
        self.orders = {purpose: Order.prior(PRIORS[purpose]) for purpose in Purpose} | dict(orders or {})

    @property
    def columns(self) -> Columns:
        """Which song stands in which column."""
        return self.signals.columns

    @property
    def members(self) -> Membership:
        """Who holds which song."""
        return self.signals.members

    @property
    def factors(self) -> Factors:
        """The songs' vectors."""
        return self.signals.factors

    @property
    def popularity(self) -> Floats:
        """Rows of the joint matrix that hold each song, ``(n_songs,)``."""
        return self.signals.popularity

    @property
    def notes(self) -> tuple[str, ...]:
        """What was learned differently from the settings, in words."""
        return (self.factors.note,) if self.factors.note else ()

    def known(self, asked: Asked) -> tuple[Candidates, Floats]:
        """The rows' pools and what is known about every candidate."""
        pool = candidates(asked, self.config.candidates)
        return pool, features(asked, pool)

    def rank(self, asked: Asked, purpose: Purpose, n: int) -> Ranked:
        """The ``n`` best songs of every row that are not closed to it."""
        pairs, known = self.known(asked)
        order = self.orders[purpose]
        scores = order.score(known, pairs.indptr)
        best = best_of_each(pairs.indptr, scores, n)
        rows = pairs.rows[best]
        place = np.arange(len(best)) - np.searchsorted(rows, rows)
        bond, together = (part[best] for part in order.fusion.parts(known, self.config.candidates.depth))
        ranked = Ranked.empty(len(asked), n)
        ranked.songs[rows, place] = pairs.songs[best]
        ranked.scores[rows, place] = scores[best]
        ranked.known_artist[rows, place] = known[best, Feature.ARTIST_KNOWN] > 0
        ranked.bond_share[rows, place] = bond / np.maximum(bond + together, 1e-9)
        return ranked

    def discover(self, histories: Histories, n: int) -> Ranked:
        """What each listener might find next; to those of whom hardly anything is known, what goes with it."""
        begun = np.diff(histories.taste.indptr) <= BEGINNING
        parts = [
            (rows, self.rank(Asked.listeners(self.signals, histories.take(rows)), purpose, n))
            for purpose, rows in (
                (Purpose.DISCOVERY, np.flatnonzero(~begun)),
                (Purpose.CONTINUATION, np.flatnonzero(begun)),
            )
            if len(rows)
        ]
        ranked = Ranked.empty(len(histories), n)
        for rows, some in parts:
            for field in fields(Ranked):
                getattr(ranked, field.name)[rows] = getattr(some, field.name)
        return ranked

    def evidence(self, histories: Histories, rows: Int32s, songs: Int32s) -> Evidence:
        """For pairs of listener row and column: own songs that speak for it, and who holds them all."""
        playlists, listeners = self._holders
        return find_evidence(
            histories.played,
            self.signals.neighbours.lists,
            rows,
            songs,
            playlists=playlists.owned_by(histories.find(self.members.owners), len(histories)),
            listeners=listeners.owned_by(histories.find(self.members.listener_ids), len(histories)),
        )

    def save(self, folder: Path) -> None:
        """Write all parts into ``folder``."""
        self.signals.save(folder)
        for purpose, order in self.orders.items():
            order.save(folder / f"order-{purpose}")

    @classmethod
    def load(cls, folder: Path, signals: SignalsConfig, ranking: RankingConfig) -> Recommender:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        orders = {purpose: Order.load(folder / f"order-{purpose}", ranking.order) for purpose in Purpose}
        return cls(Signals.load(folder, signals), ranking, orders)

    @cached_property
    def _holders(self) -> tuple[Postings, Postings]:
        """Which playlists and which listeners hold each song, as yet nobody's own."""
        playlists, listeners = (
            Postings.of(matrix, np.full(matrix.shape[0], -1, np.int32), 0)
            for matrix in (self.members.playlists, self.members.listeners)
        )
        return playlists, listeners
