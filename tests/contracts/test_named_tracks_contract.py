"""Tracks by what people call them, and what was said of them, whatever database keeps them."""

from __future__ import annotations

import pytest

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Episode, Track
from earmark.store.port import ItemId, SongId, Store

NOON = UnixMs(1_700_000_000_000)
URI = "https://musicbrainz.org/recording/ea124a4d-0b1c-4a5c-8e51-000000000001"
TRACKS = (
    Track("Velvet Harbour", "Lantern", "Lamps", duration_ms=200_000),
    Track("Velvet Harbour", "Lantern (Live)", uri=URI),
    Track("Emoji", "Sax", uri=URI),
    Track("Emoji", "Tuba", uri="spotify:track:1"),
)


@pytest.fixture
def known(store: Store) -> list[tuple[ItemId, SongId]]:
    with store.writing() as writer:
        found = writer.items(TRACKS)
        ada = writer.listener("Ada")
        writer.add_listens([ada], [Listen(Episode("Signal", "One", "feed:1"), NOON)], Origin("o"))
    return found


def test_tracks_are_found_by_uri(store: Store, known: list[tuple[ItemId, SongId]]) -> None:
    items = [item for item, _ in known]
    asked = [URI, "spotify:track:1", "feed:1", "nothing", URI]
    assert store.tracks.called(asked) == {URI: items[1], "spotify:track:1": items[3]}
    assert store.tracks.called([]) == {}


def test_tracks_are_told_in_words(store: Store, known: list[tuple[ItemId, SongId]]) -> None:
    item, song = known[0]
    spoken = store.scrobbles.page(store.find_listener("Ada").id, after=None, before=None, n=1)[0].item
    told = store.tracks.tracks([item, spoken, ItemId(99), item])
    assert list(told) == [item]
    one = told[item]
    assert (one.item, one.song, one.artist_name, one.title) == (item, song, "Velvet Harbour", "Lantern")
    assert (one.release, one.uri, one.duration_ms) == ("Lamps", None, 200_000)


def test_versions_are_told_by_song(store: Store, known: list[tuple[ItemId, SongId]]) -> None:
    lantern, sax = known[0][1], known[2][1]
    told = store.tracks.versions([sax, lantern, SongId(99), sax])
    assert {song: [one.title for one in versions] for song, versions in told.items()} == {
        lantern: ["Lantern", "Lantern (Live)"],
        sax: ["Sax"],
    }


def test_verdicts_are_told_by_song(store: Store, known: list[tuple[ItemId, SongId]]) -> None:
    lantern, sax, tuba = (known[n][1] for n in (0, 2, 3))
    with store.writing() as writer:
        ada, bo = writer.listener("Ada"), writer.listener("Bo")
        writer.add_feedback(
            ada,
            [
                Feedback(Verdict.LOVE, TRACKS[1], at=NOON),
                Feedback(Verdict.SAVE, TRACKS[3], at=NOON),
                Feedback(Verdict.HATE, artist="Emoji", at=NOON),
            ],
        )
        writer.add_feedback(bo, [Feedback(Verdict.HATE, TRACKS[2])])
    asked = [lantern, sax, tuba]
    assert store.tracks.verdicts(ada, asked, ("love", "hate")) == {lantern: ("love", NOON)}
    assert store.tracks.verdicts(ada, asked, ("save",)) == {tuba: ("save", NOON)}
    assert store.tracks.verdicts(bo, asked, ("love", "hate")) == {sax: ("hate", None)}
    assert store.tracks.verdicts(bo, [], ("love",)) == {}
