"""Edits on histories: what is scaled, what is shut, and that nobody else is touched."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from earmark.listening.edits import DAY_MS, Boost, Edit, EditRecord, Exclude, Less, Mute, Reject, Rename
from earmark.listening.exclusions import TheseDays
from earmark.listening.listens import UnixMs
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import Histories
from earmark.taste.effects import Effect, with_effects

NOW = UnixMs(1_700_000_000_000)
COLUMNS = Columns(np.array([10, 11, 12, 13, 14, 15], np.int32), np.array([1, 1, 2, 2, 3, 3], np.int32))
GENRES = np.array([7, 7, 8, 8, 9, -1])


def histories(weights: list[list[float]]) -> Histories:
    weight = sp.csr_array(np.array(weights, np.float32))
    plays = sp.csr_array((weight.toarray() > 0).astype(np.int32) * 3)
    nothing = sp.csr_array(weight.shape, dtype=np.int32)
    strength = sp.csr_array(np.maximum(weight.toarray(), 0) * 2)
    closed = sp.csr_array((weight.toarray() != 0).astype(np.int8))
    listeners = np.arange(1, len(weights) + 1, dtype=np.int32)
    return Histories(listeners, weight, strength, strength, plays, nothing, closed)


def effect(*edits: Edit, days: float = 0.0) -> Effect:
    made = [EditRecord(n, edit, int(NOW - days * DAY_MS)) for n, edit in enumerate(edits)]
    return Effect.of(made, COLUMNS, GENRES, NOW)


def test_each_edit_does_what_it_says() -> None:
    for edits, scale, shut in (
        ([Boost(7)], [2, 2, 1, 1, 1, 1], []),
        ([Mute(8)], [1] * 6, [2, 3]),
        ([Reject(9)], [1, 1, 1, 1, 0, 1], [4]),
        ([Boost(7), Reject(7)], [0, 0, 1, 1, 1, 1], [0, 1]),
        ([Less(30, artist=2)], [1, 1, -1, -1, 1, 1], [2, 3]),
        ([Less(30, song=15)], [1, 1, 1, 1, 1, -1], [5]),
        ([Less(30, genre=7)], [-1, -1, 1, 1, 1, 1], [0, 1]),
        ([Rename(7, "x"), Exclude(TheseDays(0, 1))], [1] * 6, []),
        ([Boost(99), Mute(-5)], [1] * 6, []),
    ):
        found = effect(*edits)
        assert found.scale.tolist() == scale, edits
        assert np.flatnonzero(found.shut).tolist() == shut, edits


def test_a_dislike_fades_and_goes() -> None:
    at_days = {days: effect(Less(30, artist=1), days=days) for days in (0, 15, 30, 31, 60, 300)}
    scales = [float(one.scale[0]) for one in at_days.values()]
    assert scales == sorted(scales)
    assert (scales[0], scales[2], scales[4], scales[-1]) == (-1.0, 0.0, 0.5, 1.0)
    assert [bool(one.shut[0]) for one in at_days.values()] == [True, True, False, False, False, False]


def test_what_is_undone_does_nothing() -> None:
    undone = [EditRecord(1, Reject(7), NOW, NOW)]
    found = Effect.of(undone, COLUMNS, GENRES, NOW)
    assert found.scale.tolist() == [1] * 6 and not found.shut.any()


def test_histories_follow_and_dislikes_of_before_stay() -> None:
    before = histories([[3, 1, 2, 0, 4, -2], [1, 1, 1, 1, 1, 1]])
    after = with_effects(before, {1: effect(Boost(7), Reject(9), Less(30, artist=2)), 99: effect(Mute(7))})
    assert after.weight.toarray()[0].tolist() == [6, 2, -2, 0, 0, -2]
    assert after.strength.toarray()[0].tolist() == [12, 4, 0, 0, 0, 0]
    assert after.plays.toarray()[0].tolist() == [3, 3, 0, 0, 0, 0]
    assert after.closed.toarray()[0].tolist() == [1, 1, 1, 1, 1, 1]
    for name in ("weight", "strength", "recent", "plays", "closed"):
        assert (getattr(after, name).toarray()[1] == getattr(before, name).toarray()[1]).all(), name
        assert (
            getattr(before, name).toarray()
            == getattr(histories([[3, 1, 2, 0, 4, -2], [1] * 6]), name).toarray()
        ).all()


weights = st.lists(
    st.lists(st.sampled_from([-2.0, 0.0, 0.5, 3.0]), min_size=6, max_size=6), min_size=1, max_size=4
)


@given(weights, st.sampled_from([Boost(7), Mute(8), Rename(7, "x")]))
def test_what_does_not_unteach_keeps_who_is_liked(rows: list[list[float]], edit: Edit) -> None:
    before = histories(rows)
    after = with_effects(before, {1: effect(edit)})
    assert ((after.weight.toarray() > 0) == (before.weight.toarray() > 0)).all()
    assert (after.closed.toarray() >= before.closed.toarray()).all()
