"""What clients ask of recordings, and of those around a listener."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.web.conftest import Served

from earmark.listening.playlists import Playlist
from earmark.music.items import Track

RECORDING = "https://musicbrainz.org/recording/"
MBID = "ea124a4d-0b1c-4a5c-8e51-000000000001"
LIVE = "ea124a4d-0b1c-4a5c-8e51-000000000002"
KNOWN = (
    Track("The Velvet Harbour", "Lantern", "Lamps", duration_ms=200_000),
    Track("The Velvet Harbour", "Lantern (Live)", "At Sea", uri=f"{RECORDING}{LIVE}"),
    Track("The Velvet Harbour", "Moth", "Lamps", uri=f"{RECORDING}{MBID}"),
)


@pytest.fixture
def known(served: Served) -> Served:
    with served.house.store.writing() as writer:
        for name in ("Ada", "Bo"):
            writer.add_playlists([Playlist("Known", KNOWN)], owner=writer.listener(name))
    return served


def ask(client: httpx.Client, artist: str, title: str, **more: Any) -> dict[str, Any]:
    answer = client.get(
        "/1/metadata/lookup/", params={"artist_name": artist, "recording_name": title, **more}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_a_recording_is_found_in_any_spelling(known: Served) -> None:
    with known.client() as client:
        moth = ask(client, "velvet harbour", "MOTH (2011 Remaster)")
        assert moth == {
            "artist_credit_name": "The Velvet Harbour",
            "artist_mbids": [],
            "recording_mbid": MBID,
            "recording_name": "Moth",
            "release_mbid": None,
            "release_name": "Lamps",
        }
        assert ask(client, "Velvet Harbour", "lantern")["recording_name"] == "Lantern"
        assert ask(client, "Velvet Harbour", "Lantern - Live")["recording_mbid"] == LIVE
        assert (
            ask(client, "Velvet Harbour", "Lantern (Demo)", release_name="at sea")["recording_mbid"] == LIVE
        )
        assert ask(client, "Velvet Harbour", "Lanterns") == {}
        assert client.get("/1/metadata/lookup?artist_name=x&recording_name=y").json() == {}
        for path in ("artist_name=x", "recording_name=x", "artist_name=%20&recording_name=x"):
            assert client.get(f"/1/metadata/lookup/?{path}").status_code == 400


def test_what_was_looked_up_can_be_loved_with_or_without_a_musicbrainz_id(known: Served) -> None:
    with known.client() as client:
        for title in ("Moth", "Lantern"):
            mbid = ask(client, "The Velvet Harbour", title)["recording_mbid"]
            answer = client.post("/1/feedback/recording-feedback", json={"recording_mbid": mbid, "score": 1})
            assert answer.json() == {"status": "ok"}
        found = client.get("/1/feedback/user/Ada/get-feedback?metadata=true").json()["feedback"]
        assert {one["track_metadata"]["track_name"] for one in found} == {"Moth", "Lantern"}


def test_several_are_looked_up_at_once(known: Served) -> None:
    asked = [{"artist_name": "Velvet Harbour", "recording_name": title} for title in ("Moth", "None")]
    with known.client() as client:
        first, second = client.post("/1/metadata/lookup/", json={"recordings": asked}).json()
        assert (first["recording_mbid"], first["index"], first["recording_name_arg"]) == (MBID, 0, "Moth")
        assert second == {
            "artist_name_arg": "Velvet Harbour",
            "recording_name_arg": "None",
            "release_name_arg": None,
            "index": 1,
        }
        for wrong in ([], asked * 26, [{"artist_name": "x"}], [{"artist_name": 1}]):
            assert client.post("/1/metadata/lookup/", json={"recordings": wrong}).status_code == 400


def test_recordings_are_described_by_id(known: Served) -> None:
    with known.client() as client:
        ours = ask(client, "Velvet Harbour", "Lantern")["recording_mbid"]
        told = client.get(
            "/1/metadata/recording/",
            params={"recording_mbids": f"{MBID}, {ours},{uuid4()}", "inc": "artist release tag"},
        ).json()
        assert set(told) == {MBID, ours}
        assert told[ours]["recording"] == {"name": "Lantern", "length": 200_000, "rels": []}
        assert told[MBID]["artist"]["name"] == "The Velvet Harbour"
        assert told[MBID]["release"]["name"] == "Lamps"
        assert told[MBID]["tag"] == {"artist": [], "recording": [], "release_group": []}
        bare = client.post("/1/metadata/recording/", json={"recording_mbids": [MBID]}).json()
        assert set(bare[MBID]) == {"recording"}
        full = ask(client, "Velvet Harbour", "Moth", metadata="true", inc="artist")
        assert set(full["metadata"]) == {"recording", "artist"}
        for wrong in ("", "?recording_mbids=x", f"?recording_mbids={MBID}&inc=lyrics"):
            assert client.get(f"/1/metadata/recording/{wrong}").status_code == 400
        assert client.post("/1/metadata/recording/", json={"recording_mbids": []}).status_code == 400


def test_what_was_said_of_certain_recordings_is_told(known: Served) -> None:
    with known.client() as client, known.client(known.bo) as bo:
        ours = ask(client, "Velvet Harbour", "Lantern")["recording_mbid"]
        client.post("/1/feedback/recording-feedback", json={"recording_mbid": MBID, "score": -1})
        client.post("/1/feedback/recording-feedback", json={"recording_msid": ours, "score": 1})
        path = "/1/feedback/user/Ada/get-feedback-for-recordings"
        unknown = str(uuid4())
        asked = {"recording_msids": ours, "recording_mbids": f"{MBID},{unknown}"}
        told = client.get(path, params=asked).json()["feedback"]
        assert [(one["recording_msid"], one["recording_mbid"], one["score"]) for one in told] == [
            (ours, None, 1),
            (None, MBID, -1),
            (None, unknown, 0),
        ]
        assert told[0]["created"] > 1_700_000_000
        assert told[2]["created"] is None
        many = client.post(path, json={"recording_msids": [ours], "recording_mbids": [MBID, unknown]})
        assert many.json()["feedback"] == told
        for wrong in ({}, {"recording_mbids": "x"}):
            assert client.get(path, params=wrong).status_code == 400
        assert bo.get(path, params=asked).status_code == 404
        one = f"/1/feedback/recording/{MBID}/get-feedback-mbid"
        hated = client.get(one).json()
        assert (hated["count"], hated["total_count"], hated["feedback"][0]["score"]) == (1, 1, -1)
        assert client.get(f"{one}?score=1").json()["feedback"] == []
        assert bo.get(one).json()["feedback"] == []
        assert client.get(f"/1/feedback/recording/{ours}/get-feedback").json()["feedback"][0]["score"] == 1
        assert client.get("/1/feedback/recording/x/get-feedback").status_code == 400


def test_nobody_is_followed_and_nobody_is_told_of_others(served: Served) -> None:
    with served.client() as client, served.client(served.bo) as bo:
        for path, answer in (
            ("following", {"following": [], "user": "Ada"}),
            ("followers", {"followers": [], "user": "Ada"}),
            ("similar-users", {"payload": []}),
            ("services", {"user_name": "Ada", "services": []}),
        ):
            assert client.get(f"/1/user/Ada/{path}").json() == answer
            assert bo.get(f"/1/user/Ada/{path}").status_code == 404
