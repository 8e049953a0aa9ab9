"""How often something may be tried, whatever database counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.listening.listens import UnixMs
from earmark.store.attempts import Allowance
from earmark.store.port import Store
from earmark.store.sql_store import open_store

START = UnixMs(1_700_000_000_000)
THREE = Allowance(3, 1_000)


def tried(store: Store, at: int, digest: bytes = b"a") -> int:
    return store.attempts.begin(digest, THREE, UnixMs(START + at))


def test_so_many_at_once_and_then_one_each_so_often(store: Store) -> None:
    assert [tried(store, 0) for _ in range(5)] == [0, 0, 0, 1_000, 1_000]
    assert tried(store, 400) == 600
    assert [tried(store, 1_000), tried(store, 1_000)] == [0, 1_000]
    assert [tried(store, 60_000) for _ in range(4)] == [0, 0, 0, 1_000]


def test_each_digest_is_counted_for_itself(store: Store) -> None:
    assert [tried(store, 0) for _ in range(4)] == [0, 0, 0, 1_000]
    assert tried(store, 0, b"b") == 0


def test_what_is_taken_back_does_not_count(store: Store) -> None:
    for _ in range(20):
        assert tried(store, 0) == 0
        store.attempts.take_back(b"a", THREE)


def test_who_waits_is_not_made_to_wait_longer_by_trying(store: Store) -> None:
    for at in range(0, 10_000, 10):
        tried(store, at)
    assert tried(store, 10_000) <= 1_000
    assert tried(store, 11_000) == 0


def test_a_clock_that_ran_ahead_keeps_nobody_out(store: Store) -> None:
    year = 365 * 86_400_000
    for _ in range(4):
        tried(store, year)
    assert tried(store, 0) == 0
    assert [tried(store, 0) for _ in range(3)] == [0, 0, 1_000]


def test_whole_allowances_are_forgotten(store: Store) -> None:
    tried(store, 0)
    tried(store, 5_000, b"b")
    assert store.attempts.prune(UnixMs(START + 2_000)) == 1
    assert store.attempts.prune(UnixMs(START + 2_000)) == 0
    assert [tried(store, 5_000, b"b") for _ in range(3)] == [0, 0, 1_000]


def test_those_who_try_at_the_same_moment_are_all_counted(postgres: str) -> None:
    store = open_store(postgres)
    try:
        with ThreadPoolExecutor(8) as pool:
            waits = list(pool.map(lambda _: tried(store, 0), range(40)))
    finally:
        store.close()
    assert sorted(waits) == [0] * 3 + [1_000] * 37


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3_000), max_size=40))
def test_no_more_come_through_in_any_stretch_than_are_allowed(gaps: list[int]) -> None:
    store, at, passed = open_store("sqlite://"), 0, []
    try:
        for gap in gaps:
            at += gap
            if not tried(store, at):
                passed.append(at)
    finally:
        store.close()
    for first, then in zip(passed, passed[3:], strict=False):
        assert then - first >= 1_000
    for n, first in enumerate(passed):
        for m, last in enumerate(passed[n:], 1):
            assert m <= 3 + (last - first) // 1_000
