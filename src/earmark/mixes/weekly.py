"""Weekly discovery: thirty songs that the listener has never heard in any version, with a reason for each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.mixes.selection import WeeklyConfig, choose, hits
from earmark.mixes.sequencing import by_likeness
from earmark.ranking.reasons import Reason, explain
from earmark.ranking.recommender import Recommender
from earmark.signals.collaborative.histories import Histories
from earmark.threads import in_order

NAME = "weekly"
LISTENERS_AT_ONCE = 2_048


class Draft(msgspec.Struct, frozen=True):
    """A mix before it is filed: record ids of songs in order, and the reason for each."""

    listener: int
    songs: tuple[int, ...]
    reasons: tuple[Reason, ...]
    still_learning: bool


def compose(
    recommender: Recommender,
    histories: Histories,
    durations: NDArray[np.int64],
    config: WeeklyConfig,
) -> Iterator[Draft]:
    """A draft for every listener of ``histories``, in order.

    Args:
        recommender: the live model.
        histories: the listeners; ``closed`` must hold what earlier editions gave them.
        durations: ``(n_songs,)`` ms by column, 0 where unknown.
        config: the shape of the mix.
    """
    hit = hits(recommender.popularity, config.hit_share)

    def some(start: int) -> list[Draft]:
        part = histories.rows(start, start + LISTENERS_AT_ONCE)
        return list(_compose_some(recommender, part, durations, hit, config))

    starts = range(0, len(histories), LISTENERS_AT_ONCE)
    yield from chain.from_iterable(in_order(some, starts))


def _compose_some(
    recommender: Recommender,
    histories: Histories,
    durations: NDArray[np.int64],
    hit: NDArray[np.bool_],
    config: WeeklyConfig,
) -> Iterator[Draft]:
    ranked = recommender.rank(histories, config.ranked)
    n_listeners = len(histories)
    places = np.full((n_listeners, config.entries), -1, np.int64)
    for row in range(n_listeners):
        songs = ranked.songs[row]
        songs = songs[songs >= 0]
        chosen = choose(
            recommender.columns.artist_of[songs].tolist(),
            ranked.known_artist[row].tolist(),
            hit[songs].tolist(),
            durations[songs].tolist(),
            config,
        )
        places[row, : len(chosen)] = chosen
    sizes = (places >= 0).sum(axis=1)
    rows = np.arange(n_listeners)[:, None]
    songs = np.where(places >= 0, ranked.songs[rows, places], 0)
    order = by_likeness(recommender.factors.item_factors[songs], sizes)
    places, songs = places[rows, order], songs[rows, order]
    real = places >= 0
    flat_rows = np.nonzero(real)[0].astype(np.int32)
    flat_songs = songs[real].astype(np.int32)
    leads = ranked.bond_share[flat_rows, places[real]] > 0.5
    reasons = explain(recommender, histories, flat_rows, flat_songs, leads)
    ids = recommender.columns.songs[songs]
    known_songs = np.diff(histories.played.indptr)
    for row in range(n_listeners):
        size = int(sizes[row])
        yield Draft(
            int(histories.listeners[row]),
            tuple(ids[row, :size].tolist()),
            tuple(next(reasons) for _ in range(size)),
            bool(known_songs[row] < config.learning_songs),
        )
