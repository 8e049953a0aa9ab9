"""Ranked songs of made listeners, for the guard and its exchanges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from earmark.mixes.exchanges import Catalogue
from earmark.mixes.guard import guarded
from earmark.mixes.selection import MINUTE_MS, Ranking, WeeklyConfig, choose
from earmark.ranking.breadth import Directions, OwnLevel
from earmark.ranking.recommender import Ranked

CONFIG = WeeklyConfig(entries=6, known_artists=3, hits=2, shortest_minutes=20, longest_minutes=30)


@dataclass(frozen=True)
class Case:
    """Ranked songs of some listeners, and the places that the choice without a guard takes."""

    ranked: Ranked
    catalogue: Catalogue
    level: OwnLevel
    chosen: np.ndarray

    def guarded(self, config: WeeklyConfig = CONFIG) -> np.ndarray:
        return guarded(self.chosen, self.ranked, self.level, self.catalogue, config)

    def columns(self, row: int, places: np.ndarray) -> np.ndarray:
        return self.ranked.songs[row, places[row][places[row] >= 0]]

    def score(self, row: int, places: np.ndarray) -> float:
        return float(np.linalg.norm(self.catalogue.directions[self.columns(row, places)].mean(0)))

    def popularity(self, row: int, places: np.ndarray) -> float:
        return float(self.catalogue.popularity[self.columns(row, places)].mean())

    def excess(self, row: int, places: np.ndarray, config: WeeklyConfig = CONFIG) -> float:
        if self.level.songs[row] < config.learning_songs or not len(self.columns(row, places)):
            return 0
        size = len(self.columns(row, places))
        own = np.sqrt(max(1 / size + (1 - 1 / size) * self.level.likeness[row], 0))
        narrow = self.score(row, places) - own - config.narrowing
        popular = self.popularity(row, places) - self.level.popularity[row] - config.popularity_lift
        return max(narrow, 0) + max(popular, 0)


def ranked_of(songs, known):
    songs = np.asarray(songs, np.int32)
    zeros = np.zeros(songs.shape, np.float32)
    return Ranked(songs, zeros, np.asarray(known, np.bool_), zeros)


def chosen_by(ranked, catalogue, config=CONFIG):
    places = np.full((len(ranked.songs), config.entries), -1, np.int64)
    for row, songs in enumerate(ranked.songs):
        columns = songs[songs >= 0]
        ranking = Ranking(
            catalogue.artists[columns].tolist(),
            ranked.known_artist[row].tolist(),
            catalogue.hit[columns].tolist(),
            catalogue.new[columns].tolist(),
            catalogue.durations[columns].tolist(),
        )
        picked = choose(ranking, config)
        places[row, : len(picked)] = picked
    return places


def made(seed, *, timed=True, n_listeners=4, n_songs=90, n_ranked=60):
    """Songs in six styles, which the rankings take one after another, so that mixes are narrow."""
    random = np.random.default_rng(seed)
    styles = random.normal(size=(6, 8))
    style = random.integers(0, 6, n_songs)
    vectors = (styles[style] + random.normal(0, 0.4, (n_songs, 8))).astype(np.float32)
    vectors[random.random(n_songs) < 0.05] = 0
    minutes = random.choice([0, 2, 3, 4, 5, 7], n_songs) if timed else np.zeros(n_songs)
    catalogue = Catalogue(
        artists=random.integers(0, 45, n_songs),
        hit=random.random(n_songs) < 0.2,
        new=np.zeros(n_songs, np.bool_),
        durations=(minutes * MINUTE_MS).astype(np.int64),
        popularity=np.log2(random.integers(1, 500, n_songs)).astype(np.float32),
        directions=Directions.of(vectors),
    )
    songs = np.full((n_listeners, n_ranked), -1)
    for row in range(n_listeners):
        order = np.lexsort((random.random(n_songs), (style + row) % 6))
        size = random.integers(0, n_ranked + 1) if row % 2 else n_ranked
        songs[row, :size] = order[:size]
    known = (catalogue.artists[songs] % 3 == 0) & (songs >= 0)
    n_own = random.choice([1, 40], n_listeners, p=[0.2, 0.8])
    level = OwnLevel(
        n_own,
        np.where(n_own > 1, random.uniform(-0.1, 0.9, n_listeners), np.nan),
        random.uniform(2, 8, n_listeners),
    )
    ranked = ranked_of(songs, known)
    return Case(ranked, catalogue, level, chosen_by(ranked, catalogue))
