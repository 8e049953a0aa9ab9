"""Weekly discovery: thirty songs that the listener has never heard in any version, with a reason for each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.listening.listens import UnixMs
from earmark.mixes.exchanges import Catalogue
from earmark.mixes.guard import guarded
from earmark.mixes.selection import Ranking, WeeklyConfig, choose, hits
from earmark.mixes.sequencing import in_sequence, steps
from earmark.ranking.breadth import Directions, OwnLevel
from earmark.ranking.reasons import Reason, explain
from earmark.ranking.recommender import Ranked, Recommender
from earmark.signals.collaborative.histories import Histories
from earmark.threads import in_order

NAME = "weekly"
LISTENERS_AT_ONCE = 512


class Draft(msgspec.Struct, frozen=True):
    """A mix before it is filed: record ids of songs in order, and the reason for each.

    ``broadened`` counts the entries that came in so that the mix is not narrower, or more popular, than what
    the listener plays.
    """

    listener: int
    songs: tuple[int, ...]
    reasons: tuple[Reason, ...]
    still_learning: bool
    broadened: int


def compose(
    recommender: Recommender,
    histories: Histories,
    durations: NDArray[np.int64],
    config: WeeklyConfig,
    *,
    now: UnixMs,
) -> Iterator[Draft]:
    """A draft for every listener of ``histories``, in order.

    Args:
        recommender: the live model.
        histories: the listeners; ``closed`` must hold what earlier editions gave them.
        durations: ``(n_songs,)`` ms by column, 0 where unknown.
        config: the shape of the mix.
        now: by which it is told whether a song is new in the library.
    """
    catalogue = Catalogue(
        artists=recommender.columns.artist_of,
        hit=hits(recommender.popularity, config.hit_share),
        new=recommender.popularity == 0,
        durations=durations,
        popularity=np.log2(np.maximum(recommender.popularity, 1)),
        directions=Directions.of(recommender.factors.item_factors),
    )

    def some(start: int) -> list[Draft]:
        part = histories.rows(start, start + LISTENERS_AT_ONCE)
        return list(_compose_some(recommender, part, catalogue, config, now))

    starts = range(0, len(histories), LISTENERS_AT_ONCE)
    yield from chain.from_iterable(in_order(some, starts))


def _compose_some(
    recommender: Recommender, histories: Histories, catalogue: Catalogue, config: WeeklyConfig, now: UnixMs
) -> Iterator[Draft]:
    ranked = recommender.discover(histories, config.ranked)
    level = OwnLevel.of(histories, recommender.members, recommender.popularity, catalogue.directions)
    chosen = _chosen(ranked, catalogue, config)
    places = guarded(chosen, ranked, level, catalogue, config)
    sizes = (places >= 0).sum(axis=1)
    n_listeners = len(histories)
    rows = np.arange(n_listeners)[:, None]
    broadened = (places[:, :, None] != chosen[:, None, :]).all(axis=2).sum(axis=1)
    real = places >= 0
    songs = np.where(real, ranked.songs[rows, places], 0)
    order = in_sequence(
        recommender.factors.item_factors[songs], sizes, steps(songs, real, recommender.signals.sounds)
    )
    places, songs = places[rows, order], songs[rows, order]
    real = places >= 0
    flat_rows = np.nonzero(real)[0].astype(np.int32)
    flat_songs = songs[real].astype(np.int32)
    leads = ranked.bond_share[flat_rows, places[real]] > 0.5
    reasons = explain(recommender, histories, flat_rows, flat_songs, leads, now=now)
    ids = recommender.columns.songs[songs]
    known_songs = np.diff(histories.played.indptr)
    for row in range(n_listeners):
        size = int(sizes[row])
        yield Draft(
            int(histories.listeners[row]),
            tuple(ids[row, :size].tolist()),
            tuple(next(reasons) for _ in range(size)),
            bool(known_songs[row] < config.learning_songs),
            int(broadened[row]),
        )


def _chosen(ranked: Ranked, catalogue: Catalogue, config: WeeklyConfig) -> NDArray[np.int64]:
    """Places in the rankings, best first, ``(n_listeners, entries)`` padded with −1."""
    places = np.full((len(ranked.songs), config.entries), -1, np.int64)
    columns = np.maximum(ranked.songs, 0)
    seen = (
        catalogue.artists[columns],
        ranked.known_artist,
        catalogue.hit[columns],
        catalogue.new[columns],
        catalogue.durations[columns],
    )
    for row, size in enumerate((ranked.songs >= 0).sum(axis=1)):
        # Views are read as far as the choice reaches: most often a small part of the ranking.
        chosen = choose(Ranking(*(of[row, :size].data for of in seen)), config)
        places[row, : len(chosen)] = chosen
    return places
