"""Tracks, songs and artists by id and exact name, whatever database keeps them."""

from __future__ import annotations

import pytest

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Episode, Track
from earmark.store.port import EditionRecord, EntryRecord, ItemId, ListenerId, SongId, Store

NOON = UnixMs(1_700_000_000_000)
PLAYED = Track("Velvet Harbour", "Lantern", "Lamps", "https://there/1", 200_000)


@pytest.fixture
def ada(store: Store) -> ListenerId:
    with store.writing() as writer:
        return writer.listener("Ada")


def item_of(store: Store, track: Track) -> tuple[ItemId, SongId]:
    with store.writing() as writer:
        return writer.items([track])[0]


def test_a_track_is_told_with_its_song_and_artist(store: Store, ada: ListenerId) -> None:
    item, song = item_of(store, PLAYED)
    with store.writing() as writer:
        writer.add_listens([ada], [Listen(Episode("Signal", "One"), NOON)], Origin("phone"))
    spoken = store.pages.listens(ada, after=UnixMs(0), before=UnixMs(NOON + 1), n=1)[0].item
    (found,) = store.tracks.tracks([spoken, item, ItemId(item + 1_000)]).values()
    assert (found.item, found.song, found.artist_name, found.title) == (
        item,
        song,
        "Velvet Harbour",
        "Lantern",
    )
    assert (found.release, found.uri, found.duration_ms) == ("Lamps", "https://there/1", 200_000)
    assert store.tracks.artist_named("velvet harbour") == found.artist
    assert store.tracks.artist_named("Nobody") is None


def test_versions_of_a_song_are_told_together(store: Store) -> None:
    item, song = item_of(store, PLAYED)
    live, same = item_of(store, Track("Velvet Harbour", "Lantern (Live)"))
    assert same == song
    assert [one.item for one in store.tracks.versions([song])[song]] == [item, live]


@pytest.mark.parametrize("how", ["played", "judged", "listed", "given"])
def test_what_a_listener_has_to_do_with(store: Store, ada: ListenerId, how: str) -> None:
    item, song = item_of(store, PLAYED)
    record = store.tracks.tracks([item])[item]
    with store.writing() as writer:
        bo = writer.listener("Bo")
    assert not store.tracks.concerns(ada, song=song)
    assert not store.tracks.concerns(ada, artist=record.artist)
    with store.writing() as writer:
        match how:
            case "played":
                writer.add_listens([ada], [Listen(PLAYED, NOON, private=True)], Origin("phone"))
            case "judged":
                writer.add_feedback(ada, [Feedback(Verdict.HIDE, PLAYED)])
            case "listed":
                writer.add_playlists([Playlist("Mine", (PLAYED,))], owner=ada)
            case "given":
                entry = EntryRecord(item, song, "{}")
                writer.add_editions([EditionRecord(ada, "weekly", "2026-W01", NOON, "b", False, (entry,))])
    assert store.tracks.concerns(ada, song=song)
    assert store.tracks.concerns(ada, artist=record.artist)
    assert not store.tracks.concerns(bo, song=song)
    assert not store.tracks.concerns(bo, artist=record.artist)


def test_a_verdict_on_an_artist_concerns_who_gave_it(store: Store, ada: ListenerId) -> None:
    with store.writing() as writer:
        writer.add_feedback(ada, [Feedback(Verdict.HATE, artist="Loud")])
    loud = store.tracks.artist_named("Loud")
    assert loud is not None
    assert store.tracks.concerns(ada, artist=loud)
    with pytest.raises(ValueError, match="either a song or an artist"):
        store.tracks.concerns(ada)
