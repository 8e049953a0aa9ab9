"""The first owner, and signing in, by pages."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from tests.homes import opened
from tests.web.conftest import PASSWORD, Browser, Served
from tests.web.processes import served as processes
from tests.web.servers import serving

from earmark.jobs.house import House
from earmark.jobs.people import add_account, offered_set_up
from earmark.store.people import Role
from earmark.store.sql_store import open_store

ANNA = {"name": "anna", "password": "a quiet sentence"}


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as house:
        if request.param == "sqlite":
            yield house
            return
        with closing(open_store(request.getfixturevalue("postgres"))) as store:
            yield House(tmp_path, store, house.learning, house.weekly, house.tuning)


@pytest.fixture
def browser(house: House) -> Iterator[Browser]:
    with serving(house) as address, Browser(address) as browser:
        yield browser


def key_of(house: House) -> str:
    key = offered_set_up(house.store.people)
    assert key
    return key


def test_whoever_has_the_key_becomes_owner_and_is_signed_in(house: House, browser: Browser) -> None:
    assert "earmark serve" in browser.get("/sign-in").text
    key = key_of(house)
    asked = browser.get("/setup", params={"key": key})
    assert f'value="{key}"' in asked.text
    answer = browser.post("/setup", data={"key": key, **ANNA})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "You own this Earmark" in browser.get("/").text
    # And then it opens nothing any more.
    assert browser.get("/setup", params={"key": key}).headers["location"] == "/sign-in"
    again = browser.post("/setup", data={"key": key, "name": "eve", "password": "a quiet sentence"})
    assert (again.status_code, "makes nobody owner" in again.text) == (403, True)
    assert [(one.name, one.role) for one in house.store.people.accounts()] == [("anna", Role.OWNER)]


@pytest.mark.parametrize("key", ["", "guess", "a" * 43, "\0", "é"])
def test_nobody_becomes_owner_without_the_key(house: House, browser: Browser, key: str) -> None:
    key_of(house)
    assert browser.get("/setup", params={"key": key}).status_code == 403
    assert browser.post("/setup", data={"key": key, **ANNA}).status_code == 403
    assert browser.post("/setup", data=ANNA).status_code == 403
    assert house.store.people.accounts() == []


def test_a_choice_that_does_not_fit_can_be_made_again(house: House, browser: Browser) -> None:
    key = key_of(house)
    for name, password, said in (
        ("anna", "short", "8 to 1,000 letters"),
        ("", "a quiet sentence", "1 to 100 letters"),
        ("<b>", "short", "&lt;b&gt;"),
    ):
        answer = browser.post("/setup", data={"key": key, "name": name, "password": password})
        assert (answer.status_code, said in answer.text) == (422, True)
        assert 'role="alert"' in answer.text
        assert password not in answer.text
    assert browser.post("/setup", data={"key": key, **ANNA}).status_code == 303


def test_a_new_start_or_an_owner_from_the_terminal_makes_the_key_void(house: House, browser: Browser) -> None:
    old, new = key_of(house), key_of(house)
    assert [browser.get("/setup", params={"key": key}).status_code for key in (old, new)] == [403, 200]
    add_account(house.store.people, "Ada", Role.OWNER, PASSWORD)
    assert browser.post("/setup", data={"key": new, **ANNA}).status_code == 403
    assert offered_set_up(house.store.people) is None


def test_of_many_who_set_up_at_once_one_becomes_owner(house: House, browser: Browser) -> None:
    key, gate = key_of(house), threading.Barrier(6)

    def set_up(n: int) -> int:
        gate.wait()
        told = {"key": key, "name": f"anna {n}", "password": "a quiet sentence"}
        return httpx.post(f"{browser.base_url}/setup", data=told, timeout=30).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(set_up, range(6))) == [303] + [403] * 5
    assert len(house.store.people.accounts()) == 1


def test_the_address_said_at_the_start_works_whichever_process_answers(tmp_path: Path, postgres: str) -> None:
    with processes(tmp_path, "--workers", "2", database=postgres) as (address, _):
        said = (tmp_path / "serve.log").read_text()
        link = re.search(rf"{re.escape(address)}/setup\?key=(\S+)", said)
        assert link
        for _ in range(8):
            assert httpx.get(link[0]).status_code == 200
        answer = httpx.post(f"{address}/setup", data={"key": link[1], **ANNA})
        assert answer.status_code == 303
        cookies = {"earmark-session": answer.cookies["earmark-session"]}
        for _ in range(8):
            assert httpx.get(f"{address}/api/v1/session", cookies=cookies).json()["name"] == "anna"
        csrf = httpx.get(f"{address}/api/v1/session", cookies=cookies).json()["csrf"]
        headers = {"X-CSRF-Token": csrf}
        ended = httpx.delete(f"{address}/api/v1/session?everywhere=1", cookies=cookies, headers=headers)
        assert ended.status_code == 204
        for _ in range(8):
            assert httpx.get(f"{address}/api/v1/session", cookies=cookies).status_code == 401
    said = (tmp_path / "serve.log").read_text()
    assert said.count(link[1]) == 1
    assert cookies["earmark-session"] not in said
    with processes(tmp_path, database=postgres):
        assert "/setup?key=" not in (tmp_path / "serve.log").read_text()[len(said) :]


def test_people_sign_in_by_a_form_and_out_again(served: Served) -> None:
    browser = served.newcomer()
    assert browser.get("/").headers["location"] == "/sign-in"
    wrong = browser.post("/sign-in", data={"name": "Ada", "password": "wrong"})
    assert (wrong.status_code, "do not belong together" in wrong.text) == (401, True)
    assert 'value="Ada"' in wrong.text
    answer = browser.post("/sign-in", data={"name": " Ada ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/sign-in").headers["location"] == "/"
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/").text)
    assert csrf
    assert browser.post("/sign-out", data={"csrf": csrf[1]}).headers["location"] == "/sign-in"
    assert browser.get("/").headers["location"] == "/sign-in"


def test_no_other_site_signs_a_browser_in(served: Served) -> None:
    told = {"name": "Ada", "password": PASSWORD}
    answer = httpx.post(f"{served.url}/sign-in", data=told, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_guesses_by_the_form_are_limited_too(served: Served) -> None:
    told = {"name": "Ada", "password": "a guess"}
    answers = [httpx.post(f"{served.url}/sign-in", data=told) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "Try again in" in answers[-1].text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"name=Ada", "application/json", 415),
        (b"name=Ada", "multipart/form-data; boundary=x", 415),
        (b"name=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(30)), "application/x-www-form-urlencoded", 400),
        (b"name=" + b"a" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"", "application/x-www-form-urlencoded", 401),
        (b"name=%ff%00&password=%ff", "application/x-www-form-urlencoded; charset=UTF-8", 401),
    ],
)
def test_what_is_no_form_is_said_on_a_page(served: Served, body: bytes, kind: str, status: int) -> None:
    answer = httpx.post(f"{served.url}/sign-in", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
