"""What only somebody else has to do with is not there, by whatever name or number it is asked for."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
from tests.web.conftest import Served

SECRET = {"artist_name": "Quiet Harbour", "track_name": "Nobody Knows"}


def tell(client: httpx.Client, kind: str, metadata: dict[str, Any], **payload: Any) -> str:
    body = {"listen_type": kind, "payload": [{"track_metadata": metadata, **payload}]}
    answer = client.post("/1/submit-listens?return_msid=true", content=json.dumps(body))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["recording_msid"])


def test_anothers_track_has_no_words_and_takes_no_verdict(served: Served) -> None:
    with served.client() as ada, served.client(served.bo) as bo:
        msid = tell(ada, "single", SECRET, listened_at=int(time.time()) - 600)
        asked = {"recording_mbids": msid}
        lookup = {"artist_name": "Quiet Harbour", "recording_name": "Nobody Knows"}
        assert ada.get("/1/metadata/recording", params=asked).json()[msid]
        assert bo.get("/1/metadata/recording", params=asked).json() == {}
        assert ada.get("/1/metadata/lookup", params=lookup).json()["recording_name"] == "Nobody Knows"
        assert bo.get("/1/metadata/lookup", params=lookup).json() == {}
        love = {"recording_msid": msid, "score": 1}
        assert bo.post("/1/feedback/recording-feedback", json=love).status_code == 404
        public = {"https://musicbrainz.org/doc/jspf#playlist": {"public": False}}
        playlist = {"title": "Mine", "extension": public, "track": [{"identifier": [f"urn:uuid:{msid}"]}]}
        assert bo.post("/1/playlist/create", json={"playlist": playlist}).status_code == 404
        assert ada.post("/1/playlist/create", json={"playlist": playlist}).status_code == 200
        item = served.house.store.listens([served.house.store.find_listener("Ada").id])["song"].len()
        assert item == 1
        ours = {"title": "Mine", "tracks": [{"item": 1}]}
        assert ada.post("/api/v1/listeners/me/playlists", json=ours).status_code == 201
        assert bo.post("/api/v1/listeners/me/playlists", json=ours).status_code == 404


def test_what_sounds_now_may_be_loved_before_it_counts_as_played(served: Served) -> None:
    with served.client() as ada, served.client(served.bo) as bo:
        msid = tell(ada, "single", SECRET, listened_at=int(time.time()) - 600)
        assert tell(bo, "playing_now", SECRET) == msid
        love = {"recording_msid": msid, "score": 1}
        assert bo.post("/1/feedback/recording-feedback", json=love).status_code == 200
        told = bo.get("/1/feedback/user/Bo/get-feedback", params={"metadata": True}).json()["feedback"]
        assert told[0]["track_metadata"]["track_name"] == "Nobody Knows"
