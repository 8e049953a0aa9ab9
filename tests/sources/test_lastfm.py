from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.sources import checks
from earmark.sources.batch import Batch
from earmark.sources.files import SourceFile
from earmark.sources.json_rows import CUT_OFF, UNEXPECTED
from earmark.sources.lastfm import NOW_PLAYING, read, recognises

Memory = Callable[[str, bytes | str], SourceFile]
Join = Callable[[Iterable[Batch]], Batch]

T = 1_489_341_000  # 2017-03-12 17:50:00 UTC
COPPER = Listen(Track("Vera Lind", "Copper", "Ore"), UnixMs(T * 1_000))

WITH_HEADER = (
    "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
    f'"{T}","12 Mar 2017, 17:50","Vera Lind","","Ore","","Copper",""\n'
)
HEADERLESS = 'Vera Lind,Ore,Copper,"12 Mar 2017 17:50"\n'


def scrobble(title: str = "Copper", **changes: Any) -> dict[str, Any]:
    return {
        "artist": {"mbid": "", "#text": "Vera Lind"},
        "streamable": "0",
        "image": [{"size": "small", "#text": "https://example.org/1.png"}],
        "mbid": "",
        "album": {"mbid": "", "#text": "Ore"},
        "name": title,
        "url": "https://example.org/",
        "date": {"uts": str(T), "#text": "12 Mar 2017, 17:50"},
    } | changes


SHAPES = {
    "pages": [{"track": [scrobble()], "@attr": {"page": "1"}}],
    "flat": [scrobble()],
    "plain": [{"artist": "Vera Lind", "album": "Ore", "track": "Copper", "timestamp": T * 1_000}],
    "dated": [{"track": "Copper", "artist": "Vera Lind", "album": "Ore", "date": T}],
    "answer": {"recenttracks": {"track": [scrobble()], "@attr": {"user": "x", "page": "1"}}},
    "answers": [{"recenttracks": {"track": [scrobble()]}}],
}


@pytest.fixture
def lastfm(memory: Memory, join: Join, now: UnixMs) -> Callable[[str | bytes], Batch]:
    return lambda text: join(read([memory("scrobbles", text)], now))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("indent", [None, 2])
def test_json_in_its_shapes(lastfm: Callable[[str], Batch], shape: str, indent: int | None) -> None:
    text = json.dumps(SHAPES[shape], indent=indent)
    assert recognises("x.json", text.encode())
    batch = lastfm(text)
    assert (batch.listens, batch.rows, batch.skipped) == ([COPPER], 1, [])
    assert batch.origin == Origin("lastfm", 1_000)


def test_tables_with_and_without_a_header(lastfm: Callable[[str], Batch]) -> None:
    for text, resolution_ms in ((WITH_HEADER, 1_000), (HEADERLESS, 60_000)):
        assert recognises("x.csv", text.encode())
        batch = lastfm(text)
        assert (batch.listens, batch.rows) == ([COPPER], 1)
        assert batch.origin == Origin("lastfm", resolution_ms)


def test_a_header_without_unix_time(lastfm: Callable[[str], Batch]) -> None:
    batch = lastfm("Artist;Album;Track;Date\nVera Lind;Ore;Copper;12 Mar 2017 17:50\n")
    assert (batch.listens, batch.origin.resolution_ms) == ([COPPER], 60_000)


def test_what_plays_now_has_no_date_and_is_left_out(lastfm: Callable[[str], Batch]) -> None:
    playing = scrobble(**{"@attr": {"nowplaying": "true"}})
    del playing["date"]
    batch = lastfm(
        json.dumps([{"track": [playing, scrobble()]}, {"track": [scrobble("Tin", artist=None), 5]}])
    )
    assert batch.listens == [COPPER]
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [
        (1, NOW_PLAYING),
        (3, checks.NO_ARTIST),
        (4, UNEXPECTED),
    ]
    assert batch.rows == 4


def test_the_year_1970_of_a_player_without_a_clock(lastfm: Callable[[str], Batch]) -> None:
    batch = lastfm(json.dumps([scrobble(date={"uts": "0", "#text": "01 Jan 1970, 00:00"})]))
    assert [skip.cause for skip in batch.skipped] == [checks.TOO_EARLY]


@given(
    shape=st.sampled_from(["pages", "flat", "answer"]),
    cut=st.integers(0, 9_000),
    indent=st.none() | st.just(1),
)
def test_a_file_cut_anywhere_gives_its_first_plays(
    memory: Memory, join: Join, now: UnixMs, shape: str, cut: int, indent: int | None
) -> None:
    plays = [scrobble(f"Song {n}") for n in range(6)]
    shaped: Any = {
        "pages": [{"track": plays[:3]}, {"track": plays[3:]}],
        "flat": plays,
        "answer": {"recenttracks": {"track": plays}},
    }[shape]
    data = json.dumps(shaped, indent=indent)
    whole = join(read([memory("a.json", data)], now))
    part = join(read([memory("a.json", data[: cut % len(data)])], now))
    assert len(whole.listens) == 6
    assert part.listens == whole.listens[: len(part.listens)]
    assert len(part.listens) >= data[: cut % len(data)].count("17:50") - 1
    assert [(skip.row, skip.cause) for skip in part.skipped] == [(len(part.listens) + 1, CUT_OFF)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b,c\n1,2,3",
        '[{"listened_at": 1, "track_metadata": {"artist_name": "x"}}]',
        '[{"ts": "x", "ms_played": 1}]',
        '{"playlists": [{"name": "x", "items": [{"track": {"artist": 1}}], "date": 1}]}',
    ],
)
def test_other_files(text: str) -> None:
    assert not recognises("x", text.encode())
