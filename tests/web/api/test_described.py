"""What `/api/openapi.json` says of our own API is so."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest
from tests.homes import WEEK
from tests.web.api.conftest import Asker
from tests.web.api.test_listens import play

from earmark.web.api.problems import PROBLEM_JSON
from earmark.web.openapi import JSON

API = "/api/v1"


@pytest.fixture
def document(asker: Asker) -> dict[str, Any]:
    found: dict[str, Any] = asker.client.get(
        str(asker.client.base_url.copy_with(path="/api/openapi.json"))
    ).json()
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path.removeprefix(API)}": operation
        for path, item in document["paths"].items()
        if path.startswith(API)
        for method, operation in item.items()
    }


def schema(document: dict[str, Any], content: dict[str, Any], media: str) -> dict[str, Any]:
    return {**content[media]["schema"], "components": document["components"]}


def test_every_endpoint_tells_what_it_answers_and_how_it_fails(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        assert operation["description"], name
        success = [status for status in operation["responses"] if status.startswith("2")]
        assert len(success) == 1, name
        content = operation["responses"][success[0]].get("content", {})
        assert (success[0] == "204") == (not content), name
        for media, told in content.items():
            assert told["schema"], (name, media)
        for status, response in operation["responses"].items():
            assert status.startswith("2") or list(response["content"]) == [PROBLEM_JSON], (name, status)


def test_every_name_is_explained(document: dict[str, Any]) -> None:
    known = document["components"]["schemas"]
    for name in re.findall(r"'#/components/schemas/([^']+)'", str(document)):
        assert name in known


def test_answers_are_as_described(asker: Asker, document: dict[str, Any]) -> None:
    every = operations(document)
    song = asker.get("/listeners/me/recommendations").json()["songs"][0]
    artist = asker.get(f"/tracks/{song['item']}").json()["artist"]
    shown = {
        "shown_at": 1_700_000_000_000,
        "slot": "home",
        "position": 0,
        "item": song["item"],
        "policy": "p",
    }
    night = {"action": "exclude", "what": ["hours", "00:00-05:00"]}
    asked: list[tuple[str, dict[str, Any], Any]] = [
        ("GET /listeners/{listener}", {}, None),
        ("PATCH /listeners/{listener}", {}, {"time_zone": "Asia/Kolkata"}),
        ("GET /listeners/{listener}/recommendations", {}, None),
        ("POST /listeners/{listener}/listens", {}, {"listens": [play(0), play(1, started_at=0)]}),
        ("GET /listeners/{listener}/listens", {"limit": 5}, None),
        ("PUT /listeners/{listener}/feedback/{verdict}", {"item": song["item"]}, None),
        ("GET /listeners/{listener}/feedback", {}, None),
        ("GET /listeners/{listener}/mixes", {}, None),
        ("GET /listeners/{listener}/mixes/{mix}/{edition}", {}, None),
        ("GET /listeners/{listener}/taste", {}, None),
        ("GET /listeners/{listener}/taste/doubts", {}, None),
        ("POST /listeners/{listener}/taste/edits/preview", {}, night),
        ("POST /listeners/{listener}/taste/edits", {}, night),
        ("GET /listeners/{listener}/taste/versions", {}, None),
        ("GET /listeners/{listener}/taste/changes", {"since": "2999-01-01"}, None),
        ("GET /listeners/{listener}/taste/edits/{number}/undoing", {}, None),
        ("DELETE /listeners/{listener}/taste/edits/{number}", {}, None),
        ("POST /listeners/{listener}/exposures", {}, {"exposures": [shown]}),
        ("GET /listeners/{listener}/exposures", {}, None),
        ("GET /tracks", {"artist": song["artist"], "title": song["title"]}, None),
        ("GET /tracks/{item}", {}, None),
        ("GET /tracks/{item}/similar", {}, None),
        ("GET /artists/{artist}", {}, None),
        ("GET /artists/{artist}/about", {}, None),
        ("GET /micro-genres", {}, None),
        ("GET /artists/{artist}/similar", {}, None),
        ("GET /builds", {}, None),
        ("GET /builds/{build}", {}, None),
        ("POST /builds", {}, None),
        ("POST /listeners/{listener}/playlists", {}, {"title": "Rain", "tracks": [{"item": song["item"]}]}),
        ("GET /listeners/{listener}/playlists", {}, None),
        ("GET /listeners/{listener}/playlists/{playlist}", {}, None),
        ("PUT /listeners/{listener}/playlists/{playlist}/tracks", {}, {"tracks": []}),
        ("GET /session", {}, None),
        ("POST /listeners/{listener}/tokens", {}, {"name": "car"}),
        ("GET /listeners/{listener}/tokens", {}, None),
        ("POST /people", {}, {"name": "Somebody New"}),
        ("GET /people", {}, None),
    ]
    of_owners = {"POST /builds", "POST /people", "GET /people"}
    made = asker.client.post("/listeners/me/playlists", json={"title": "Mine"}).json()["id"]
    values = {"listener": "me", "verdict": "love", "mix": "weekly", "edition": WEEK, "build": "live"}
    values |= {"playlist": str(made), "number": "1"}
    for name, query, sent in asked:
        operation = every[name]
        method, path = name.split()
        path = path.format(**values, item=song["item"], artist=artist)
        who = asker.owner if name in of_owners else asker.client
        answer = who.request(method, path, params=query, json=sent)
        described = operation["responses"][str(answer.status_code)]
        assert answer.is_success, (name, answer.text)
        jsonschema_rs.validate(schema(document, described["content"], JSON), answer.json())
        if sent is not None:
            body = operation["requestBody"]["content"]
            jsonschema_rs.validate(schema(document, body, JSON), sent)
            with pytest.raises(jsonschema_rs.ValidationError):
                jsonschema_rs.validate(schema(document, body, JSON), {})
        wrong = asker.client.request(
            method, path.replace("/me", "/nobody").replace("live", "none"), params={"limit": 0}
        )
        if wrong.is_error:
            problem = operation["responses"][str(wrong.status_code)]["content"]
            jsonschema_rs.validate(schema(document, problem, PROBLEM_JSON), wrong.json())
    left = set(every) - {name for name, *_ in asked}
    assert left == {
        "DELETE /listeners/{listener}/listens/{listen}",
        "DELETE /listeners/{listener}/feedback/{verdict}",
        "DELETE /listeners/{listener}/playlists/{playlist}",
        "DELETE /listeners/{listener}/tokens/{name}",
        "DELETE /session",
        "GET /listeners/{listener}/export",
        # These are asked in a house that heard something, below.
        "GET /tracks/{item}/path/{to}",
        "GET /tracks/{item}/sounds-like",
        "PATCH /listeners/{listener}/playlists/{playlist}",
        "PATCH /people/{listener}",
        "POST /session",
        "PUT /listeners/{listener}/password",
    }


def test_answers_about_sound_are_as_described(listening: Asker, document: dict[str, Any]) -> None:
    first, last = (one["item"] for one in listening.get("/listeners/me/recommendations").json()["songs"][:2])
    for name, path in (
        ("GET /tracks/{item}/sounds-like", f"/tracks/{first}/sounds-like"),
        ("GET /tracks/{item}/path/{to}", f"/tracks/{first}/path/{last}"),
    ):
        answer = listening.get(path)
        assert answer.status_code == 200, answer.text
        described = operations(document)[name]["responses"]["200"]["content"]
        jsonschema_rs.validate(schema(document, described, JSON), answer.json())
        assert answer.json()["songs"]
