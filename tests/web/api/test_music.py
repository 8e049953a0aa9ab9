"""Tracks, artists and what is like them: for all who are signed in, and no secret of anybody's."""

from __future__ import annotations

import time

import pytest
from tests.homes import new_songs
from tests.web.api.conftest import Asker
from tests.web.conftest import Served

from earmark.jobs.opened_build import OpenedBuild
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store.port import ItemId
from earmark.world import World


def some_track(asker: Asker, place: int = 0) -> dict[str, object]:
    recommended = asker.get("/listeners/me/recommendations", limit=place + 1).json()["songs"][place]
    found = asker.get(f"/tracks/{recommended['item']}")
    assert found.status_code == 200, found.text
    track: dict[str, object] = found.json()
    assert (track["song"], track["title"]) == (recommended["song"], recommended["title"])
    return track


def test_a_track_is_found_by_its_number_and_by_its_names(asker: Asker) -> None:
    track = some_track(asker)
    found = asker.get(
        "/tracks", artist=str(track["artist_name"]).upper(), title=f"{track['title']} (Remastered 2011)"
    )
    assert track["item"] in [one["item"] for one in found.json()["items"]]
    assert {one["song"] for one in found.json()["items"]} == {track["song"]}
    assert len(found.json()["items"]) == len(track["versions"]) + 1  # type: ignore[arg-type]
    assert asker.get("/tracks", artist="Nobody", title="Nothing").json() == {"items": []}
    for wrong, status in ((2_000_000_000, 404), (0, 422), ("x", 422), (1 << 40, 422)):
        assert asker.get(f"/tracks/{wrong}").status_code == status
    assert asker.get("/tracks", artist="Nobody").status_code == 422


def test_an_artist_is_told_with_their_songs(asker: Asker) -> None:
    track = some_track(asker)
    artist = asker.get(f"/artists/{track['artist']}").json()
    assert artist["name"] == track["artist_name"]
    assert track["song"] in [one["song"] for one in artist["songs"]]
    assert {one["artist"] for one in artist["songs"]} == {track["artist"]}
    assert asker.get("/artists/2000000000").status_code == 404


def test_micro_genres_are_told_with_their_places(asker: Asker) -> None:
    told = asker.get("/micro-genres").json()
    found = OpenedBuild.live(asker.house).micro_genres.genres

    assert told["build"] == asker.house.builds.live()
    assert {(one["id"], one["name"], one["x"], one["y"]) for one in told["micro_genres"]} == {
        (one.id, one.name, one.x, one.y) for one in found
    }
    assert all(one["artists"] and one["share"] is None for one in told["micro_genres"])


@pytest.mark.parametrize("limit", [1, 30, 500])
def test_what_is_like_a_track(asker: Asker, limit: int) -> None:
    track = some_track(asker)
    answer = asker.get(f"/tracks/{track['item']}/similar", limit=limit).json()
    assert answer["build"] == asker.house.builds.live()
    songs = [one["song"] for one in answer["songs"]]
    assert len(set(songs)) == len(songs) == limit
    assert track["song"] not in songs
    likeness = [one["likeness"] for one in answer["songs"]]
    assert likeness == sorted(likeness, reverse=True)
    assert 0 < likeness[-1] <= likeness[0] <= 1
    shown = asker.house.store.items([ItemId(one["item"]) for one in answer["songs"]])
    assert [one["artist_name"] for one in answer["songs"]] == shown["artist"].to_list()


def test_who_is_like_an_artist(asker: Asker) -> None:
    track = some_track(asker)
    answer = asker.get(f"/artists/{track['artist']}/similar", limit=10).json()
    ids = [one["artist"] for one in answer["artists"]]
    assert len(set(ids)) == 10
    assert track["artist"] not in ids
    names = asker.house.store.artists(ids)["artist_name"].to_list()
    assert [one["name"] for one in answer["artists"]] == names
    assert all(0 < one["likeness"] <= 1 for one in answer["artists"])
    for wrong in (0, 501):
        assert asker.get(f"/artists/{track['artist']}/similar", limit=wrong).status_code == 422


def test_what_is_new_since_the_build_is_known_by_name_only(asker: Asker) -> None:
    listens = [Listen(Track("Newcomer", "First Light"), UnixMs(int(time.time() * 1_000) - 600_000), 200_000)]
    with asker.house.store.writing() as writer:
        writer.add_listens([asker.who.id], listens, Origin("phone"))
    (found,) = asker.get("/tracks", artist="Newcomer", title="First Light").json()["items"]
    assert asker.get(f"/artists/{found['artist']}").json()["songs"] == []
    for path in (f"/tracks/{found['item']}/similar", f"/artists/{found['artist']}/similar"):
        answer = asker.get(path)
        assert (answer.status_code, answer.json()["remedy"]) == (404, "Ask again after the next build.")


def test_music_that_only_somebody_else_has_to_do_with_is_not_there(served: Served) -> None:
    secret = Track("Ottoline Quagmire", "Nobody Else Heard This")
    with served.house.store.writing() as writer:
        bo = writer.listener("Bo")
        writer.add_listens([bo], [Listen(secret, UnixMs(1_700_000_000_000), private=True)], Origin("phone"))
    item = served.house.store.scrobbles.page(bo, after=None, before=None, n=1)[0].item
    record = served.house.store.tracks.tracks([item])[item]
    paths = (
        f"/tracks/{item}",
        f"/tracks/{item}/similar",
        f"/artists/{record.artist}",
        f"/artists/{record.artist}/similar",
        f"/listeners/me/feedback/love?item={item}",
    )
    names = {"artist": secret.artist, "title": secret.title}
    with served.client(prefix="/api/v1") as ada, served.client(served.bo, prefix="/api/v1") as theirs:
        for path in paths:
            answer = ada.request("PUT" if "feedback" in path else "GET", path)
            assert answer.status_code == 404, path
            assert "Quagmire" not in answer.text
        assert ada.get("/tracks", params=names).json() == {"items": []}
        assert theirs.get(paths[0]).json()["title"] == secret.title
        assert theirs.get(paths[2]).json()["name"] == secret.artist
        assert len(theirs.get("/tracks", params=names).json()["items"]) == 1
        # Nothing was learned yet.
        assert theirs.get(paths[1]).status_code == 409


def test_what_sounds_like_a_track_played_or_not(listening: Asker, sounding_world: World) -> None:
    new, other = (sounding_world.tracks[place] for place in new_songs(sounding_world)[:2])
    first, last = (
        listening.get("/tracks", artist=one.artist, title=one.title).json()["items"][0]["item"]
        for one in (new, other)
    )
    answer = listening.get(f"/tracks/{first}/sounds-like", limit=12).json()
    assert answer["build"] == listening.house.builds.live()
    likeness = [one["likeness"] for one in answer["songs"]]
    assert len(likeness) == 12
    assert likeness == sorted(likeness, reverse=True)
    slow = listening.get(f"/tracks/{first}/sounds-like", fastest=150, mood=["calm"]).json()["songs"]
    assert slow
    assert all(one["tempo"] <= 150 for one in slow)
    way = listening.get(f"/tracks/{first}/path/{last}", steps=5).json()["songs"]
    assert [way[0]["item"], way[-1]["item"]] == [first, last]
    assert len(way) == 5
    for path, query in (
        (f"/tracks/{first}/sounds-like", {"mood": "grumpy"}),
        (f"/tracks/{first}/sounds-like", {"slowest": 120, "fastest": 90}),
        (f"/tracks/{first}/sounds-like", {"slowest": 0}),
        (f"/tracks/{first}/path/{last}", {"steps": 2}),
    ):
        assert listening.get(path, **query).status_code == 422
    assert listening.get(f"/tracks/{first}/path/2000000000").status_code == 404


def test_of_a_track_that_was_not_heard_it_is_said(asker: Asker) -> None:
    track = some_track(asker)
    answer = asker.get(f"/tracks/{track['item']}/sounds-like")
    assert answer.status_code == 409
    assert "earmark scan" in answer.text
