from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.sources import checks
from earmark.sources.batch import Batch
from earmark.sources.files import SourceFile
from earmark.sources.json_rows import CUT_OFF
from earmark.sources.listenbrainz import NO_VERDICT, UNKNOWN_RECORDING, read, recognises

Memory = Callable[[str, bytes | str], SourceFile]
Join = Callable[[Iterable[Batch]], Batch]

T = 1_600_000_000
MBID = "5b0c0d6e-0000-4000-8000-000000000001"
MSID = "5b0c0d6e-0000-4000-8000-000000000002"


def listen(info: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    metadata = {
        "artist_name": "Vera Lind",
        "track_name": "Copper",
        "release_name": "Ore",
        "recording_msid": MSID,
        "additional_info": info or {},
        "mbid_mapping": {"recording_mbid": MBID, "artists": []},
    }
    return {"listened_at": T, "inserted_at": T + 9, "track_metadata": metadata} | changes


def lines(*rows: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


@pytest.fixture
def brainz(memory: Memory, join: Join, now: UnixMs) -> Callable[..., Batch]:
    return lambda **files: join(
        read([memory(name.replace("_", "/") + ".jsonl", text) for name, text in files.items()], now)
    )


def test_a_listen_began_at_listened_at(brainz: Callable[..., Batch]) -> None:
    batch = brainz(listens_2020_9=lines(listen()))
    assert batch.listens == [Listen(Track("Vera Lind", "Copper", "Ore"), UnixMs(T * 1_000))]
    assert batch.origin == Origin("listenbrainz", 1_000)


@pytest.mark.parametrize(
    ("info", "duration_ms", "ms_played"),
    [
        ({"duration_ms": 180_000}, 180_000, None),
        ({"duration": 180}, 180_000, None),
        ({"duration": "180.5"}, 180_500, None),
        ({"duration_ms": ["?"], "duration": {}}, None, None),
        ({"ms_played": 65_000}, None, 65_000),
        ({"duration_played": 65}, None, 65_000),
        ({"duration_played": 65_000}, None, 65_000),
        ({"duration_played": True}, None, None),
    ],
)
def test_lengths(
    brainz: Callable[..., Batch], info: Any, duration_ms: int | None, ms_played: int | None
) -> None:
    found = brainz(a=lines(listen(info))).listens[0]
    assert (found.item.duration_ms, found.ms_played) == (duration_ms, ms_played)


@pytest.mark.parametrize(
    ("info", "uri"),
    [
        ({"spotify_id": "https://open.spotify.com/track/" + "0a" * 11}, "spotify:track:" + "0a" * 11),
        ({"recording_mbid": MBID}, f"https://musicbrainz.org/recording/{MBID}"),
        ({"spotify_id": 5, "recording_mbid": []}, None),
    ],
)
def test_addresses(brainz: Callable[..., Batch], info: dict[str, Any], uri: str | None) -> None:
    assert brainz(a=lines(listen(info))).listens[0].item.uri == uri


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"listened_at": None}, checks.NO_DATE),
        ({"listened_at": 5}, checks.TOO_EARLY),
        ({"track_metadata": None}, checks.NO_TITLE),
        ({"track_metadata": {"track_name": "x"}}, checks.NO_ARTIST),
    ],
)
def test_rows_that_cannot_be_used(brainz: Callable[..., Batch], changes: dict[str, Any], cause: str) -> None:
    batch = brainz(a=lines(listen(), listen(**changes), listen()))
    assert (len(batch.listens), [(skip.row, skip.cause) for skip in batch.skipped]) == (2, [(2, cause)])


def test_feedback_takes_its_words_from_the_listens(brainz: Callable[..., Batch]) -> None:
    named = {"artist_name": "The Hollow Pines", "track_name": "Ash"}
    batch = brainz(
        feedback=lines(
            {"recording_msid": MSID, "recording_mbid": None, "score": 1, "created": T},
            {"recording_mbid": MBID, "score": -1},
            {"recording_msid": "unheard", "score": 1},
            {"recording_msid": MSID, "score": 0},
            {"recording_msid": "x", "score": 1, "track_metadata": named},
        ),
        listens_2020_9=lines(listen()),
    )
    track = Track("Vera Lind", "Copper", "Ore")
    assert batch.feedback == [
        Feedback(Verdict.LOVE, track, at=UnixMs(T * 1_000)),
        Feedback(Verdict.HATE, track),
        Feedback(Verdict.LOVE, Track("The Hollow Pines", "Ash")),
    ]
    assert [(skip.row, skip.cause) for skip in batch.skipped] == [(3, UNKNOWN_RECORDING), (4, NO_VERDICT)]


def test_the_old_export_is_one_list(brainz: Callable[..., Batch]) -> None:
    assert brainz(a=json.dumps([listen(), listen()])).rows == 2


@given(cut=st.integers(0, 4_000), as_list=st.booleans())
def test_a_file_cut_anywhere_gives_its_first_listens(
    memory: Memory, join: Join, now: UnixMs, cut: int, as_list: bool
) -> None:
    rows = [listen(listened_at=T + n) for n in range(5)]
    data = json.dumps(rows) if as_list else lines(*rows)
    part = data[: cut % len(data)]
    name = "listens/2020/9.jsonl"
    found, whole = join(read([memory(name, part)], now)), join(read([memory(name, data)], now))
    assert found.listens == whole.listens[: len(found.listens)]
    assert [skip.cause for skip in found.skipped] in ([CUT_OFF], [])
    if as_list:
        assert [(skip.row, skip.cause) for skip in found.skipped] == [(len(found.listens) + 1, CUT_OFF)]


def test_its_own_files_and_others() -> None:
    assert recognises("lb.zip/listens/2020/9.jsonl", lines(listen()).encode())
    assert recognises("listens/2020/9.jsonl", b"")
    assert recognises("old.json", json.dumps([listen()]).encode())
    assert recognises("feedback.jsonl", b'{"recording_msid": "x", "score": 1}')
    assert recognises("user.json", b'{"user_id": 1, "username": "x"}')
    assert not recognises("user.json", b'{"name": "x"}')
    assert not recognises("a.csv", b"listened_at,track_metadata")
    assert not recognises("a.json", b'[{"ts": 1}]')
