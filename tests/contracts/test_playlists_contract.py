"""Playlists that people make and edit, whatever database keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.postgres import database

from earmark.errors import OutOfPlaceError, UnknownNameError
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Episode, Track
from earmark.store.playlists import TOLD_AGAIN_MS, PlaylistId
from earmark.store.port import ItemId, ListenerId, PlaylistsAdded, Store
from earmark.store.sql_store import open_store

NOON = UnixMs(1_700_000_000_000)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def lantern(n: int, **facts: Any) -> Track:
    return Track("Velvet Harbour", f"Lantern {LETTERS[n]}", **facts)


def lanterns(*numbers: int) -> list[Track]:
    return [lantern(n) for n in numbers]


class People(NamedTuple):
    ada: ListenerId
    bo: ListenerId


@pytest.fixture
def people(store: Store) -> People:
    with store.writing() as writer:
        return People(writer.listener("Ada"), writer.listener("Bo"))


def letters(store: Store, playlist: PlaylistId) -> str:
    read = store.playlists.read(playlist)
    assert read is not None
    assert read[0].size == len(read[1])
    return "".join(one.title[-1] for one in read[1])


def titles(store: Store, listener: ListenerId) -> list[str]:
    return [one.title for one in store.playlists.page(listener, offset=0, n=100)[0]]


def revision(store: Store) -> int:
    return store.find_listener("Ada").revision


def import_(store: Store, *playlists: Playlist) -> PlaylistsAdded:
    with store.writing() as writer:
        return writer.add_playlists(list(playlists), owner=writer.listener("Ada"))


class TestMaking:
    def test_a_playlist_is_made_and_read(self, store: Store, people: People) -> None:
        told = [
            lantern(0, release="Lamps", uri="spotify:track:1", duration_ms=200_000),
            lantern(1),
            lantern(0),
        ]
        made = store.playlists.make(people.ada, "Rain", told, NOON, annotation="Wet", public=True)
        read = store.playlists.read(made)
        assert read is not None
        record, tracks = read
        assert (record.listener, record.owner, record.title) == (people.ada, "Ada", "Rain")
        assert (record.annotation, record.public, record.size) == ("Wet", True, 3)
        assert (record.made_at, record.changed_at) == (NOON, NOON)
        assert record == store.playlists.find(made)
        assert tracks[0] == tracks[2]
        assert (tracks[0].artist, tracks[0].title, tracks[0].release) == (
            "Velvet Harbour",
            "Lantern a",
            "Lamps",
        )
        assert (tracks[0].uri, tracks[0].duration_ms) == ("spotify:track:1", 200_000)
        assert tracks[1].song == store.find_song("Velvet Harbour", "Lantern b")

    def test_tracks_that_the_record_knows_are_named_by_number(self, store: Store, people: People) -> None:
        first = store.playlists.make(people.ada, "Rain", lanterns(0, 1), NOON)
        read = store.playlists.read(first)
        assert read is not None
        one, other = (track.item for track in read[1])
        again = store.playlists.make(people.bo, "Storm", [other, lantern(2), one, other], NOON)
        assert letters(store, again) == "bcab"

    def test_what_is_no_track_of_the_record_is_refused_and_nothing_is_made(
        self, store: Store, people: People
    ) -> None:
        with store.writing() as writer:
            writer.add_listens([people.ada], [Listen(Episode("Signal", "One"), NOON)], Origin("o"))
        spoken = store.scrobbles.page(people.ada, after=None, before=None, n=1)[0].item
        for item in (spoken, ItemId(spoken + 1)):
            with pytest.raises(UnknownNameError, match=f"no track {item}"):
                store.playlists.make(people.ada, "Rain", [item], NOON)
        assert titles(store, people.ada) == []
        assert revision(store) == 2

    def test_the_same_request_makes_one_within_a_day(self, store: Store, people: People) -> None:
        def make(whose: ListenerId, request: bytes, later_ms: int = 0) -> PlaylistId:
            at = UnixMs(NOON + later_ms)
            return store.playlists.make(whose, "Rain", lanterns(0, 1), at, request=request)

        made = make(people.ada, b"one")
        assert make(people.ada, b"one", TOLD_AGAIN_MS - 1) == made
        others = {
            make(people.ada, b"other"),
            make(people.bo, b"one"),
            make(people.ada, b"one", TOLD_AGAIN_MS),
        }
        assert len(others | {made}) == 4
        assert titles(store, people.ada) == ["Rain"] * 3
        assert letters(store, made) == "ab"

    def test_who_is_gone_makes_none(self, store: Store, people: People) -> None:
        with pytest.raises(UnknownNameError, match="listener is gone"):
            store.playlists.make(ListenerId(people.bo + 1), "Rain", [], NOON)

    def test_the_newest_come_first_in_pages(self, store: Store, people: People) -> None:
        for at, title in ((2, "b"), (1, "a"), (3, "c"), (3, "d")):
            store.playlists.make(people.ada, title, [], UnixMs(at))
        store.playlists.make(people.bo, "x", [], UnixMs(9))
        assert titles(store, people.ada) == ["d", "c", "b", "a"]
        page, total = store.playlists.page(people.ada, offset=1, n=2)
        assert ([one.title for one in page], total) == (["c", "b"], 4)

    def test_they_are_searched_by_what_is_said_of_them(self, store: Store, people: People) -> None:
        def found(text: str, *, everybodys: bool = True) -> list[str]:
            page, total = store.playlists.search(people.ada, text, everybodys=everybodys, offset=0, n=9)
            assert total == len(page)
            return [one.title for one in page]

        for title, note in (("Rainy days", None), ("100% rain", None), ("Sun", "after RAIN"), ("x_y", None)):
            store.playlists.make(people.ada, title, [], NOON, annotation=note)
        store.playlists.make(people.bo, "Rain, private", [], NOON)
        store.playlists.make(people.bo, "Rain, public", [], NOON, public=True)
        with store.writing() as writer:
            writer.add_playlists([Playlist("Rain of the forum", (lantern(0),))], community="forum")
        assert found("rain") == ["Rain, public", "Sun", "100% rain", "Rainy days"]
        assert found("rain", everybodys=False) == ["Sun", "100% rain", "Rainy days"]
        assert found("0%") == ["100% rain"]
        assert found("x_") == ["x_y"]
        assert found("_!") == []


class TestEditing:
    def test_what_is_said_of_it_is_changed_one_by_one(self, store: Store, people: People) -> None:
        made = store.playlists.make(people.ada, "Rain", lanterns(0), NOON, annotation="Wet")

        def after(**said: Any) -> tuple[Any, ...]:
            store.playlists.describe(people.ada, made, UnixMs(NOON + 1), **said)
            record = store.playlists.find(made)
            assert record is not None
            assert (record.made_at, record.changed_at, record.size) == (NOON, NOON + 1, 1)
            return record.title, record.annotation, record.public

        assert after(public=True) == ("Rain", "Wet", True)
        assert after(title="Storm") == ("Storm", "Wet", True)
        assert after(annotation="Windy", public=False) == ("Storm", "Windy", False)
        assert after(annotation="") == ("Storm", None, False)
        assert after() == ("Storm", None, False)

    def test_tracks_are_added_moved_and_taken_out(self, store: Store, people: People) -> None:
        made = store.playlists.make(people.ada, "Rain", lanterns(0, 1, 2), NOON)
        store.playlists.add(people.ada, made, lanterns(3, 4), NOON)
        assert letters(store, made) == "abcde"
        store.playlists.add(people.ada, made, lanterns(5), NOON, place=0)
        store.playlists.add(people.ada, made, lanterns(6), NOON, place=99)
        assert letters(store, made) == "fabcdeg"
        store.playlists.move(people.ada, made, NOON, first=1, n=2, to=3)
        assert letters(store, made) == "fcdabeg"
        store.playlists.move(people.ada, made, NOON, first=5, n=9, to=0)
        assert letters(store, made) == "egfcdab"
        store.playlists.remove(people.ada, made, NOON, first=5, n=9)
        assert letters(store, made) == "egfcd"
        store.playlists.replace(people.ada, made, lanterns(9, 4), NOON)
        assert letters(store, made) == "je"

    def test_a_place_that_is_not_there_is_refused(self, store: Store, people: People) -> None:
        made = store.playlists.make(people.ada, "Rain", lanterns(0, 1), NOON)
        before = revision(store)
        for first, n in ((2, 1), (-1, 1), (0, 0), (0, -1)):
            with pytest.raises(OutOfPlaceError):
                store.playlists.move(people.ada, made, NOON, first=first, n=n, to=0)
            with pytest.raises(OutOfPlaceError):
                store.playlists.remove(people.ada, made, NOON, first=first, n=n)
        assert letters(store, made) == "ab"
        assert revision(store) == before

    def test_nobody_changes_anothers(self, store: Store, people: People) -> None:
        made = store.playlists.make(people.ada, "Rain", lanterns(0, 1), NOON, public=True)
        with store.writing() as writer:
            writer.add_playlists([Playlist("Forum", (lantern(0),))], community="forum")
        forums = PlaylistId(made + 1)
        before = revision(store), store.find_listener("Bo").revision
        for playlist in (made, forums, PlaylistId(made + 2)):
            for change in (
                lambda one: store.playlists.describe(people.bo, one, NOON, title="Mine"),
                lambda one: store.playlists.add(people.bo, one, lanterns(5), NOON),
                lambda one: store.playlists.move(people.bo, one, NOON, first=0, n=1, to=1),
                lambda one: store.playlists.remove(people.bo, one, NOON, first=0, n=1),
                lambda one: store.playlists.replace(people.bo, one, [], NOON),
                lambda one: store.playlists.delete(people.bo, one),
            ):
                with pytest.raises(UnknownNameError, match="no playlist"):
                    change(playlist)
        assert store.playlists.find(forums) is None
        assert letters(store, made) == "ab"
        assert (revision(store), store.find_listener("Bo").revision) == before

    def test_a_deleted_one_is_gone_and_its_number_is_not_used_again(
        self, store: Store, people: People
    ) -> None:
        made = store.playlists.make(people.ada, "Rain", lanterns(0, 1), NOON)
        store.playlists.delete(people.ada, made)
        assert store.playlists.read(made) is None
        assert store.counts().playlist_entries == 0
        assert store.playlists.make(people.ada, "Rain", [], NOON) > made

    def test_each_change_counts_as_news_of_its_owners_taste(self, store: Store, people: People) -> None:
        before = revision(store)
        made = store.playlists.make(people.ada, "Rain", lanterns(0, 1), NOON)
        store.playlists.describe(people.ada, made, NOON, title="Storm")
        store.playlists.add(people.ada, made, lanterns(2), NOON)
        store.playlists.move(people.ada, made, NOON, first=0, n=1, to=2)
        store.playlists.remove(people.ada, made, NOON, first=0, n=1)
        songs = store.playlist_songs([people.ada])["song"].to_list()
        assert songs == [store.find_song("Velvet Harbour", f"Lantern {letter}") for letter in "ca"]
        store.playlists.delete(people.ada, made)
        assert revision(store) == before + 6
        assert store.playlist_songs([people.ada]).height == 0


class TestImports:
    """A file that is imported again, after what it brought was edited here."""

    RAIN = Playlist("Rain", (lantern(0), lantern(1)))

    def imported(self, store: Store, ada: ListenerId) -> PlaylistId:
        assert import_(store, self.RAIN) == PlaylistsAdded(1, 0, 0)
        (one,), _ = store.playlists.page(ada, offset=0, n=9)
        assert (one.title, one.annotation, one.public, one.size) == ("Rain", None, False, 2)
        assert one.made_at == one.changed_at > NOON
        return one.id

    def test_the_same_file_undoes_no_edits(self, store: Store, people: People) -> None:
        rain = self.imported(store, people.ada)
        store.playlists.remove(people.ada, rain, NOON, first=0, n=1)
        store.playlists.describe(people.ada, rain, NOON, title="Storm")
        assert import_(store, self.RAIN) == PlaylistsAdded(0, 0, 1)
        assert titles(store, people.ada) == ["Storm"]
        assert letters(store, rain) == "b"

    def test_a_file_that_changed_replaces_the_contents_and_leaves_the_title(
        self, store: Store, people: People
    ) -> None:
        rain = self.imported(store, people.ada)
        store.playlists.remove(people.ada, rain, NOON, first=0, n=1)
        store.playlists.describe(people.ada, rain, NOON, title="Storm")
        assert import_(store, Playlist("Rain", (lantern(2),))) == PlaylistsAdded(0, 1, 0)
        assert titles(store, people.ada) == ["Storm"]
        assert letters(store, rain) == "c"
        record = store.playlists.find(rain)
        assert record is not None
        assert record.changed_at > NOON

    def test_a_list_made_here_is_never_taken_for_one_of_a_file(self, store: Store, people: People) -> None:
        made = store.playlists.make(people.ada, "Rain", lanterns(5), NOON)
        other = store.playlists.make(people.ada, "Rain", lanterns(6), NOON)
        assert import_(store, self.RAIN, self.RAIN) == PlaylistsAdded(2, 0, 0)
        assert import_(store, self.RAIN, self.RAIN) == PlaylistsAdded(0, 0, 2)
        assert titles(store, people.ada) == ["Rain"] * 4
        assert (letters(store, made), letters(store, other)) == ("f", "g")

    def test_a_deleted_one_comes_back_with_its_file(self, store: Store, people: People) -> None:
        store.playlists.delete(people.ada, self.imported(store, people.ada))
        assert import_(store, self.RAIN) == PlaylistsAdded(1, 0, 0)


def test_who_is_forgotten_takes_their_playlists_along(store: Store, people: People) -> None:
    mine = store.playlists.make(people.ada, "Rain", lanterns(0, 1), NOON, public=True)
    theirs = store.playlists.make(people.bo, "Rain", lanterns(1, 2), NOON, public=True)
    with store.writing(alone=True) as writer:
        writer.forget(people.ada)
    assert store.playlists.read(mine) is None
    assert letters(store, theirs) == "bc"
    page, _ = store.playlists.search(people.bo, "rain", everybodys=True, offset=0, n=9)
    assert [one.id for one in page] == [theirs]
    assert store.counts().tracks == 2


places = st.integers(0, 9)
numbers = st.lists(st.integers(0, 25), max_size=4)
steps = st.one_of(
    st.tuples(st.just("add"), numbers, st.none() | places),
    st.tuples(st.just("move"), places, st.integers(0, 4), places),
    st.tuples(st.just("remove"), places, st.integers(0, 4)),
    st.tuples(st.just("replace"), numbers),
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A record that examples share: each makes a list of its own."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            folder: Path = tmp_path_factory.mktemp("kept")
            url = f"sqlite:///{folder / 'earmark.db'}"
        else:
            url = stack.enter_context(database(request.getfixturevalue("postgres_server"), "earmark-lists"))
        yield stack.enter_context(closing(open_store(url)))


@settings(max_examples=60, deadline=None)
@given(begun=numbers, todo=st.lists(steps, max_size=8))
def test_edits_do_what_they_do_to_a_list(kept: Store, begun: list[int], todo: list[tuple[Any, ...]]) -> None:
    with kept.writing() as writer:
        ada = writer.listener("Ada")
    model = list(begun)
    made = kept.playlists.make(ada, "Rain", lanterns(*begun), NOON)
    for step in todo:
        match step:
            case ("add", new, place):
                kept.playlists.add(ada, made, lanterns(*new), NOON, place=place)
                at = len(model) if place is None else place
                model[at:at] = new
            case ("replace", new):
                kept.playlists.replace(ada, made, lanterns(*new), NOON)
                model = list(new)
            case (_, first, n, *_) if n < 1 or first >= len(model):
                with pytest.raises(OutOfPlaceError):
                    kept.playlists.remove(ada, made, NOON, first=first, n=n)
            case ("move", first, n, to):
                kept.playlists.move(ada, made, NOON, first=first, n=n, to=to)
                moved = model[first : first + n]
                del model[first : first + n]
                model[to:to] = moved
            case ("remove", first, n):
                kept.playlists.remove(ada, made, NOON, first=first, n=n)
                del model[first : first + n]
        assert letters(kept, made) == "".join(LETTERS[n] for n in model)


def test_who_edit_the_same_list_at_once_lose_nothing(kept: Store) -> None:
    with kept.writing() as writer:
        ada = writer.listener("Ada")
    made = kept.playlists.make(ada, "Rain", lanterns(25), NOON)
    with ThreadPoolExecutor(4) as pool:
        for done in [
            pool.submit(kept.playlists.add, ada, made, lanterns(n), NOON, place=0) for n in range(20)
        ]:
            done.result()
    assert sorted(letters(kept, made)) == sorted("abcdefghijklmnopqrstz")
    assert letters(kept, made)[-1] == "z"
