from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.ranking.models import SIGNALS, everybody, learned_from, small_model, some_playlists
from tests.tables import tables

from earmark.ranking.asked import Asked
from earmark.ranking.recommender import Purpose
from earmark.signals.collaborative.histories import Histories, playlists_as_histories
from earmark.signals.collaborative.matrix import joint_matrix


def lists_of(lists) -> list[list[int]]:
    return [lists.ids[a:b].tolist() for a, b in pairwise(lists.starts)]


@pytest.mark.parametrize("seed", range(3))
def test_a_listener_does_not_count_among_those_who_are_like_them(seed):
    model, histories = small_model(seed)
    asked = everybody(model, histories)
    assert asked.own.tolist() == list(range(len(histories)))
    nearest = lists_of(asked.nearest)
    # Asked for as strangers with the same songs, they would be their own nearest.
    strangers = Asked(model.signals, histories, np.full(len(histories), -1, np.int32), asked.called)
    for row, (mine, theirs) in enumerate(zip(nearest, lists_of(strangers.nearest), strict=True)):
        assert row not in mine
        if asked.taste[[row]].nnz:
            assert theirs[0] == row
            assert theirs[1 : len(mine) + 1] == mine[: len(theirs) - 1]
    assert sum(map(len, nearest)) > 10


def test_some_of_the_listeners_are_not_taken_for_each_other():
    model, histories = small_model(0)
    some = histories.of(histories.listeners[[2, 5]])
    asked = Asked.listeners(model.signals, some)
    assert asked.own.tolist() == [2, 5]
    everyone = lists_of(everybody(model, histories).nearest)
    assert lists_of(asked.nearest) == [everyone[2], everyone[5]]


def test_whoever_came_after_the_build_has_no_row_of_their_own():
    model, histories = small_model(0)
    late = Histories(
        np.array([4, 999], np.int32),
        *(
            getattr(histories.rows(0, 2), name)
            for name in ("weight", "strength", "recent", "plays", "skips", "closed")
        ),
    )
    assert Asked.listeners(model.signals, late).own.tolist() == [-1, -1]


def test_playlists_have_no_row_and_may_find_one_that_is_the_same():
    model, _ = small_model(1)
    joint = joint_matrix(small_model(1)[1], model.members)
    taken = [joint[[8 + playlist]].indices for playlist in range(24)]
    asked = Asked.playlists(model.signals, taken, [""] * 24)
    assert asked.own.tolist() == [-1] * 24
    assert len(asked) == 24
    for playlist, nearest in enumerate(lists_of(asked.nearest)):
        same = {8 + other for other in range(24) if set(taken[other]) == set(taken[playlist])}
        assert nearest[0] in same


def test_names_lead_to_playlists_that_are_called_alike():
    model, _ = small_model(1)
    names = tables.world(1).playlists["name"].to_list()
    asked = some_playlists(model)
    found = lists_of(asked.namesakes)
    rain = {at for at, name in enumerate(names) if "rain" in name.lower()}
    late_or_night = {at for at, name in enumerate(names) if "late" in name.lower()}
    gym = {at for at, name in enumerate(names) if "gym" in name.lower()}
    limit = SIGNALS.words.k
    assert len(found[0]) == min(len(rain), limit)
    assert set(found[0]) <= rain
    assert set(found[2]) <= late_or_night
    assert found[2]
    assert found[4] == sorted(gym)[:limit]
    assert [found[row] for row in (1, 3, 5)] == [[], [], []]


def test_listeners_have_no_names():
    model, histories = small_model(1)
    asked = everybody(model, histories)
    assert asked.called.nnz == 0
    assert asked.called.shape == (8, len(model.signals.words))
    assert lists_of(asked.namesakes) == [[]] * 8


@pytest.mark.parametrize("which", [everybody, lambda model, _: some_playlists(model)])
def test_rows_are_seen_by_what_they_like_and_what_they_like_of_late(which):
    model, histories = small_model(2)
    asked = which(model, histories)
    weight = asked.histories.weight.toarray()
    np.testing.assert_array_equal(asked.taste.toarray(), np.maximum(weight, 0))
    np.testing.assert_allclose(asked.lately.toarray(), np.log1p(asked.histories.recent.toarray()), rtol=1e-6)
    vectors = model.signals.fold_in(asked.histories.weight, asked.called)
    np.testing.assert_array_equal(asked.vectors, vectors)
    # Of dislikes alone nothing is known but what to leave out.
    unknown = (weight <= 0).all(1) & (asked.called.toarray() == 0).all(1)
    assert (asked.vectors.any(1) == ~unknown).all()


def test_a_playlists_vector_knows_its_name():
    model, _ = small_model(1)
    lists = [np.array([3, 9, 20])] * 3
    asked = Asked.playlists(model.signals, lists, ["", "gym", "nothing known"])
    assert np.abs(asked.vectors[0] - asked.vectors[1]).max() > 1e-3
    np.testing.assert_array_equal(asked.vectors[0], asked.vectors[2])


def test_playlists_are_histories_of_the_columns_that_they_show():
    model, _ = small_model(1)
    asked = some_playlists(model)
    same = playlists_as_histories([np.array([3, 7, 3, 9])], 60)
    for name in ("weight", "strength", "recent", "plays", "skips", "closed"):
        np.testing.assert_array_equal(
            getattr(asked.histories, name).toarray()[6], getattr(same, name).toarray()[0]
        )


def test_nobody_can_be_asked_for():
    model, histories = learned_from(tables.world(0))
    for asked in (
        Asked.listeners(model.signals, histories.rows(0, 0)),
        Asked.playlists(model.signals, [], []),
    ):
        assert len(asked) == 0
        assert asked.vectors.shape == (0, 8)
        assert model.rank(asked, Purpose.CONTINUATION, 5).songs.shape == (0, 5)
