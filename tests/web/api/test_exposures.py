"""What clients showed, over our own API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.web.api.test_listens import NOW, play, tell, walked
from tests.web.conftest import Served

PATH = "/api/v1/listeners/me/exposures"


def heard_item(client: httpx.Client) -> int:
    tell(client, play(0))
    return int(walked(client)[0]["item"])


def shown(item: int, **more: Any) -> dict[str, Any]:
    return {"shown_at": NOW - 1_000, "slot": "home", "position": 0, "item": item, "policy": "discover"} | more


def note(client: httpx.Client, *exposures: dict[str, Any]) -> httpx.Response:
    return client.post(PATH, json={"exposures": exposures})


def test_what_was_shown_is_noted_once_and_read_back(served: Served) -> None:
    with served.client() as client, served.client(served.bo) as bo:
        item = heard_item(client)
        full = shown(item, mix="weekly", edition="2026-W47", propensity=0.5, build="0123456789ab", position=7)
        for _ in range(2):
            assert note(client, shown(item), full).json() == {"noted": 2}
        bare = {"mix": "recommendations", "edition": None, "propensity": None, "build": None}
        assert walked(client, PATH) == [full, shown(item) | bare]
        assert walked(bo, PATH) == []


def test_a_walk_meets_each_once_though_more_are_shown(served: Served) -> None:
    with served.client() as client:
        item = heard_item(client)
        note(client, *(shown(item, position=place) for place in range(5)))
        page = client.get(PATH, params={"limit": 2}).json()
        met = page["items"]
        while page["next"]:
            note(client, shown(item, shown_at=NOW + len(met)))
            page = client.get(PATH, params={"limit": 2, "cursor": page["next"]}).json()
            met += page["items"]
        assert [one["position"] for one in met] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": 1_999_999_999},
        {"edition": "2026-W47"},
        {"mix": "weekly"},
        {"propensity": 0},
        {"propensity": 1.5},
        {"position": -1},
        {"slot": ""},
        {"policy": "a\u0000b"},
        {"shown_at": NOW + 7_200_000},
        {"shown_at": 5},
        {"place": 3},
    ],
)
def test_what_cannot_have_been_shown_is_refused_whole(served: Served, wrong: dict[str, Any]) -> None:
    with served.client() as client:
        item = heard_item(client)
        answer = note(client, shown(item), shown(item, position=1) | wrong)
        assert (answer.status_code, "$.exposures[1" in answer.json()["detail"]) == (422, True), answer.text
        assert walked(client, PATH) == []


def test_another_listener_is_not_there(served: Served) -> None:
    with served.client() as client:
        path = "/api/v1/listeners/Bo/exposures"
        assert client.get(path).status_code == 404
        assert client.post(path, json={"exposures": [shown(heard_item(client))]}).status_code == 404
