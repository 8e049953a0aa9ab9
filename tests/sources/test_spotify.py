from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest

from earmark.listening.listens import UnixMs
from earmark.sources.batch import Batch
from earmark.sources.files import SourceFile
from earmark.sources.json_rows import CUT_OFF
from earmark.sources.spotify import read, recognises

Memory = Callable[[str, bytes | str], SourceFile]
Join = Callable[[Iterable[Batch]], Batch]

EXTENDED = '[{"ts": "2019-03-14T18:30:05Z", "ms_played": 5, "master_metadata_track_name": "Copper",' + (
    ' "master_metadata_album_artist_name": "Vera Lind"}]'
)
ACCOUNT = '[{"endTime": "2023-05-06 07:08", "artistName": "Vera Lind", "trackName": "Ore", "msPlayed": 5}]'
LISTS = (
    '{"playlists": [{"name": "n", "items": [{"track": {"trackName": "Tin", "artistName": "Vera Lind"}}]}]}'
)
LIBRARY = '{"tracks": [{"artist": "Vera Lind", "album": "Ore", "track": "Zinc"}], "albums": []}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("my_spotify_data.zip/Streaming_History_Audio_2016-2018_1.json", EXTENDED),
        ("renamed by hand.json", EXTENDED),
        ("endsong_3.json", "[]"),
        ("Streaming_History_Video_2020.json", "[\n]"),
        ("Streaming_History_Audio_2020.json", ""),
        ("Streaming_History_Audio_2020.json", '[{"ts": "2'),
        ("StreamingHistory_music_0.json", ACCOUNT),
        ("StreamingHistory0.json", '[{"endT'),
        ("StreamingHistory_podcast_0.json", "[]"),
        ("Playlist1.json", LISTS),
        ("YourLibrary.json", LIBRARY),
    ],
)
def test_its_own_files(name: str, text: str) -> None:
    assert recognises(name, text.encode())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ReadMeFirst.pdf", "%PDF-1.4"),
        ("Userdata.json", '{"username": "x", "email": "y"}'),
        ("SearchQueries.json", '[{"platform": "x", "searchTime": "y"}]'),
        ("Streaming_History_Audio_2020.json", '[{"listened_at": 1, "track_metadata": {}}]'),
        ("listens.json", "[]"),
        ("Streaming_History_Audio_2020.json", "uts,artist,track"),
    ],
)
def test_other_files(name: str, text: str) -> None:
    assert not recognises(name, text.encode())


def test_each_file_is_read_as_what_it_is(memory: Memory, join: Join, now: UnixMs) -> None:
    batches = list(
        read(
            [
                memory("endsong_0.json", EXTENDED),
                memory("StreamingHistory0.json", ACCOUNT),
                memory("Playlist1.json", LISTS),
                memory("YourLibrary.json", LIBRARY),
                memory("endsong_1.json", ""),
            ],
            now,
        )
    )
    assert [batch.origin.name for batch in batches] == [
        "spotify-extended",
        *["spotify-account"] * 3,
        "spotify-extended",
    ]
    whole = join(batches)
    assert (len(whole.listens), len(whole.playlists), len(whole.feedback)) == (2, 1, 1)
    assert [(skip.file, skip.row, skip.cause) for skip in whole.skipped] == [("endsong_1.json", 1, CUT_OFF)]


def test_utf16_is_no_obstacle(memory: Memory, join: Join, now: UnixMs) -> None:
    rows = json.loads(EXTENDED)
    rows[0]["master_metadata_track_name"] = "Ærø"
    data = json.dumps(rows, ensure_ascii=False).encode("utf-16")
    whole = join(read([memory("endsong_0.json", data)], now))
    assert [getattr(listen.item, "title", None) for listen in whole.listens] == ["Ærø"]
