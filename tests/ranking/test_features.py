from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from tests.ranking.models import RANKING, SIGNALS, everybody, heard_model, small_model, some_playlists

from earmark.ranking.asked import Asked
from earmark.ranking.features import LEAST, PLACES, SOFTENING, Feature, features
from earmark.ranking.generators import Generator
from earmark.ranking.recommender import Recommender
from earmark.ranking.rises import Rises
from earmark.signals.collaborative.histories import Histories
from earmark.signals.collaborative.matrix import joint_matrix

SOUND_FEATURES = {Feature.SOUND, Feature.SOUND_APART, Feature.HEARD, Feature.NEW, Feature.NEW_ARTIST}
RISING = {1: 2.0, 4: 1.5, 99: 3.0}
"""By artist: how much more is said of them than expected."""
RISES = Rises(
    np.array(list(RISING), np.int32),
    np.array(list(RISING.values()), np.float32),
    np.array([4, 6, 3], np.int32),
    np.array([2, 3, 2], np.int32),
)
ROWS = [everybody, lambda model, _: some_playlists(model)]


class Twin:
    """All that is known of a pair, by plain loops over dense matrices."""

    def __init__(self, model: Recommender, everyone: Histories, asked: Asked) -> None:
        signals, rows = model.signals, asked.histories
        self.model, self.signals, self.asked = model, signals, asked
        self.artist_of = model.columns.artist_of
        self.weight, self.strength, self.recent, self.skips, self.closed = (
            getattr(rows, name).toarray().astype(np.float64)
            for name in ("weight", "strength", "recent", "skips", "closed")
        )
        self.taste = np.maximum(self.weight, 0)
        self.lately = np.log1p(self.recent)
        self.listened = signals.members.listeners.toarray()
        self.listed = signals.members.playlists.toarray()
        self.held = self.listened.sum(0) + self.listed.sum(0)
        heard = np.isin(np.arange(len(model.columns)), signals.sounds.columns)
        self.renown = np.where((self.held == 0) & heard, 0.5, self.held)
        self.similar = self._dense(signals.neighbours.lists)
        joint = np.maximum(joint_matrix(everyone, signals.members).toarray(), 0)
        self.voters, self.votes = self._dense(asked.nearest), self._votes(joint)
        names = self._dense(asked.namesakes) ** SIGNALS.words.exponent
        self.named = names @ self.listed

    @staticmethod
    def _dense(lists) -> np.ndarray:
        shape = (len(lists), lists.n_ids)
        return (
            sparse.csr_array((lists.similarities, lists.ids, lists.starts), shape)
            .toarray()
            .astype(np.float64)
        )

    def _votes(self, joint: np.ndarray) -> np.ndarray:
        """What each row of the joint matrix speaks for: its weights, rare songs counting for more."""
        holders = (joint > 0).sum(0)
        rarity = np.log1p(len(joint) / np.maximum(holders, 1))
        rarity *= holders.sum() / (rarity * holders).sum()
        return joint * rarity**SIGNALS.likeminded.rarity

    def of(self, row: int, song: int, place: dict[Generator, int]) -> dict[Feature, float]:
        same = self.artist_of == self.artist_of[song]
        own = self.taste[row] > 0
        n_songs = max(own.sum(), 1)
        plays = self.strength[row, same].sum()
        left = same.sum() - self.closed[row, same].sum()
        breadth = (self.strength[row, same] > 0).sum()
        said, said_lately = (matrix[row] * self.similar[:, song] for matrix in (self.taste, self.lately))
        voices = self.voters[row] ** SIGNALS.likeminded.exponent
        n_voters = max((self.voters[row] > 0).sum(), 1)
        own_held = np.log1p(self.held)[own].sum() / n_songs
        artist = self.signals.artist_factors[self.artist_of[song]].astype(np.float64)
        order = sorted(np.flatnonzero(same), key=lambda one: (-self.renown[one], one))
        found = {
            Feature.ARTIST_PLAYS: math.log1p(plays),
            Feature.ARTIST_NOW: math.log1p(self.recent[row, same].sum()),
            Feature.ARTIST_BREADTH: math.log1p(breadth),
            Feature.ARTIST_KNOWN: float(plays > 0),
            Feature.ARTIST_LEFT: math.log(max(left, 1)) if plays > 0 else 0,
            Feature.ARTIST_SKIPS: math.log1p(self.skips[row, same].sum()),
            Feature.LISTENERS: self._holders(self.listened, song),
            Feature.PLAYLISTS: self._holders(self.listed, song),
            Feature.ARTIST_SHARE: breadth / n_songs,
            Feature.ARTIST_HELD: math.log1p(self.held[same].sum()),
            Feature.PLACE_IN_ARTIST: math.log1p(order.index(song)),
            Feature.MORE_HELD: math.log1p(self.held[song]) - own_held,
            Feature.NEIGHBOUR_SUM: self._log(said.sum(), self.taste[row].sum()),
            Feature.NEIGHBOUR_BEST: said.max() / (self.taste[row].sum() or 1),
            Feature.NEIGHBOUR_COUNT: (said > 0).sum() / n_songs,
            Feature.NEIGHBOUR_SUM_LATELY: self._log(said_lately.sum(), self.lately[row].sum()),
            Feature.FIT: self.asked.vectors[row].astype(np.float64) @ self.signals.factors.item_factors[song],
            Feature.ARTIST_FIT: self.asked.vectors[row] @ artist,
            Feature.LIKE_MINDED_SUM: math.log((voices @ self.votes[:, song]) / n_voters + LEAST),
            Feature.LIKE_MINDED_COUNT: (voices * self.votes[:, song] > 0).sum() / n_voters,
            Feature.WORDS_SUM: math.log(self.named[row, song] + LEAST),
            Feature.ROW_SONGS: math.log1p(own.sum()),
            Feature.ROW_HELD: own_held,
            Feature.ROW_ARTISTS: len(set(self.artist_of[self.strength[row] > 0].tolist())) / n_songs,
            Feature.NEW: float(self.held[song] == 0),
            Feature.NEW_ARTIST: float(self.held[same].sum() == 0),
            Feature.RISING: math.log(RISING.get(self.model.columns.artists[song], 1.0)),
            Feature.FUSED: 0.0,
        } | self._sound(row, song)
        return found | {feature: -math.log(place[at] + SOFTENING) for feature, at in PLACES.items()}

    def _holders(self, matrix, song):
        if self.held[song] or not self.renown[song]:
            return math.log1p(matrix[:, song].sum())
        held = [one for one in range(len(self.held)) if self.held[one]]
        of = {one: math.log1p(matrix[:, one].sum()) for one in held}
        theirs = [of[one] for one in held if self.artist_of[one] == self.artist_of[song]]
        return (sum(theirs) + 2 * np.mean(list(of.values()))) / (len(theirs) + 2)

    def _sound(self, row, song):
        sounds, vectors = self.signals.sounds, self.signals.space.vectors.astype(np.float64)
        at = {column: place for place, column in enumerate(sounds.columns.tolist())}
        if song not in at:
            return {Feature.SOUND: 0.0, Feature.SOUND_APART: 0.0, Feature.HEARD: 0.0}
        weights = {at[one]: self.taste[row, one] for one in np.flatnonzero(self.taste[row]) if one in at}
        mean = sum((weight * vectors[one] for one, weight in weights.items()), np.zeros(vectors.shape[1]))
        apart = []
        for own in range(sounds.figures.shape[1]):
            value = float(sounds.figures[at[song], own])
            every = sounds.figures[:, own].astype(np.float64)
            every = every[~np.isnan(every)]
            if math.isnan(value):
                continue
            theirs = [(weights[one], float(sounds.figures[one, own])) for one in weights]
            theirs = [(weight, one) for weight, one in theirs if not math.isnan(one)]
            total = 3 + sum(weight for weight, _ in theirs)
            centre = (3 * every.mean() + sum(weight * one for weight, one in theirs)) / total
            square = 3 * ((every - centre) ** 2).mean() + sum(w * (one - centre) ** 2 for w, one in theirs)
            apart.append((value - centre) ** 2 / max(square / total, 1e-6))
        return {
            Feature.SOUND: mean @ vectors[at[song]] / (np.linalg.norm(mean) or 1),
            Feature.SOUND_APART: math.log1p(np.mean(apart)) if apart else 0.0,
            Feature.HEARD: 1.0,
        }

    @staticmethod
    def _log(total: float, weight: float) -> float:
        return math.log(total / (weight or 1) + LEAST)


@pytest.mark.parametrize("of", [small_model, heard_model])
@pytest.mark.parametrize("which", ROWS, ids=["listeners", "playlists"])
@pytest.mark.parametrize("seed", range(3))
def test_features_equal_their_twin_pair_by_pair(seed, which, of):
    model, histories = of(seed)
    model = Recommender(replace(model.signals, rises=RISES), model.config)
    asked = which(model, histories)
    pairs, found = model.known(asked)
    twin = Twin(model, histories, asked)
    assert found.shape == (len(pairs), len(Feature))
    assert found.dtype == np.float32
    assert len(pairs) > 100
    for pair, (row, song) in enumerate(zip(pairs.rows.tolist(), pairs.songs.tolist(), strict=True)):
        places = {generator: int(pairs.ranks[generator, pair]) for generator in Generator}
        expected = twin.of(row, song, places)
        assert set(expected) == set(Feature)
        for feature, value in expected.items():
            assert found[pair, feature] == pytest.approx(value, rel=1e-4, abs=1e-5), feature.name
    # Every feature says something of somebody, names of playlists alone.
    varied = {feature for feature in Feature if np.ptp(found[:, feature]) > 0}
    of_lists = {Feature.WORDS, Feature.WORDS_SUM}
    of_listeners = {Feature.ARTIST_SKIPS}
    silent = of_lists if which is everybody else of_listeners
    unheard = set() if of is heard_model else {Feature.SOUNDS, *SOUND_FEATURES}
    assert set(Feature) - varied == silent | {Feature.FUSED} | unheard


def test_places_are_counted_to_the_depth_of_the_net():
    model, histories = small_model(0)
    _, found = model.known(everybody(model, histories))
    depth = RANKING.candidates.depth
    for feature in PLACES:
        assert found[:, feature].min() >= np.float32(-np.log(depth + SOFTENING))
        assert found[:, feature].max() <= np.float32(-np.log(SOFTENING))


def odd_rows(model: Recommender, histories: Histories) -> list[Asked]:
    """Rows of which hardly anything is known."""
    n_songs = len(model.columns)
    unheld = np.flatnonzero(model.popularity == 0)[:1]
    lists = [np.arange(0), np.array([0]), unheld, np.arange(n_songs - 1)]
    nothing = sparse.csr_array((3, n_songs), dtype=np.float32)
    some = sparse.csr_array(
        (np.array([-1.0, 1e-9, 1.0], np.float32), ([0, 1, 2], [4, 5, 6])), shape=nothing.shape
    )
    dislikes = Histories(np.array([1, 2, 4], np.int32), some, nothing, nothing, nothing, nothing, nothing)
    return [
        Asked.playlists(model.signals, lists, ["", "", "", "gym"]),
        Asked.listeners(model.signals, dislikes),
        Asked.listeners(model.signals, histories.rows(0, 0)),
    ]


@pytest.mark.parametrize("at", range(3))
def test_of_odd_rows_every_feature_is_a_number(at):
    model, histories = small_model(2)
    asked = odd_rows(model, histories)[at]
    pairs, found = model.known(asked)
    assert np.isfinite(found).all()
    assert (np.diff(pairs.indptr) > 0).all()
    assert len(found) == len(pairs) == pairs.indptr[-1]


def test_the_features_of_a_row_are_its_own():
    model, histories = small_model(1)
    whole_pairs, whole = model.known(everybody(model, histories))
    for row in range(len(histories)):
        pairs, alone = model.known(Asked.listeners(model.signals, histories.rows(row, row + 1)))
        mine = slice(*whole_pairs.indptr[row : row + 2])
        assert pairs.songs.tolist() == whole_pairs.songs[mine].tolist()
        np.testing.assert_allclose(alone, whole[mine], rtol=1e-6, atol=1e-7)


def test_the_pool_of_somebody_else_is_described_as_well():
    # Features are of any pairs in order, not only of those that the generators named.
    model, histories = small_model(1)
    asked = everybody(model, histories)
    pairs, found = model.known(asked)
    some = np.flatnonzero(np.arange(len(pairs)) % 3 == 0)
    fewer = type(pairs)(
        pairs.rows[some],
        pairs.songs[some],
        np.searchsorted(pairs.rows[some], np.arange(len(asked) + 1)),
        pairs.ranks[:, some],
    )
    np.testing.assert_array_equal(features(asked, fewer), found[some])
