"""Plays over our own API: told, read page by page, taken back."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from tests.web.conftest import Served

from earmark.web.api.listens import MOST_TOGETHER

PATH = "/api/v1/listeners/me/listens"
NOW = int(time.time() * 1_000) // 60_000 * 60_000
NAMES = [
    "Amber",
    "Basil",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Grove",
    "Haven",
    "Inlet",
    "Jetty",
    "Knoll",
    "Lagoon",
]


def play(n: int, **more: Any) -> dict[str, Any]:
    return {"artist": "Velvet Harbour", "title": NAMES[n], "started_at": NOW - (n + 1) * 600_000} | more


def tell(client: httpx.Client, *plays: dict[str, Any], **headers: str) -> httpx.Response:
    return client.post(
        PATH, json={"listens": list(plays)}, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def walked(client: httpx.Client, path: str = PATH, **query: Any) -> list[dict[str, Any]]:
    """All items, as a client meets them that follows the links."""
    items: list[dict[str, Any]] = []
    answer = client.get(path, params=query)
    while True:
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        following = answer.links.get("next")
        assert (following is None) == (answer.json()["next"] is None)
        if following is None:
            return items
        answer = client.get(following["url"])


def test_a_play_is_told_of_in_full_and_read_back(served: Served) -> None:
    full = play(
        0,
        release="Lamps",
        ms_played=190_000,
        duration_ms=200_000,
        ending="completed",
        private=True,
        uri="x:1",
    )
    with served.client() as client:
        answer = tell(client, full, play(1, started_at="2024-05-01T12:00:00.250+02:00"))
        assert (answer.status_code, answer.json()) == (200, {"accepted": 2, "refused": []})
        first, second = client.get(PATH).json()["items"]
    assert first == full | {
        "id": f"{full['started_at']}-{first['item']}",
        "item": first["item"],
        "song": first["song"],
        "origin": "api",
    }
    assert (second["started_at"], second["ending"], second["private"]) == (
        1_714_557_600_250,
        "unknown",
        False,
    )


def test_a_walk_meets_every_play_once_though_more_are_told(served: Served) -> None:
    with served.client() as client:
        tell(client, *(play(n) for n in range(10)))
        page = client.get(PATH, params={"limit": 3}).json()
        met = page["items"]
        while page["next"]:
            tell(client, play(10, started_at=NOW + len(met) * 60_000))
            page = client.get(PATH, params={"limit": 3, "cursor": page["next"]}).json()
            met += page["items"]
        assert [one["title"] for one in met] == NAMES[:10]
        assert [one["title"] for one in walked(client, limit=4, before=NOW)] == NAMES[:10]
        assert [one["title"] for one in walked(client, after=NOW - 3_000_000, before=NOW - 600_000)] == NAMES[
            1:4
        ]


def test_what_cannot_be_a_play_is_named_and_stops_no_others(served: Served) -> None:
    bad = [play(1, started_at=1_000), play(2, started_at=NOW + 2 * 3_600_000), play(3, artist=" ")]
    with served.client() as client:
        told = tell(client, play(0), *bad).json()
        assert told["accepted"] == 1
        assert [(one["place"], one["why"]) for one in told["refused"]] == [
            (1, "date before 2002"),
            (2, "date in the future"),
            (3, "no artist"),
        ]
        assert len(walked(client)) == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"listens": [{"artist": "\xff"}]}', 400),
        (b"[" * 100_000, 422),
        (b"{}", 422),
        (b'{"listens": []}', 422),
        (b'{"listens": [{"artist": "A", "title": "T"}]}', 422),
        (b'{"listens": [{"artist": "A", "title": "T", "started_at": "2024-05-01T12:00:00"}]}', 422),
        (b'{"listens": [{"artist": "A", "title": "T", "started_at": 1e400}]}', 422),
        (b'{"listens": [{"artist": 1, "title": "T", "started_at": 1714557600000}]}', 422),
        (b'{"listens": [{"artist": "A", "title": "T", "started_at": 1714557600000, "tilte": "x"}]}', 422),
        (b'{"listens": [' + b"{}," * MOST_TOGETHER + b"{}]}", 422),
        (b" " * (10 << 20) + b" ", 413),
    ],
)
def test_bodies_that_do_not_fit_are_refused(served: Served, sent: bytes, status: int) -> None:
    with served.client() as client:
        answer = client.post(PATH, content=sent)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
            answer.text
        )
        assert walked(client) == []


def test_a_play_is_taken_back(served: Served) -> None:
    with served.client() as client, served.client(served.bo) as bo:
        tell(client, play(0), play(1))
        for teller in (client, bo):
            tell(teller, play(2))
        first, second, _ = walked(client)
        assert bo.delete(f"{PATH}/{first['id']}").status_code == 404
        assert client.delete(f"/api/v1/listeners/Bo/listens/{first['id']}").status_code == 404
        assert client.delete(f"{PATH}/{first['id']}").status_code == 204
        assert client.delete(f"{PATH}/{first['id']}").status_code == 404
        for wrong, status in (
            ("1-1", 404),
            (f"{second['started_at'] + 1}-{second['item']}", 404),
            ("x", 422),
        ):
            assert client.delete(f"{PATH}/{wrong}").status_code == status
        assert [one["title"] for one in walked(client)] == NAMES[1:3]
        assert len(walked(bo)) == 1


def test_another_listeners_plays_are_not_there(served: Served) -> None:
    with served.client() as client, served.client("") as nobody:
        bo = served.house.store.find_listener("Bo").id
        for path in ("Bo", str(bo), "Nobody"):
            assert client.get(f"/api/v1/listeners/{path}/listens").status_code == 404
            assert (
                client.post(f"/api/v1/listeners/{path}/listens", json={"listens": [play(0)]}).status_code
                == 404
            )
        assert nobody.get(PATH).status_code == 401
        assert nobody.post(PATH, content=b"{").status_code == 401
