from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from earmark.world.draws import GroupedDraw, held, roots


def test_draws_follow_the_weights_within_each_group() -> None:
    groups = np.array([1, 0, 1, 0, 1])
    weights = np.array([1.0, 3.0, 2.0, 1.0, 1.0])
    draw = GroupedDraw(groups, weights, 2)
    uniform = (np.arange(4_000) + 0.5) / 4_000
    assert np.bincount(draw(np.zeros(4_000, np.int64), uniform), minlength=5).tolist() == [
        0,
        3000,
        0,
        1000,
        0,
    ]
    assert np.bincount(draw(np.ones(4_000, np.int64), uniform), minlength=5).tolist() == [
        1000,
        0,
        2000,
        0,
        1000,
    ]


@given(
    st.lists(st.floats(1e-6, 1e6), min_size=12, max_size=60),
    st.lists(st.floats(0.0, 1.0, exclude_max=True), min_size=1, max_size=20),
)
def test_draws_never_leave_their_group(weights: list[float], uniform: list[float]) -> None:
    groups = np.arange(len(weights)) % 12
    draw = GroupedDraw(groups, np.array(weights), 12)
    for group in range(12):
        drawn = draw(np.full(len(uniform), group), np.array(uniform))
        assert (groups[drawn] == group).all()


@given(st.lists(st.floats(0.0, 1.0, exclude_max=True), min_size=1, max_size=80))
def test_roots_agree_with_following_one_by_one(fractions: list[float]) -> None:
    parents = np.array([int(fraction * (place + 1)) for place, fraction in enumerate(fractions)])

    def follow(place: int) -> int:
        while parents[place] != place:
            place = int(parents[place])
        return place

    assert roots(parents).tolist() == [follow(place) for place in range(len(parents))]


def test_held_points_to_the_latest_change() -> None:
    keep = np.array([True, True, False, True, False, False, True])
    assert held(keep, keep).tolist() == [0, 0, 2, 2, 4, 5, 5]
