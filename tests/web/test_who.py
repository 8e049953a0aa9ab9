"""Every route, asked by everybody: who may and who may not. A new route needs a line here."""

from __future__ import annotations

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
from earmark.web.app import LISTENBRAINZ, make_app
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
        app = make_app(Service(house, inbox))
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            assert route.path
            for method in route.methods or ():
                yield method, str(route.path_format)


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


def ask(served: Served, route: str, token: str | None) -> int:
    method, _, path = route.partition(" ")
    path = path.format(listener=served.house.store.find_listener("Bo").id, name="none")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body: dict[str, object] = {}
    if method not in SAFE:
        body = {"json": {}} if path.startswith("/api/") else {"data": {"x": "y"}}
    return httpx.request(method, served.url + path, headers=headers, **body).status_code  # type: ignore[arg-type]


@pytest.mark.parametrize("route", [route for route in MAY if MAY[route] != ANYBODY])
def test_each_role_may_what_it_may_and_no_more(served: Served, everybody: dict[str, str], route: str) -> None:
    nobody = ask(served, route, None)
    assert nobody == (401 if "/api/" in route else 303)
    assert ask(served, route, "6561726d-0000-4000-8000-000000000000") == nobody
    allowed = {
        SIGNED_IN: {"owner", "editor", "listener", "service"},
        THEMSELVES: {"listener", "service"},
        IN_PERSON: {"listener"},
        OWNER: {"owner"},
    }[MAY[route]]
    statuses = {role: ask(served, route, token) for role, token in everybody.items()}
    # The requests are empty, so whoever may is told what is missing, or that nothing was learned yet.
    refused = {
        role
        for role, status in statuses.items()
        if status == (404 if MAY[route] in (THEMSELVES, IN_PERSON) else 403)
    }
    if route == "DELETE /api/v1/listeners/{listener}/tokens/{name}":
        # To the listener it says that there is no such token: see that the others are not told so much.
        assert set(statuses.values()) == {404}
    elif route == "POST /password":
        # Nobody's password is empty, and that is what they are told.
        assert set(statuses.values()) == {403}
    else:
        assert refused == everybody.keys() - allowed, statuses


@pytest.mark.parametrize("prefix", LISTENBRAINZ)
def test_the_routes_of_listenbrainz_know_tokens_only(served: Served, tmp_path: Path, prefix: str) -> None:
    browser = served.browser()
    for method, path in routes(tmp_path / "other"):
        if path.startswith(f"{prefix}/") and not path.endswith("/validate-token"):
            filled = path.format(user="Ada", playlist="x", mbid="x", jspf="x") if "{" in path else path
            assert browser.request(method, filled, params={"user_name": "Ada"}).status_code == 401, path
    assert browser.get(f"{prefix}/validate-token").status_code == 400
