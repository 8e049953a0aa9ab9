"""What players send, as they send it, and what must be refused."""

from __future__ import annotations

import json
import time
from contextlib import closing
from http.client import HTTPConnection
from threading import Event
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.web.conftest import Served

from earmark.web.listenbrainz.payload import MOST_BYTES

NOW = int(time.time())
WORDS = {"artist_name": "Velvet Harbour", "track_name": "Lantern"}


def single(at: int = NOW - 100, **metadata: Any) -> dict[str, Any]:
    return {"listen_type": "single", "payload": [{"listened_at": at, "track_metadata": WORDS | metadata}]}


def told(document: Any) -> str:
    return json.dumps(document)


@pytest.mark.parametrize("prefix", ["/1", "/api/listenbrainz/1"])
@pytest.mark.parametrize("scheme", ["Token", "token", "Bearer", "TOKEN"])
def test_players_write_the_address_and_the_scheme_as_they_like(
    served: Served, prefix: str, scheme: str
) -> None:
    with httpx.Client(base_url=served.url, headers={"authorization": f"{scheme} {served.ada}"}) as client:
        # Bytes carry no Content-Type.
        assert client.post(f"{prefix}/submit-listens", content=told(single()).encode()).json() == {
            "status": "ok"
        }
        assert client.get(f"{prefix}/validate-token").json()["user_name"] == "Ada"


def test_tokens_are_uuids_and_an_old_client_sends_them_in_the_address(served: Served) -> None:
    UUID(served.ada)
    with served.client("") as client:
        for token in (served.ada, served.ada.upper(), UUID(served.ada).hex):
            answer = client.get("/1/validate-token", params={"token": token})
            assert answer.json() == {
                "code": 200,
                "message": "Token valid.",
                "valid": True,
                "user_name": "Ada",
            }
        assert client.get("/1/validate-token").status_code == 400
        wrong = client.get("/1/validate-token", params={"token": "x"})
        assert (wrong.status_code, wrong.json()["valid"]) == (200, False)


def test_a_player_that_sends_null_or_more_than_we_know_is_understood(served: Served) -> None:
    info = {
        "media_player": "Player", "submission_client": "Client", "tracknumber": "4", "isrc": None,
        "artist_mbids": [], "recording_mbid": "", "release_mbid": None, "tags": ["dub", "techno"],
        "duration_ms": "215000", "something_new": {"deep": [1, 2, {"er": None}]},
    }  # fmt: skip
    with served.client() as client:
        answer = client.post(
            "/1/submit-listens", content=told(single(release_name=None, additional_info=info))
        )
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        (listen,) = client.get("/1/user/Ada/listens").json()["payload"]["listens"]
    assert "release_name" not in listen["track_metadata"]
    assert listen["track_metadata"]["additional_info"]["duration_ms"] == 215_000


def test_the_same_told_again_is_kept_once(served: Served) -> None:
    with served.client() as client:
        for document in (single(), single(), {"listen_type": "import", "payload": single()["payload"] * 3}):
            assert client.post("/1/submit-listens", content=told(document)).status_code == 200
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 1}}


def test_an_id_is_given_when_it_is_asked_for(served: Served) -> None:
    playing = {"listen_type": "playing_now", "payload": [{"track_metadata": WORDS}]}
    with served.client() as client:
        answers = [
            client.post("/1/submit-listens?return_msid=true", content=told(document)).json()
            for document in (playing, single())
        ]
        (listen,) = client.get("/1/user/Ada/listens").json()["payload"]["listens"]
    assert answers == [{"status": "ok", "recording_msid": listen["recording_msid"]}] * 2


@pytest.mark.parametrize("prefix", ["/1", "/api/listenbrainz/1"])
def test_the_short_way_is_as_lenient_and_as_strict_as_the_long_one(served: Served, prefix: str) -> None:
    path, body = f"{prefix}/submit-listens", told(single())
    with served.client() as client:
        assert client.post(f"{path}/?return_msid=No", content=body).json() == {"status": "ok"}
        assert "recording_msid" in client.post(f"{path}?return_msid=1", content=body).json()
        unclear = client.post(f"{path}?return_msid=perhaps", content=body)
        assert (unclear.status_code, unclear.json()["code"]) == (400, 400)
        assert "return_msid" in unclear.json()["error"]
        asked = client.get(path)
        assert (asked.status_code, asked.json()["code"], asked.headers["allow"]) == (405, 405, "POST")
        preflight = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
        assert client.options(path, headers=preflight).headers["access-control-allow-methods"]
        # What is asked by either way counts together.
        before = client.get(f"{prefix}/user/Ada/listen-count").headers["x-ratelimit-remaining"]
        after = client.post(path, content=body).headers["x-ratelimit-remaining"]
        assert int(after) in {int(before) - 1, 299}


def test_what_sounds_now_is_over_when_the_track_is(served: Served) -> None:
    with served.client() as client:
        for info, lasts in ({"duration": 200}, 200), ({"duration_ms": 90_000}, 90), ({}, 600):
            playing = {
                "listen_type": "playing_now",
                "payload": [{"track_metadata": WORDS | {"additional_info": info}}],
            }
            client.post("/1/submit-listens", content=told(playing))
            ada = served.house.store.find_listener("Ada").id
            for at, sounds in ((lasts - 5, True), (lasts + 5, False)):
                then = int(time.time() + at) * 1_000
                assert (served.house.store.scrobbles.playing(ada, then) is not None) == sounds  # type: ignore[arg-type]
        assert client.post("/1/playing-now/delete").json() == {"status": "ok"}
        assert client.get("/1/user/Ada/playing-now").json()["payload"]["count"] == 0


BAD: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "Cannot parse JSON"),
    "nothing": ("", "Cannot parse JSON"),
    "not UTF-8": (b"\xff\xfe", "Cannot parse JSON"),
    "deep": ('{"listen_type": "single", "payload": ' + "[" * 100_000, "Cannot parse JSON"),
    "deep in a listen": ('{"listen_type": "single", "payload": [{"x": ' + "[" * 100_000, "Cannot parse JSON"),
    "a list": ([], "listen_type and payload"),
    "no payload": ({"listen_type": "single"}, "listen_type and payload"),
    "another type": (single() | {"listen_type": "several"}, "valid listen_type"),
    "a type that is no word": (single() | {"listen_type": ["single"]}, "valid listen_type"),
    "payload no list": (single() | {"payload": {}}, "must be a list"),
    "none": (single() | {"payload": []}, "Exactly one listen"),
    "two singles": (single() | {"payload": single()["payload"] * 2}, "Exactly one listen"),
    "1,001": ({"listen_type": "import", "payload": single()["payload"] * 1_001}, "more than 1000"),
    "a large one": (single(x="y" * 10_240), "over 10240 bytes"),
    "no words": ({"listen_type": "single", "payload": [{"listened_at": NOW}]}, "track_metadata"),
    "no artist": (single(artist_name=""), "track_metadata.artist_name"),
    "an artist that is no word": (single(artist_name=["A"]), "track_metadata.artist_name"),
    "blank title": (single(track_name="  "), "track_metadata.track_name"),
    "a list of releases": (single(release_name=["A"]), "release_name must be a single string"),
    "NUL": (single(track_name="a\0b"), "NUL"),
    "no date": ({"listen_type": "single", "payload": [{"track_metadata": WORDS}]}, "listened_at"),
    "a date in words": (single("yesterday"), "listened_at"),  # type: ignore[arg-type]
    "a date that is true": (single(True), "listened_at"),
    "before scrobbling": (single(1_033_430_399), "too low"),
    "tomorrow": (single(NOW + 86_400), "too high"),
    "beyond all calendars": (single(10**30), "too high"),
    "both durations": (single(additional_info={"duration": 1, "duration_ms": 1_000}), "both duration"),
    "no length": (single(additional_info={"duration": 0}), "duration must be a positive"),
    "a month": (single(additional_info={"duration": 30 * 86_400}), "duration must be a positive"),
    "a listen that is none": (single() | {"payload": [5]}, "payload"),
    "words a list": (single() | {"payload": [{"track_metadata": []}]}, "track_metadata"),
    "info a list": (single(additional_info=[]), "additional_info"),
    "many tags": (single(additional_info={"tags": ["x"] * 51}), "at most 50"),
    "a long tag": (single(additional_info={"tags": ["x" * 65]}), "at most 64"),
    "no MBID": (single(additional_info={"recording_mbid": "x"}), "recording_mbid is not a valid"),
    "an MBID that is a number": (single(additional_info={"track_mbid": 0}), "track_mbid is not a valid"),
    "no MBIDs": (single(additional_info={"artist_mbids": ["x"]}), "artist_mbids is not a valid"),
    "an endless title": (single(track_name="x" * 5_000), "title longer than"),
    "now with a date": (
        {"listen_type": "playing_now", "payload": single()["payload"]}, "listened_at must not be there"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_does_not_fit_is_said_and_nothing_is_stored(served: Served, what: str) -> None:
    document, message = BAD[what]
    content = document if isinstance(document, str | bytes) else told(document)
    with served.client() as client:
        answer = client.post("/1/submit-listens", content=content)
        assert answer.status_code == 400
        assert answer.json()["code"] == 400
        assert message in answer.json()["error"]
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 0}}


def test_a_body_without_end_is_not_read_to_the_end(served: Served) -> None:
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while sent < 5 * MOST_BYTES:
            sent += 1 << 20
            yield b" " * (1 << 20)

    with served.client() as client:
        announced = client.post("/1/submit-listens", content=b" " * (MOST_BYTES + 1))
        assert (announced.status_code, announced.json()["code"]) == (413, 413)
        try:
            assert client.post("/1/submit-listens", content=endless()).status_code == 413
        except httpx.TransportError:
            # The connection may be closed before the client has read why.
            assert sent < 5 * MOST_BYTES


def test_nobody_is_told_of_others(served: Served) -> None:
    with served.client() as ada, served.client(served.bo) as bo, served.client("") as nobody:
        ada.post("/1/submit-listens", content=told(single()))
        for path in (
            "user/Ada/listens", "user/Ada/listen-count", "user/Ada/playing-now", "latest-import?user_name=Ada",
            "feedback/user/Ada/get-feedback", "stats/user/Ada/artists", "stats/user/Ada/daily-activity",
            "cf/recommendation/user/Ada/recording",
        ):  # fmt: skip
            mine, theirs, open_to_all = (client.get(f"/1/{path}") for client in (ada, bo, nobody))
            assert mine.status_code in (200, 204), path
            assert (theirs.status_code, theirs.json()) == (
                404,
                {"code": 404, "error": "Cannot find user: Ada"},
            ), path
            assert (open_to_all.status_code, open_to_all.json()["code"]) == (401, 401), path
        assert bo.get("/1/user/Nobody/listens").json()["error"] == "Cannot find user: Nobody"
        # Bo cannot take back what Ada played.
        (listen,) = ada.get("/1/user/Ada/listens").json()["payload"]["listens"]
        gone = {"listened_at": listen["listened_at"], "recording_msid": listen["recording_msid"]}
        assert bo.post("/1/delete-listen", content=told(gone)).status_code == 200
        assert ada.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 1}}


def test_a_revoked_token_opens_nothing(served: Served) -> None:
    with served.client() as client:
        assert client.get("/1/user/Ada/listen-count").status_code == 200
        people = served.house.store.people
        account = people.find("Ada")
        assert account
        people.revoke(account.listener, "player")
        until = time.monotonic() + 5
        while (answer := client.get("/1/user/Ada/listen-count")).status_code == 200:
            assert time.monotonic() < until
            Event().wait(0.1)
        assert answer.status_code == 401


def test_how_often_one_may_ask_is_told_and_plays_are_never_refused(served: Served) -> None:
    with served.client() as client:
        answers = [client.get("/1/user/Ada/playing-now") for _ in range(620)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert refused[0].json()["code"] == 429
        # A client that shows the names as they were sent.
        with closing(HTTPConnection(served.url.removeprefix("http://"))) as connection:
            connection.request("GET", "/1/validate-token?token=x")
            headers = connection.getresponse().getheaders()
        names = {name for name, _ in headers if name.lower().startswith("x-ratelimit")}
        assert names == {
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset-In",
            "X-RateLimit-Reset",
        }
        assert client.post("/1/submit-listens", content=told(single())).status_code == 200


def test_a_mark_of_how_far_an_import_has_come(served: Served) -> None:
    with served.client() as client:
        assert client.get("/1/latest-import?user_name=Ada&service=lastfm").json()["latest_import"] == 0
        assert client.post("/1/latest-import", content=told({"ts": 1_600_000_000})).json() == {"status": "ok"}
        assert client.get("/1/latest-import?user_name=Ada").json() == {
            "musicbrainz_id": "Ada",
            "latest_import": 1_600_000_000,
        }
        assert client.post("/1/latest-import", content=told({"ts": "x"})).status_code == 400
