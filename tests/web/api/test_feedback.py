"""Verdicts over our own API: said, read page by page, taken back."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.web.api.test_listens import play, tell, walked
from tests.web.conftest import Served

PATH = "/api/v1/listeners/me/feedback"
SONG = {"artist": "Velvet Harbour", "title": "Lantern"}


def say(client: httpx.Client, verdict: str, **about: Any) -> httpx.Response:
    return client.put(f"{PATH}/{verdict}", params=about)


def said(client: httpx.Client, **query: Any) -> list[tuple[str, str, str | None]]:
    return [
        (one["verdict"], one["artist_name"], one["title"]) for one in walked(client, PATH, limit=2, **query)
    ]


def test_a_verdict_is_on_a_song_or_on_all_of_an_artist(served: Served) -> None:
    with served.client() as client:
        song = say(client, "love", **SONG).json()
        artist = say(client, "hide", artist="Loud").json()
        assert (song["verdict"], song["artist_name"], song["title"]) == ("love", "Velvet Harbour", "Lantern")
        assert (artist["artist_name"], artist["title"], artist["song"], artist["item"]) == (
            "Loud",
            None,
            None,
            None,
        )
        assert sorted(walked(client, PATH), key=lambda one: one["verdict"]) == [artist, song]


def test_what_was_played_is_named_by_its_item(served: Served) -> None:
    with served.client() as client:
        tell(client, play(0))
        (heard,) = walked(client)
        assert say(client, "save", item=heard["item"]).json()["song"] == heard["song"]
        assert said(client) == [("save", heard["artist"], heard["title"])]


def test_love_and_hate_replace_each_other_and_others_stand_beside(served: Served) -> None:
    with served.client() as client:
        for verdict in ("love", "save", "hate", "exclude"):
            assert say(client, verdict, **SONG).status_code == 200
        assert {verdict for verdict, *_ in said(client)} == {"save", "hate", "exclude"}
        assert {verdict for verdict, *_ in said(client, verdict=["save", "hide"])} == {"save"}


def test_a_verdict_is_taken_back_and_no_other_with_it(served: Served) -> None:
    with served.client() as client, served.client(served.bo) as bo:
        for verdict in ("love", "save"):
            say(client, verdict, **SONG)
            say(client, verdict, artist="Velvet Harbour")
        say(bo, "love", **SONG)
        for _ in range(2):
            assert client.delete(f"{PATH}/love", params=SONG).status_code == 204
        assert len(said(client)) == 3
        assert ("love", "Velvet Harbour", None) in said(client)
        assert len(said(bo)) == 1
        # Nothing is made by taking back what nobody knows.
        before = served.house.store.counts()
        assert client.delete(f"{PATH}/love", params={"artist": "Unheard", "title": "Of"}).status_code == 204
        assert served.house.store.counts() == before


@pytest.mark.parametrize(
    "about",
    [{}, {"title": "T"}, {"item": 1, "artist": "A"}, {"artist": " "}, {"item": 0}, {"artist": "A" * 1_001}],
)
def test_what_names_nothing_is_refused(served: Served, about: dict[str, Any]) -> None:
    with served.client() as client:
        for answer in (say(client, "love", **about), client.delete(f"{PATH}/love", params=about)):
            assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert say(client, "adore", **SONG).status_code == 422
        assert said(client) == []


def test_another_listeners_verdicts_are_not_there(served: Served) -> None:
    with served.client() as client:
        for method in ("PUT", "DELETE"):
            path = "/api/v1/listeners/Bo/feedback/love"
            assert client.request(method, path, params=SONG).status_code == 404
        assert client.get("/api/v1/listeners/Bo/feedback").status_code == 404
    with served.client(served.bo) as bo:
        assert said(bo) == []


def test_who_was_forgotten_a_moment_ago_is_told_so(served: Served) -> None:
    with served.client(served.bo) as bo:
        assert said(bo) == []
        with served.house.store.writing(alone=True) as writer:
            writer.forget(served.house.store.find_listener("Bo").id)
        for answer in (
            say(bo, "love", **SONG),
            bo.post(
                f"{PATH.replace('feedback', 'listens')}",
                json={"listens": [play(0)]},
                headers={"Idempotency-Key": "k"},
            ),
        ):
            # For up to a second it is not noticed that the token is nobody's.
            assert answer.status_code in (401, 503)
            assert answer.headers["content-type"] == "application/problem+json"
