"""A listener takes everything away."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from tests.homes import WEEK
from tests.web.api.conftest import Asker

from earmark.jobs import exporting
from earmark.listening.listens import UnixMs


def test_every_fact_is_told_once(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    # Fewer at once than there are.
    monkeypatch.setattr(exporting, "AT_ONCE", 7)
    store, who = asker.house.store, asker.who
    song = asker.get("/listeners/me/recommendations").json()["songs"][0]
    asker.client.put("/listeners/me/feedback/love", params={"item": song["item"]})
    shown = {"shown_at": 1_700_000_000_000, "slot": "home", "item": song["item"], "policy": "p"}
    asker.client.post(
        "/listeners/me/exposures", json={"exposures": [shown | {"position": place} for place in range(20)]}
    )
    for title in "abc":
        listed = {"title": title, "tracks": [{"item": song["item"]}, {"artist": "New", "title": title}]}
        asker.client.post("/listeners/me/playlists", json=listed)
    answer = asker.get("/listeners/me/export")
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert len({json.dumps(line) for line in lines}) == len(lines)
    assert Counter(kind for line in lines for kind in line) == {
        "listener": 1,
        "listen": store.scrobbles.count(who.id),
        "feedback": len(store.feedback([who.id])),
        "playlist": 3,
        "edition": 1,
        "exposure": 20,
    }
    assert lines[0]["listener"]["name"] == who.name
    (edition,) = [line["edition"] for line in lines if "edition" in line]
    assert (edition["week"], len(edition["entries"])) == (WEEK, 30)
    lists = [line["playlist"] for line in lines if "playlist" in line]
    assert [one["title"] for one in lists] == ["c", "b", "a"]
    assert [track["title"] for track in lists[0]["tracks"]] == [song["title"], "c"]
    newest = store.pages.listens(who.id, after=UnixMs(0), before=UnixMs(1 << 60), n=1)[0]
    assert lines[1]["listen"]["started_at"] == newest.started_at
    other = asker.house.store.listeners()[8]
    assert asker.get(f"/listeners/{other.id}/export").status_code == 404
