"""Playlists over our own API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.web.conftest import Served

from earmark.web.api.idempotency import LEASE_MS

PATH = "/api/v1/listeners/me/playlists"


def lantern(letter: str, **facts: Any) -> dict[str, Any]:
    return {"artist": "Velvet Harbour", "title": f"Lantern {letter}", **facts}


def letters(told: dict[str, Any]) -> str:
    assert told["size"] == len(told["tracks"])
    return "".join(one["title"][-1] for one in told["tracks"])


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["detail"]


def test_a_playlist_is_made_read_changed_and_deleted(served: Served) -> None:
    facts = {"release": "Lamps", "uri": "spotify:track:1", "duration_ms": 200_000}
    with served.client() as client:
        answer = client.post(
            PATH,
            json={"title": " Rain ", "annotation": "Wet", "tracks": [lantern("a", **facts), lantern("b")]},
        )
        assert answer.status_code == 201
        made = answer.json()
        assert (made["title"], made["annotation"], made["public"]) == ("Rain", "Wet", False)
        assert letters(made) == "ab"
        first = made["tracks"][0]
        assert first | facts | {"artist": "Velvet Harbour", "title": "Lantern a"} == first
        where = answer.headers["location"]
        assert client.get(where).json() == made

        changed = client.patch(where, json={"title": "Storm", "public": True}).json()
        assert (changed["title"], changed["annotation"], changed["public"]) == ("Storm", "Wet", True)
        assert client.patch(where, json={"annotation": None}).json()["annotation"] is None
        assert changed["changed_at"] > made["changed_at"] == made["made_at"] == changed["made_at"]

        again = {"tracks": [lantern("c"), {"item": first["item"]}, {"item": first["item"]}]}
        assert letters(client.put(f"{where}/tracks", json=again).json()) == "caa"
        (listed,) = client.get(PATH).json()["items"]
        assert (listed["id"], listed["title"], listed["size"]) == (made["id"], "Storm", 3)
        assert "tracks" not in listed
        gone = client.delete(where)
        assert (gone.status_code, gone.content) == (204, b"")
        assert problem(client.get(where))[0] == problem(client.delete(where))[0] == 404
        assert client.get(PATH).json() == {"items": [], "next": None}


def test_they_come_in_pages(served: Served) -> None:
    with served.client() as client:
        for title in "abcde":
            client.post(PATH, json={"title": title})
        told, where = [], f"{PATH}?limit=2"
        while where:
            answer = client.get(where)
            told.append([one["title"] for one in answer.json()["items"]])
            where = answer.links.get("next", {}).get("url", "")
    assert told == [["e", "d"], ["c", "b"], ["a"]]


def test_one_told_twice_with_a_key_is_made_once_and_answered_alike(served: Served) -> None:
    with served.client() as client:

        def make(**facts: Any) -> httpx.Response:
            return client.post(
                PATH,
                json={"title": "Rain", "tracks": [lantern("a")], **facts},
                headers={"Idempotency-Key": "k"},
            )

        first = make()
        client.patch(first.headers["location"], json={"title": "Storm"})
        again = make()
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["location"] == first.headers["location"]
        assert problem(make(title="Sun"))[0] == 422
        assert [one["title"] for one in client.get(PATH).json()["items"]] == ["Storm"]


def test_one_made_by_a_process_that_could_not_say_so_is_found_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.client() as client:
        key = {"Idempotency-Key": "k"}
        with monkeypatch.context() as killed:
            killed.setattr(served.house.store.receipts, "note", lambda *_: None)
            first = client.post(PATH, json={"title": "Rain"}, headers=key)
        assert client.post(PATH, json={"title": "Rain"}, headers=key).status_code == 409
        served.time.pass_by(seconds=LEASE_MS / 1_000 + 1)
        again = client.post(PATH, json={"title": "Rain"}, headers=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert len(client.get(PATH).json()["items"]) == 1


def test_what_does_not_fit_is_said_as_a_problem_and_nothing_is_made(served: Served) -> None:
    with served.client() as client:
        for document, status, message in (
            (b"{", 400, "no JSON"),
            ([], 422, "Expected `object`"),
            ({}, 422, "`title`"),
            ({"title": ""}, 422, "length >= 1"),
            ({"title": " \0 "}, 422, "not blank"),
            ({"title": "x" * 1_001}, 422, "length <= 1000"),
            ({"title": "A", "annotation": "x" * 10_001}, 422, "length <= 10000"),
            ({"title": "A", "owner": "Bo"}, 422, "unknown field"),
            ({"title": "A", "tracks": [{}]}, 422, "Track 0: no title"),
            ({"title": "A", "tracks": [lantern("a"), {"title": "b"}]}, 422, "Track 1: no artist"),
            ({"title": "A", "tracks": [lantern("a", item=1)]}, 422, "one of them is enough"),
            ({"title": "A", "tracks": [{"item": 0}]}, 422, ">= 1"),
            ({"title": "A", "tracks": [{"item": 99}]}, 404, "no track 99"),
            ({"title": "A", "tracks": [{"item": 1 << 40}]}, 422, "<= 2147483647"),
            ({"title": "A", "tracks": [lantern("a")] * 10_001}, 422, "length <= 10000"),
        ):
            answer = (
                client.post(PATH, content=document)
                if isinstance(document, bytes)
                else client.post(PATH, json=document)
            )
            assert problem(answer)[0] == status, document
            assert message in answer.json()["detail"]
        assert client.get(PATH).json() == {"items": [], "next": None}
        for number in ("0", "x", str(1 << 31)):
            assert problem(client.get(f"{PATH}/{number}"))[0] == 422
        assert problem(client.get(f"{PATH}/7"))[0] == 404


def test_nobody_reads_or_changes_anothers_here(served: Served) -> None:
    with served.client() as ada, served.client(served.bo) as bo, served.client("") as nobody:
        made = ada.post(PATH, json={"title": "Rain", "public": True, "tracks": [lantern("a")]}).json()
        for base in (f"{PATH}/{made['id']}", f"/api/v1/listeners/Ada/playlists/{made['id']}"):
            for ask in (
                lambda client, path: client.get(path),
                lambda client, path: client.patch(path, json={"title": "Mine"}),
                lambda client, path: client.put(f"{path}/tracks", json={"tracks": []}),
                lambda client, path: client.delete(path),
            ):
                assert problem(ask(bo, base))[0] == 404
                assert problem(ask(nobody, base))[0] == 401
        assert ada.get(f"{PATH}/{made['id']}").json() == made


def test_all_of_it_is_described(served: Served) -> None:
    with served.client("") as nobody:
        paths = nobody.get("/api/openapi.json").json()["paths"]
    one = "/api/v1/listeners/{listener}/playlists/{playlist}"
    assert set(paths[one]) == {"get", "patch", "delete"}
    assert set(paths[f"{one}/tracks"]) == {"put"}
    assert "/1/playlist/{playlist}/item/add/{offset}" in paths
