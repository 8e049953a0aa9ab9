from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.listening.listens import Ending, Listen, Origin, UnixMs
from earmark.music.items import Chapter, Episode, Track
from earmark.sources import checks
from earmark.sources.batch import Batch
from earmark.sources.checks import window
from earmark.sources.files import SourceFile
from earmark.sources.json_rows import CUT_OFF
from earmark.sources.spotify_extended import Items, read_extended

Memory = Callable[[str, bytes | str], SourceFile]
Join = Callable[[Iterable[Batch]], Batch]

NAME = "Streaming_History_Audio_2019_1.json"
PHONE = "Android OS 9 API 28"
ENDED = 1_552_588_205_000  # 2019-03-14T18:30:05Z
SONG = Track("The Hollow Pines", "Lantern Street", "Low Water", "spotify:track:0aaaaaaaaaaaaaaaaaaaaa")


def row(**changes: Any) -> dict[str, Any]:
    """A row as Spotify writes it, of a play that ran to its end."""
    return {
        "ts": "2019-03-14T18:30:05Z",
        "username": "somebody",
        "platform": PHONE,
        "ms_played": 200_000,
        "conn_country": "DK",
        "ip_addr_decrypted": "198.51.100.7",
        "user_agent_decrypted": "unknown",
        "master_metadata_track_name": SONG.title,
        "master_metadata_album_artist_name": SONG.artist,
        "master_metadata_album_album_name": SONG.release,
        "spotify_track_uri": SONG.uri,
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": None,
        "offline": False,
        "offline_timestamp": 0,
        "incognito_mode": False,
    } | changes


NO_SONG = {
    "master_metadata_track_name": None,
    "master_metadata_album_artist_name": None,
    "master_metadata_album_album_name": None,
    "spotify_track_uri": None,
}


@pytest.fixture
def read(memory: Memory, join: Join, now: UnixMs) -> Callable[..., Batch]:
    def read_rows(*rows: dict[str, Any]) -> Batch:
        return join(read_extended(memory(NAME, json.dumps(rows)), window(now), Items()))

    return read_rows


def test_a_play_began_as_long_before_ts_as_it_lasted(read: Callable[..., Batch]) -> None:
    batch = read(row())
    assert batch.listens == [Listen(SONG, UnixMs(ENDED - 200_000), 200_000, Ending.COMPLETED, device=PHONE)]
    assert (batch.origin, batch.rows, batch.skipped) == (Origin("spotify-extended", 1_000), 1, [])


@pytest.mark.parametrize(
    ("reason", "skipped", "ending"),
    [
        ("trackdone", None, Ending.COMPLETED),
        ("trackdone", True, Ending.COMPLETED),
        ("fwdbtn", None, Ending.SKIPPED),
        ("backbtn", False, Ending.SKIPPED),
        ("clickrow", None, Ending.SKIPPED),
        ("endplay", False, Ending.STOPPED),
        ("endplay", True, Ending.SKIPPED),
        ("logout", None, Ending.STOPPED),
        ("unknown", None, Ending.UNKNOWN),
        ("none", None, Ending.UNKNOWN),
        ("none", 1, Ending.SKIPPED),
        ("", None, Ending.UNKNOWN),
        (None, None, Ending.UNKNOWN),
        ("a reason of next year", False, Ending.UNKNOWN),
    ],
)
def test_endings(
    read: Callable[..., Batch], reason: str | None, skipped: bool | None, ending: Ending
) -> None:
    assert read(row(reason_end=reason, skipped=skipped)).listens[0].ending is ending


def test_incognito_plays_are_private(read: Callable[..., Batch]) -> None:
    private = [listen.private for listen in read(row(incognito_mode=True), row(incognito_mode=None)).listens]
    assert private == [True, False]


def test_podcasts_and_audiobooks(read: Callable[..., Batch]) -> None:
    episode = {
        "episode_name": "On Tides",
        "episode_show_name": "Shorelines",
        "spotify_episode_uri": "spotify:episode:1",
    }
    chapter = {
        "audiobook_title": "The Ferry",
        "audiobook_uri": "spotify:show:2",
        "audiobook_chapter_title": "Two",
        "audiobook_chapter_uri": "spotify:episode:3",
    }
    batch = read(
        row(**NO_SONG, **episode), row(**NO_SONG | chapter), row(**NO_SONG, audiobook_title="The Ferry")
    )
    assert [listen.item for listen in batch.listens] == [
        Episode("Shorelines", "On Tides", "spotify:episode:1"),
        Chapter("The Ferry", "Two", "spotify:episode:3"),
        Chapter("The Ferry", "The Ferry"),
    ]


BEGAN = ENDED - 200_000


@pytest.mark.parametrize(
    ("offline", "stamp", "started_at"),
    [
        (True, BEGAN // 1_000 - 7_200, BEGAN - 7_200_000),  # seconds, as now
        (True, BEGAN - 7_200_000, BEGAN - 7_200_000),  # milliseconds, as in the endsong years
        (True, float(BEGAN // 1_000 - 7_200), BEGAN - 7_200_000),
        (True, str(BEGAN // 1_000 - 7_200), BEGAN - 7_200_000),
        (True, BEGAN // 1_000 - 60, BEGAN),  # a pause, not an upload
        (True, BEGAN // 1_000 + 60, BEGAN),
        (True, BEGAN // 1_000 - 40 * 86_400, BEGAN),  # longer than a device may stay offline
        (True, 0, BEGAN),
        (True, None, BEGAN),
        (True, "never", BEGAN),
        (True, 10**400, None),
        (False, BEGAN // 1_000 - 7_200, BEGAN),
        (None, BEGAN // 1_000 - 7_200, BEGAN),
    ],
)
def test_offline_plays_began_when_the_device_says(
    read: Callable[..., Batch], offline: bool | None, stamp: Any, started_at: int | None
) -> None:
    batch = read(row(offline=offline, offline_timestamp=stamp))
    assert [listen.started_at for listen in batch.listens] == [BEGAN if started_at is None else started_at]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"ts": None}, checks.NO_DATE),
        ({"ts": "yesterday"}, checks.UNREADABLE_DATE),
        ({"ts": "1999-03-14T18:30:05Z"}, checks.TOO_EARLY),
        ({"ts": "2055-03-14T18:30:05Z"}, checks.TOO_LATE),
        ({"ms_played": None}, checks.NO_LENGTH),
        ({"ms_played": -5}, checks.NEGATIVE_LENGTH),
        ({"ms_played": 86_400_001}, checks.TOO_LONG_PLAY),
        ({"master_metadata_album_artist_name": None}, checks.NO_ARTIST),
        ({"master_metadata_track_name": "x" * 10_000}, checks.TITLE_TOO_LONG),
        (NO_SONG, checks.NO_TITLE),
    ],
)
def test_rows_that_cannot_be_used(read: Callable[..., Batch], changes: dict[str, Any], cause: str) -> None:
    batch = read(row(), row(**changes), row())
    assert len(batch.listens) == 2
    assert [(skip.file, skip.row, skip.cause) for skip in batch.skipped] == [(NAME, 2, cause)]
    assert batch.rows == 3


def test_an_instant_skip_is_kept(read: Callable[..., Batch]) -> None:
    assert read(row(ms_played=0, reason_end="fwdbtn")).listens == [
        Listen(SONG, UnixMs(ENDED), 0, Ending.SKIPPED, device=PHONE)
    ]


def test_whole_milliseconds_written_as_a_fraction(read: Callable[..., Batch]) -> None:
    assert read(row(ms_played=200_000.0)).listens == read(row()).listens


def test_addresses_never_leave_the_file(read: Callable[..., Batch]) -> None:
    bad = row(ts=None, ip_addr="198.51.100.7"), row(ms_played="?", ip_addr="198.51.100.7")
    assert "198.51.100" not in repr(read(row(ip_addr="198.51.100.7"), *bad))


def test_the_same_track_is_one_object(read: Callable[..., Batch]) -> None:
    first, second = read(row(), row(ts="2019-03-15T18:30:05Z")).listens
    assert first.item is second.item


plays = st.lists(
    st.builds(
        lambda ms, title, done: row(ms_played=ms, master_metadata_track_name=title, skipped=done),
        st.integers(-5, 400_000),
        st.none() | st.text(max_size=8),
        st.none() | st.booleans(),
    ),
    max_size=6,
)


@given(rows=plays, cut=st.integers(0, 10_000), indent=st.none() | st.just(2))
def test_a_file_cut_anywhere_gives_its_first_plays(
    memory: Memory, join: Join, now: UnixMs, rows: list[dict[str, Any]], cut: int, indent: int | None
) -> None:
    data = json.dumps(rows, indent=indent).encode()
    whole = join(read_extended(memory(NAME, data), window(now), Items()))
    part = join(read_extended(memory(NAME, data[: cut % len(data)]), window(now), Items()))
    assert whole.rows == len(rows) == len(whole.listens) + len(whole.skipped)
    assert part.listens == whole.listens[: len(part.listens)]
    assert part.rows == len(part.listens) + len(part.skipped)
    assert (part.skipped[-1].cause, part.skipped[-1].row) == (CUT_OFF, part.rows)
    assert part.skipped[:-1] == whole.skipped[: len(part.skipped) - 1]


def test_a_long_file_comes_in_batches_that_add_up(memory: Memory, now: UnixMs) -> None:
    file = memory(NAME, json.dumps([row()] * 20_000))
    batches = list(read_extended(file, window(now), Items()))
    assert len(batches) > 1
    assert all(batch.rows <= 65_536 for batch in batches)
    assert sum(batch.rows for batch in batches) == sum(len(batch.listens) for batch in batches) == 20_000
    assert sum(batch.bytes_read for batch in batches) == file.size
