"""What every store must do, whatever database keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.errors import StoreError, UnknownNameError
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Ending, Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Chapter, Episode, Item, Track
from earmark.store.port import (
    EditionRecord,
    EntryRecord,
    ItemId,
    ListenerId,
    PlaylistsAdded,
    Settled,
    SongId,
    Store,
)

NOON = 1_700_000_000_000
HOUR = 3_600_000
PHONE = Origin("phone export")
SCROBBLER = Origin("scrobbler")


def track(n: int, artist: str = "Velvet Harbour", **facts: object) -> Track:
    return Track(artist, f"Lantern {'abcdefghijklmnopqrstuvwxyz'[n]}", **facts)  # type: ignore[arg-type]


def play(item: Item, hours: float, ms_played: int | None = 200_000, **how: object) -> Listen:
    return Listen(item, UnixMs(NOON + int(hours * HOUR)), ms_played, **how)  # type: ignore[arg-type]


def listen_to(store: Store, name: str, *listens: Listen, origin: Origin = PHONE) -> Settled:
    with store.writing() as writer:
        listener = writer.listener(name)
        writer.add_listens([listener] * len(listens), listens, origin)
        return writer.settle()


def revision(store: Store, name: str) -> int:
    return store.find_listener(name).revision


def edition(listener: ListenerId, week: str, *songs: tuple[int, int], build: str = "b1") -> EditionRecord:
    entries = tuple(EntryRecord(ItemId(item), SongId(song), '{"why":1}') for item, song in songs)
    return EditionRecord(listener, "weekly", week, UnixMs(NOON), build, False, entries)


class TestListeners:
    def test_one_name_is_one_listener(self, store: Store) -> None:
        with store.writing() as writer:
            first = writer.listener("Ada")
            assert writer.listener("Ada") == first
        with store.writing() as writer:
            assert writer.listener("Ada") == first
            assert writer.listener("Bo") != first

    def test_own_listeners_come_first_then_the_community(self, store: Store) -> None:
        with store.writing() as writer:
            writer.listener("Ann", community="forum")
            writer.listener("Zed")
            writer.listener("Bea")
        assert [(one.name, one.community) for one in store.listeners()] == [
            ("Bea", None),
            ("Zed", None),
            ("Ann", "forum"),
        ]

    @pytest.mark.parametrize(("first", "second"), [(None, "forum"), ("forum", None), ("forum", "club")])
    def test_nobody_changes_sides(self, store: Store, first: str | None, second: str | None) -> None:
        with store.writing() as writer:
            writer.listener("Ada", community=first)
        with pytest.raises(StoreError, match="'Ada' is already"), store.writing() as writer:
            writer.listener("Ada", community=second)
        assert store.find_listener("Ada").community == first

    def test_a_wrong_name_names_the_nearest(self, store: Store) -> None:
        with pytest.raises(UnknownNameError, match="nobody"):
            store.find_listener("ada")
        with store.writing() as writer:
            writer.listener("Adalbert")
        with pytest.raises(UnknownNameError, match="Did you mean 'Adalbert'"):
            store.find_listener("adelbert")

    def test_ids_are_never_used_again(self, store: Store) -> None:
        with store.writing(alone=True) as writer:
            gone = writer.listener("Ada")
        with store.writing(alone=True) as writer:
            writer.forget(gone)
        with store.writing() as writer:
            assert writer.listener("Bo") > gone


class TestListens:
    def test_letters_that_a_database_may_not_hold_lose_no_listen(self, store: Store) -> None:
        odd = [Track("Velvet\0 Harbour", "Lan\ud800tern"), Track("Emoji 🎷", "%s ? {} 'quoted' \\N", "\\.")]
        many = [Track(f"Many {n}\0", f"Song {n}\ud800") for n in range(400)]
        for n in range(2):
            told = [play(one, at) for at, one in enumerate([*odd, *many])]
            settled = listen_to(store, "Ada\0", *told)
            assert settled == Settled(new=0 if n else 402, repeated=402 if n else 0, same_play=0)
        listens = store.listens([one.id for one in store.listeners()])
        shown = store.items(listens["item"].to_list())
        assert shown["artist"].to_list()[1] == "Emoji 🎷"
        assert shown["title"].to_list()[1] == "%s ? {} 'quoted' \\N"

    def test_they_come_back_as_they_were(self, store: Store) -> None:
        settled = listen_to(
            store,
            "Ada",
            play(track(1), 5, None, private=True),
            play(track(0), 0, 180_000, ending=Ending.COMPLETED),
            play(track(0), 9, 20_000, ending=Ending.SKIPPED),
        )
        assert settled == Settled(new=3, repeated=0, same_play=0)
        ada = store.find_listener("Ada").id
        listens = store.listens([ada])
        assert listens.select("started_at", "ms_played", "ending", "private").rows() == [
            (NOON, 180_000, Ending.COMPLETED, False),
            (NOON + 5 * HOUR, None, Ending.UNKNOWN, True),
            (NOON + 9 * HOUR, 20_000, Ending.SKIPPED, False),
        ]
        assert listens["listener"].to_list() == [ada] * 3
        assert store.items(listens["item"].to_list())["title"].to_list() == [
            "Lantern a",
            "Lantern b",
            "Lantern a",
        ]

    def test_the_same_again_adds_nothing(self, store: Store) -> None:
        listens = [play(track(n % 3), n) for n in range(50)]
        assert listen_to(store, "Ada", *listens).new == 50
        before = revision(store, "Ada")
        assert listen_to(store, "Ada", *listens) == Settled(new=0, repeated=50, same_play=0)
        assert store.counts().listens == 50
        assert revision(store, "Ada") == before

    def test_the_same_twice_in_one_transaction_adds_nothing(self, store: Store) -> None:
        with store.writing() as writer:
            ada = writer.listener("Ada")
            for _ in range(2):
                writer.add_listens([ada] * 9, [play(track(n), n) for n in range(9)], PHONE)
            assert writer.settle() == Settled(new=9, repeated=9, same_play=0)
            writer.add_listens([ada], [play(track(0), 0)], PHONE)
            assert writer.settle() == Settled(new=0, repeated=1, same_play=0)
        assert store.counts().listens == 9

    def test_two_origins_tell_of_one_play(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0), play(track(1), 1))
        later = [play(track(n), n + 20 / 3600, None) for n in range(2)]
        assert listen_to(store, "Ada", *later, origin=SCROBBLER) == Settled(new=0, repeated=0, same_play=2)
        assert store.listens([store.find_listener("Ada").id])["ms_played"].to_list() == [200_000] * 2

    def test_what_knows_more_takes_the_place_of_what_knows_less(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 20 / 3600, None), origin=SCROBBLER)
        told = play(track(0), 0, 180_000, ending=Ending.COMPLETED)
        assert listen_to(store, "Ada", told) == Settled(new=0, repeated=0, same_play=1)
        ada = store.find_listener("Ada").id
        kept = store.listens([ada]).select("started_at", "ms_played", "ending").rows()
        assert kept == [(NOON, 180_000, Ending.COMPLETED)]
        assert listen_to(store, "Ada", told).new == 0
        assert listen_to(store, "Ada", play(track(0), 20 / 3600, None), origin=SCROBBLER).new == 0
        assert store.counts().listens == 1

    def test_it_may_do_so_within_one_transaction(self, store: Store) -> None:
        with store.writing() as writer:
            ada = writer.listener("Ada")
            writer.add_listens([ada], [play(track(0), 20 / 3600, None)], SCROBBLER)
            writer.add_listens([ada], [play(track(0), 0, 180_000, ending=Ending.COMPLETED)], PHONE)
            settled = writer.settle()
        assert settled == Settled(new=1, repeated=0, same_play=1)
        assert store.listens([ada]).select("ms_played", "ending").rows() == [(180_000, Ending.COMPLETED)]

    @pytest.mark.parametrize("first", [PHONE, SCROBBLER])
    def test_a_play_is_private_if_any_source_says_so(self, store: Store, first: Origin) -> None:
        quiet, plain = play(track(0), 0, private=True), play(track(0), 20 / 3600, None)
        told = [(PHONE, quiet), (SCROBBLER, plain)]
        for origin, listen in told if first == PHONE else reversed(told):
            listen_to(store, "Ada", listen, origin=origin)
        assert store.listens([store.find_listener("Ada").id])["private"].to_list() == [True]

    def test_people_are_kept_apart(self, store: Store) -> None:
        with store.writing() as writer:
            people = [writer.listener(f"P{n}") for n in range(40)]
            writer.add_listens(people, [play(track(0), 0)] * 40, PHONE)
            assert writer.settle().new == 40
        assert store.listens(people[3:5])["listener"].to_list() == people[3:5]

    def test_what_was_not_settled_is_settled_at_the_end(self, store: Store) -> None:
        with store.writing() as writer:
            writer.add_listens([writer.listener("Ada")], [play(track(0), 0)], PHONE)
        assert store.counts().listens == 1

    def test_episodes_and_chapters_are_kept_but_are_no_tracks(self, store: Store) -> None:
        listens = [
            play(Episode("Night Talk", "One"), 0),
            play(Chapter("Long Book", "One"), 1),
            play(Episode("Night Talk", "One"), 2),
            play(track(0), 3),
        ]
        assert listen_to(store, "Ada", *listens).new == 4
        assert listen_to(store, "Ada", *listens).repeated == 4
        counts = store.counts()
        assert (counts.tracks, counts.episodes, counts.chapters, counts.listens) == (1, 1, 1, 4)
        assert store.listens([store.find_listener("Ada").id]).height == 1


class TestCatalogue:
    def test_versions_are_items_of_one_song(self, store: Store) -> None:
        listen_to(
            store,
            "Ada",
            play(Track("The Velvet Harbour", "Lantern - Live"), 0),
            play(Track("Velvet Harbour", "Lantern"), 1),
            play(Track("VELVET HARBOUR", "lantern"), 2),
        )
        counts = store.counts()
        assert (counts.artists, counts.songs, counts.tracks) == (1, 1, 2)
        song = store.find_song("velvet harbour", "Lantern (2011 Remaster)")
        assert store.listens([store.find_listener("Ada").id])["song"].to_list() == [song] * 3

    def test_the_plainest_title_is_shown_and_the_first_spelling_of_the_artist(
        self, store: Store, tmp_path: Path
    ) -> None:
        listen_to(store, "Ada", play(Track("Velvet Harbour", "Lantern - Live"), 0))
        listen_to(store, "Ada", play(Track("velvet harbour", "Lantern"), 1), play(Track("X", "Y"), 2))
        songs = store.snapshot(tmp_path / "cut").songs
        assert songs.select("artist_name", "title").rows() == [("Velvet Harbour", "Lantern"), ("X", "Y")]

    def test_later_sources_fill_the_gaps_and_overwrite_nothing(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0, release="First"), 0))
        listen_to(
            store,
            "Ada",
            play(track(0, release="Second", duration_ms=200_000), 1),
            play(track(0, uri="u:1"), 2),
        )
        (item,) = set(store.listens([store.find_listener("Ada").id])["item"].to_list())
        assert store.items([item]).select("artist", "release", "uri", "duration_ms").rows() == [
            ("Velvet Harbour", "First", "u:1", 200_000)
        ]

    def test_items_come_in_the_order_asked(self, store: Store) -> None:
        listen_to(store, "Ada", *(play(track(n), n) for n in range(4)), play(Episode("Night Talk", "One"), 9))
        titles = store.items([ItemId(n) for n in (3, 5, 1, 3)])
        assert titles.select("kind", "artist", "title").rows() == [
            ("track", "Velvet Harbour", "Lantern c"),
            ("episode", "Night Talk", "One"),
            ("track", "Velvet Harbour", "Lantern a"),
            ("track", "Velvet Harbour", "Lantern c"),
        ]

    def test_tracks_are_known_in_any_version_or_not_at_all(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0), play(Track("Other", "Lantern b"), 1))
        asked = [
            Track("Velvet Harbour", "Lantern b"),
            Track("other", "Lantern B - Live"),
            Track("Nobody", "x"),
            track(0),
        ]
        assert store.known_songs(asked) == [
            None,
            store.find_song("Other", "Lantern b"),
            None,
            store.find_song("Velvet Harbour", "Lantern a"),
        ]
        assert store.known_songs([]) == []

    def test_wrong_names_name_the_nearest(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0))
        assert store.find_artist("the velvet harbour") == 1
        with pytest.raises(UnknownNameError, match="'Velvet Harbour'"):
            store.find_artist("Velvet Harbor")
        with pytest.raises(UnknownNameError, match="'Velvet Harbour'"):
            store.find_song("Velvet Harbor", "Lantern a")
        with pytest.raises(UnknownNameError, match="'Lantern a'"):
            store.find_song("Velvet Harbour", "Lantren a")
        with pytest.raises(UnknownNameError, match="Check the spelling"):
            store.find_artist("Qqq")


class TestPlaylists:
    def test_an_owners_list_is_replaced_under_its_name(self, store: Store) -> None:
        def add(*tracks: Track) -> PlaylistsAdded:
            with store.writing() as writer:
                return writer.add_playlists([Playlist("Rain", tracks)], owner=writer.listener("Ada"))

        assert add(track(0), track(1)) == PlaylistsAdded(1, 0, 0)
        before = revision(store, "Ada")
        assert add(track(0), track(1)) == PlaylistsAdded(0, 0, 1)
        assert revision(store, "Ada") == before
        assert add(track(1)) == PlaylistsAdded(0, 1, 0)
        assert revision(store, "Ada") == before + 1
        ada = store.find_listener("Ada").id
        rows = store.playlist_songs([ada]).select("listener", "position", "song").rows()
        assert rows == [(ada, 0, store.find_song("Velvet Harbour", "Lantern b"))]

    def test_namesakes_in_one_export_are_two_lists(self, store: Store) -> None:
        lists = [Playlist("New", (track(0),)), Playlist("New", (track(1),))]
        for expected in (PlaylistsAdded(2, 0, 0), PlaylistsAdded(0, 0, 2)):
            with store.writing() as writer:
                assert writer.add_playlists(lists, owner=writer.listener("Ada")) == expected

    def test_a_community_keeps_one_copy(self, store: Store) -> None:
        lists = [Playlist("Rain", (track(0), track(1))), Playlist("Rain", (track(1), track(0)), followers=3)]
        with store.writing() as writer:
            assert writer.add_playlists([*lists, lists[0]], community="forum") == PlaylistsAdded(2, 0, 1)
        with store.writing() as writer:
            assert writer.add_playlists(lists, community="forum") == PlaylistsAdded(0, 0, 2)
        counts = store.counts()
        assert (counts.communities, counts.playlists, counts.playlist_entries) == (1, 2, 4)

    def test_they_need_one_home(self, store: Store) -> None:
        with pytest.raises(ValueError, match="owner or to a community"), store.writing() as writer:
            writer.add_playlists([])


class TestFeedback:
    def said(self, store: Store, *feedback: Feedback) -> int:
        with store.writing() as writer:
            return writer.add_feedback(writer.listener("Ada"), feedback)

    def test_love_and_hate_replace_each_other(self, store: Store) -> None:
        love, hate = Feedback(Verdict.LOVE, track(0)), Feedback(Verdict.HATE, track(0))
        assert self.said(store, love, Feedback(Verdict.SAVE, track(0))) == 2
        assert self.said(store, love) == 0
        assert self.said(store, hate) == 1
        verdicts = store.feedback([store.find_listener("Ada").id])["verdict"].to_list()
        assert verdicts == ["hate", "save"]

    def test_an_old_export_does_not_undo_a_later_word(self, store: Store) -> None:
        self.said(store, Feedback(Verdict.HATE, track(0), at=UnixMs(NOON)))
        before = revision(store, "Ada")
        assert self.said(store, Feedback(Verdict.LOVE, track(0))) == 0
        assert self.said(store, Feedback(Verdict.LOVE, track(0), at=UnixMs(NOON - 1))) == 0
        assert self.said(store, Feedback(Verdict.HATE, track(0), at=UnixMs(NOON - 1))) == 0
        assert revision(store, "Ada") == before
        assert self.said(store, Feedback(Verdict.LOVE, track(0), at=UnixMs(NOON + 1))) == 1

    def test_a_verdict_may_be_on_everything_by_an_artist(self, store: Store) -> None:
        assert (
            self.said(
                store, Feedback(Verdict.HIDE, artist="Velvet Harbour"), Feedback(Verdict.HIDE, track(0))
            )
            == 2
        )
        rows = (
            store.feedback([store.find_listener("Ada").id]).select("song", "artist", "verdict", "at").rows()
        )
        artist, song = store.find_artist("Velvet Harbour"), store.find_song("Velvet Harbour", "Lantern a")
        assert rows == [(None, artist, "hide", None), (song, None, "hide", None)]

    def test_a_verdict_on_nothing_is_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="must name"):
            self.said(store, Feedback(Verdict.LOVE))


class TestEditions:
    def test_an_edition_stays_as_it_was_made(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0), play(track(1), 1))
        ada = store.find_listener("Ada").id
        first = edition(ada, "2026-W01", (2, 2), (1, 1))
        with store.writing() as writer:
            writer.add_editions([first])
        with store.writing() as writer:
            writer.add_editions(
                [edition(ada, "2026-W01", (1, 1), build="b2"), edition(ada, "2026-W02", (1, 1))]
            )
        assert store.edition(ada, "weekly", "2026-W01") == first
        assert store.edition(ada, "weekly", "2026-W03") is None
        assert store.editions_made("weekly", "2026-W02") == {ada}
        assert store.songs_given([ada], "weekly").rows() == [
            (ada, 2, "2026-W01"),
            (ada, 1, "2026-W01"),
            (ada, 1, "2026-W02"),
        ]
        assert store.songs_given([ada], "daily").is_empty()


class TestTransactions:
    def test_an_exception_undoes_everything(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0))
        before, people = store.counts(), store.listeners()
        with pytest.raises(RuntimeError, match="on purpose"), store.writing() as writer:
            bo = writer.listener("Bo", community="forum")
            writer.add_listens([bo], [play(track(1), 1)], PHONE)
            writer.settle()
            writer.add_playlists([Playlist("Rain", (track(2),))], owner=bo)
            raise RuntimeError("on purpose")
        assert (store.counts(), store.listeners()) == (before, people)
        assert listen_to(store, "Ada", play(track(1), 1)).new == 1

    def test_reading_goes_on_while_writing(self, store: Store) -> None:
        with store.writing() as writer:
            writer.listener("Ada")
            assert store.counts().listens == 0
        assert len(store.listeners()) == 1

    def test_a_revision_grows_once_for_each_transaction_that_changes_something(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0), play(track(1), 1))
        first = revision(store, "Ada")
        listen_to(store, "Bo", play(track(0), 0))
        assert revision(store, "Ada") == first
        listen_to(store, "Ada", play(track(0), 5))
        assert revision(store, "Ada") == first + 1


class TestForgetting:
    def test_nothing_that_only_they_gave_remains(self, store: Store, tmp_path: Path) -> None:
        listen_to(store, "Bo", play(track(0), 0), play(Track("Shared", "Tune - Live"), 1))
        before = store.counts()
        with store.writing() as writer:
            ada = writer.listener("Ada", community="forum")
            own = [
                play(track(0), 0),
                play(track(1), 1),
                play(Track("Shared", "Tune"), 2),
                play(Episode("E", "F"), 3),
            ]
            writer.add_listens([ada] * 4, own, PHONE)
            writer.settle()
            writer.add_playlists([Playlist("Mine", (Track("Solo", "Song"),))], owner=ada)
            writer.add_feedback(
                ada, [Feedback(Verdict.LOVE, Track("Liked", "Once")), Feedback(Verdict.HIDE, artist="Q")]
            )
            writer.add_editions([edition(ada, "2026-W01", (1, 1))])
        with store.writing(alone=True) as writer:
            writer.forget(ada)
        store.erase_traces()
        assert store.counts() == before
        assert [one.name for one in store.listeners()] == ["Bo"]
        assert store.snapshot(tmp_path / "cut").songs["title"].to_list() == ["Lantern a", "Tune - Live"]

    def test_what_others_only_spoke_of_remains(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0), play(Track("Velvet Harbour", "Lantern a (live)"), 1))
        with store.writing(alone=True) as writer:
            writer.add_feedback(writer.listener("Bo"), [Feedback(Verdict.LOVE, track(0))])
        with store.writing(alone=True) as writer:
            writer.forget(writer.listener("Ada"))
        counts = store.counts()
        assert (counts.artists, counts.songs, counts.tracks) == (1, 1, 1)
        assert store.find_song("Velvet Harbour", "Lantern a") == 1

    def test_what_is_to_be_kept_remains(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0), play(track(1), 1))
        items = store.listens([store.find_listener("Ada").id])["item"].to_list()
        with store.writing(alone=True) as writer:
            writer.forget(writer.listener("Ada"), keep=[items[1], 4_711])
        assert (store.counts().songs, store.counts().listens) == (1, 0)
        assert store.items([items[1]])["title"].to_list() == [track(1).title]

    def test_forgetting_and_listening_again_in_one_transaction(self, store: Store) -> None:
        listen_to(store, "Ada", play(track(0), 0))
        with store.writing(alone=True) as writer:
            gone = writer.listener("Ada")
            writer.forget(gone)
            back = writer.listener("Ada")
            assert back != gone
            writer.add_listens([back], [play(track(0), 0)], PHONE)
        assert store.counts().listens == 1
        assert store.listens([back]).height == 1


class TestSnapshot:
    def test_it_holds_what_the_store_holds(self, store: Store, tmp_path: Path) -> None:
        listen_to(store, "Bo", play(track(0), 0), play(track(1), 1), play(Episode("E", "F"), 3))
        with store.writing() as writer:
            ada = writer.listener("Ada", community="forum")
            writer.add_listens([ada], [play(track(1), 2)], PHONE)
            writer.add_playlists([Playlist("Rain", (track(2), track(1)), followers=7)], owner=ada)
            writer.add_feedback(ada, [Feedback(Verdict.LOVE, track(0), at=UnixMs(NOON))])
        bo = store.find_listener("Bo").id
        cut = store.snapshot(tmp_path / "cut")
        assert cut.listens.equals(store.listens([ada, bo]))
        assert cut.playlists.rows() == [(1, ada, 7, "Rain")]
        assert cut.playlist_songs.rows() == [(1, 0, 3), (1, 1, 2)]
        assert cut.songs.rows() == [
            (1, 1, "Velvet Harbour", "Lantern a", 1, None, None),
            (2, 1, "Velvet Harbour", "Lantern b", 2, None, 200_000),
            (3, 1, "Velvet Harbour", "Lantern c", 4, None, None),
        ]
        assert cut.listeners.rows() == [(bo, False), (ada, True)]
        assert cut.revisions.rows() == [(bo, 1), (ada, 1)]
        assert cut.feedback.equals(store.feedback([ada]))
        assert cut.feedback.rows() == [(ada, 1, None, "love", NOON)]

    def test_the_version_most_played_and_listed_is_shown(self, store: Store, tmp_path: Path) -> None:
        plain, live = Track("A", "B"), Track("A", "B - Live", release="Alive", duration_ms=240_000)
        listen_to(store, "Bo", play(plain, 0), play(live, 1))
        assert store.snapshot(tmp_path / "one").songs["item"].to_list() == [1]
        with store.writing() as writer:
            writer.add_playlists([Playlist("Rain", (live,))], community="forum")
        songs = store.snapshot(tmp_path / "two").songs
        assert songs.select("title", "item", "release", "duration_ms").rows() == [("B", 2, "Alive", 240_000)]

    def test_the_same_record_gives_the_same_bytes(self, store: Store, tmp_path: Path) -> None:
        listen_to(store, "Ada", *(play(track(n % 26), n) for n in range(3_000)))
        one, two = store.snapshot(tmp_path / "one"), store.snapshot(tmp_path / "two")
        assert one.digest() == two.digest()
        assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["one", "two"]

    def test_an_empty_record_has_one_too(self, store: Store, tmp_path: Path) -> None:
        cut = store.snapshot(tmp_path / "cut")
        assert [cut.listens.height, cut.songs.height, cut.playlist_songs.height] == [0, 0, 0]
        assert cut.listens.schema == store.listens([]).schema

    def test_a_snapshot_is_never_overwritten(self, store: Store, tmp_path: Path) -> None:
        store.snapshot(tmp_path / "cut")
        with pytest.raises(StoreError, match="already"):
            store.snapshot(tmp_path / "cut")
