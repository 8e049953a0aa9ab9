"""Builds over our own API: what they were made from, how good they are, and asking for another."""

from __future__ import annotations

import msgspec
from tests.web.api.conftest import Asker
from tests.web.conftest import Served

from earmark.engines.builds import Manifest
from earmark.store.queue import State


def test_builds_tell_how_they_were_made(asker: Asker) -> None:
    live = asker.house.builds.live()
    assert live
    (listed,) = asker.get("/builds").json()["items"]
    assert (listed["id"], listed["live"]) == (live, True)
    for name in ("live", live):
        answer = asker.get(f"/builds/{name}")
        assert msgspec.json.decode(answer.content, type=Manifest) == asker.house.builds.manifest(live)
    for wrong in ("nothing", "%2e%2e", "LIVE"):
        assert asker.get(f"/builds/{wrong}").status_code == 404


def test_an_owner_asks_for_a_build_and_nobody_else(asker: Asker) -> None:
    assert asker.client.post("/builds").status_code == 403
    answers = [asker.owner.post("/builds", headers={"Idempotency-Key": "mine"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    (job,) = asker.house.store.queue.jobs(State, 9)
    assert (answers[0].json()["id"], job.kind, job.state) == (job.id, "learn", State.WAITING)


def test_before_anything_was_learned_there_is_none(served: Served) -> None:
    with served.client(prefix="/api/v1") as client:
        assert client.get("/builds").json() == {"items": [], "next": None}
        assert client.get("/builds/live").status_code == 409
        assert client.get("/builds/x").status_code == 404
