"""Your account, by forms alone."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import httpx
from tests.web.conftest import PASSWORD, Browser, Served

from earmark import web
from earmark.web.pages.rendering import STATIC, WEB

ROOT = Path(__file__).parents[3]


def csrf_of(browser: Browser) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/").text)
    assert found
    return found[1]


def send(browser: Browser, path: str, **fields: str) -> httpx.Response:
    """A form as the page sends it."""
    del browser.headers["X-CSRF-Token"]
    try:
        return browser.post(path, data={"csrf": csrf_of(browser), **fields})
    finally:
        browser.headers["X-CSRF-Token"] = ""


def test_a_token_is_made_shown_once_with_what_to_type_and_revoked(served: Served) -> None:
    browser = served.browser()
    made = send(browser, "/tokens", name="<Navidrome>")
    assert made.status_code == 201
    assert "&lt;Navidrome&gt;" in made.text
    assert f"ND_LISTENBRAINZ_BASEURL={served.url}/1/" in made.text
    token = re.search(r'<code class="copy">([0-9a-f-]{36})</code>', made.text)
    assert token
    assert UUID(token[1]).version == 4
    assert token[1] not in browser.get("/").text
    with served.client(token[1]) as player:
        assert player.get("/1/validate-token").json()["user_name"] == "Ada"
    again = send(browser, "/tokens", name="<Navidrome>")
    assert (again.status_code, "already" in again.text) == (422, True)
    assert send(browser, "/tokens/revoke", name="<Navidrome>").headers["location"] == "/?done=revoked"
    assert "shut out" in browser.get("/?done=revoked").text
    assert send(browser, "/tokens/revoke", name="<Navidrome>").status_code == 422


def test_a_password_is_changed_and_the_browser_stays_signed_in(served: Served) -> None:
    browser, elsewhere = served.browser(), served.browser()
    wrong = send(browser, "/password", current="wrong", password="another sentence")
    assert (wrong.status_code, "not your present password" in wrong.text) == (403, True)
    assert send(browser, "/password", current=PASSWORD, password="short").status_code == 422
    changed = send(browser, "/password", current=PASSWORD, password="another sentence")
    assert changed.headers["location"] == "/?done=password"
    assert "Your password is changed" in browser.get("/?done=password").text
    assert elsewhere.get("/").headers["location"] == "/sign-in"
    assert served.browser("Ada", "another sentence").get("/").status_code == 200


def test_an_owner_adds_people_and_changes_what_they_may(served: Served) -> None:
    browser = served.browser()
    bo, ada = (str(served.house.store.find_listener(name).id) for name in ("Bo", "Ada"))
    added = send(browser, "/people", name="Cy", role="listener", password="a first sentence")
    assert added.headers["location"] == "/?done=added"
    cy = served.browser("Cy", "a first sentence")
    assert {"Ada", "Bo"} <= set(Page(browser.get("/").text).words)
    # Looked for as a word of its own: a token that no one can foresee may hold the letters.
    page = cy.get("/").text
    assert not {"People", "Ada", "Bo"} & set(Page(page).words)
    assert "Cy" in Page(page).words
    refused = send(cy, "/people", name="Eve", role="owner", password="a first sentence")
    assert (refused.status_code, "This is for owners" in refused.text) == (403, True)
    assert send(browser, "/people/role", listener=bo, role="editor").headers["location"] == "/?done=role"
    assert send(browser, "/people/password", listener=bo, password="his sentence").status_code == 303
    assert "You are an editor here." in served.browser("Bo", "his sentence").get("/").text
    for fields, status in (
        ({"listener": ada, "role": "listener"}, 422),
        ({"listener": "x", "role": "listener"}, 400),
        ({"listener": bo, "role": "king"}, 400),
        ({"listener": "99999", "role": "owner"}, 404),
    ):
        assert send(browser, "/people/role", **fields).status_code == status
    assert send(browser, "/people/password", listener=ada, password="his sentence").status_code == 409


def test_signing_out_everywhere_ends_every_session(served: Served) -> None:
    browser, elsewhere = served.browser(), served.browser()
    assert send(browser, "/sign-out", everywhere="yes").headers["location"] == "/sign-in"
    assert elsewhere.get("/").headers["location"] == "/sign-in"


def test_no_form_works_without_the_sessions_token(served: Served) -> None:
    browser, other = served.browser(), served.browser()
    foreign = csrf_of(other)
    del browser.headers["X-CSRF-Token"]
    for path in ("/tokens", "/tokens/revoke", "/password", "/sign-out", "/people", "/people/role"):
        for fields in ({}, {"csrf": ""}, {"csrf": foreign}):
            answer = browser.post(path, data={"name": "x", **fields})
            assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert browser.get("/").status_code == 200


class Page(HTMLParser):
    """What stands in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.words += re.findall(r"\w+", data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "label":
            self.labelled.add(str(given["for"]))
        if tag in ("input", "select") and given.get("type") != "hidden" and "hidden" not in given:
            self.fields.append(given)


def test_pages_need_no_script_and_every_field_has_a_name(served: Served) -> None:
    browser = served.browser()
    pages = [browser.get("/").text, served.newcomer().get("/sign-in").text]
    for page in map(Page, pages):
        for field in page.fields:
            assert field.get("id") in page.labelled or field.get("aria-label"), field
        ids = [given["id"] for _, given in page.tags if "id" in given]
        assert len(ids) == len(set(ids))
        for tag, given in page.tags:
            assert tag not in ("script", "style")
            assert not {name for name in given if name.startswith("on") or name == "style"}
            for address in (given.get("href"), given.get("src")):
                assert address is None or address.startswith("/")
        assert ("html", {"lang": "en"}) in page.tags
        assert [tag for tag, _ in page.tags].count("h1") == 1


def test_what_pages_are_made_of_is_packaged() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["scikit-build"]
    # All files of the package's folder are, whatever they are, that Git does not ignore.
    assert build["wheel"]["packages"] == ["src/earmark"]
    assert "exclude" not in build["wheel"]
    for name in (
        "static/earmark.css",
        "static/earmark.svg",
        "templates/layout.html",
        "templates/account.html",
    ):
        assert (ROOT / "src" / "earmark" / "web" / name).is_file()
    assert (Path(web.__file__).parent, WEB / "static") == (WEB, STATIC)
