from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.listening.duplicates import Fate, running_maximum, settle
from earmark.listening.matching import NEAR_MS
from earmark.listening.plays import Plays, joined, packed

RESOLUTION = {0: 1_000, 1: 1_000, 2: 60_000}
S = 1_000
DAWN = 1_300_000_000_000


class Row(NamedTuple):
    """One play; ``start`` in seconds after some dawn, ``length`` in seconds or None."""

    start: int
    length: int | None = None
    origin: int = 0
    listener: int = 1
    song: int = 7
    item: int | None = None


def plays(*rows: Row) -> Plays:
    def column(values: list[int], kind: type[np.signedinteger]) -> np.ndarray:
        return np.array(values, kind)

    return Plays(
        listener=column([row.listener for row in rows], np.int32),
        song=column([row.song for row in rows], np.int32),
        item=column([row.song * 10 if row.item is None else row.item for row in rows], np.int32),
        started_at=column([DAWN + row.start * S for row in rows], np.int64),
        ms_played=column([-1 if row.length is None else row.length * S for row in rows], np.int32),
        origin=column([row.origin for row in rows], np.int16),
        resolution_ms=column([RESOLUTION[row.origin] for row in rows], np.int32),
    )


def record_after(stored: Plays, incoming: Plays) -> Plays:
    """What the record holds once the fates are carried out as their docstring asks."""
    fates = settle(stored, incoming)
    richer = np.flatnonzero(fates.replaces)
    told = np.arange(len(stored))
    told[fates.stored[richer]] = len(stored) + richer
    return joined([stored, incoming]).take(
        np.concatenate([told, len(stored) + np.flatnonzero(fates.fate == Fate.NEW)])
    )


def fates_of(stored: Plays, incoming: Plays) -> list[str]:
    return [Fate(fate).name for fate in settle(stored, incoming).fate]


NOTHING = plays()


def test_everything_is_new_to_an_empty_record() -> None:
    fates = settle(NOTHING, plays(Row(0), Row(500), Row(0, listener=2), Row(0, song=8)))
    assert fates.fate.tolist() == [Fate.NEW] * 4
    assert fates.stored.tolist() == fates.incoming.tolist() == [-1] * 4
    assert not fates.replaces.any()


def test_nothing_comes_of_nothing() -> None:
    assert len(settle(NOTHING, NOTHING).fate) == 0
    assert len(settle(plays(Row(0)), NOTHING).fate) == 0


def test_the_same_row_again_is_a_repeat() -> None:
    fates = settle(plays(Row(9), Row(0, 200)), plays(Row(0, 200), Row(600, 10), Row(600, 10)))
    assert [Fate(fate).name for fate in fates.fate] == ["REPEATED", "NEW", "REPEATED"]
    assert fates.stored.tolist() == [1, -1, -1]
    assert fates.incoming.tolist() == [-1, -1, 1]
    assert not fates.replaces.any()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Row(0, 10), Row(0, 200)),
        (Row(190, 10), Row(0, 200)),
        (Row(0, None), Row(0, 200)),
        (Row(50, 1), Row(0, 200)),
        (Row(0, 10, origin=2), Row(0, 200, origin=2)),
    ],
    ids=["same start", "same end", "unknown length", "a second within", "same start, minutes"],
)
def test_of_one_origin_the_longest_telling_is_kept(first: Row, second: Row) -> None:
    longer_last = settle(plays(first), plays(second))
    assert longer_last.fate.tolist() == [Fate.REPEATED]
    assert longer_last.replaces.tolist() == [True]
    longer_first = settle(plays(second), plays(first))
    assert longer_first.fate.tolist() == [Fate.REPEATED]
    assert longer_first.replaces.tolist() == [False]
    together = settle(NOTHING, plays(first, second))
    assert together.fate.tolist() == [Fate.REPEATED, Fate.NEW]
    assert together.incoming.tolist() == [1, -1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Row(0), Row(60)),
        (Row(0, 30), Row(60, 30)),
        (Row(0, 200), Row(60, 200)),
        (Row(0, 200), Row(200, 200)),
        (Row(190, 10, origin=2), Row(0, 200, origin=2)),
        (Row(0, item=1), Row(0, item=2)),
        (Row(0, listener=1), Row(0, listener=2)),
    ],
    ids=[
        "a minute on",
        "short",
        "overlapping",
        "back to back",
        "one minute's end",
        "two versions",
        "two people",
    ],
)
def test_of_one_origin_these_are_two_plays(first: Row, second: Row) -> None:
    assert fates_of(plays(first), plays(second)) == ["NEW"]
    assert fates_of(NOTHING, plays(second, first)) == ["NEW", "NEW"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (Row(0), Row(0, origin=1), True),
        (Row(0), Row(90, origin=1), True),
        (Row(90), Row(0, origin=1), True),
        (Row(0), Row(91, origin=1), False),
        (Row(0), Row(120, origin=2), True),
        (Row(0), Row(121, origin=2), False),
        (Row(0, 200), Row(199, 100, origin=1), True),
        (Row(0, 200), Row(200, 100, origin=1), False),
        (Row(0, 200), Row(150, origin=1), False),
        (Row(0, item=1), Row(5, origin=1, item=2), True),
        (Row(0, song=1), Row(5, origin=1, song=2), False),
        (Row(0), Row(5, origin=1, listener=2), False),
    ],
)
def test_across_origins(first: Row, second: Row, same: bool) -> None:
    assert fates_of(plays(first), plays(second)) == ["SAME_PLAY" if same else "NEW"]
    assert fates_of(plays(second), plays(first)) == ["SAME_PLAY" if same else "NEW"]
    assert sorted(fates_of(NOTHING, plays(first, second))) == (
        ["NEW", "SAME_PLAY"] if same else ["NEW", "NEW"]
    )


def test_tellings_are_matched_one_to_one() -> None:
    stored = plays(Row(0), Row(60))
    assert fates_of(stored, plays(Row(1, origin=1), Row(61, origin=1))) == ["SAME_PLAY", "SAME_PLAY"]
    assert sorted(fates_of(stored, plays(*[Row(second, origin=1) for second in (1, 30, 61)]))) == [
        "NEW",
        "SAME_PLAY",
        "SAME_PLAY",
    ]


def test_the_nearest_is_taken_unless_another_would_be_left_alone() -> None:
    assert settle(plays(Row(0), Row(80)), plays(Row(70, origin=1))).stored.tolist() == [1]
    both = settle(plays(Row(0), Row(80)), plays(Row(70, origin=1), Row(165, origin=1)))
    assert both.stored.tolist() == [0, 1]


def test_the_same_item_at_the_same_moment_is_certain() -> None:
    stored = plays(Row(0, item=1), Row(0, item=2), Row(80, item=3))
    incoming = plays(Row(0, origin=1, item=2), Row(-80, origin=1, item=1), Row(-85, origin=1, item=1))
    assert settle(stored, incoming).stored.tolist() == [1, 0, -1]
    settled = settle(
        plays(Row(0, item=1), Row(170, item=1)), plays(*[Row(s, origin=1, item=1) for s in (0, 85)])
    )
    assert settled.stored.tolist() == [0, 1]


def test_the_telling_that_says_more_takes_the_place() -> None:
    unknown, known, blurred = Row(0), Row(3, 200, origin=1), Row(-30, 200, origin=2)
    assert settle(plays(unknown), plays(known)).replaces.tolist() == [True]
    assert settle(plays(known), plays(unknown)).replaces.tolist() == [False]
    assert settle(plays(blurred), plays(known)).replaces.tolist() == [True]
    assert settle(plays(blurred), plays(unknown)).replaces.tolist() == [False]
    assert settle(plays(unknown), plays(blurred)).replaces.tolist() == [True]


def test_of_incoming_tellings_the_richest_is_the_new_one() -> None:
    fates = settle(NOTHING, plays(Row(0), Row(3, 200, origin=1), Row(0)))
    assert fates.fate.tolist() == [Fate.SAME_PLAY, Fate.NEW, Fate.REPEATED]
    assert fates.incoming.tolist() == [1, -1, 1]
    assert not fates.replaces.any()


def test_only_the_richest_replaces_a_stored_row() -> None:
    fates = settle(plays(Row(0)), plays(Row(-20, 200, origin=2), Row(2, 201, origin=1)))
    assert fates.fate.tolist() == [Fate.SAME_PLAY, Fate.SAME_PLAY]
    assert fates.stored.tolist() == [0, 0]
    assert fates.replaces.tolist() == [False, True]


def test_a_richer_telling_leaves_both_origins_to_be_found_again() -> None:
    scrobbles, streams = plays(Row(0), Row(400)), plays(Row(3, 200, origin=1), Row(403, 200, origin=1))
    record = record_after(scrobbles, streams)
    assert len(record) == 2
    assert record.ms_played.tolist() == [200 * S, 200 * S]
    assert fates_of(record, scrobbles) == ["SAME_PLAY", "SAME_PLAY"]
    assert fates_of(record, streams) == ["REPEATED", "REPEATED"]


ROWS = st.builds(
    Row,
    start=st.integers(0, 40).map(lambda tens: tens * 10),
    length=st.none() | st.sampled_from([0, 10, 30, 60, 120, 200]),
    origin=st.sampled_from([0, 1]),
    listener=st.sampled_from([1, 1, 1, 2]),
    song=st.sampled_from([7, 7, 7, 8]),
    item=st.none(),
).flatmap(lambda row: st.sampled_from([row, row._replace(item=row.song * 10 + 1)]))


def of_origin(origin: int) -> st.SearchStrategy[list[Row]]:
    return st.lists(ROWS.map(lambda row: row._replace(origin=origin)), max_size=10)


@settings(max_examples=400, deadline=None)
@given(first=of_origin(0), second=st.sampled_from([1, 2]).flatmap(of_origin))
def test_importing_again_adds_nothing_and_order_does_not_matter(first: list[Row], second: list[Row]) -> None:
    one, other = plays(*first), plays(*second)
    record = record_after(record_after(NOTHING, one), other)
    for again in (one, other):
        assert not (settle(record, again).fate == Fate.NEW).any()
        assert len(record_after(record, again)) == len(record)
    assert len(record_after(record_after(NOTHING, other), one)) == len(record)


@settings(max_examples=200, deadline=None)
@given(rows=of_origin(0), cut=st.integers(0, 10))
def test_how_one_origin_is_batched_does_not_matter_to_repeats(rows: list[Row], cut: int) -> None:
    whole = record_after(NOTHING, plays(*rows))
    for part in (plays(*rows[:cut]), plays(*reversed(rows))):
        assert not (settle(whole, part).fate == Fate.NEW).any()


@settings(max_examples=200, deadline=None)
@given(stored=st.lists(ROWS, max_size=8), incoming=st.lists(ROWS, max_size=8))
def test_fates_fit_together(stored: list[Row], incoming: list[Row]) -> None:
    before, added = plays(*stored), plays(*incoming)
    fates = settle(before, added)
    new = fates.fate == Fate.NEW
    assert (((fates.stored < 0) & (fates.incoming < 0)) == new).all()
    assert not ((fates.stored >= 0) & (fates.incoming >= 0)).any()
    assert new[fates.incoming[fates.incoming >= 0]].all()
    assert len(set(fates.stored[fates.replaces].tolist())) == fates.replaces.sum()
    for row, (to_stored, to_incoming) in enumerate(zip(fates.stored, fates.incoming, strict=True)):
        if not new[row]:
            kept = (
                before.take(np.array([to_stored])) if to_stored >= 0 else added.take(np.array([to_incoming]))
            )
            assert kept.listener[0] == added.listener[row]
            assert kept.song[0] == added.song[row]


def quadratic_twin(stored: list[Row], incoming: list[Row]) -> int:
    """How many new plays there are, by comparing every row with every other."""

    def end(row: Row) -> float:
        return row.start + (-0.001 if row.length is None else row.length)

    def within(row: Row, other: Row) -> bool:
        alike = plays(row).item[0] == plays(other).item[0] and row[2:4] == other[2:4]
        fine = RESOLUTION[row.origin] <= S or row.start == other.start
        return alike and fine and row.start >= other.start and end(row) <= end(other)

    def near(row: Row, other: Row) -> bool:
        reach = 90 + (30 if 2 in (row.origin, other.origin) else 0)
        overlap = (
            row.length is not None
            and other.length is not None
            and row.start < other.start + other.length
            and other.start < row.start + row.length
        )
        alike = (row.listener, row.song) == (other.listener, other.song)
        return alike and (abs(row.start - other.start) <= reach or overlap)

    def largest(rows: list[Row], others: tuple[Row, ...]) -> int:
        if not rows:
            return 0
        without = largest(rows[1:], others)
        return max(
            [without]
            + [
                1 + largest(rows[1:], others[:place] + others[place + 1 :])
                for place, other in enumerate(others)
                if near(rows[0], other)
            ]
        )

    maximal: list[Row] = []
    for row in incoming:
        if not any(within(row, other) for other in [*stored, *maximal]):
            maximal = [other for other in maximal if not within(other, row)] + [row]
    certain = [
        (row, other)
        for row in maximal
        for other in stored
        if plays(row).item[0] == plays(other).item[0]
        and (row.listener, row.song, row.start) == (other.listener, other.song, other.start)
    ]
    left = [row for row in maximal if all(row is not pair[0] for pair in certain)]
    others = tuple(other for other in stored if all(other is not pair[1] for pair in certain))
    return len(left) - largest(left, others)


@settings(max_examples=150, deadline=None)
@given(
    stored=st.lists(ROWS.map(lambda row: row._replace(origin=0)), max_size=6),
    incoming=st.sampled_from([1, 2]).flatmap(of_origin).map(lambda rows: rows[:6]),
)
def test_as_many_new_plays_as_the_quadratic_twin_finds(stored: list[Row], incoming: list[Row]) -> None:
    stored = list({row._replace(length=None): row for row in stored}.values())  # a record holds no repeats
    assert (settle(plays(*stored), plays(*incoming)).fate == Fate.NEW).sum() == quadratic_twin(
        stored, incoming
    )


def test_a_large_import_is_settled_like_its_parts() -> None:
    random = np.random.default_rng(5)
    n = 20_000

    def made(origin: int) -> Plays:
        song = random.integers(0, 300, n)
        return Plays(
            listener=random.integers(0, 20, n).astype(np.int32),
            song=song.astype(np.int32),
            item=song.astype(np.int32),
            started_at=DAWN + random.integers(0, 30_000, n) * 10 * S,
            ms_played=random.integers(-1, 200, n).astype(np.int32) * S,
            origin=np.full(n, origin, np.int16),
            resolution_ms=np.full(n, RESOLUTION[origin], np.int32),
        )

    one, other = made(0), made(1)
    record = record_after(record_after(NOTHING, one), other)
    apart = 0
    for listener in range(20):
        of_one, of_other = (part.take(part.listener == listener) for part in (one, other))
        apart += len(record_after(record_after(NOTHING, of_one), of_other))
    assert len(record) == apart < 2 * n
    assert len(record_after(record, other)) == len(record_after(record, one)) == len(record)


@given(
    groups=st.lists(st.lists(st.integers(-(2**61), 2**60), min_size=1, max_size=5), min_size=1, max_size=6)
)
def test_running_maximum(groups: list[list[int]]) -> None:
    opens = np.array([place == 0 for group in groups for place in range(len(group))])
    values = np.array(list(itertools.chain(*groups)), np.int64)
    expected = [highest for group in groups for highest in itertools.accumulate(group, max)]
    assert running_maximum(values, opens).tolist() == expected


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.integers(-(2**40), 2**40), st.integers(-(2**50), 2**50)), max_size=8
    )
)
def test_packed_codes_order_as_their_columns(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array([row[place] for row in rows], np.int64) for place in range(3)]
    codes = packed(columns).tolist()
    for (code, row), (other_code, other) in itertools.combinations(zip(codes, rows, strict=True), 2):
        assert (code < other_code) == (row < other)
        assert (code == other_code) == (row == other)


def test_near_is_ninety_seconds() -> None:
    assert NEAR_MS == 90 * S
