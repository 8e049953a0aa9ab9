"""Edits of taste, and what an exclusion leaves of the record, in every database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.errors import EarmarkError, UnknownNameError
from earmark.listening.edits import Boost, EditRecord, Exclude, Less, Mute, Rename
from earmark.listening.exclusions import (
    AllByArtist,
    AllOfSong,
    Exclusion,
    ThatDevice,
    ThatPlaylist,
    TheseDays,
    TheseHours,
    TheseListens,
)
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.store.port import ListenerId, Store
from earmark.store.sql_store import open_store

NOON = 1_700_049_600_000  # 2023-11-15 12:00 UTC, a Wednesday.
HOUR = 3_600_000
HISTORY = Origin("history")
RAIN = [Track("Ola", "Rain one"), Track("Ola", "Rain two"), Track("Ida", "Clear sky")]


def played(store: Store, name: str, plays: list[tuple[Track, float, str | None]]) -> ListenerId:
    with store.writing() as writer:
        one = writer.listener(name)
        told = [Listen(track, UnixMs(NOON + int(h * HOUR)), 200_000, device=on) for track, h, on in plays]
        writer.add_listens([one] * len(told), told, HISTORY)
        writer.settle()
    return one


def hours_left(store: Store, who: ListenerId) -> list[float]:
    return [(at - NOON) / HOUR for at in store.listens([who])["started_at"].to_list()]


def test_edits_are_kept_undone_and_told_in_order(store: Store) -> None:
    ada, bo = played(store, "Ada", [(RAIN[0], 0, None)]), played(store, "Bo", [(RAIN[0], 0, None)])
    before = store.revisions([ada])[ada]
    first = store.edits.add(ada, Boost(7), UnixMs(NOON))
    second = store.edits.add(ada, Rename(7, "rain"), UnixMs(NOON + 1))
    undone = store.edits.undo(ada, first.id, UnixMs(NOON + 2))
    assert undone == EditRecord(first.id, Boost(7), NOON, NOON + 2)
    assert store.edits.of([ada, bo]) == {ada: [undone, second]}
    assert store.revisions([ada])[ada] == before + 3
    for whose, number in ((ada, first.id), (bo, second.id)):
        with pytest.raises(UnknownNameError, match=f"no edit {number} in effect"):
            store.edits.undo(whose, number, UnixMs(NOON))
    with pytest.raises(UnknownNameError):
        store.edits.add(ListenerId(99), Mute(1), UnixMs(NOON))


def test_forgetting_takes_edits_and_versions_along(store: Store) -> None:
    ada = played(store, "Ada", [(RAIN[0], 0, None)])
    store.edits.add(ada, Exclude(TheseDays(0, NOON)), UnixMs(NOON))
    assert store.edits.keep_version(ada, b"{}", "build", "b1", UnixMs(NOON))
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    assert (store.edits.of([ada]), store.edits.versions(ada), store.edits.excluding()) == ({}, [], ())


@pytest.mark.parametrize(
    ("what", "left"),
    [
        (TheseDays(NOON + HOUR, NOON + 3 * HOUR), [0, 3, 12, 36]),
        (TheseHours(23 * 60, 60, "UTC"), [0, 1, 2, 3]),
        (TheseHours(23 * 60, 60, "UTC", (3,)), [0, 1, 2, 3, 36]),  # Wednesday's night alone.
        (TheseHours(23 * 60, 60, "UTC", (4,)), [0, 1, 2, 3, 12]),
        (TheseHours(12 * 60, 14 * 60, "Europe/Berlin"), [1, 2, 3, 12, 36]),
        (ThatDevice("Kitchen"), [0, 1, 3, 12, 36]),
        (ThatDevice("Nowhere"), [0, 1, 2, 3, 12, 36]),
    ],
)
def test_what_is_excluded_leaves_the_record_no_more(store: Store, what: Exclusion, left: list[int]) -> None:
    ada = played(
        store,
        "Ada",
        [
            (RAIN[0], 0, None),
            (RAIN[1], 1, "Phone"),
            (RAIN[2], 2, "Kitchen"),
            (RAIN[0], 3, "Phone"),
            (RAIN[1], 12, None),
            (RAIN[2], 36, None),
        ],
    )
    everything = hours_left(store, ada)
    made = store.edits.add(ada, Exclude(what), UnixMs(NOON))
    assert hours_left(store, ada) == left
    hit = store.edits.listens_hit(ada, [what])["started_at"].to_list()
    assert [(at - NOON) / HOUR for at in hit] == sorted(set(everything) - set(left))
    assert store.edits.excluding() == (made.id,)
    store.edits.undo(ada, made.id, UnixMs(NOON))
    assert (hours_left(store, ada), store.edits.excluding()) == (everything, ())


def test_a_song_and_an_artist_fall_silent_and_a_playlist_does(store: Store) -> None:
    ada = played(store, "Ada", [(RAIN[0], 0, None), (RAIN[1], 1, None), (RAIN[2], 2, None)])
    bo = played(store, "Bo", [(track, n, None) for n, track in enumerate(RAIN)])
    with store.writing() as writer:
        writer.add_playlists([Playlist("Wet", (RAIN[0], RAIN[2])), Playlist("Dry", (RAIN[2],))], owner=ada)
        writer.add_feedback(ada, [Feedback(Verdict.LOVE, RAIN[0]), Feedback(Verdict.LOVE, artist="Ola")])
    ola, song = store.find_artist("Ola"), store.find_song("Ida", "Clear sky")
    wet = store.playlist_songs([ada])["playlist"][0]
    store.edits.add(ada, Exclude(AllByArtist(ola)), UnixMs(NOON))
    assert store.listens([ada])["song"].to_list() == [song]
    assert store.playlist_songs([ada])["song"].to_list() == [song, song]
    assert store.feedback([ada]).is_empty()
    store.edits.add(ada, Exclude(ThatPlaylist(wet)), UnixMs(NOON))
    assert len(store.playlist_songs([ada])) == 1
    store.edits.add(ada, Exclude(AllOfSong(song)), UnixMs(NOON))
    assert store.listens([ada]).is_empty() and store.playlist_songs([ada]).is_empty()
    assert len(store.listens([bo])) == 3


def test_an_exclusion_that_nothing_can_be_is_refused() -> None:
    for wrong in (
        lambda: TheseHours(60, 60, "UTC"),
        lambda: TheseHours(0, 60, "UTC", (8,)),
        lambda: TheseDays(5, 5),
        lambda: Less(30.0),
        lambda: Less(30.0, artist=1, song=2),
        lambda: Less(0.0, artist=1),
        lambda: Rename(1, "  "),
    ):
        with pytest.raises(EarmarkError):
            wrong()


def test_a_version_is_kept_when_the_taste_looks_otherwise(store: Store) -> None:
    ada = played(store, "Ada", [(RAIN[0], 0, None)])
    kept = [
        store.edits.keep_version(ada, told, cause, None, UnixMs(NOON + n))
        for n, (told, cause) in enumerate([(b"a", "build"), (b"a", "build"), (b"b", "edit"), (b"a", "undo")])
    ]
    assert kept == [True, False, True, True]
    assert [(one.cause, one.made_at - NOON) for one in store.edits.versions(ada)] == [
        ("build", 0),
        ("edit", 2),
        ("undo", 3),
    ]
    for at, told in ((-1, None), (1, b"a"), (2, b"b"), (9, b"a")):
        found = store.edits.version(ada, UnixMs(NOON + at))
        assert (found and found[1]) == told


moments = st.integers(0, 60).map(lambda n: n * 0.75)
some_plays = st.lists(
    st.tuples(st.integers(0, 2), moments, st.sampled_from([None, "Phone", "Kitchen"])), max_size=12
)
exclusions = st.one_of(
    st.builds(
        lambda a, n: TheseDays(NOON + a * HOUR, NOON + (a + n) * HOUR), st.integers(0, 40), st.integers(1, 9)
    ),
    st.builds(
        lambda a, n, days: TheseHours(a, (a + n) % 1440, "America/New_York", tuple(sorted(days))),
        st.integers(0, 1439),
        st.integers(1, 1439),
        st.sets(st.integers(1, 7), max_size=3),
    ),
    st.sampled_from([ThatDevice("Phone"), ThatDevice("Kitchen")]),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plays=some_plays, what=st.lists(exclusions, min_size=1, max_size=3))
def test_a_snapshot_with_exclusions_is_that_of_a_record_without_their_listens(
    plays: list[tuple[int, float, str | None]],
    what: list[Exclusion],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Byte for byte, against a second record into which those listens never came."""
    told = [(RAIN[n], hours, on) for n, hours, on in {at: one for one in plays for at in [one[1]]}.values()]
    told.sort(key=lambda one: one[1])
    kept = [one for one in told if not any(_hits(exclusion, *one[1:]) for exclusion in what)]
    folder = tmp_path_factory.mktemp("cuts")
    digests = []
    for name, some, edits in (("all", told, what), ("kept", kept, [])):
        store = open_store("sqlite://")
        # The catalogue is the same: somebody else knows the songs.
        played(store, "Bo", [(track, 0, None) for track in RAIN])
        ada = played(store, "Ada", some)
        for edit in edits:
            store.edits.add(ada, Exclude(edit), UnixMs(NOON))
        digests.append(store.snapshot(Path(folder) / name).digest())
        store.close()
    assert digests[0] == digests[1]


def _hits(what: Exclusion, hours: float, on: str | None) -> bool:
    """The same by the standard library's clock alone."""
    at = NOON + int(hours * HOUR)
    match what:
        case TheseDays(start, stop):
            return start <= at < stop
        case ThatDevice(device):
            return on == device
        case TheseHours(start, stop, zone, weekdays):
            local = dt.datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
            minute = local.hour * 60 + local.minute
            within = start <= minute < stop if start < stop else minute >= start or minute < stop
            begun = local.isoweekday() if minute >= start else (local.isoweekday() - 2) % 7 + 1
            return within and (not weekdays or begun in weekdays)
    raise AssertionError(what)


def test_single_listens_are_excluded_one_by_one(store: Store) -> None:
    ada = played(store, "Ada", [(RAIN[0], 0, None), (RAIN[0], 1, None), (RAIN[1], 2, None)])
    song = store.find_song("Ola", "Rain one")
    other = store.find_song("Ola", "Rain two")
    store.edits.add(ada, Exclude(TheseListens(((song, NOON), (other, NOON)))), UnixMs(NOON))
    assert hours_left(store, ada) == [1, 2]


def test_a_song_known_by_excluded_listens_alone_is_not_in_the_snapshot(store: Store, tmp_path: Path) -> None:
    ada = played(store, "Ada", [(RAIN[0], 0, None), (RAIN[2], 2, None)])
    store.edits.add(ada, Exclude(AllByArtist(store.find_artist("Ola"))), UnixMs(NOON))
    cut = store.snapshot(tmp_path / "cut")
    assert cut.songs["artist_name"].to_list() == ["Ida"]
    assert cut.listens.filter(pl.col("listener") == ada).height == 1
