from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from earmark.kernels import _core
from earmark.kernels.sparse import Rows, checked_ids


def malformed(**parts: np.ndarray) -> sparse.csr_array:
    matrix = sparse.csr_array(np.eye(3, dtype=np.float32))
    for name, value in parts.items():
        setattr(matrix, name, value)
    return matrix


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"indices": np.array([0, 1, 3], np.int32)}, "song ids must be from 0 to 2, found 0 to 3"),
        ({"indices": np.array([-1, 1, 2], np.int32)}, "found -1 to 2"),
        ({"indptr": np.array([0, 2, 1, 3], np.int32)}, "row starts"),
        ({"indptr": np.array([0, 1, 2, 9], np.int32)}, "row starts"),
        ({"data": np.array([1, np.nan, 1], np.float32)}, "row 1 holds a weight"),
        ({"data": np.array([1, 1, 1e300])}, "row 2 holds a weight"),
    ],
)
def test_malformed_matrices_are_refused_by_name(parts, message):
    with pytest.raises(ValueError, match=f"plays: .*{message}"):
        Rows.of(malformed(**parts), "plays")


def test_rows_are_sorted_and_summed_without_touching_the_original():
    matrix = sparse.csr_array(
        (np.array([1.0, 2.0, 3.0]), np.array([2, 0, 2]), np.array([0, 3])), shape=(1, 3)
    )
    rows = Rows.of(matrix, "plays")
    assert rows.indices.tolist() == [0, 2]
    assert rows.weights.tolist() == [2.0, 4.0]
    assert matrix.indices.tolist() == [2, 0, 2]
    turned = rows.transposed()
    assert (turned.n_rows, turned.n_columns) == (3, 1)
    assert turned.starts.tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize("ids", [np.array([0.5]), np.zeros((1, 1), np.int64), np.array([3]), np.array([-1])])
def test_ids_must_be_whole_and_in_range(ids):
    with pytest.raises(ValueError, match="songs: "):
        checked_ids(ids, 3, "songs")


def test_the_core_refuses_arrays_that_are_too_short():
    empty = np.zeros(0, np.int64)
    with pytest.raises(ValueError, match="exclude holds 0 bytes"):
        _core.mark_excluded(0, 2, 2, 1, empty, empty, np.zeros(2, np.uint64))
    with pytest.raises(ValueError, match="rows 1 to 3 are not within 0 to 2"):
        _core.mark_excluded(1, 3, 2, 1, empty, empty, np.zeros(2, np.uint64))
    with pytest.raises(TypeError, match="expected 7 arguments"):
        _core.finish_top(1, 1)  # type: ignore[call-arg]


def test_rows_are_taken_and_joined_as_slices_of_a_matrix_would_be():
    random = np.random.default_rng(2)
    dense = random.integers(0, 3, (9, 6)).astype(np.float32)
    rows = Rows.of(sparse.csr_array(dense), "plays")
    wanted = np.array([8, 0, 0, 3])
    taken = rows.take(wanted)
    both = Rows.joined([taken, rows.take(np.array([], np.intp)), rows])
    for part, expected in ((taken, dense[wanted]), (both, np.concatenate([dense[wanted], dense]))):
        matrix = sparse.csr_array((part.weights, part.indices, part.starts), expected.shape)
        assert matrix.toarray().tolist() == expected.tolist()
    assert Rows.of(taken, "plays") is taken
