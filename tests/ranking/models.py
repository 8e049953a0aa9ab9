"""Small models learned from small random records."""

from __future__ import annotations

from functools import cache

from tests.tables import learnable, tables

from earmark.ranking.recommender import RankingConfig, Recommender
from earmark.signals.collaborative.factors import FactorConfig
from earmark.signals.collaborative.histories import Histories
from earmark.signals.collaborative.neighbours import NeighbourConfig
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

RANKING = RankingConfig()


def learned_from(frames: Frames, ranking: RankingConfig = RANKING) -> tuple[Recommender, Histories]:
    columns, histories, members = learnable(frames)
    with one_blas_thread():
        model = Recommender.fit(
            histories,
            members,
            columns,
            factors=FactorConfig(factors=8, iterations=4),
            neighbours=NeighbourConfig(k=6, shrink=1.0),
            ranking=ranking,
        )
    return model, histories


@cache
def small_model(seed: int, n_songs: int = 60) -> tuple[Recommender, Histories]:
    """Eight listeners, 24 playlists; whoever asks gets the same one, so leave it as it is."""
    return learned_from(tables.world(seed, n_songs=n_songs, n_artists=n_songs // 4))
