from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import sparse
from tests.damage import KINDS, damage

from earmark.errors import EarmarkError, NotLearnedError
from earmark.signals.collaborative.likeminded import LikeMinded, LikeMindedConfig

F = np.float32


def made(seed: int = 0, n_rows: int = 60, n_songs: int = 80, density: float = 0.2) -> sparse.csr_array:
    random = np.random.default_rng(seed)
    popular = np.linspace(2, 0.2, n_songs) * density
    held = random.random((n_rows, n_songs)) < popular
    return sparse.csr_array(np.where(held, random.random(held.shape) + 0.5, 0).astype(F))


def similarities_twin(rows: np.ndarray, asked: np.ndarray, shrink: float) -> np.ndarray:
    rows, asked = np.maximum(rows, 0).astype(np.float64), np.maximum(asked, 0).astype(np.float64)
    holders = (rows > 0).sum(0)
    frequency = np.log1p(len(rows) / np.maximum(holders, 1))
    frequency /= frequency[np.nonzero(rows)[1]].mean()
    rows, asked = rows * frequency, asked * frequency
    norms = np.outer(np.linalg.norm(asked, axis=1), np.linalg.norm(rows, axis=1))
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(asked @ rows.T / (norms + shrink))


def scores_twin(
    rows: np.ndarray, asked: np.ndarray, own: np.ndarray, config: LikeMindedConfig
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of all songs, and how many of the nearest rows hold them."""
    similarities = similarities_twin(rows, asked, config.shrink)
    similarities[own >= 0, own[own >= 0]] = 0
    kept = np.argsort(-similarities, axis=1, kind="stable")[:, : config.k]
    voices = np.zeros_like(similarities)
    np.put_along_axis(voices, kept, np.take_along_axis(similarities, kept, 1), 1)
    rows = np.maximum(rows, 0).astype(np.float64)
    holders = (rows > 0).sum(0)
    frequency = np.log1p(len(rows) / np.maximum(holders, 1))
    frequency /= frequency[np.nonzero(rows)[1]].mean()
    scores = voices**config.exponent @ rows * frequency**config.rarity
    return scores, (voices > 0).astype(int) @ (rows > 0).astype(int)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    density=st.sampled_from([0.03, 0.2, 0.5]),
    k=st.sampled_from([1, 7, 100]),
    shrink=st.sampled_from([0.0, 5.0]),
    exponent=st.sampled_from([1.0, 1.5]),
    rarity=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_like_minded_rows_and_their_songs_equal_the_numpy_twin(seed, density, k, shrink, exponent, rarity):
    rows, asked = made(seed, density=density), made(seed + 1, 9, density=density)
    random = np.random.default_rng(seed)
    rows.data *= random.choice([-1, 1, 1, 1], rows.nnz).astype(F)
    asked.data *= random.choice([-1, 1, 1, 1], asked.nnz).astype(F)
    own = random.integers(-1, 60, 9)
    config = LikeMindedConfig(k=k, shrink=shrink, exponent=exponent, rarity=rarity)
    signal = LikeMinded(config).fit(rows)
    nearest = signal.nearest(asked, own)
    similarities = similarities_twin(rows.toarray(), asked.toarray(), shrink)
    for query in range(9):
        listed = slice(nearest.starts[query], nearest.starts[query + 1])
        found = nearest.similarities[listed]
        np.testing.assert_allclose(found, similarities[query, nearest.ids[listed]], rtol=1e-4)
        others = np.delete(similarities[query], own[query]) if own[query] >= 0 else similarities[query]
        best = np.sort(others[others > 0])[::-1][:k]
        np.testing.assert_allclose(found, best, rtol=1e-4)
    expected, counts = scores_twin(rows.toarray(), asked.toarray(), own, config)
    ids, scores = signal.score(nearest, asked, 80)
    expected[asked.toarray() != 0] = 0
    for query in range(9):
        there = ids[query] >= 0
        np.testing.assert_allclose(scores[query][there], expected[query][ids[query][there]], rtol=1e-3)
        assert there.sum() == (expected[query] > 0).sum()
    pairs = signal.score_pairs(nearest, np.arange(10) * 80, np.tile(np.arange(80), 9))
    open_ = asked.toarray() == 0
    np.testing.assert_allclose(pairs.sums.reshape(9, 80)[open_], expected[open_], rtol=1e-3)
    np.testing.assert_array_equal(pairs.counts.reshape(9, 80), counts)


def test_a_training_row_finds_itself_unless_it_is_called_its_own():
    rows = made()
    signal = LikeMinded(LikeMindedConfig(k=1, shrink=0)).fit(rows)
    asked = rows[10:20]
    assert signal.nearest(asked).ids.tolist() == list(range(10, 20))
    assert signal.nearest(asked).similarities == pytest.approx(np.ones(10), rel=1e-4)
    assert not set(signal.nearest(asked, np.arange(10, 20)).ids) <= set(range(10, 20))


def test_a_shared_rarity_says_more_than_a_shared_hit():
    rows = np.zeros((40, 42), F)
    rows[:, 0] = 1  # a hit that everyone holds
    rows[np.arange(40), np.arange(40) + 1] = 1
    rows[0, 41] = 1
    asked = np.zeros((1, 42), F)
    asked[0, [0, 41]] = 1
    nearest = (
        LikeMinded(LikeMindedConfig(k=40, shrink=0))
        .fit(sparse.csr_array(rows))
        .nearest(sparse.csr_array(asked))
    )
    assert nearest.ids[0] == 0
    assert nearest.similarities[0] > 3 * nearest.similarities[1]


def test_the_greatest_part_of_a_sum_is_one_rows_vote():
    rows = made()
    signal = LikeMinded(LikeMindedConfig(k=5, rarity=0, exponent=1)).fit(rows)
    nearest = signal.nearest(rows[:1], np.array([0]))
    pairs = signal.score_pairs(nearest, np.array([0, 80]), np.arange(80))
    votes = nearest.similarities[:, None] * rows.toarray()[nearest.ids]
    np.testing.assert_allclose(pairs.greatest, votes.max(0), rtol=1e-6)
    np.testing.assert_allclose(pairs.sums, votes.sum(0), rtol=1e-5)


def test_within_a_small_reach_only_the_rarest_songs_are_looked_up():
    rows = made(3, 200, 50, 0.3)
    holders = np.diff(rows.tocsc().indptr)
    asked = sparse.csr_array(np.ones((1, 50), F))
    rarest = np.argsort(holders, kind="stable")
    budget = int(holders[rarest[:4]].sum())
    near, everything = (
        LikeMinded(LikeMindedConfig(k=200, shrink=0, reach=reach)).fit(rows).nearest(asked)
        for reach in (budget, 10**6)
    )
    assert set(near.ids) == set(np.flatnonzero(rows.toarray()[:, rarest[:4]].any(1)))
    assert len(everything.ids) > len(near.ids)
    # Similarities still are of the whole history: its length counts in full.
    whole = dict(zip(everything.ids.tolist(), everything.similarities.tolist(), strict=True))
    assert all(
        value <= whole[row] * 1.0001 for row, value in zip(near.ids.tolist(), near.similarities, strict=True)
    )
    one = LikeMinded(LikeMindedConfig(k=200, reach=1)).fit(rows).nearest(asked)
    assert set(one.ids) == set(np.flatnonzero(rows.toarray()[:, rarest[0]]))


def test_like_minded_rows_do_not_depend_on_threads_nor_change_what_they_are_given():
    rows, asked = made(1, 300, 400, 0.1), made(2, 700, 400, 0.1)
    before = [part.copy() for part in (asked.data, asked.indices, asked.indptr, rows.data)]
    signal = LikeMinded(LikeMindedConfig(reach=900)).fit(rows)
    one, two = (signal.nearest(asked, threads=threads) for threads in (1, 2))
    for name in ("starts", "ids", "similarities"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    found = [signal.score(one, asked, 20, threads=threads) for threads in (1, 2)]
    assert [part.tobytes() for part in found[0]] == [part.tobytes() for part in found[1]]
    for part, was in zip((asked.data, asked.indices, asked.indptr, rows.data), before, strict=True):
        np.testing.assert_array_equal(part, was)


def test_empty_and_one_song_histories():
    rows = made()
    signal = LikeMinded().fit(rows)
    asked = sparse.csr_array((np.array([1, -1], F), np.array([7, 8]), np.array([0, 0, 1, 2])), shape=(3, 80))
    nearest = signal.nearest(asked)
    assert np.diff(nearest.starts).tolist() == [0, int((rows.toarray()[:, 7] > 0).sum()), 0]
    ids, scores = signal.score(nearest, asked, 4)
    assert ids[[0, 2]].tolist() == [[-1] * 4] * 2
    assert (scores[1] > 0).all()


def test_one_row_alone_is_like_itself():
    signal = LikeMinded(LikeMindedConfig(shrink=0)).fit(sparse.csr_array(np.ones((1, 3), F)))
    assert signal.nearest(sparse.csr_array(np.ones((1, 3), F))).similarities == pytest.approx([1])
    assert len(signal.nearest(sparse.csr_array(np.ones((1, 3), F)), np.array([0])).ids) == 0


def test_a_row_of_a_hundred_thousand_songs_is_sound_and_quick():
    n_songs = 100_000
    everything = sparse.csr_array(np.ones((1, n_songs), F))
    others = sparse.random_array((500, n_songs), density=0.002, format="csr", dtype=F, rng=1)
    signal = LikeMinded().fit(sparse.vstack([everything, others], format="csr"))
    began = time.process_time()
    nearest = signal.nearest(everything, np.array([0]))
    ids, _ = signal.score(nearest, None, 50)
    assert time.process_time() - began < 2
    assert len(nearest.ids) == LikeMindedConfig().k
    assert (ids >= 0).all()
    short = signal.nearest(others[:3])
    assert 0 not in short.ids[short.starts[:-1]]


@pytest.mark.parametrize("matrix", [np.zeros((3, 4), F), -np.eye(3, dtype=F), np.zeros((0, 0), F)])
def test_nothing_to_learn_from_is_said(matrix):
    with pytest.raises(EarmarkError, match="nothing to learn from"):
        LikeMinded().fit(sparse.csr_array(matrix))


def test_bad_weights_and_shapes_are_refused():
    with pytest.raises(ValueError, match="row 0 holds a weight"):
        LikeMinded().fit(sparse.csr_array(np.array([[1, np.nan]], F)))
    with pytest.raises(ValueError, match="too large"):
        LikeMinded().fit(sparse.csr_array(np.array([[1, 1e20]], F)))
    signal = LikeMinded().fit(made())
    with pytest.raises(ValueError, match="row 1 holds a weight"):
        signal.nearest(sparse.csr_array(np.array([[0] * 80, [np.inf] * 80], F)))
    with pytest.raises(ValueError, match="history has 79 songs, the like-minded rows have 80"):
        signal.nearest(made()[:, :79])
    with pytest.raises(ValueError, match="own: ids must be from 0 to 59"):
        signal.nearest(made()[:2], np.array([3, 60]))
    with pytest.raises(ValueError, match="do not fit together"):
        signal.nearest(made()[:2], np.array([3]))


def test_saved_rows_come_back_and_are_the_same_bytes(tmp_path):
    rows, asked = made(1), made(2, 9)
    signal = LikeMinded(LikeMindedConfig(k=7)).fit(rows)
    signal.save(tmp_path / "a")
    LikeMinded(LikeMindedConfig(k=7)).fit(rows).save(tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["config.json", "n_rows.npy", "rows.npy", "starts.npy", "weights.npy"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    loaded = LikeMinded.load(tmp_path / "a")
    assert loaded.config == signal.config
    one, other = (each.score(each.nearest(asked), asked, 5) for each in (signal, loaded))
    assert [part.tobytes() for part in one] == [part.tobytes() for part in other]


@pytest.mark.parametrize("name", ["config.json", "n_rows.npy", "rows.npy", "starts.npy", "weights.npy"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_folder_is_named(tmp_path, name, kind):
    LikeMinded().fit(made()).save(tmp_path)
    damage(tmp_path / name, kind)
    with pytest.raises(NotLearnedError, match=name):
        LikeMinded.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("rows", np.full(10, 60, np.int32)),
        ("starts", np.array(5)),
        ("n_rows", np.array([1, 2])),
        ("n_rows", np.array([3])),
        ("weights", np.array(["a"])),
    ],
)
def test_parts_that_do_not_fit_in_a_saved_folder_are_refused(tmp_path, name, array):
    LikeMinded().fit(made()).save(tmp_path)
    np.save(tmp_path / f"{name}.npy", array)
    with pytest.raises(NotLearnedError, match=r"rows\.npy"):
        LikeMinded.load(tmp_path)


def test_asking_before_learning_is_said():
    with pytest.raises(NotLearnedError):
        LikeMinded().nearest(made())


def test_settings_are_checked():
    for wrong in ({"k": 0}, {"exponent": 0}, {"reach": 0}, {"shrink": float("inf")}, {"near": 3}):
        with pytest.raises(ValidationError):
            LikeMindedConfig(**wrong)
