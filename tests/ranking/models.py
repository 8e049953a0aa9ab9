"""Small models learned from small random records."""

from __future__ import annotations

from functools import cache

import numpy as np
from tests.tables import learnable, tables

from earmark.ranking.asked import Asked
from earmark.ranking.placing import Known
from earmark.ranking.recommender import RankingConfig, Recommender
from earmark.ranking.signals import Signals, SignalsConfig
from earmark.ranking.words import WordsConfig
from earmark.signals.collaborative.factors import FactorConfig
from earmark.signals.collaborative.histories import Histories
from earmark.signals.collaborative.likeminded import LikeMindedConfig
from earmark.signals.collaborative.neighbours import NeighbourConfig
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

RANKING = RankingConfig()
SIGNALS = SignalsConfig(
    factors=FactorConfig(factors=8, iterations=4),
    neighbours=NeighbourConfig(k=6, shrink=1.0),
    likeminded=LikeMindedConfig(k=6, shrink=1.0),
    words=WordsConfig(k=6, shrink=0.5),
)


def signals_of(frames: Frames, config: SignalsConfig = SIGNALS, **how: object) -> tuple[Signals, Histories]:
    columns, histories, members = learnable(frames)
    with one_blas_thread():
        names = frames.playlists["name"].to_list()
        known = Known.of(frames.songs, frames.sounds, columns)
        return Signals.fit(histories, members, names, columns, config, known=known, **how), histories


def learned_from(frames: Frames, ranking: RankingConfig = RANKING) -> tuple[Recommender, Histories]:
    signals, histories = signals_of(frames)
    return Recommender(signals, ranking), histories


@cache
def small_model(seed: int, n_songs: int = 60) -> tuple[Recommender, Histories]:
    """Eight listeners, 24 playlists; whoever asks gets the same one, so leave it as it is."""
    return learned_from(tables.world(seed, n_songs=n_songs, n_artists=n_songs // 4))


@cache
def heard_model(seed: int) -> tuple[Recommender, Histories]:
    """The same with a library that was heard, some of it held by nobody."""
    return learned_from(tables.heard(tables.world(seed), seed))


def some_playlists(model: Recommender) -> Asked:
    """Beginnings of playlists of all sorts: long, of one song, with a song twice, empty, with names and without."""
    random = np.random.default_rng(1)
    n_songs = len(model.columns)
    lists = [random.choice(n_songs, n, replace=False) for n in (12, 5, 1, 1, 0, 0)]
    lists.append(np.array([3, 7, 3, 9]))
    names = ["Rain", "", "late night", "never heard of", "Gym", "", "rain songs"]
    return Asked.playlists(model.signals, lists, names)


def everybody(model: Recommender, histories: Histories) -> Asked:
    """All listeners."""
    return Asked.listeners(model.signals, histories)
