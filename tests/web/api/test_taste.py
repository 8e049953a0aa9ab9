"""Taste over our own API: the same that `earmark taste --json` shows."""

from __future__ import annotations

import msgspec
from tests.web.api.conftest import Asker
from tests.web.api.test_listens import play, tell
from tests.web.conftest import Served

from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.tasting import taste_of
from earmark.taste.profile import Taste

PATH = "/listeners/me/taste"


def test_it_is_what_the_command_shows(asker: Asker) -> None:
    answer = asker.get(PATH)
    told = msgspec.json.decode(answer.content, type=Taste)
    found = taste_of(asker.house, asker.who.name, OpenedBuild.live(asker.house))
    assert [(one.name, one.plays) for one in told.top_songs] == [
        (one.name, one.plays) for one in found.top_songs
    ]
    for field in ("listens", "artists", "micro_genres", "traits", "said", "time_zone", "edits", "sentences"):
        assert getattr(told, field) == getattr(found, field)
    assert found.micro_genres
    other = asker.house.store.listeners()[8]
    assert asker.get(f"/listeners/{other.name}/taste").status_code == 404


def test_it_is_there_before_anything_was_learned_and_follows_every_play(served: Served) -> None:
    with served.client(prefix="/api/v1") as client:
        assert client.get(PATH).json()["listens"] == 0
        with served.client() as player:
            tell(player, play(0), play(1, private=True))
        taste = client.get(PATH).json()
    assert (taste["listens"], taste["private_listens"], taste["micro_genres"]) == (1, 1, [])
    assert [one["name"] for one in taste["top_songs"]] == ["Amber"]


def test_an_edit_is_shown_saved_kept_and_taken_back(asker: Asker) -> None:
    before = asker.get(PATH).json()
    first = before["micro_genres"][0]
    wish = {"action": "reject", "what": [first["name"]]}
    seen = asker.client.post(f"{PATH}/edits/preview", json=wish).json()
    assert any(one.startswith(f"Gone: {first['name']}") for one in seen["taste"])
    assert asker.get(PATH).json() == before, "looking changes nothing"
    saved = asker.client.post(f"{PATH}/edits", json=wish).json()
    assert first["id"] not in {one["id"] for one in asker.get(PATH).json()["micro_genres"]}
    assert asker.get(f"{PATH}/versions").json()["versions"][-1]["cause"] == "edit"
    assert asker.get(f"{PATH}/edits/{saved['id']}/undoing").json()["edit"] == saved["what"]
    assert asker.client.delete(f"{PATH}/edits/{saved['id']}").json()["undone"]
    assert asker.client.delete(f"{PATH}/edits/{saved['id']}").status_code == 404
    assert asker.get(PATH).json()["micro_genres"] == before["micro_genres"]


def test_what_cannot_be_edited_is_refused(asker: Asker) -> None:
    for wish, status in (
        ({"action": "boost", "what": ["no such micro-genre"]}, 404),
        ({"action": "less", "what": ["Nobody at all of that name"]}, 404),
        ({"action": "exclude", "what": ["hours", "noon"]}, 422),
        ({"action": "adore", "what": ["x"]}, 422),
        ({"action": "boost"}, 422),
    ):
        answer = asker.client.post(f"{PATH}/edits", json=wish)
        assert (answer.status_code, "did you mean" in answer.text.lower()) == (status, False), wish
    assert asker.get(f"{PATH}?on=2001-01-01").status_code == 404
    assert asker.get(f"{PATH}/changes?since=not-a-date").status_code == 422


def test_what_the_world_says_of_an_artist_is_told(asker: Asker) -> None:
    artist = asker.house.store.find_artist(asker.get(PATH).json()["top_artists"][0]["name"])
    told = asker.get(f"/artists/{artist}/about").json()
    assert told["micro_genres"]
    assert asker.get("/artists/999999/about").status_code == 404
    assert asker.get(f"{PATH}/doubts").json()["doubts"] == []
