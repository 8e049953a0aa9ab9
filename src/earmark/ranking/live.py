"""The order of discovery within a fraction of a millisecond: for answers while somebody waits.

Three of the lists say nearly all that eight say about the first hundred songs: songs whose vectors fit, songs near
those of late, and songs by artists that are played. What fusion weighs beside places in lists depends on the song alone
or on the bond with its artist alone, so it is worked out beforehand (`earmark.kernels.fusing`), and an answer scores
the whole catalogue by the listener's vector, and some two thousand candidates by a few additions each.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.kernels.fusing import Catalogue, Listing, fuse_lists
from earmark.kernels.lists import best_of_rows
from earmark.kernels.neighbours import score_neighbours
from earmark.kernels.probing import ProbingIndex
from earmark.kernels.sparse import Rows
from earmark.ranking.artists import Bonds
from earmark.ranking.asked import Asked
from earmark.ranking.askers import Askers
from earmark.ranking.features import ARTIST_FEATURES, SOFTENING, Feature
from earmark.ranking.generators import Generator
from earmark.ranking.recommender import BEGINNING, Purpose, Recommender
from earmark.signals.collaborative.histories import Csr, Histories, entries_where
from earmark.threads import in_order, one_blas_thread

Floats = NDArray[np.float32]
Int32s = NDArray[np.int32]
LISTED: Final = (
    Generator.FACTORS,
    Generator.NEIGHBOURS_LATELY,
    Generator.KNOWN_ARTISTS,
    Generator.POPULAR,
    Generator.SOUNDS,
)
"""Whose candidates are looked at."""
OF_SONGS: Final = (Feature.LISTENERS, Feature.PLAYLISTS, Feature.NEW_ARTIST, Feature.RISING)
"""What is known of a song, whoever asks."""
PLACED: Final = (Feature.FACTORS, Feature.NEIGHBOURS_LATELY, Feature.SOUNDS)
"""Lists whose places are weighed."""
ORDERS: Final = (Purpose.DISCOVERY, Purpose.CONTINUATION)
"""As numbered in `Askers.orders`; who likes hardly anything yet is asked about in the second."""
SHARE_SEEN: Final = 0.03
"""Of the songs, those whose vectors are compared with a listener's: in the clusters that fit best."""
LEAST_SEEN: Final = 3_072
"""But never fewer; so small a catalogue is looked through whole."""
NEIGHBOURS_EACH: Final = 200
"""Of each song of late, the nearest so many are looked at."""
LISTENERS_AT_ONCE: Final = 512


class LiveRanking:
    """A learned model, made ready to answer at once; only its rank fusion is used, not its trees."""

    def __init__(self, model: Recommender) -> None:
        self._model = model
        self._config = model.config.candidates
        self._played_lately = model.config.played_lately
        self._weights = np.stack([model.orders[order].fusion.weights for order in ORDERS]).astype(np.float32)

    def askers(self, histories: Histories) -> Askers:
        """What answers need of these listeners, from what they have heard."""

        def work(start: int) -> Askers:
            return self._askers(histories.rows(start, start + LISTENERS_AT_ONCE))

        with one_blas_thread():
            return Askers.joined(list(in_order(work, range(0, max(len(histories), 1), LISTENERS_AT_ONCE))))

    def rank(self, askers: Askers, n: int) -> Int32s:
        """The ``n`` best songs of each listener, ``(n_listeners, n)`` columns, padded with −1.

        Who else asks changes nothing.
        """
        config = self._config
        depth = config.depth
        lists = [
            self._index.top(askers.vectors, askers.closed, depth, threads=1)[0],
            score_neighbours(
                askers.lately,
                self._model.signals.neighbours.lists,
                depth,
                exclude=askers.closed,
                reach=NEIGHBOURS_EACH,
                threads=1,
            )[0],
        ]
        # To a vector of zeros all songs are alike: whoever nothing is known of is told what is held most.
        lists[0][~np.asarray(askers.vectors).any(axis=1)] = -1
        if len(self._model.factors.placed):
            lists.append(self._model.signals.score_placed(askers.vectors, askers.closed, depth, threads=1))
        return fuse_lists(
            self._catalogue,
            Listing(askers.ties, askers.closed, askers.orders, np.concatenate(lists, axis=1)),
            self._gains,
            n,
            n_artists=config.artists,
            depth=depth,
            n_popular=config.popular,
            threads=1,
        )

    @cached_property
    def _index(self) -> ProbingIndex:
        vectors = self._model.factors.item_factors
        return ProbingIndex(vectors, seen=max(LEAST_SEEN, int(SHARE_SEEN * len(vectors))))

    @cached_property
    def _gains(self) -> Floats:
        """By order, what each place of the lists adds to not being on the list at all."""
        worth = -np.log(np.arange(self._config.depth + 1) + SOFTENING).astype(np.float32)
        lists = PLACED if len(self._model.factors.placed) else PLACED[:-1]
        gains: Floats = self._weights[:, lists, None] * (worth[:-1] - worth[-1])
        return gains.reshape(len(ORDERS), -1)

    @cached_property
    def _catalogue(self) -> Catalogue:
        signals = self._model.signals
        by_artist = signals.discographies
        return Catalogue(
            self._weights[:, list(OF_SONGS)]
            @ np.vstack([signals.log_holders, signals.by_new_artists, signals.pushes]),
            np.log1p(signals.renown),
            by_artist.artist_of,
            Rows(by_artist.starts, by_artist.songs, np.empty(0, np.float32), len(signals.columns)),
            signals.most_held[: 4 * self._config.popular],
        )

    def _askers(self, histories: Histories) -> Askers:
        asked = Asked.listeners(self._model.signals, histories)
        orders = (np.diff(asked.taste.indptr) <= BEGINNING).astype(np.int32)
        bonds, liking, reach = self._ties(asked.bonds, orders)
        return Askers(
            histories.listeners,
            asked.vectors,
            orders,
            Rows.of(_heaviest(asked.lately, self._played_lately), "lately"),
            Rows.of(histories.closed, "closed"),
            bonds,
            liking,
            reach,
        )

    def _ties(self, bonds: Bonds, orders: Int32s) -> tuple[Rows, Floats, Int32s]:
        rows, artists = bonds.pairs
        strength, recent, _, _, closed = bonds.values[:, : len(rows)]
        told = bonds.told(self._model.signals.discographies)[:, : len(rows)]
        added = np.einsum("ij,ji->i", self._weights[orders[rows], ARTIST_FEATURES], told)
        starts = np.searchsorted(rows, np.arange(len(orders) + 1))
        return (
            Rows(starts, artists.astype(np.int32), added.astype(np.float32), bonds.strength.shape[1]),
            np.log1p(strength + recent),
            (self._config.songs_each + closed).astype(np.int32),
        )


def _heaviest(matrix: Csr, n: int) -> Csr:
    """The ``n`` greatest entries of each row."""
    heaviest = best_of_rows(matrix.indptr, np.arange(matrix.nnz), matrix.data, n)
    keep = np.zeros(matrix.nnz, np.bool_)
    keep[heaviest[heaviest >= 0]] = True
    return entries_where(matrix, keep)
