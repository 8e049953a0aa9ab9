"""Sessions over HTTP: begun, renewed and ended; forged by nobody; and no guessing of passwords."""

from __future__ import annotations

import logging

import httpx
import pytest
from tests.web.conftest import PASSWORD, Served

from earmark.jobs.signing_in import AT_ONE_NAME, FROM_ONE_ADDRESS
from earmark.store.people import Role

PATH = "/api/v1/session"
ME = "/api/v1/listeners/me"


def guess(served: Served, name: str = "Ada", **headers: str) -> httpx.Response:
    return httpx.post(served.url + PATH, json={"name": name, "password": "a guess"}, headers=headers)


def test_who_signs_in_reads_what_is_theirs(served: Served) -> None:
    browser = served.browser()
    told = browser.get(PATH).json()
    assert (told["name"], told["role"], told["csrf"]) == ("Ada", "owner", browser.headers["X-CSRF-Token"])
    assert browser.get(ME).json()["name"] == "Ada"
    assert browser.get("/api/v1/listeners/Bo").status_code == 404
    with served.client() as program:
        assert program.get(PATH).json() == told | {"csrf": None}
    assert httpx.get(served.url + PATH).status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(served: Served) -> None:
    (session, browser) = served_cookies(served.newcomer().sign_in("Ada"))
    for cookie, days in ((session, 30), (browser, 400)):
        assert {"HttpOnly", "Path=/", "SameSite=lax", f"Max-Age={days * 86_400}"} <= set(cookie[1:])
        assert "Secure" not in cookie
    # A proxy on this machine says that the browser sees https.
    over_https = httpx.post(
        served.url + PATH,
        json={"name": "Ada", "password": PASSWORD},
        headers={"X-Forwarded-Proto": "https"},
    )
    for cookie in served_cookies(over_https):
        assert cookie[0].startswith("__Host-earmark-")
        assert "Secure" in cookie


def served_cookies(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200
    return [cookie.split("; ") for cookie in answer.headers.get_list("set-cookie")]


@pytest.mark.parametrize(
    ("name", "password"),
    [("Ada", "wrong"), ("Ada", ""), ("Nobody", PASSWORD), ("Bo", ""), ("Bo", "None"), ("Ada\0", PASSWORD)],
)
def test_nothing_else_signs_in_and_it_is_not_said_what_was_wrong(
    served: Served, name: str, password: str
) -> None:
    answer = served.newcomer().sign_in(name, password)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)
    assert answer.json()["detail"] == "There is no such name with that password."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[]", 422),
        (b'{"name": "Ada"}', 422),
        (b'{"name": "Ada", "password": 1}', 422),
        (b'{"name": "Ada", "password": "x", "remember": true}', 422),
        (b'{"name": "' + b"a" * (10 << 20) + b'", "password": "x"}', 413),
    ],
)
def test_what_is_no_name_and_password_is_said_as_a_problem(served: Served, body: bytes, status: int) -> None:
    answer = httpx.post(served.url + PATH, content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_session_lasts_thirty_days_from_its_last_use(served: Served) -> None:
    browser = served.browser()
    first = browser.session
    served.time.pass_by(days=0.9)
    assert "set-cookie" not in browser.get(ME).headers
    served.time.pass_by(days=28)
    assert browser.get(ME).status_code == 200
    assert browser.session != first
    assert browser.post("/api/v1/listeners/me/tokens", json={"name": "car"}).status_code == 201
    served.time.pass_by(days=29)
    assert browser.get(ME).status_code == 200
    served.time.pass_by(days=30)
    assert browser.get(ME).status_code == 401
    assert httpx.get(served.url + ME, cookies={"earmark-session": first}).status_code == 401


def test_signing_out_takes_the_cookie_away_and_everywhere_ends_every_session(served: Served) -> None:
    browser, other = served.browser(), served.browser()
    kept = browser.session
    assert browser.delete(PATH).status_code == 204
    assert "earmark-session" not in browser.cookies
    assert browser.get(ME).status_code == 401
    # What somebody copied before lives on, as docs/decisions/sessions-are-signed.md says, until every session is ended.
    assert httpx.get(served.url + ME, cookies={"earmark-session": kept}).status_code == 200
    assert other.delete(PATH, params={"everywhere": True}).status_code == 204
    for cookie in (kept, other.session):
        assert httpx.get(served.url + ME, cookies={"earmark-session": cookie}).status_code == 401
    with served.client() as program:
        assert program.get(ME).status_code == 200


@pytest.mark.parametrize("way", ["terminal", "themselves", "owner", "forgotten"])
def test_a_session_ends_with_the_password_or_the_account(served: Served, way: str) -> None:
    people = served.house.store.people
    people.change(people.find("Bo").listener, role=Role.OWNER)  # type: ignore[union-attr]
    ada = people.find("Ada")
    assert ada
    browser, elsewhere = served.browser(), served.browser()
    match way:
        case "terminal":
            people.change(ada.listener, password="another hash")
        case "owner":
            change = {"password": "another sentence"}
            with served.client(served.bo) as bo:
                assert bo.patch(f"/api/v1/people/{ada.listener}", json=change).status_code == 200
        case "forgotten":
            with served.house.store.writing(alone=True) as writer:
                writer.forget(ada.listener)
        case _:
            change = {"current": PASSWORD, "password": "another sentence"}
            assert browser.put(f"{ME}/password", json=change).status_code == 204
            # The browser that asked stays signed in, with a new session.
            assert browser.get(ME).status_code == 200
    assert elsewhere.get(ME).status_code == 401
    if way != "themselves":
        assert browser.get(ME).status_code == 401


def test_what_changes_anything_by_a_session_needs_its_token(served: Served) -> None:
    browser, other = served.browser(), served.browser()
    for token in (
        "",
        "x",
        other.headers["X-CSRF-Token"],
        browser.session,
        browser.headers["X-CSRF-Token"][:-1],
    ):
        answer = browser.post(
            "/api/v1/listeners/me/tokens", json={"name": "t"}, headers={"X-CSRF-Token": token}
        )
        assert answer.status_code == 403
    del browser.headers["X-CSRF-Token"]
    for method, path in (
        ("POST", "/api/v1/listeners/me/tokens"),
        ("DELETE", PATH),
        ("PUT", f"{ME}/password"),
    ):
        answer = browser.request(method, path, json={})
        assert (answer.status_code, "X-CSRF-Token" in answer.json()["detail"]) == (403, True)
    assert browser.get(ME).status_code == 200
    assert [
        one.name for one in served.house.store.people.tokens(served.house.store.find_listener("Ada").id)
    ] == ["player"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({}, 201),
    ],
)
def test_no_other_site_makes_a_browser_change_anything(
    served: Served, headers: dict[str, str], status: int
) -> None:
    browser = served.browser()
    del browser.headers["Origin"]
    answer = browser.post("/api/v1/listeners/me/tokens", json={"name": "t"}, headers=headers)
    assert answer.status_code == status
    signing_in = browser.post(PATH, json={"name": "Ada", "password": PASSWORD}, headers=headers)
    assert signing_in.status_code == (200 if status == 201 else 403)
    # With a token of its own, a page of another site may.
    with served.client() as program:
        answer = program.post("/api/v1/listeners/me/tokens", json={"name": "u"}, headers=headers)
    assert answer.status_code == 201


def test_a_wrong_token_is_not_made_good_by_a_session(served: Served) -> None:
    browser = served.browser()
    assert browser.get(ME, headers={"Authorization": "Token 0"}).status_code == 401
    # What a proxy asks for itself is not meant for us.
    assert browser.get(ME, headers={"Authorization": "Basic QTpC"}).status_code == 200


def test_guesses_are_limited_by_address_and_say_nothing_of_names(served: Served) -> None:
    for _ in range(FROM_ONE_ADDRESS.at_once):
        assert guess(served).status_code == 401
    answers = [guess(served, name) for name in ("Ada", "Nobody")]
    assert [answer.status_code for answer in answers] == [429, 429]
    assert {answer.json()["detail"] for answer in answers} == {"Too many attempts."}
    wait = int(answers[0].headers["retry-after"])
    assert 0 < wait <= FROM_ONE_ADDRESS.every_ms / 1_000
    # Not even the right password comes through; after the wait it does.
    assert served.newcomer().sign_in("Ada").status_code == 429
    served.time.pass_by(seconds=wait)
    assert served.newcomer().sign_in("Ada").status_code == 200
    # It does not count against the address, and leaves one attempt as before.
    assert [guess(served).status_code for _ in range(2)] == [401, 429]


def test_guesses_are_limited_by_name_whatever_address_they_come_from(served: Served) -> None:
    owner = served.browser()
    for n in range(AT_ONE_NAME.at_once):
        assert guess(served, **{"X-Forwarded-For": f"192.0.2.{n}"}).status_code == 401
    assert guess(served, **{"X-Forwarded-For": "198.51.100.1"}).status_code == 429
    assert guess(served, "Bo", **{"X-Forwarded-For": "198.51.100.2"}).status_code == 401
    # The owner's own browser is counted by itself.
    assert owner.sign_in("Ada").status_code == 200
    assert owner.sign_in("Ada", "mistyped").status_code == 401
    assert owner.sign_in("Ada").status_code == 200


def test_an_address_of_ipv6_is_the_network_that_somebody_has(served: Served) -> None:
    for n in range(FROM_ONE_ADDRESS.at_once):
        assert guess(served, f"n{n}", **{"X-Forwarded-For": f"2001:db8::{n}:1"}).status_code == 401
    assert guess(served, "m", **{"X-Forwarded-For": "2001:db8::ffff:ffff"}).status_code == 429
    assert guess(served, "m", **{"X-Forwarded-For": "2001:db8:0:1::1"}).status_code == 401


def test_guessing_at_the_password_of_a_session_is_limited_too(served: Served) -> None:
    browser = served.browser()
    change = {"current": "a guess", "password": "another sentence"}
    statuses = [browser.put(f"{ME}/password", json=change).status_code for _ in range(25)]
    assert statuses[:20] == [403] * 20
    assert statuses[-1] == 429


def test_no_password_token_or_cookie_is_logged(
    served: Served, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="earmark")
    caplog.set_level(logging.DEBUG, logger="uvicorn")
    browser = served.browser()
    browser.sign_in("Ada", "a mistyped password")
    made = browser.post("/api/v1/listeners/me/tokens", json={"name": "car"}).json()["token"]
    browser.put(f"{ME}/password", json={"current": PASSWORD, "password": "x"})
    said = caplog.text + "".join(capfd.readouterr())
    for secret in (PASSWORD, "a mistyped password", made, browser.session, served.ada):
        assert secret not in said
