"""Mixes over our own API: which were made, what is in them, in the form that a player wants."""

from __future__ import annotations

import msgspec
import pytest
from tests.homes import WEEK
from tests.web.api.conftest import Asker

from earmark.engines.progress import Unwatched
from earmark.jobs.editions import show
from earmark.jobs.weekly import run_weekly
from earmark.mixes.files import FORMATS
from earmark.mixes.shown import Shown
from earmark.web.api.mixes import MEDIA, accepted

PATH = "/listeners/me/mixes"


def test_editions_are_listed_the_newest_first(asker: Asker) -> None:
    run_weekly(asker.house, [asker.who], "2026-W03", Unwatched())
    page = asker.get(PATH, limit=1).json()
    assert [(one["mix"], one["week"], one["songs"]) for one in page["items"]] == [("weekly", "2026-W03", 30)]
    page = asker.get(PATH, limit=1, cursor=page["next"]).json()
    assert ([one["week"] for one in page["items"]], page["next"]) == ([WEEK], None)
    assert asker.get(PATH, mix="daily").json() == {"items": [], "next": None}
    assert asker.get(f"{PATH}/weekly/latest").json()["week"] == "2026-W03"


def test_an_edition_tells_each_song_and_why(asker: Asker) -> None:
    answer = asker.get(f"{PATH}/weekly/{WEEK}")
    shown = show(asker.house, asker.who, WEEK)
    assert msgspec.json.decode(answer.content, type=Shown) == shown
    (edition,) = [asker.house.store.edition(asker.who.id, "weekly", WEEK)]
    assert edition
    assert [one.item for one in shown.entries] == [one.item for one in edition.entries]
    assert all(one["why"] and one["reason"]["ground"] for one in answer.json()["entries"])


@pytest.mark.parametrize("form", MEDIA)
def test_a_player_gets_the_form_that_it_asks_for(asker: Asker, form: str) -> None:
    text = FORMATS[form](show(asker.house, asker.who, WEEK))
    for media in MEDIA[form]:
        answer = asker.client.get(f"{PATH}/weekly/latest", headers={"Accept": f"text/html, {media};q=0.5"})
        assert answer.text == text
        assert answer.headers["content-type"].partition(";")[0] == MEDIA[form][0]
        assert "Accept" in answer.headers["vary"]
    asked = asker.client.get(f"{PATH}/weekly/latest?format={form}", headers={"Accept": "text/html"})
    assert asked.text == text


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("*/*", "json"),
        ("application/*", "json"),
        ("audio/*", "m3u8"),
        ("audio/mpegurl, application/json;q=0.9", "m3u8"),
        ("application/xspf+xml;q=0.2, */*;q=0.1", "xspf"),
        ("application/json;q=0, */*", "m3u8"),
        ("APPLICATION/JSPF+JSON; charset=utf-8", "jspf"),
        ("text/html, application/xhtml+xml", None),
        ("application/json;q=x", None),
        ("", None),
        (";;q=,,", None),
    ],
)
def test_what_a_client_likes_best(header: str, form: str | None) -> None:
    assert accepted(header) == form


def test_what_was_not_made_or_cannot_be_told_is_a_problem(asker: Asker) -> None:
    other = asker.house.store.listeners()[8]
    for path, status in (
        (f"{PATH}/weekly/2020-W01", 404),
        (f"{PATH}/daily/latest", 404),
        (f"{PATH}/daily/{WEEK}", 404),
        (f"{PATH}/weekly/monday", 422),
        (f"{PATH}/weekly/latest?format=mp3", 422),
        (f"/listeners/{other.id}/mixes", 404),
        (f"/listeners/{other.id}/mixes/weekly/{WEEK}", 404),
    ):
        answer = asker.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
            path
        )
    answer = asker.client.get(f"{PATH}/weekly/latest", headers={"Accept": "text/html"})
    assert (answer.status_code, "application/jspf+json" in answer.json()["remedy"]) == (406, True)
