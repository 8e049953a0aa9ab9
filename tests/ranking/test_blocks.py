from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from earmark.ranking.blocks import Blocks


@given(st.integers(0, 10**6), st.integers(0, 9), st.integers(0, 7))
def test_products_are_those_of_the_matrix(seed, n_rows, n_columns):
    random = np.random.default_rng(seed)
    filled = random.random((n_rows, n_columns)) < random.choice([0.05, 1.0, 0.5], n_columns)
    dense = (random.normal(size=(n_rows, n_columns)) * filled).astype(np.float32)
    blocks = Blocks.of(sparse.csr_array(dense))
    some = random.normal(size=(n_columns, 3)).astype(np.float32)
    others = random.normal(size=(n_rows, 3)).astype(np.float32)
    np.testing.assert_allclose(blocks.times(some), dense @ some, atol=1e-5)
    np.testing.assert_allclose(blocks.turned_times(others), dense.T @ others, atol=1e-5)
    np.testing.assert_allclose(blocks.squares(), (dense**2).sum(0), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(blocks.full, filled.sum(0) > n_rows / 4) if n_rows else None


def test_full_columns_alone_are_dense():
    matrix = np.zeros((8, 3), np.float32)
    matrix[:, 0], matrix[0, 1] = 1, 1
    blocks = Blocks.of(sparse.csr_array(matrix))
    assert blocks.dense.shape == (8, 1)
    assert blocks.sparse.nnz == 1
