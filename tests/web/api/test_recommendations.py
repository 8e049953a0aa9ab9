"""Recommendations over HTTP: of what was learned, as of the last play."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.homes import opened
from tests.web.api.conftest import Asker
from tests.web.servers import serving

from earmark.engines.progress import Unwatched
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning
from earmark.jobs.people import add_account, new_token
from earmark.listening.feedback import Feedback, Verdict
from earmark.music.items import Track
from earmark.store.people import Role

PATH = "/api/v1/listeners/me/recommendations"


@pytest.fixture
def house(learned_home: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copytree(learned_home, tmp_path / "home")
    with opened(tmp_path / "home") as house:
        yield house


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    name = house.store.listeners()[7].name
    add_account(house.store.people, name, Role.LISTENER, None)
    token = new_token(house.store.people, name, "player")
    with (
        serving(house) as address,
        httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client,
    ):
        yield client


def songs(client: httpx.Client, **query: int) -> list[int]:
    answer = client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return [one["song"] for one in answer.json()["songs"]]


def test_they_are_new_to_the_listener_and_as_many_as_asked(house: House, client: httpx.Client) -> None:
    known = set(house.store.listens([house.store.listeners()[7].id])["song"].to_list())
    for limit in (1, 30, 200):
        found = songs(client, limit=limit)
        assert len(set(found)) == limit
        assert not known & set(found)
    answer = client.get(PATH).json()
    assert answer["build"] == house.builds.live()
    assert [one["place"] for one in answer["songs"]] == list(range(30))
    shown = house.store.items([one["item"] for one in answer["songs"]])
    assert [one["artist"] for one in answer["songs"]] == shown["artist"].to_list()


def test_a_seed_draws_another_selection_and_the_same_one_the_same(client: httpx.Client) -> None:
    plain, first, second, again = (
        songs(client, **query) for query in ({}, {"seed": 1}, {"seed": 2}, {"seed": 1})
    )
    assert first == again
    assert first != second
    assert first != plain
    assert set(first) <= set(songs(client, limit=300))


def test_a_play_counts_within_a_second(house: House, client: httpx.Client) -> None:
    before = songs(client)
    words = house.store.songs(before[:1]).row(0, named=True)
    listen = {
        "listened_at": int(time.time()) - 300,
        "track_metadata": {"artist_name": words["artist_name"], "track_name": words["title"]},
    }
    begun = time.monotonic()
    told = client.post(
        "/1/submit-listens", content=json.dumps({"listen_type": "single", "payload": [listen]})
    )
    assert told.status_code == 200
    after = songs(client)
    assert time.monotonic() - begun < 1
    assert before[0] not in after
    assert len(after) == 30


def test_a_hated_song_is_gone_and_is_back_when_that_is_taken_back(house: House, client: httpx.Client) -> None:
    before = songs(client)
    words = house.store.songs(before[:1]).row(0, named=True)
    with house.store.writing() as writer:
        listener = house.store.listeners()[7].id
        writer.add_feedback(listener, [Feedback(Verdict.HATE, Track(words["artist_name"], words["title"]))])
    assert before[0] not in songs(client)
    with house.store.writing() as writer:
        writer.take_back(listener, song=before[0])  # type: ignore[arg-type]
    assert songs(client) == before


def test_a_new_build_is_taken_up_without_a_restart(house: House, client: httpx.Client) -> None:
    old = client.get(PATH).json()["build"]
    with house.store.writing() as writer:
        writer.listener("Somebody new")
    run_learning(house, Unwatched())
    assert house.builds.live() != old
    # While it is being opened, the one before it answers.
    until = time.monotonic() + 30
    while client.get(PATH).json()["build"] != house.builds.live():
        assert time.monotonic() < until


def test_what_cannot_be_answered_is_said_as_a_problem(house: House, client: httpx.Client) -> None:
    other = house.store.listeners()[8]
    for path, status in (
        (f"/api/v1/listeners/{other.name}/recommendations", 404),
        (f"/api/v1/listeners/{other.id}", 404),
        (f"{PATH}?limit=0", 422),
        (f"{PATH}?seed=x", 422),
        ("/api/v1/nothing", 404),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    bare = httpx.get(f"{client.base_url}{PATH}")
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, 'Bearer realm="earmark"')
    house.builds.remove(str(house.builds.live()))
    answer = client.get(PATH)
    assert (answer.status_code, answer.json()["remedy"]) == (409, "Run `earmark learn` first.")


def test_a_listener_is_told_who_they_are(house: House, client: httpx.Client) -> None:
    who = house.store.listeners()[7]
    for name in ("me", who.name, str(who.id)):
        answer = client.get(f"/api/v1/listeners/{name}").json()
        assert (answer["id"], answer["name"], answer["time_zone"]) == (who.id, who.name, "UTC")
        assert answer["listens"] == house.store.scrobbles.count(who.id)


def test_the_short_way_passes_through_all_that_the_others_do(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, there = "/listeners/me/recommendations", {"Origin": "https://elsewhere.example"}
    told = asker.client.get(path, headers=there | {"X-Request-ID": "mine"})
    assert told.headers["access-control-allow-origin"] == "*"
    assert told.headers["x-request-id"] == "mine"
    assert "default-src 'none'" in told.headers["content-security-policy"]
    assert told.headers["cache-control"] == "no-store"
    head = asker.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(told.content))
    asked = there | {"Access-Control-Request-Method": "GET"}
    assert asker.client.options(path, headers=asked).headers["access-control-allow-origin"] == "*"
    refused = asker.client.post(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    assert refused.headers["content-type"] == "application/problem+json"
    monkeypatch.setattr(asker.house.store, "revisions", lambda _: 1 / 0)
    broken = asker.client.get(path)
    assert (broken.status_code, broken.json()["title"]) == (500, "Internal Server Error")
    assert broken.headers["x-request-id"]
