from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Ending, Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Chapter, Episode, Track
from earmark.sources import checks
from earmark.sources.batch import Batch
from earmark.sources.checks import NO_TRACKS, window
from earmark.sources.files import SourceFile
from earmark.sources.json_rows import CUT_OFF, UNEXPECTED
from earmark.sources.spotify_account import read_library, read_playlists, read_plays

Memory = Callable[[str, bytes | str], SourceFile]
Join = Callable[[Iterable[Batch]], Batch]

SONG = {"endTime": "2023-05-06 07:08", "artistName": "Vera Lind", "trackName": "Copper", "msPlayed": 65_000}
ENDED = 1_683_356_880_000


@pytest.fixture
def plays(memory: Memory, join: Join, now: UnixMs) -> Callable[..., Batch]:
    def read(*rows: dict[str, Any]) -> Batch:
        return join(read_plays(memory("StreamingHistory_music_0.json", json.dumps(rows)), window(now)))

    return read


def test_a_play_to_the_minute_in_utc(plays: Callable[..., Batch]) -> None:
    batch = plays(SONG)
    expected = Listen(Track("Vera Lind", "Copper"), UnixMs(ENDED - 65_000), 65_000, Ending.UNKNOWN)
    assert (batch.listens, batch.origin) == ([expected], Origin("spotify-account", 60_000))


def test_podcasts_and_audiobooks_mixed_in(plays: Callable[..., Batch]) -> None:
    when = {"endTime": "2023-05-06 07:08", "msPlayed": 1}
    batch = plays(
        when | {"podcastName": "Shorelines", "episodeName": "On Tides"},
        when | {"audiobookName": "The Ferry", "chapterName": "Two", "authorName": "A. Quill"},
        when | {"audiobookName": "The Ferry"},
    )
    assert [listen.item for listen in batch.listens] == [
        Episode("Shorelines", "On Tides"),
        Chapter("The Ferry", "Two"),
        Chapter("The Ferry", "The Ferry"),
    ]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"endTime": None}, checks.NO_DATE),
        ({"endTime": "06/05/2023"}, checks.UNREADABLE_DATE),
        ({"msPlayed": -1}, checks.NEGATIVE_LENGTH),
        ({"msPlayed": "long"}, UNEXPECTED),
        ({"artistName": "Unknown Artist"}, checks.NO_ARTIST),
        ({"trackName": "Unknown Track"}, checks.NO_TITLE),
        ({"trackName": ""}, checks.NO_TITLE),
    ],
)
def test_rows_that_cannot_be_used(plays: Callable[..., Batch], changes: dict[str, Any], cause: str) -> None:
    batch = plays(SONG, SONG | changes, SONG)
    assert (len(batch.listens), batch.rows) == (2, 3)
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [(2, cause)]


def item(title: str | None = "Copper", **changes: Any) -> dict[str, Any]:
    track = {"trackName": title, "artistName": "Vera Lind", "albumName": "Ore", "trackUri": "spotify:track:1"}
    return {
        "track": track,
        "episode": None,
        "audiobook": None,
        "localTrack": None,
        "addedDate": "2023-01-01",
    } | changes


COPPER = Track("Vera Lind", "Copper", "Ore", "spotify:track:1")


def playlists(memory: Memory, join: Join, text: str) -> Batch:
    return join(read_playlists(memory("Playlist1.json", text)))


def test_playlists(memory: Memory, join: Join) -> None:
    local = {"uri": "spotify:local:The+Hollow+Pines::Lantern+Street%21:187"}
    episode = {"episodeName": "On Tides", "showName": "Shorelines"}
    lists = [
        {
            "name": " Morning ",
            "lastModifiedDate": "2023-02-02",
            "items": [
                item(),
                item(track=None, localTrack=local),
                item(track=None, episode=episode),
                item(None),
            ],
            "numberOfFollowers": 3,
        },
        {"name": "Only talk", "items": [item(track=None, episode=episode)], "numberOfFollowers": 0},
        {"name": None, "items": [item(), "?"]},
        7,
    ]
    batch = playlists(memory, join, json.dumps({"playlists": lists, "something": "new"}))
    local_track = Track("The Hollow Pines", "Lantern Street!", duration_ms=187_000)
    assert batch.playlists == [
        Playlist("Morning", (COPPER, local_track), 3),
        Playlist("Playlist 3", (COPPER,)),
    ]
    assert batch.rows == 4
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [
        (1, checks.NO_TITLE),
        (2, NO_TRACKS),
        (3, UNEXPECTED),
        (4, UNEXPECTED),
    ]


@given(cut=st.integers(0, 5_000))
def test_playlists_cut_anywhere_keep_what_was_whole(memory: Memory, join: Join, cut: int) -> None:
    lists = [{"name": f"List {n}", "items": [item(f"Song {k}") for k in range(3)]} for n in range(3)]
    data = json.dumps({"playlists": lists})
    whole = playlists(memory, join, data).playlists
    part = playlists(memory, join, data[: cut % len(data)])
    assert len(whole) == 3
    for kept, full in zip(part.playlists, whole, strict=False):
        assert kept.name == full.name
        assert kept.tracks == full.tracks[: len(kept.tracks)]
    assert sum(skip.cause == CUT_OFF for skip in part.skipped) == 1


def test_a_playlist_file_of_another_shape(memory: Memory, join: Join) -> None:
    with pytest.raises(UnreadableInputError, match=r"Playlist1\.json does not have the expected shape"):
        playlists(memory, join, '{"playlists": "none"}')


def test_the_library(memory: Memory, join: Join) -> None:
    saved = {"artist": "Vera Lind", "album": "Ore", "track": "Copper", "uri": "spotify:track:1"}
    library = {
        "tracks": [saved, saved | {"artist": None}],
        "albums": [{"artist": "Vera Lind", "album": "Ore", "uri": "spotify:album:1"}],
        "bannedTracks": [saved],
        "artists": [{"name": "Vera Lind", "uri": "spotify:artist:1"}],
        "bannedArtists": [{"name": "Static Choir", "uri": "spotify:artist:2"}, {"uri": "spotify:artist:3"}],
        "other": ["spotify:local:x"],
    }
    batch = join(read_library(memory("YourLibrary.json", json.dumps(library))))
    assert batch.feedback == [
        Feedback(Verdict.SAVE, COPPER),
        Feedback(Verdict.HIDE, COPPER),
        Feedback(Verdict.HIDE, artist="Static Choir"),
    ]
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [
        (2, checks.NO_ARTIST),
        (5, checks.NO_ARTIST),
    ]
    assert batch.rows == 5
