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
    for field in ("listens", "artists", "new_share", "mainstream", "hours", "weekdays", "said", "time_zone"):
        assert getattr(told, field) == getattr(found, field)
    assert found.mainstream is not None
    other = asker.house.store.listeners()[8]
    assert asker.get(f"/listeners/{other.name}/taste").status_code == 404


def test_it_is_there_before_anything_was_learned_and_follows_every_play(served: Served) -> None:
    with served.client(prefix="/api/v1") as client:
        assert client.get(PATH).json()["listens"] == 0
        with served.client() as player:
            tell(player, play(0), play(1, private=True))
        taste = client.get(PATH).json()
    assert (taste["listens"], taste["private_listens"], taste["mainstream"]) == (1, 1, None)
    assert [one["name"] for one in taste["top_songs"]] == ["Amber"]
