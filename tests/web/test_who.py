"""Every route, asked by everybody: who may and who may not. A new route needs a line here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from tests.homes import opened
from tests.web.conftest import PASSWORD, Served

from earmark.jobs.inbox import Inbox
from earmark.jobs.people import add_account, new_token
from earmark.store.people import Role
from earmark.web.app import LISTENBRAINZ, QUICK, make_app
from earmark.web.forgery import SAFE
from earmark.web.service import Service

ANYBODY, SIGNED_IN, OWNER = "anybody", "who is signed in", "owner"
THEMSELVES, IN_PERSON = "themselves, or a program that acts for them", "themselves"
MAY = {
    "GET /health/live": ANYBODY,
    "GET /health/ready": ANYBODY,
    "GET /setup": ANYBODY,
    "POST /setup": ANYBODY,
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "GET /": SIGNED_IN,
    "POST /tokens": SIGNED_IN,
    "POST /tokens/revoke": SIGNED_IN,
    "POST /password": SIGNED_IN,
    "POST /sign-out": SIGNED_IN,
    "POST /people": OWNER,
    "POST /people/role": OWNER,
    "POST /people/password": OWNER,
    "POST /api/v1/session": ANYBODY,
    "GET /api/v1/session": SIGNED_IN,
    "DELETE /api/v1/session": SIGNED_IN,
    "GET /api/v1/listeners/{listener}": THEMSELVES,
    "GET /api/v1/listeners/{listener}/recommendations": THEMSELVES,
    "PATCH /api/v1/listeners/{listener}": THEMSELVES,
    "GET /api/v1/listeners/{listener}/export": THEMSELVES,
    "GET /api/v1/listeners/{listener}/exposures": THEMSELVES,
    "POST /api/v1/listeners/{listener}/exposures": THEMSELVES,
    "GET /api/v1/listeners/{listener}/feedback": THEMSELVES,
    "DELETE /api/v1/listeners/{listener}/feedback/{verdict}": THEMSELVES,
    "PUT /api/v1/listeners/{listener}/feedback/{verdict}": THEMSELVES,
    "GET /api/v1/listeners/{listener}/listens": THEMSELVES,
    "POST /api/v1/listeners/{listener}/listens": THEMSELVES,
    "DELETE /api/v1/listeners/{listener}/listens/{listen}": THEMSELVES,
    "GET /api/v1/listeners/{listener}/mixes": THEMSELVES,
    "GET /api/v1/listeners/{listener}/mixes/{mix}/{edition}": THEMSELVES,
    "GET /api/v1/listeners/{listener}/playlists": THEMSELVES,
    "POST /api/v1/listeners/{listener}/playlists": THEMSELVES,
    "DELETE /api/v1/listeners/{listener}/playlists/{playlist}": THEMSELVES,
    "GET /api/v1/listeners/{listener}/playlists/{playlist}": THEMSELVES,
    "PATCH /api/v1/listeners/{listener}/playlists/{playlist}": THEMSELVES,
    "PUT /api/v1/listeners/{listener}/playlists/{playlist}/tracks": THEMSELVES,
    "GET /api/v1/listeners/{listener}/taste": THEMSELVES,
    "GET /api/v1/listeners/{listener}/taste/changes": THEMSELVES,
    "GET /api/v1/listeners/{listener}/taste/doubts": THEMSELVES,
    "POST /api/v1/listeners/{listener}/taste/edits": THEMSELVES,
    "POST /api/v1/listeners/{listener}/taste/edits/preview": THEMSELVES,
    "DELETE /api/v1/listeners/{listener}/taste/edits/{number}": THEMSELVES,
    "GET /api/v1/listeners/{listener}/taste/edits/{number}/undoing": THEMSELVES,
    "GET /api/v1/listeners/{listener}/taste/versions": THEMSELVES,
    "GET /api/v1/artists/{artist}": SIGNED_IN,
    "GET /api/v1/artists/{artist}/about": SIGNED_IN,
    "GET /api/v1/micro-genres": SIGNED_IN,
    "GET /api/v1/artists/{artist}/similar": SIGNED_IN,
    "GET /api/v1/tracks": SIGNED_IN,
    "GET /api/v1/tracks/{item}": SIGNED_IN,
    "GET /api/v1/tracks/{item}/path/{to}": SIGNED_IN,
    "GET /api/v1/tracks/{item}/similar": SIGNED_IN,
    "GET /api/v1/tracks/{item}/sounds-like": SIGNED_IN,
    "GET /api/v1/builds": SIGNED_IN,
    "GET /api/v1/builds/{build}": SIGNED_IN,
    "POST /api/v1/builds": OWNER,
    "GET /metrics": OWNER,
    "GET /api/v1/listeners/{listener}/tokens": IN_PERSON,
    "POST /api/v1/listeners/{listener}/tokens": IN_PERSON,
    "DELETE /api/v1/listeners/{listener}/tokens/{name}": IN_PERSON,
    "PUT /api/v1/listeners/{listener}/password": IN_PERSON,
    "GET /api/v1/people": OWNER,
    "POST /api/v1/people": OWNER,
    "PATCH /api/v1/people/{listener}": OWNER,
}
"""By method and path; those of ListenBrainz, which know tokens only, are tried below."""
REFUSED = {401, 403, 404}


def routes(tmp_path: Path) -> Iterator[tuple[str, str]]:
    tmp_path.mkdir(exist_ok=True)
    with opened(tmp_path) as house, Inbox(house.store) as inbox:
        app = make_app(Service(house, inbox)).app
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            assert route.path
            for method in route.methods or ():
                yield method, str(route.path_format)
    for quick in QUICK:
        yield quick.method, quick.path


def test_every_route_says_who_may(tmp_path: Path) -> None:
    ours = {f"{method} {path}" for method, path in routes(tmp_path) if not path.startswith(LISTENBRAINZ)}
    assert ours == set(MAY)


@pytest.fixture
def everybody(served: Served) -> dict[str, str]:
    """A token for each role; the path always names Bo, the listener, who asks as well."""
    people = served.house.store.people
    add_account(people, "Ed", Role.EDITOR, PASSWORD)
    add_account(people, "Radio", Role.SERVICE, None)
    tokens = {"editor": new_token(people, "Ed", "t"), "service": new_token(people, "Radio", "t")}
    return tokens | {"owner": served.ada, "listener": served.bo}


NAMED = {
    "name": "none",
    "item": 1,
    "to": 2,
    "artist": 1,
    "build": "live",
    "playlist": 1,
    "listen": "x",
    "number": 1,
}
NAMED |= {"verdict": "love", "mix": "weekly", "edition": "latest"}


def ask(served: Served, route: str, token: str | None) -> httpx.Response:
    method, _, path = route.partition(" ")
    path = path.format(listener=served.house.store.find_listener("Bo").id, **NAMED)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body: dict[str, object] = {}
    if method not in SAFE:
        body = {"json": {}} if path.startswith("/api/") else {"data": {"x": "y"}}
    return httpx.request(method, served.url + path, headers=headers, timeout=60, **body)  # type: ignore[arg-type]


def is_refused(answer: httpx.Response) -> bool:
    """Not: that there is no such thing, or that something is missing."""
    return answer.status_code == 403 or "whom you may read" in answer.text


@pytest.mark.parametrize("route", [route for route in MAY if MAY[route] != ANYBODY])
def test_each_role_may_what_it_may_and_no_more(served: Served, everybody: dict[str, str], route: str) -> None:
    is_page = "/api/" not in route and route != "GET /metrics"
    nobody = ask(served, route, None).status_code
    assert nobody == (303 if is_page else 401)
    assert ask(served, route, "6561726d-0000-4000-8000-000000000000").status_code == nobody
    allowed = {
        SIGNED_IN: {"owner", "editor", "listener", "service"},
        THEMSELVES: {"listener", "service"},
        IN_PERSON: {"listener"},
        OWNER: {"owner"},
    }[MAY[route]]
    # The requests are empty, so whoever may is told what is missing, or that nothing was learned yet.
    answers = {role: ask(served, route, token) for role, token in everybody.items()}
    refused = {role for role, answer in answers.items() if is_refused(answer)}
    if route == "POST /password":
        # Nobody's password is empty, and that is what they are told.
        assert refused == everybody.keys()
    else:
        assert refused == everybody.keys() - allowed, {role: one.text for role, one in answers.items()}


@pytest.mark.parametrize("prefix", LISTENBRAINZ)
def test_the_routes_of_listenbrainz_know_tokens_only(served: Served, tmp_path: Path, prefix: str) -> None:
    browser = served.browser()
    for method, path in routes(tmp_path / "other"):
        if path.startswith(f"{prefix}/") and not path.endswith("/validate-token"):
            filled = re.sub(r"\{(\w+)[^}]*\}", lambda part: "Ada" if part[1] == "user" else "1", path)
            assert browser.request(method, filled, params={"user_name": "Ada"}).status_code == 401, path
    assert browser.get(f"{prefix}/validate-token").status_code == 400
