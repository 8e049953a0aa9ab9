"""Songs for listeners, best first: every signal's candidates in one pool, ranked by the learned blend."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.kernels.evidence import Evidence, Postings, find_evidence
from earmark.ranking.artists import Bonds, Discographies, songs_by_known_artists
from earmark.ranking.blend import Blend
from earmark.ranking.candidates import Candidates, pool, ranked_within
from earmark.ranking.features import Feature, Floats, features
from earmark.signals.collaborative.arrays import load_array
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.factors import FactorConfig, Factors
from earmark.signals.collaborative.histories import Csr, Histories
from earmark.signals.collaborative.matrix import Membership, joint_matrix
from earmark.signals.collaborative.neighbours import NeighbourConfig, Neighbours


class RankingConfig(BaseModel):
    """How wide the candidates' net is cast."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    depth: int = Field(500, ge=30)
    """Candidates that each generator may name for a listener."""
    artists: int = Field(200, ge=1)
    """Artists of a listener's own whose other songs are looked at."""
    songs_each: int = Field(30, ge=1)
    """Songs of each such artist, beyond as many as the listener has heard."""
    popular: int = Field(100, ge=30)
    """Songs most held of all that everyone's pool gets, for those of whom little is known."""


@dataclass(frozen=True)
class Ranked:
    """Songs in order for each listener, all ``(n_listeners, n)``; columns are −1 where there are no more.

    ``known_artist`` says whether the listener plays the artist; ``bond_share`` is how much of the score's
    advantage over a song without any signal comes from that bond rather than from songs played together,
    from 0 to 1.
    """

    songs: Int32s
    scores: Floats
    known_artist: NDArray[np.bool_]
    bond_share: Floats


class Recommender:
    """A learned model: the columns, who holds what, neighbours, factors, and the weights that fuse them."""

    def __init__(
        self,
        columns: Columns,
        members: Membership,
        neighbours: Neighbours,
        factors: Factors,
        *,
        config: RankingConfig,
        blend: Blend | None = None,
    ) -> None:
        self.columns = columns
        self.members = members
        self.neighbours = neighbours
        self.factors = factors
        self.config = config
        self.blend = blend or Blend()

    @classmethod
    def fit(
        cls,
        histories: Histories,
        members: Membership,
        columns: Columns,
        *,
        factors: FactorConfig,
        neighbours: NeighbourConfig,
        ranking: RankingConfig,
    ) -> Recommender:
        """Learn both signals from one joint matrix; the blend is the prior until one is fitted."""
        joint = joint_matrix(histories, members)
        near, fitting = Neighbours(neighbours).fit(joint), Factors(factors).fit(joint)
        return cls(columns, members, near, fitting, config=ranking)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was learned differently from the settings, in words."""
        return (self.factors.note,) if self.factors.note else ()

    @cached_property
    def listeners_holding(self) -> Floats:
        """Listeners who play each song, ``(n_songs,)``."""
        return np.bincount(self.members.listeners.indices, minlength=len(self.columns)).astype(np.float32)

    @cached_property
    def playlists_holding(self) -> Floats:
        """Playlists that hold each song, ``(n_songs,)``."""
        return np.bincount(self.members.playlists.indices, minlength=len(self.columns)).astype(np.float32)

    @cached_property
    def popularity(self) -> Floats:
        """Rows of the joint matrix that hold each song, ``(n_songs,)``."""
        return self.listeners_holding + self.playlists_holding

    @cached_property
    def discographies(self) -> Discographies:
        """Songs by artist, most held first."""
        return Discographies(self.columns, self.popularity)

    @cached_property
    def _most_held(self) -> Int32s:
        return np.lexsort((np.arange(len(self.columns)), -self.popularity)).astype(np.int32)

    def candidates(self, histories: Histories, bonds: Bonds) -> Candidates:
        """The pool of every listener: neighbours, factors, known artists, and the most held songs.

        Songs that no row holds are known only because somebody broke them off or played them in private: they
        are nobody's candidates.
        """
        depth, closed, taste = self.config.depth, histories.closed, histories.taste
        near, _ = self.neighbours.score(taste, closed, depth)
        fitting, _ = self.factors.score(self.factors.fold_in(histories.weight), closed, depth)
        familiar = songs_by_known_artists(
            histories, bonds, self.discographies, self.popularity,
            depth=depth, n_artists=self.config.artists, n_songs_each=self.config.songs_each,
        )  # fmt: skip
        lists = (near, fitting, familiar, self._popular(closed))
        return pool(
            tuple(np.where(self.popularity[songs] > 0, songs, -1) for songs in lists), len(self.columns)
        )

    def features(self, histories: Histories) -> tuple[Candidates, Floats]:
        """The listeners' pools and what is known about every candidate."""
        bonds = Bonds.of(histories, self.discographies)
        candidates = self.candidates(histories, bonds)
        return candidates, features(
            candidates, bonds, self.discographies, self.listeners_holding, self.playlists_holding
        )

    def rank(self, histories: Histories, n: int) -> Ranked:
        """The ``n`` best songs of every listener that are not closed to them."""
        pairs, known = self.features(histories)
        scores = self.blend.score(known)
        order = ranked_within(pairs.indptr, scores)
        place = np.arange(len(order)) - pairs.indptr[pairs.rows]
        best = order[place < n]
        rows, place = pairs.rows[best], place[place < n]
        bond, together = self.blend.parts(known[best], self.config.depth)
        shape = (len(histories), n)
        ranked = Ranked(
            np.full(shape, -1, np.int32),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.bool_),
            np.zeros(shape, np.float32),
        )
        ranked.songs[rows, place] = pairs.songs[best]
        ranked.scores[rows, place] = scores[best]
        ranked.known_artist[rows, place] = known[best, Feature.ARTIST_KNOWN] > 0
        ranked.bond_share[rows, place] = bond / np.maximum(bond + together, 1e-9)
        return ranked

    def evidence(self, histories: Histories, rows: Int32s, songs: Int32s) -> Evidence:
        """For pairs of listener row and column: own songs that speak for it, and who holds them all."""
        playlists, listeners = self._holders
        return find_evidence(
            histories.played,
            self.neighbours.lists,
            rows,
            songs,
            playlists=playlists.owned_by(histories.find(self.members.owners), len(histories)),
            listeners=listeners.owned_by(histories.find(self.members.listener_ids), len(histories)),
        )

    def save(self, folder: Path) -> None:
        """Write all parts into ``folder``."""
        self.columns.save(folder)
        self.members.save(folder)
        for name, signal in (("neighbours", self.neighbours), ("factors", self.factors)):
            signal.save(folder / name)
        np.save(folder / "blend.npy", self.blend.weights)

    @classmethod
    def load(cls, folder: Path, config: RankingConfig) -> Recommender:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        columns = Columns.load(folder)
        return cls(
            columns,
            Membership.load(folder, len(columns)),
            Neighbours.load(folder / "neighbours"),
            Factors.load(folder / "factors"),
            config=config,
            blend=Blend(load_array(folder, "blend")),
        )

    @cached_property
    def _holders(self) -> tuple[Postings, Postings]:
        """Which playlists and which listeners hold each song, as yet nobody's own."""
        playlists, listeners = (
            Postings.of(matrix, np.full(matrix.shape[0], -1, np.int32), 0)
            for matrix in (self.members.playlists, self.members.listeners)
        )
        return playlists, listeners

    def _popular(self, closed: Csr) -> Int32s:
        """The most held songs that are open to each listener."""
        n = self.config.popular
        # Four times as many, because a listener may know most hits; who knows them all has better candidates.
        reach = self._most_held[: 4 * n]
        is_open = closed[:, reach].toarray() == 0
        among = np.cumsum(is_open, axis=1) - 1
        rows, place = np.nonzero(is_open & (among < n))
        popular = np.full((closed.shape[0], n), -1, np.int32)
        popular[rows, among[rows, place]] = reach[place]
        return popular
