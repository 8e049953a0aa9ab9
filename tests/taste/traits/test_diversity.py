from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.taste.traits.diversity import effective_numbers


def plays(*counts, who=1):
    """Plays of one listener: item 0 so often, item 1 so often, and so on."""
    items = [item for item, count in enumerate(counts) for _ in range(count)]
    return pl.DataFrame({"who": [who] * len(items), "item": items}, {"who": pl.Int32, "item": pl.Int32})


def effective(*counts):
    return effective_numbers(plays(*counts), ["who"], "item")["effective"].item()


def chao_wang_jost(counts):
    """The estimator as it is printed (2013, equation 7a), term by term."""
    n, f1, f2 = sum(counts), counts.count(1), counts.count(2)
    entropy = sum(x / n * sum(1 / k for k in range(x, n)) for x in counts)
    if f1:
        a = 2 * f2 / ((n - 1) * f1 + 2 * f2) if f2 else 2 / ((n - 1) * (f1 - 1) + 2)
        if a < 1:
            series = -math.log(a) - math.fsum((1 - a) ** r / r for r in range(1, n))
            entropy += f1 / n * (1 - a) ** (1 - n) * series
    return math.exp(entropy)


def test_items_played_often_and_equally_count_one_each():
    assert effective(1_000) == pytest.approx(1)
    assert effective(500, 500) == pytest.approx(2, rel=2e-3)
    assert effective(*[400] * 25) == pytest.approx(25, rel=2e-3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=25).filter(lambda counts: counts.count(2) > 0))
def test_it_is_the_printed_estimator(counts):
    assert effective(*counts) == pytest.approx(chao_wang_jost(counts), rel=2e-3)


def test_a_tenth_of_the_plays_tells_nearly_the_same():
    random = np.random.default_rng(3)
    share = random.dirichlet(np.full(300, 0.5))
    truth = math.exp(-float((share * np.log(share)).sum()))
    told, plain = [], []
    for _ in range(20):
        counts = np.bincount(random.choice(300, 300, p=share))
        told.append(effective(*counts.tolist()))
        seen = counts[counts > 0] / 300
        plain.append(math.exp(-float((seen * np.log(seen)).sum())))
    assert abs(np.mean(told) / truth - 1) < 0.1
    assert np.mean(plain) / truth < 0.8


def test_each_key_is_counted_by_itself():
    both = pl.concat([plays(5, 5, who=2), plays(3, who=1)])
    found = effective_numbers(both, ["who"], "item")
    assert found["who"].to_list() == [1, 2]
    assert found["effective"].to_list() == pytest.approx([1, effective(5, 5)])


def test_nothing_gives_nothing():
    assert effective_numbers(plays(), ["who"], "item").is_empty()
