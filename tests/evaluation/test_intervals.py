from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from earmark.evaluation.intervals import mean_interval, paired_difference_interval

VALUES = np.random.default_rng(4).beta(2, 5, 300)


def test_as_scipy_has_it() -> None:
    theirs = bootstrap(
        (VALUES,), np.mean, n_resamples=4_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    ours = mean_interval(VALUES, draws=4_000)
    assert ours.mean == VALUES.mean()
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.05 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.05 * width)


def test_the_same_seed_gives_the_same_interval() -> None:
    assert mean_interval(VALUES, seed=3) == mean_interval(VALUES, seed=3)
    assert mean_interval(VALUES, seed=3) != mean_interval(VALUES, seed=4)


def test_a_higher_level_is_wider() -> None:
    narrow, wide = mean_interval(VALUES, level=0.8), mean_interval(VALUES, level=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_who_has_no_value_is_left_out() -> None:
    assert mean_interval(np.concatenate([[np.nan], VALUES])) == mean_interval(VALUES)
    assert np.isnan(mean_interval(np.array([np.nan, np.nan])).mean)


def test_many_listeners_are_drawn_in_parts() -> None:
    interval = mean_interval(np.tile(VALUES, 100), draws=200)
    assert interval.low < VALUES.mean() < interval.high


def test_pairing_sees_what_the_spread_of_listeners_hides() -> None:
    theirs = VALUES
    ours = VALUES + np.random.default_rng(0).normal(0.01, 0.02, len(VALUES))
    paired = paired_difference_interval(ours, theirs)
    assert paired.excludes_zero()
    assert paired.low < 0.01 < paired.high
    apart = mean_interval(ours).low - mean_interval(theirs).high
    assert apart < 0


def test_no_difference_is_none() -> None:
    same = paired_difference_interval(VALUES, VALUES)
    assert (same.mean, same.low, same.high) == (0, 0, 0)
    assert not same.excludes_zero()


def test_a_value_missing_on_one_side_counts_on_neither() -> None:
    interval = paired_difference_interval(np.array([1.0, np.nan, 3.0]), np.array([0.0, 9.0, np.nan]))
    assert (interval.mean, interval.low, interval.high) == (1, 1, 1)


def test_a_pair_needs_the_same_listeners() -> None:
    with pytest.raises(ValueError, match="the same listeners"):
        paired_difference_interval(VALUES, VALUES[1:])


@settings(max_examples=50)
@given(values=st.lists(st.floats(-100, 100), min_size=1, max_size=20))
def test_the_interval_lies_within_the_values(values: list[float]) -> None:
    interval = mean_interval(np.array(values), draws=200)
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9
