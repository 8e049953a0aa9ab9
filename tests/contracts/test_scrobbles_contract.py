"""Pages of plays, what sounds now, marks and opinions, whatever database keeps them."""

from __future__ import annotations

import pytest

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Ending, Listen, Origin, UnixMs
from earmark.music.items import Episode, Track
from earmark.store.port import ListenerId, Store

NOON = 1_700_000_000_000
MINUTE = 60_000
URI = "https://musicbrainz.org/recording/ea124a4d-0b1c-4a5c-8e51-000000000001"


@pytest.fixture
def ada(store: Store) -> ListenerId:
    tracks = [
        Track("Velvet Harbour", f"Lantern {'abcdefghij'[n]}", release="Lamps", duration_ms=200_000)
        for n in range(10)
    ]
    listens = [
        Listen(track, UnixMs(NOON + n * 10 * MINUTE), 190_000, Ending.COMPLETED, private=n == 3)
        for n, track in enumerate(tracks)
    ]
    listens.append(Listen(Episode("Signal", "One"), UnixMs(NOON + 100 * MINUTE), None))
    listens.append(Listen(Track("Emoji", "Sax", uri=URI), UnixMs(NOON + 110 * MINUTE + 345), 60_000))
    with store.writing() as writer:
        ada, bo = writer.listener("Ada"), writer.listener("Bo")
        writer.add_listens([ada] * len(listens), listens, Origin("phone"))
        writer.add_listens([bo], [Listen(tracks[0], UnixMs(NOON + MINUTE))], Origin("car"))
    return ada


def minutes(store: Store, listener: ListenerId, after: int | None, before: int | None, n: int) -> list[int]:
    page = store.scrobbles.page(
        listener,
        after=None if after is None else UnixMs(NOON + after * MINUTE),
        before=None if before is None else UnixMs(NOON + before * MINUTE),
        n=n,
    )
    return [(one.started_at - NOON) // MINUTE for one in page]


def test_pages_go_back_from_the_newest_or_on_from_a_moment(store: Store, ada: ListenerId) -> None:
    assert minutes(store, ada, None, None, 3) == [110, 100, 90]
    assert minutes(store, ada, None, 90, 3) == [80, 70, 60]
    assert minutes(store, ada, 0, None, 3) == [30, 20, 10]
    assert minutes(store, ada, 20, 60, 9) == [50, 40, 30]
    assert minutes(store, ada, None, 0, 3) == []
    assert store.scrobbles.count(ada) == 12
    assert store.scrobbles.span(ada) == (NOON, NOON + 110 * MINUTE + 345)


def test_a_play_is_told_in_full(store: Store, ada: ListenerId) -> None:
    (one,) = store.scrobbles.page(
        ada, after=UnixMs(NOON + 25 * MINUTE), before=UnixMs(NOON + 35 * MINUTE), n=5
    )
    assert (one.artist, one.title, one.release, one.duration_ms) == (
        "Velvet Harbour",
        "Lantern d",
        "Lamps",
        200_000,
    )
    assert (one.ms_played, one.ending, one.private, one.origin) == (190_000, Ending.COMPLETED, True, "phone")
    (spoken,) = store.scrobbles.page(
        ada, after=UnixMs(NOON + 95 * MINUTE), before=UnixMs(NOON + 105 * MINUTE), n=5
    )
    assert (spoken.artist, spoken.title, spoken.song, spoken.ms_played) == ("Signal", "One", None, None)


def test_a_play_is_removed_by_item_and_second(store: Store, ada: ListenerId) -> None:
    newest = store.scrobbles.page(ada, after=None, before=None, n=1)[0]
    before = store.find_listener("Ada").revision
    second = newest.started_at // 1_000
    assert store.scrobbles.remove(ada, newest.item, second + 1) == 0
    assert store.find_listener("Ada").revision == before
    assert store.scrobbles.remove(ada, newest.item, second) == 1
    assert store.find_listener("Ada").revision == before + 1
    assert store.scrobbles.count(ada) == 11


def test_what_sounds_now_ends_by_itself(store: Store, ada: ListenerId) -> None:
    assert store.scrobbles.playing(ada, UnixMs(NOON)) is None
    store.scrobbles.tell_playing(ada, "first", UnixMs(NOON + MINUTE))
    store.scrobbles.tell_playing(ada, "second", UnixMs(NOON + 2 * MINUTE))
    assert store.scrobbles.playing(ada, UnixMs(NOON + MINUTE)) == "second"
    assert store.scrobbles.playing(ada, UnixMs(NOON + 2 * MINUTE)) is None
    store.scrobbles.stop_playing(ada)
    assert store.scrobbles.playing(ada, UnixMs(NOON)) is None


def test_a_mark_never_goes_back(store: Store, ada: ListenerId) -> None:
    assert store.scrobbles.import_mark(ada, "lastfm") == 0
    for at in (5, 9, 7):
        store.scrobbles.set_import_mark(ada, "lastfm", at)
    assert store.scrobbles.import_mark(ada, "lastfm") == 9
    assert store.scrobbles.import_mark(ada, "other") == 0


def test_opinions_come_newest_first(store: Store, ada: ListenerId) -> None:
    said = [
        Feedback(Verdict.LOVE, Track("Velvet Harbour", "Lantern a"), at=UnixMs(NOON)),
        Feedback(Verdict.HATE, Track("Velvet Harbour", "Lantern b"), at=UnixMs(NOON + 1)),
        Feedback(Verdict.LOVE, Track("Velvet Harbour", "Lantern c")),
        Feedback(Verdict.SAVE, Track("Velvet Harbour", "Lantern d")),
        Feedback(Verdict.LOVE, artist="Emoji"),
    ]
    with store.writing() as writer:
        writer.add_feedback(ada, said)
    both, total = store.scrobbles.opinions(ada, ("love", "hate"), offset=0, n=9)
    assert [(one.verdict, one.title) for one in both] == [
        ("hate", "Lantern b"),
        ("love", "Lantern a"),
        ("love", "Lantern c"),
    ]
    assert total == 3
    page, total = store.scrobbles.opinions(ada, ("love",), offset=1, n=1)
    assert ([one.title for one in page], total) == (["Lantern c"], 2)


def test_who_is_forgotten_leaves_nothing(store: Store, ada: ListenerId) -> None:
    store.scrobbles.tell_playing(ada, "now", UnixMs(NOON + MINUTE))
    store.scrobbles.set_import_mark(ada, "lastfm", 5)
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    assert store.scrobbles.count(ada) == 0
    assert store.scrobbles.span(ada) is None
    assert store.scrobbles.playing(ada, UnixMs(NOON)) is None
