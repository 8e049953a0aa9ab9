from __future__ import annotations

import numpy as np
import pytest

from earmark.signals.collaborative.beginnings import REACH, beginnings


def test_a_key_has_its_vector_wherever_it_stands() -> None:
    keys = np.array([7, 3, 1 << 40, 0], np.uint64)
    all_ = beginnings(keys, 16, seed=5)
    fewer = beginnings(keys[[0, 2, 3]], 16, seed=5)

    np.testing.assert_array_equal(all_[[0, 2, 3]], fewer)
    np.testing.assert_array_equal(all_[:, :9], beginnings(keys, 9, seed=5))
    assert not (all_ == beginnings(keys, 16, seed=6)).any()


def test_entries_are_even_and_know_nothing_of_each_other() -> None:
    drawn = beginnings(np.arange(100_000, dtype=np.uint64), 8, seed=0) / REACH

    assert drawn.min() >= 0 and drawn.max() < 1
    counts = np.histogram(drawn, 20, (0, 1))[0]
    assert np.abs(counts / counts.mean() - 1).max() < 0.02
    assert np.abs(np.corrcoef(drawn.T) - np.eye(8)).max() < 0.02
    assert abs(np.corrcoef(drawn[1:, 0], drawn[:-1, 0])[0, 1]) < 0.02


def test_it_is_splitmix64() -> None:
    """Against the first numbers of the generator for the state 0, as published with it."""
    from earmark.signals.collaborative.beginnings import GAMMA, _mixed

    states = np.arange(1, 4, dtype=np.uint64) * GAMMA
    assert [hex(int(one)) for one in _mixed(states)] == [
        "0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4", "0x6c45d188009454f",
    ]  # fmt: skip


@pytest.mark.parametrize("n", [0, 1, 65_537])
def test_any_number_of_keys(n: int) -> None:
    assert beginnings(np.arange(n, dtype=np.uint64), 2, seed=1).shape == (n, 2)
