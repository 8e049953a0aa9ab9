"""Recommending artists: the order is learned on hidden pairs, and collections say who belongs together."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from earmark.engines.artists import (
    ArtistsConfig,
    LearnedArtists,
    artist_columns,
    counts_as_histories,
    learn_artists,
)
from earmark.engines.collections import Collections
from earmark.errors import TooLittleError
from earmark.evaluation.artists import score_artists, split_pairs
from earmark.evaluation.metrics import mean
from earmark.ranking.order import OrderConfig
from earmark.ranking.ranker import RankerConfig
from earmark.ranking.signals import Signals

N_LISTENERS, N_ARTISTS, N_GENRES = 200, 240, 12
GENRE_OF = np.arange(N_ARTISTS) % N_GENRES
COLUMNS = artist_columns(np.arange(1, N_ARTISTS + 1))
SMALL = ArtistsConfig()
SMALL = SMALL.model_copy(
    update={
        "signals": SMALL.signals.model_copy(
            update={
                "factors": SMALL.signals.factors.model_copy(update={"factors": 24, "regularization": 5.0})
            }
        ),
        "ranking": SMALL.ranking.model_copy(
            update={"order": OrderConfig(ranker=RankerConfig(taught=30, least_lists=30, trees=30))}
        ),
    }
)


def planted(seed: int, n_each: int = 12) -> sp.csr_array:
    """Listeners who play some artists of two genres of theirs, and one in six of anything."""
    random = np.random.default_rng(seed)
    plays = np.zeros((N_LISTENERS, N_ARTISTS), np.int64)
    for row in plays:
        loved = np.isin(GENRE_OF, random.choice(N_GENRES, 2, replace=False))
        chance = np.where(loved, 5 / loved.sum(), 1 / N_ARTISTS)
        drawn = random.choice(N_ARTISTS, n_each, replace=False, p=chance / chance.sum())
        row[drawn] = random.integers(1, 500, n_each)
    return sp.csr_array(plays)


def genres() -> Collections:
    """A tag for each genre, given by nobody."""
    return Collections(
        [f"genre {genre}" for genre in range(N_GENRES)],
        GENRE_OF,
        np.arange(N_ARTISTS),
        np.full(N_ARTISTS, -1),
    )


def learned_from(plays: sp.csr_array, collections: Collections, seed: int = 1) -> LearnedArtists:
    return learn_artists(plays, collections, COLUMNS, SMALL, seed=seed)


def quality(learned: LearnedArtists, hidden: sp.csr_array) -> float:
    lists = learned.recommend(np.arange(N_LISTENERS), 20)
    return mean(score_artists(lists, hidden).values["recall@20"])


@pytest.fixture(scope="module")
def parts() -> tuple[sp.csr_array, ...]:
    return split_pairs(planted(1), (0.8, 0.2), seed=1)


@pytest.fixture(scope="module")
def learned(parts) -> LearnedArtists:
    return learned_from(parts[0], Collections.none())


def test_artists_of_loved_genres_come_first(parts, learned):
    known, hidden = parts
    # Twenty drawn from anywhere would hold a twelfth.
    assert quality(learned, hidden) > 0.3
    lists = learned.recommend(np.arange(N_LISTENERS), 20)
    known_to = known.toarray() > 0
    for row, some in enumerate(lists):
        given = some[some >= 0]
        assert not known_to[row, given].any()
        assert len(set(given.tolist())) == len(given)


def test_what_stands_together_elsewhere_helps_where_little_is_known():
    known, hidden = split_pairs(planted(4, n_each=5), (0.8, 0.2), seed=1)
    alone, with_genres = (learned_from(known, some) for some in (Collections.none(), genres()))
    assert quality(with_genres, hidden) > 1.2 * quality(alone, hidden)


def test_some_listeners_are_recommended_what_they_are_among_all(learned):
    everyone = learned.recommend(np.arange(N_LISTENERS), 5)
    some = np.array([3, 50, 199])
    assert learned.recommend(some, 5).tolist() == everyone[some].tolist()


def test_the_same_inputs_and_seed_give_the_same_lists(parts, learned):
    rows = np.arange(N_LISTENERS)
    again, other = (learned_from(parts[0], Collections.none(), seed) for seed in (1, 2))
    assert learned.recommend(rows, 20).tolist() == again.recommend(rows, 20).tolist()
    assert learned.recommend(rows, 20).tolist() != other.recommend(rows, 20).tolist()


def test_the_order_is_learned_without_what_would_give_hidden_pairs_away(monkeypatch, parts):
    fitted = []
    fit = Signals.fit

    def watched(histories, members, *rest, **how):
        fitted.append((histories.plays.toarray() > 0, members.playlists.toarray() > 0))
        return fit(histories, members, *rest, **how)

    monkeypatch.setattr(Signals, "fit", watched)
    known = parts[0]
    rows = np.repeat(np.arange(N_LISTENERS), np.diff(known.indptr))
    # Everyone has a tag of their own for all that they play, and nobody else's entries.
    own_tags = Collections([f"tag {row}" for row in range(N_LISTENERS)], rows, known.indices, rows)
    learned_from(known, own_tags)
    (before, tags_before), (after, tags_after) = fitted
    assert 0.75 < before.sum() / known.nnz < 0.85
    assert (after == (known.toarray() > 0)).all()
    # Collections of fewer than three artists are left out, whoever's they are.
    for plays, tags in ((before, tags_before), (after, tags_after)):
        assert sorted(map(tuple, tags.tolist())) == sorted(
            tuple(row) for row in plays.tolist() if sum(row) >= SMALL.least_artists
        )


def test_with_few_listeners_the_prior_orders_and_says_so(parts):
    learned = learned_from(parts[0][:12], genres())
    assert learned.note is not None
    assert "rank fusion has the last word" in learned.note
    assert (learned.recommend(np.arange(12), 5) >= 0).all()


@pytest.mark.parametrize("n_pairs", [0, 1, 2])
def test_hardly_any_plays_are_too_little(n_pairs):
    plays = sp.csr_array(([7] * n_pairs, ([0] * n_pairs, list(range(n_pairs)))), shape=(3, N_ARTISTS))
    with pytest.raises(TooLittleError, match=f"{n_pairs} pairs of a listener and an artist"):
        learned_from(plays, Collections.none())


def test_counts_are_histories_without_a_when():
    plays = sp.csr_array(np.array([[4, 0, 400, 40], [0, 0, 0, 0], [7, 0, 0, 0]]))
    histories = counts_as_histories(plays)
    assert histories.listeners.tolist() == [0, 1, 2]
    # The geometric mean of 4, 400 and 40 is 40: what is played as usual weighs log 2.
    weights = [[np.log(1.1), 0, np.log(11), np.log(2)], [0, 0, 0, 0], [np.log(2), 0, 0, 0]]
    np.testing.assert_allclose(histories.weight.toarray(), weights, rtol=1e-6)
    np.testing.assert_array_equal(histories.plays.toarray(), plays.toarray())
    np.testing.assert_array_equal(histories.strength.toarray(), plays.toarray())
    np.testing.assert_array_equal(histories.closed.toarray(), plays.toarray() > 0)
    for nothing in (histories.recent, histories.skips):
        assert (nothing.nnz, nothing.shape) == (0, plays.shape)


def test_who_plays_ten_times_as_much_weighs_artists_alike():
    plays = planted(2)
    tenfold = plays.copy()
    tenfold.data *= 10
    weights, more = (counts_as_histories(some).weight.toarray() for some in (plays, tenfold))
    np.testing.assert_allclose(weights, more, rtol=1e-5)
