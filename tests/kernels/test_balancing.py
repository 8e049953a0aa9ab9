from __future__ import annotations

import numpy as np
import pytest

from earmark.kernels.balancing import balancing_basis

F = np.float32


def test_listeners_and_songs_vary_alike_in_the_balanced_basis():
    random = np.random.default_rng(1)
    listeners = (random.normal(size=(500, 6)) * np.geomspace(5, 0.5, 6)).astype(F)
    items = (random.normal(size=(800, 6)) @ random.normal(size=(6, 6))).astype(F)
    basis = balancing_basis(listeners, items)
    np.testing.assert_allclose(basis, basis.T, rtol=1e-6, atol=1e-9)
    turned = listeners @ basis, items @ np.linalg.inv(basis)
    moments = [vectors.T @ vectors for vectors in turned]
    one, other = (moment / np.trace(moment) for moment in moments)
    np.testing.assert_allclose(one, other, atol=2e-3)
    np.testing.assert_allclose(turned[0] @ turned[1].T, listeners @ items.T, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("n_listeners", [0, 1, 4])
def test_empty_directions_leave_a_basis_that_can_be_inverted(n_listeners):
    listeners, items = np.ones((n_listeners, 3), F), np.zeros((5, 3), F)
    basis = balancing_basis(listeners, items)
    np.testing.assert_allclose(basis @ np.linalg.inv(basis), np.eye(3), atol=1e-6)
