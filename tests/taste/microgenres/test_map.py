from __future__ import annotations

import numpy as np
import pytest

from earmark.taste.microgenres.map import laid_out
from earmark.taste.microgenres.views import directions


def families(n: int = 6, each: int = 10, seed: int = 0) -> np.ndarray:
    """Centres in families: those of one are near each other."""
    random = np.random.default_rng(seed)
    parents = random.standard_normal((n, 20))
    return directions(np.repeat(parents, each, axis=0) + 0.3 * random.standard_normal((n * each, 20)))


def nearest(places: np.ndarray, k: int) -> np.ndarray:
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1)[:, :k]


def test_near_on_the_map_is_of_the_same_family() -> None:
    family = np.repeat(np.arange(6), 10)

    places = laid_out(families(), {})

    assert (family[nearest(places, 5)] == family[:, None]).mean() > 0.95
    assert np.abs(places).max() == pytest.approx(1)


def test_near_in_fact_is_near_on_the_map_in_one_circle() -> None:
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = directions(np.stack([np.cos(turn), np.sin(turn)], axis=1))

    places = laid_out(ring, {})

    step = np.abs(nearest(places, 2) - np.arange(40)[:, None])
    assert (np.minimum(step, 40 - step) <= 3).mean() > 0.9


def test_it_is_the_same_each_time() -> None:
    np.testing.assert_array_equal(laid_out(families(), {}), laid_out(families(), {}))


def test_a_map_lies_on_the_one_before() -> None:
    centres = families()
    first = laid_out(centres, {})
    mirrored = {row: (float(-y), float(x)) for row, (x, y) in enumerate(first) if row % 7}

    second = laid_out(centres, mirrored)

    there = np.array([mirrored[row] for row in sorted(mirrored)])
    assert np.abs(second[sorted(mirrored)] - there).mean() < 0.15


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5])
def test_a_few(n: int) -> None:
    places = laid_out(families(1, max(n, 1))[:n], {})

    assert places.shape == (n, 2)
    assert np.isfinite(places).all()
    assert len({tuple(place) for place in places.tolist()}) == n


def test_all_alike_is_no_error() -> None:
    assert np.isfinite(laid_out(np.ones((9, 1), np.float32), {})).all()
