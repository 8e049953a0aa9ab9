"""A listener says where they live."""

from __future__ import annotations

import pytest
from tests.web.conftest import Served

PATH = "/api/v1/listeners/me"


def test_a_listener_moves(served: Served) -> None:
    with served.client() as client:
        answer = client.patch(PATH, json={"time_zone": "America/Los_Angeles"})
        assert (answer.status_code, answer.json()["time_zone"]) == (200, "America/Los_Angeles")
        assert client.get(PATH).json() == answer.json()
    assert served.house.store.find_listener("Bo").time_zone == "UTC"


@pytest.mark.parametrize(
    "body", [{}, {"time_zone": "Mars/Olympus"}, {"time_zone": None}, {"time_zone": "UTC", "role": "owner"}]
)
def test_what_is_no_place_is_refused(served: Served, body: dict[str, object]) -> None:
    with served.client() as client:
        answer = client.patch(PATH, json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert client.get(PATH).json()["time_zone"] == "UTC"
        assert client.patch("/api/v1/listeners/Bo", json={"time_zone": "UTC"}).status_code == 404
