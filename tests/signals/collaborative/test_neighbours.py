from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import sparse
from tests.damage import KINDS, damage

from earmark.errors import EarmarkError, NotLearnedError
from earmark.signals.collaborative.neighbours import NeighbourConfig, Neighbours

F = np.float32


def made(seed: int = 0, n_rows: int = 60, n_songs: int = 80) -> sparse.csr_array:
    random = np.random.default_rng(seed)
    held = random.random((n_rows, n_songs)) < random.random((n_rows, 1)) * 0.4
    return sparse.csr_array(np.where(held, random.random(held.shape) + 0.5, 0).astype(F))


def test_similarity_is_the_shrunk_cosine_of_damped_rows():
    matrix = made()
    config = NeighbourConfig(k=79, shrink=2.0, damping=0.8)
    lists = Neighbours(config).fit(matrix).lists
    dense = matrix.toarray().astype(np.float64)
    lengths = (dense > 0).sum(1)
    say = (np.maximum(lengths, 1) / (lengths.sum() / (lengths > 0).sum())) ** -0.8
    dots = np.einsum("r,ri,rj->ij", say, dense, dense)
    norms = np.sqrt(np.diag(dots))
    expected = dots / (np.outer(norms, norms) + 2.0)
    for song in range(80):
        listed = slice(lists.starts[song], lists.starts[song + 1])
        near = lists.ids[listed]
        np.testing.assert_allclose(lists.similarities[listed], expected[song, near], rtol=1e-4)
        assert set(near) == set(np.flatnonzero(dots[song])) - {song}


def test_damping_lets_a_short_list_outweigh_a_long_one():
    # Song 0 stands with song 1 on a list of two, and with song 2 on a list of forty; all have the same norm.
    matrix = np.zeros((4, 42), F)
    matrix[0, [0, 1]] = 1
    matrix[1, [0, *range(2, 41)]] = 1
    matrix[2, [1, 41]] = 1
    matrix[3, [2, 41]] = 1
    damped = first_list(matrix, damping=1.0)
    assert damped[1] > 2 * damped[3]
    plain = first_list(matrix, damping=0.0)
    assert plain[3] > plain[1]


def first_list(matrix: np.ndarray, damping: float) -> dict[int, float]:
    config = NeighbourConfig(shrink=0, damping=damping, k=41)
    lists = Neighbours(config).fit(sparse.csr_array(matrix)).lists
    length = int(lists.starts[1])
    return dict(zip(lists.ids[:length].tolist(), lists.similarities[:length].tolist(), strict=True))


def test_dislikes_teach_no_neighbourhood():
    disliked = sparse.csr_array(np.array([[1, 1, -5], [1, 1, -5]], F))
    assert Neighbours().fit(disliked).lists.ids.tolist() == [1, 0]


@pytest.mark.parametrize("matrix", [np.zeros((3, 4), F), -np.eye(3, dtype=F), np.zeros((0, 0), F)])
def test_nothing_to_learn_from_is_said(matrix):
    with pytest.raises(EarmarkError, match="nothing to learn from"):
        Neighbours().fit(sparse.csr_array(matrix))


def test_weights_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="row 0 holds a weight"):
        Neighbours().fit(sparse.csr_array(np.array([[1, np.inf]], F)))


def test_one_listener_and_more_neighbours_than_songs():
    signal = Neighbours(NeighbourConfig(k=50)).fit(sparse.csr_array(np.ones((1, 3), F)))
    ids, scores = signal.score(sparse.csr_array(np.array([[1, 0, 0]], F)), None, 5)
    assert ids.tolist() == [[1, 2, -1, -1, -1]]
    assert (scores[0, :2] > 0).all()


def test_saved_neighbours_come_back_and_are_the_same_bytes(tmp_path):
    matrix = made(1)
    signal = Neighbours(NeighbourConfig(k=7)).fit(matrix, threads=1)
    signal.save(tmp_path / "a")
    Neighbours(NeighbourConfig(k=7)).fit(matrix, threads=2).save(tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["config.json", "ids.npy", "similarities.npy", "starts.npy"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    loaded = Neighbours.load(tmp_path / "a")
    assert loaded.config == signal.config
    np.testing.assert_array_equal(loaded.score(matrix, matrix, 5)[0], signal.score(matrix, matrix, 5)[0])


def test_given_songs_get_the_sums_that_the_best_songs_get():
    matrix = made(2)
    signal = Neighbours(NeighbourConfig(k=9)).fit(matrix)
    history = matrix[matrix.sum(1) > 0]
    ids, scores = signal.score(history, None, 6)
    order = np.argsort(ids, axis=1)
    indptr = np.arange(len(ids) + 1) * 6
    found = signal.score_pairs(history, indptr, np.take_along_axis(ids, order, 1).ravel())
    np.testing.assert_array_equal(found.sums.reshape(-1, 6), np.take_along_axis(scores, order, 1))


@pytest.mark.parametrize("name", ["config.json", "ids.npy", "similarities.npy", "starts.npy"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_folder_is_named(tmp_path, name, kind):
    Neighbours().fit(made()).save(tmp_path)
    damage(tmp_path / name, kind)
    with pytest.raises(NotLearnedError, match=name):
        Neighbours.load(tmp_path)


def test_ids_out_of_range_in_a_saved_folder_are_refused(tmp_path):
    Neighbours(NeighbourConfig(k=2)).fit(made()).save(tmp_path)
    np.save(tmp_path / "ids.npy", np.full_like(np.load(tmp_path / "ids.npy"), 80))
    with pytest.raises(NotLearnedError, match=r"ids\.npy"):
        Neighbours.load(tmp_path)


def test_asking_before_learning_is_said():
    with pytest.raises(NotLearnedError):
        _ = Neighbours().lists


def test_settings_are_checked():
    with pytest.raises(ValidationError):
        NeighbourConfig(k=0)
    with pytest.raises(ValidationError):
        NeighbourConfig(shrunk=3)  # type: ignore[call-arg]
