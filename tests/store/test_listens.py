from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.listening.listens import Ending, Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store import listens
from earmark.store.port import Settled, Store
from earmark.store.sql_store import open_store

ORIGINS = (Origin("seconds"), Origin("minutes", 60_000))
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


def hand_over(store: Store, told: list[tuple[int, int, Listen]]) -> Settled:
    with store.writing() as writer:
        people = [writer.listener(f"P{n}") for n in range(3)]
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
