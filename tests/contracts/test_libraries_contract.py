"""Connected music servers and their libraries, whatever database keeps them."""

from __future__ import annotations

import pytest

from earmark.errors import UnknownNameError
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.libraries import LibraryTrack
from earmark.listening.listens import UnixMs
from earmark.music.items import Track
from earmark.store.libraries import ConnectionRecord, LibraryChange
from earmark.store.port import ListenerId, Store

URL = "http://nas:4533"
NOON = UnixMs(1_700_000_000_000)


def connected(store: Store, name: str = "Ada", url: str = URL, secret: bytes = b"sealed") -> ConnectionRecord:
    with store.writing() as writer:
        listener = writer.listener(name)
    return store.libraries.connect(listener, "subsonic", url, name.lower(), secret)


def file(n: int, title: str | None = None, **facts: object) -> LibraryTrack:
    return LibraryTrack(Track("Velvet Harbour", title or f"Lantern {n:03}"), f"r{n}", **facts)  # type: ignore[arg-type]


def keep(store: Store, number: int, *tracks: LibraryTrack) -> LibraryChange:
    with store.writing() as writer:
        return writer.keep_library(number, tracks)


def test_items_are_found_or_made_in_the_order_given(store: Store) -> None:
    live, plain, other = (Track("A", title) for title in ("Song - Live", "Song", "Other"))
    with store.writing() as writer:
        ids = writer.items([live, plain, other, live])
    with store.writing() as writer:
        assert writer.items([live, plain, other, live]) == ids
    items, songs = zip(*ids, strict=True)
    assert items[0] == items[3]
    assert len({*items}) == 3
    assert songs[0] == songs[1] == songs[3] != songs[2]
    assert store.items(items)["title"].to_list() == ["Song - Live", "Song", "Other", "Song - Live"]


def test_a_listener_has_one_account_on_a_server_and_may_change_it(store: Store) -> None:
    ada = connected(store)
    bo = connected(store, "Bo")
    elsewhere = connected(store, url="http://other")
    assert (ada.name, ada.kind, ada.url, ada.username, ada.secret, ada.read_at) == (
        "Ada",
        "subsonic",
        URL,
        "ada",
        b"sealed",
        None,
    )
    keep(store, ada.id, file(1))
    again = store.libraries.connect(ada.listener, "subsonic", URL, "countess", b"other")
    assert (again.id, again.username, again.secret, again.made_at) == (
        ada.id,
        "countess",
        b"other",
        ada.made_at,
    )
    assert store.libraries.connections() == [again, bo, elsewhere]
    assert store.libraries.find(bo.id) == bo
    assert len(store.libraries.held(ada.id)) == 1
    with pytest.raises(UnknownNameError, match="no connection 999"):
        store.libraries.find(999)


@pytest.mark.parametrize("n", [3, 700])
def test_a_library_is_kept_as_it_was_last_read(store: Store, n: int) -> None:
    number = connected(store).id
    full = {
        "path": "a/b.flac", "genres": ("Rock", "Dream \"Pop\""), "mbid": "m", "isrc": "i", "plays": 4,
        "starred_at": NOON,
    }  # fmt: skip
    first = keep(store, number, *(file(at, **full) for at in range(n)))
    assert (first.held, first.new, first.gone) == (n, n, 0)
    held = store.libraries.held(number)
    assert {one.remote_id for one in held} == {f"r{at}" for at in range(n)}
    assert {(one.plays, one.starred_at) for one in held} == {(4, NOON)}
    assert store.items([one.item for one in held])["title"].to_list() == [
        f"Lantern {int(one.remote_id[1:]):03}" for one in held
    ]
    assert store.libraries.find(number).read_at
    assert keep(store, number, *(file(at, **full) for at in range(n))) == LibraryChange(n, 0, 0, (), ())
    then = keep(store, number, *(file(at) for at in range(1, n + 1)))
    assert (then.held, then.new, then.gone) == (n, 1, 1)
    assert {one.remote_id for one in store.libraries.held(number)} == {f"r{at}" for at in range(1, n + 1)}
    assert {one.plays for one in store.libraries.held(number)} == {0}


def test_stars_are_told_once_a_song_when_they_come_and_when_they_go(store: Store) -> None:
    number = connected(store).id
    plain, live = file(1, "Lantern", starred_at=NOON), file(2, "Lantern (Live)", starred_at=UnixMs(NOON + 5))
    undated, unstarred = file(3, "Other", starred_at=UnixMs(0)), file(4, "Another")
    first = keep(store, number, plain, live, undated, unstarred)
    assert set(first.starred) == {live, undated}
    assert first.unstarred == ()
    assert keep(store, number, plain, live, undated, unstarred).starred == ()
    # One version is starred still, another song is not, a third is gone with its star.
    after = keep(store, number, plain, file(2, "Lantern (Live)"), file(4, "Another"))
    assert after.starred == (plain,)
    assert after.unstarred == ()
    last = keep(store, number, file(1, "Lantern"))
    assert last.unstarred == ((file(1, "Lantern"), NOON),)


def test_only_a_verdict_that_stands_as_given_is_withdrawn(store: Store) -> None:
    ada = connected(store).listener
    song, other, third = (Track("A", title) for title in ("One", "Two", "Three"))
    with store.writing() as writer:
        writer.add_feedback(
            ada,
            [
                Feedback(Verdict.LOVE, song, at=NOON),
                Feedback(Verdict.LOVE, other),
                Feedback(Verdict.HATE, third, at=NOON),
                Feedback(Verdict.SAVE, song, at=NOON),
            ],
        )
    revision = store.find_listener("Ada").revision
    with store.writing() as writer:
        assert (
            writer.withdraw(
                ada, [Feedback(Verdict.LOVE, song, at=UnixMs(1)), Feedback(Verdict.LOVE, third, at=NOON)]
            )
            == 0
        )
    assert store.find_listener("Ada").revision == revision
    with store.writing() as writer:
        assert (
            writer.withdraw(ada, [Feedback(Verdict.LOVE, song, at=NOON), Feedback(Verdict.LOVE, other)]) == 2
        )
    assert sorted(store.feedback([ada])["verdict"]) == ["hate", "save"]
    assert store.find_listener("Ada").revision == revision + 1


def test_what_was_pushed_is_remembered_by_week_and_in_order(store: Store) -> None:
    number = connected(store).id
    keep(store, number, *(file(at) for at in range(5)))
    songs = [one.song for one in store.libraries.held(number)]
    libraries = store.libraries
    assert libraries.pushed(number) == {}
    libraries.note_pushed(number, "weekly", "p1", "2026-W47", songs[2::-1], in_place_of=None)
    libraries.note_pushed(number, "weekly", "p2", "2026-W48", songs[:1:-1], in_place_of="p1")
    assert libraries.pushed(number) == {"weekly": "p2"}
    assert list(libraries.weeks_pushed(number, "weekly").items()) == [
        (songs[1], "2026-W47"),
        (songs[0], "2026-W47"),
        (songs[4], "2026-W48"),
        (songs[3], "2026-W48"),
        (songs[2], "2026-W48"),
    ]
    assert libraries.weeks_pushed(number, "daily") == {}


def test_what_was_disconnected_is_not_read_or_pushed_any_more(store: Store) -> None:
    ada, bo = connected(store), connected(store, "Bo")
    for one in (ada, bo):
        keep(store, one.id, file(1))
        store.libraries.note_pushed(one.id, "weekly", "p", "2026-W47", [], in_place_of=None)
    store.libraries.disconnect(ada.id)
    assert store.libraries.connections() == [store.libraries.find(bo.id)]
    assert (store.libraries.held(ada.id), store.libraries.pushed(ada.id)) == ([], {})
    assert len(store.libraries.held(bo.id)) == 1
    with pytest.raises(UnknownNameError, match="any more"):
        keep(store, ada.id, file(2))
    store.libraries.note_pushed(ada.id, "weekly", "p", "2026-W47", [], in_place_of=None)
    assert store.libraries.pushed(ada.id) == {}


def test_forgetting_leaves_what_others_hold_and_takes_what_nobody_does(store: Store) -> None:
    ada, bo = connected(store), connected(store, "Bo")
    keep(store, ada.id, file(1, "Ours"), file(2, "Hers"))
    keep(store, bo.id, file(1, "Ours"), file(2, "His"))
    with store.writing() as writer:
        cy = writer.listener("Cy")
    forget(store, cy)
    assert store.counts().tracks == 3
    forget(store, ada.listener)
    assert [one.id for one in store.libraries.connections()] == [bo.id]
    held = store.libraries.held(bo.id)
    assert sorted(store.items([one.item for one in held])["title"]) == ["His", "Ours"]
    assert store.counts().tracks == 2
    store.libraries.disconnect(bo.id)
    forget(store, bo.listener)
    assert (store.counts().tracks, store.counts().artists) == (0, 0)


def forget(store: Store, listener: ListenerId) -> None:
    with store.writing(alone=True) as writer:
        writer.forget(listener)


def test_tracks_that_were_met_before_are_kept_all_the_same(store: Store) -> None:
    ada, files = connected(store), [file(n) for n in range(5)]
    for some in (files[:3], files[3:]):
        with store.writing() as writer:
            writer.meet_library(ada.id, some)
    assert store.counts().tracks == 5
    assert (keep(store, ada.id, *files).new, store.counts().tracks) == (5, 5)
    store.libraries.disconnect(ada.id)
    with pytest.raises(UnknownNameError, match="no connection"), store.writing() as writer:
        writer.meet_library(ada.id, [file(9)])
    assert store.counts().tracks == 5


def test_of_two_playlists_that_are_to_show_a_mix_the_first_does(store: Store) -> None:
    libraries, ada = store.libraries, connected(store)
    with store.writing() as writer:
        songs = [song for _, song in writer.items([Track("A", "One"), Track("A", "Other")])]
    assert libraries.note_pushed(ada.id, "weekly", "first", "2026-W47", songs[:1], in_place_of=None)
    for before in (None, "elsewhere"):
        assert not libraries.note_pushed(
            ada.id, "weekly", "second", "2026-W48", songs[1:], in_place_of=before
        )
    assert libraries.pushed(ada.id) == {"weekly": "first"}
    assert libraries.weeks_pushed(ada.id, "weekly") == {songs[0]: "2026-W47"}
    assert libraries.note_pushed(ada.id, "weekly", "first", "2026-W48", songs[1:], in_place_of="first")
    assert libraries.note_pushed(ada.id, "weekly", "second", "2026-W48", [], in_place_of="first")
    assert libraries.pushed(ada.id) == {"weekly": "second"}
