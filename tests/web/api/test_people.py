"""People and their tokens over HTTP."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from tests.web.conftest import PASSWORD, Served

from earmark.store.people import Role

PEOPLE = "/api/v1/people"
TOKENS = "/api/v1/listeners/me/tokens"


def test_an_owner_lets_people_sign_in_and_says_as_what(served: Served) -> None:
    owner = served.browser()
    made = owner.post(PEOPLE, json={"name": "Cy", "role": "editor", "password": "a first sentence"})
    assert made.status_code == 201
    told = made.json()
    assert told == {
        "id": served.house.store.find_listener("Cy").id,
        "name": "Cy",
        "role": "editor",
        "password": True,
    }
    assert [(one["name"], one["role"], one["password"]) for one in owner.get(PEOPLE).json()["people"]] == [
        ("Ada", "owner", True),
        ("Bo", "listener", False),
        ("Cy", "editor", True),
    ]
    editor = served.browser("Cy", "a first sentence")
    assert editor.get(PEOPLE).status_code == 403
    assert owner.patch(f"{PEOPLE}/{told['id']}", json={"role": "owner"}).json()["role"] == "owner"
    # A role counts at once, and does not end a session.
    assert editor.get(PEOPLE).status_code == 200


def test_owners_do_not_read_what_others_play(served: Served) -> None:
    owner, bo = served.browser(), served.house.store.find_listener("Bo").id
    for path in ("", "/recommendations", "/tokens"):
        for name in ("Bo", bo):
            assert owner.get(f"/api/v1/listeners/{name}{path}").status_code == 404
    with served.client() as program:
        assert program.get("/1/user/Bo/listens").status_code == 404


@pytest.mark.parametrize(
    ("person", "status", "said"),
    [
        ({"name": "Ada"}, 409, "'Ada' has an account already."),
        ({"name": ""}, 422, "A name has 1 to 100 letters"),
        ({"name": " Cy"}, 422, "A name has 1 to 100 letters"),
        ({"name": "C\0y"}, 422, "A name has 1 to 100 letters"),
        ({"name": "C" * 101}, 422, "A name has 1 to 100 letters"),
        ({"name": "Cy", "password": "short"}, 422, "A password has 8 to 1,000 letters."),
        ({"name": "Cy", "password": "x" * 1_001}, 422, "A password has 8 to 1,000 letters."),
        ({"name": "Cy", "role": "king"}, 422, "role"),
        ({"role": "owner"}, 422, "name"),
        ({"name": "Cy", "admin": True}, 422, "admin"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_stored(
    served: Served, person: dict[str, object], status: int, said: str
) -> None:
    answer = served.browser().post(PEOPLE, json=person)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert len(served.house.store.people.accounts()) == 2


def test_the_last_owner_stays_one_and_nobody_else_is_changed_by_accident(served: Served) -> None:
    owner = served.browser()
    ada, bo = (served.house.store.find_listener(name).id for name in ("Ada", "Bo"))
    answer = owner.patch(f"{PEOPLE}/{ada}", json={"role": "listener", "password": None})
    assert (answer.status_code, answer.json()["detail"]) == (409, "Then nobody would own this Earmark.")
    assert owner.patch(f"{PEOPLE}/{ada}", json={"password": "another sentence"}).status_code == 409
    assert owner.patch(f"{PEOPLE}/999999", json={"role": "owner"}).status_code == 404
    for wrong in (-1, 1 << 40, "Bo"):
        assert owner.patch(f"{PEOPLE}/{wrong}", json={}).status_code in (404, 422)
    assert owner.patch(f"{PEOPLE}/{bo}", json={}).json()["role"] == Role.LISTENER


def test_an_own_password_is_changed_by_the_one_before_it(served: Served) -> None:
    path = "/api/v1/listeners/me/password"
    browser = served.browser()
    for current, new, status in (
        ("wrong", "another sentence", 403),
        (PASSWORD, "short", 422),
        (PASSWORD, "another sentence", 204),
        (PASSWORD, "a third sentence", 403),
    ):
        answer = browser.put(path, json={"current": current, "password": new})
        assert answer.status_code == status
        if status == 204:
            browser.headers["X-CSRF-Token"] = browser.get("/api/v1/session").json()["csrf"]
    assert served.newcomer().sign_in("Ada").status_code == 401
    assert served.newcomer().sign_in("Ada", "another sentence").status_code == 200
    # Who has none uses tokens only: a token does not become a password.
    with served.client(served.bo) as bo:
        assert bo.put(path, json={"current": "", "password": "another sentence"}).status_code == 403
    # Asked with a token, no session begins.
    with served.client() as program:
        answer = program.put(path, json={"current": "another sentence", "password": PASSWORD})
    assert (answer.status_code, answer.headers.get("set-cookie")) == (204, None)


def test_a_token_is_shown_once_opens_and_is_revoked(served: Served) -> None:
    browser = served.browser()
    made = browser.post(TOKENS, json={"name": "car/radio"}).json()
    assert str(UUID(made["token"])) == made["token"]
    with served.client(made["token"]) as player:
        assert player.get("/1/validate-token").json()["user_name"] == "Ada"
    listed = browser.get(TOKENS)
    assert [one["name"] for one in listed.json()["tokens"]] == ["car/radio", "player"]
    assert made["token"] not in listed.text
    assert browser.post(TOKENS, json={"name": "player"}).status_code == 409
    assert browser.post(TOKENS, json={"name": ""}).status_code == 422
    assert browser.delete(f"{TOKENS}/car/radio").status_code == 204
    assert browser.delete(f"{TOKENS}/car/radio").status_code == 404
    assert [one["name"] for one in browser.get(TOKENS).json()["tokens"]] == ["player"]


def test_the_description_tells_of_bodies(served: Served) -> None:
    document = httpx.get(f"{served.url}/api/openapi.json").json()
    paths = document["paths"]
    named = paths["/api/v1/people"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    body = document["components"]["schemas"][named.rpartition("/")[2]]
    assert body["required"] == ["name"]
    assert set(body["properties"]) == {"name", "role", "password"}
    assert "/sign-in" not in paths
