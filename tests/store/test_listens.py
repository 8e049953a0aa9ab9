from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.listening.listens import LONGEST_PLAY_MS, Ending, Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store import listens, plays
from earmark.store.plays import Columns
from earmark.store.port import Settled, Store
from earmark.store.sql_store import open_store

ORIGINS = (Origin("seconds"), Origin("minutes", 60_000), Origin("half hours", 1_800_000))
TOLD = st.tuples(
    st.integers(0, 2),  # who
    st.integers(0, 1),  # which origin
    st.builds(
        Listen,
        st.sampled_from([Track("A", "One"), Track("A", "One - Live"), Track("B", "Two")]),
        st.integers(0, 40).map(lambda n: UnixMs(1_700_000_000_000 + n * 15_000)),
        st.one_of(st.none(), st.integers(0, 240_000)),
        st.sampled_from(Ending),
        st.booleans(),
    ),
)


@pytest.fixture(scope="module")
def used() -> Iterator[Store]:
    """A record that many examples share, each with listeners of its own."""
    with closing(open_store("sqlite://")) as store:
        yield store


def hand_over(store: Store, told: list[tuple[int, int, Listen]], name: str = "P") -> Settled:
    with store.writing() as writer:
        people = [writer.listener(f"{name}{n}") for n in range(3)]
        for who, origin, listen in told:
            writer.add_listens([people[who]], [listen], ORIGINS[origin])
        return writer.settle()


@settings(max_examples=60, deadline=None)
@given(st.lists(TOLD, max_size=25), st.integers(1, 4))
def test_every_row_is_accounted_for_and_the_same_again_adds_nothing(
    told: list[tuple[int, int, Listen]], at_once: int
) -> None:
    with closing(open_store("sqlite://")) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(listens, "AT_ONCE", at_once)
        first = hand_over(store, told)
        assert first.new + first.repeated + first.same_play == len(told)
        assert store.counts().listens == first.new
        before = store.listeners()
        for _ in range(2):
            again = hand_over(store, told)
            assert again.new == 0
            assert again.repeated + again.same_play == len(told)
            assert store.counts().listens == first.new
        # Of two songs in the same seconds, either may be taken for the one that another origin calls private.
        if not any(listen.private for _, _, listen in told):
            assert [one.revision for one in store.listeners()] == [one.revision for one in before]


FAR = st.tuples(
    st.integers(0, 1),  # who
    st.integers(0, 2),  # which origin
    st.builds(
        Listen,
        st.sampled_from([Track("A", "One"), Track("A", "One - Live"), Track("B", "Two")]),
        # Within two days, to the quarter of an hour and some seconds: the longest play lasts one.
        st.tuples(st.integers(0, 192), st.integers(0, 2)).map(
            lambda at: UnixMs(1_700_000_000_000 + at[0] * 900_000 + at[1] * 45_000)
        ),
        st.one_of(
            st.none(), st.integers(0, 240_000), st.integers(890_000, 910_000), st.integers(0, LONGEST_PLAY_MS)
        ),
        private=st.booleans(),
    ),
)


def everything(incoming: Columns, _coarsest_ms: int) -> tuple[NDArray[np.integer], ...]:
    listeners = np.unique(incoming.listener)
    never, always = np.zeros(len(listeners), np.int64), np.full(len(listeners), 1 << 60)
    return listeners, never, never, always


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_what_is_looked_at_suffices(used: Store, data: st.DataObject) -> None:
    before = data.draw(st.lists(FAR, max_size=20))
    told = data.draw(st.lists(FAR, min_size=1, max_size=8))
    near, whole = uuid4().hex, uuid4().hex
    found = [hand_over(used, before, near), hand_over(used, told, near)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plays, "_spans", everything)
        assert [hand_over(used, before, whole), hand_over(used, told, whole)] == found
    for n in range(3):
        there, as_well = (
            used.listens([used.find_listener(f"{name}{n}").id]).drop("listener") for name in (near, whole)
        )
        assert there.equals(as_well)


HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("hours", "origin", "told"), [(10, 0, "repeated"), (10, 1, "same_play"), (2, 0, "new")]
)
def test_a_long_play_is_found_by_what_was_told_in_its_midst(hours: int, origin: int, told: str) -> None:
    mix, noon = Track("A", "A mix of ten hours"), 1_700_000_000_000
    long = Listen(mix, UnixMs(noon), hours * HOUR_MS)
    # Somebody else's is nobody's business.
    with closing(open_store("sqlite://")) as store:
        hand_over(store, [(0, 0, long), (1, 0, Listen(mix, UnixMs(noon), 10 * HOUR_MS))])
        settled = hand_over(store, [(0, origin, Listen(mix, UnixMs(noon + 5 * HOUR_MS), 1_000))])
    assert getattr(settled, told) == 1


def test_plays_far_apart_are_looked_up_each_by_itself() -> None:
    at = [0, 200_000, 10**9, 10**9 + 86_400_000]
    started = np.array([1_700_000_000_000 + one for one in at], np.int64)
    n = len(at)
    told = Columns(
        np.ones(n, np.int32), np.ones(n, np.int32), np.ones(n, np.int32), started, np.full(n, -1, np.int32),
        np.zeros(n, np.int8), np.zeros(n, np.bool_), np.zeros(n, np.int16), np.zeros(n, np.int32),
    )  # fmt: skip
    listener, before, first, last = plays._spans(told, 60_000)
    assert listener.tolist() == [1, 1, 1]
    assert (first - started[[0, 2, 3]]).tolist() == [-900_000] * 3
    assert (last - started[[1, 2, 3]]).tolist() == [900_000] * 3
    # What leads up to a span begins a day before, or after the span before.
    assert (before - started[[0, 2, 3]]).tolist() == [-86_400_000, -86_400_000, -86_400_000 + 900_001]


@pytest.mark.parametrize("at_once", [1, 7, 1_000])
def test_settling_in_parts_changes_nothing(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [
        (n % 3, 0, Listen(Track("A", f"T{n % 5}"), UnixMs(1_700_000_000_000 + n * 400_000), 200_000))
        for n in range(60)
    ]
    with closing(open_store("sqlite://")) as whole, closing(open_store("sqlite://")) as parted:
        expected = hand_over(whole, told)
        monkeypatch.setattr(listens, "AT_ONCE", at_once)
        assert hand_over(parted, told) == expected == Settled(60, 0, 0)
        people = [one.id for one in whole.listeners()]
        assert parted.listens(people).equals(whole.listens(people))
