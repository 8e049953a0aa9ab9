"""Pages of plays, verdicts, editions and playlists: every row once, though rows are added meanwhile."""

from __future__ import annotations

import pytest

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store.pages import EDITIONS, JUDGEMENTS, LISTENS, PLAYLISTS
from earmark.store.port import EditionRecord, EntryRecord, ListenerId, Store

NOON = 1_700_000_000_000
FOREVER = 1 << 60
NAMES = [
    "Amber",
    "Basil",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Grove",
    "Haven",
    "Inlet",
    "Jetty",
    "Knoll",
    "Lagoon",
]


@pytest.fixture
def ada(store: Store) -> ListenerId:
    # Two start together, at every second moment.
    listens = [
        Listen(Track("Velvet Harbour", name), UnixMs(NOON + n // 2 * 600_000), 1_000, private=n == 3)
        for n, name in enumerate(NAMES)
    ]
    with store.writing() as writer:
        ada, bo = writer.listener("Ada"), writer.listener("Bo")
        writer.add_listens([ada] * len(listens), listens, Origin("phone"))
        writer.add_listens([bo], listens[:1], Origin("phone"))
    return ada


def test_a_walk_over_plays_meets_each_once_though_more_are_told(store: Store, ada: ListenerId) -> None:
    met, beyond, turn = [], LISTENS.first, 0
    while page := store.pages.listens(ada, after=UnixMs(-1), before=UnixMs(FOREVER), beyond=beyond, n=5):
        met += page
        beyond = (page[-1].started_at, page[-1].item)
        with store.writing() as writer:
            later = Listen(Track("Newcomer", NAMES[turn]), UnixMs(NOON + (turn + 20) * 600_000), 1_000)
            writer.add_listens([ada], [later], Origin("phone"))
        turn += 1
    assert sorted(one.title for one in met) == NAMES
    keys = [(one.started_at, one.item) for one in met]
    assert keys == sorted(keys, reverse=True)
    assert [one.title for one in met if one.private] == [NAMES[3]]


def test_plays_between_two_moments_do_not_include_them(store: Store, ada: ListenerId) -> None:
    page = store.pages.listens(ada, after=UnixMs(NOON), before=UnixMs(NOON + 1_200_000), n=9)
    assert {one.started_at for one in page} == {NOON + 600_000}


def test_a_walk_over_verdicts_meets_each_once(store: Store, ada: ListenerId) -> None:
    said = [
        Feedback(verdict, Track("Velvet Harbour", name), at=at)
        for n, name in enumerate(NAMES[:5])
        for verdict, at in ((Verdict.LOVE, UnixMs(NOON + n // 2)), (Verdict.SAVE, None))
    ]
    with store.writing() as writer:
        writer.add_feedback(ada, [*said, Feedback(Verdict.HATE, artist="Loud", at=UnixMs(NOON))])
    met, beyond = [], JUDGEMENTS.first
    kinds = [verdict.value for verdict in Verdict]
    while page := store.pages.judgements(ada, kinds, beyond=beyond, n=2):
        met += page
        last = page[-1]
        beyond = (
            -1 if last.at is None else last.at,
            last.verdict,
            last.song or 0,
            0 if last.song else last.artist,
        )
        with store.writing() as writer:
            writer.add_feedback(
                ada, [Feedback(Verdict.HIDE, Track("Newcomer", NAMES[len(met)]), at=UnixMs(FOREVER // 2))]
            )
    assert len({(one.verdict, one.song, one.artist) for one in met}) == len(met) == 11
    (loud,) = [one for one in met if one.song is None]
    assert (loud.verdict, loud.artist_name, loud.title, loud.item) == ("hate", "Loud", None, None)
    assert [one.at for one in met[-5:]] == [None] * 5
    assert {one.title for one in store.pages.judgements(ada, ["save"], n=99)} == set(NAMES[:5])


def test_one_verdict_is_taken_back_and_the_others_stand(store: Store, ada: ListenerId) -> None:
    about = Track("Velvet Harbour", NAMES[0])
    with store.writing() as writer:
        ((_, song),) = writer.items([about])
        writer.add_feedback(ada, [Feedback(verdict, about) for verdict in (Verdict.LOVE, Verdict.SAVE)])
    with store.writing() as writer:
        assert writer.take_back(ada, song=song, verdict=Verdict.LOVE) == 1
        assert writer.take_back(ada, song=song, verdict=Verdict.LOVE) == 0
    kinds = [verdict.value for verdict in Verdict]
    assert [one.verdict for one in store.pages.judgements(ada, kinds, n=9)] == ["save"]


def test_editions_are_told_the_newest_first(store: Store, ada: ListenerId) -> None:
    with store.writing() as writer:
        ((item, song),) = writer.items([Track("Velvet Harbour", "Amber")])
        writer.add_editions(
            EditionRecord(ada, mix, week, UnixMs(NOON), "build", False, (EntryRecord(item, song, "{}"),))
            for week in ("2026-W01", "2026-W02")
            for mix in ("daily", "weekly")
        )
    met, beyond = [], EDITIONS.first
    while page := store.pages.editions(ada, beyond=beyond, n=3):
        met += page
        beyond = (page[-1].week, page[-1].mix)
    assert [(one.week, one.mix) for one in met] == [
        ("2026-W02", "weekly"),
        ("2026-W02", "daily"),
        ("2026-W01", "weekly"),
        ("2026-W01", "daily"),
    ]
    assert {one.songs for one in met} == {1}
    assert [one.mix for one in store.pages.editions(ada, "daily", n=9)] == ["daily"] * 2


def test_a_walk_over_playlists_meets_each_once_though_more_are_made(store: Store, ada: ListenerId) -> None:
    bo = store.find_listener("Bo").id
    for n, name in enumerate(NAMES):
        store.playlists.make(ada, name, [], UnixMs(NOON + n // 2))
        store.playlists.make(bo, name, [], UnixMs(NOON))
    met, beyond = [], PLAYLISTS.first
    while page := store.pages.playlists(ada, beyond=beyond, n=5):
        met += page
        beyond = PLAYLISTS.key_of(page[-1])
        store.playlists.make(ada, "Newcomer", [], UnixMs(NOON + 9))
    assert [one.title for one in met] == NAMES[::-1]
    assert met[0] == store.playlists.find(met[0].id)
