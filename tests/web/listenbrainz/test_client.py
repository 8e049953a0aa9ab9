"""The client library of ListenBrainz itself, over real HTTP, for every call that it has."""

from __future__ import annotations

import time

import liblistenbrainz
import pytest
from liblistenbrainz import errors
from tests.web.conftest import Served

NOW = int(time.time())


@pytest.fixture
def client(served: Served) -> liblistenbrainz.ListenBrainz:
    client = liblistenbrainz.ListenBrainz(api_base_url=served.url)
    client.set_auth_token(served.ada)
    return client


def listen(n: int, **facts: object) -> liblistenbrainz.Listen:
    return liblistenbrainz.Listen(
        track_name=f"Lantern {'abcdefghijklmnopqrstuvwxyz'[n]}",
        artist_name="Velvet Harbour",
        release_name="Lamps",
        listened_at=NOW - 600 * (n + 1),
        **facts,
    )


def test_a_token_is_checked(client: liblistenbrainz.ListenBrainz) -> None:
    for wrong in ("6561726d-0000-4000-8000-000000000000", "no token"):
        with pytest.raises(errors.InvalidAuthTokenException):
            client.set_auth_token(wrong)


def test_plays_are_told_and_read_back(client: liblistenbrainz.ListenBrainz) -> None:
    client.submit_single_listen(listen(0, additional_info={"duration_ms": 200_000}))
    client.submit_multiple_listens([listen(n) for n in range(1, 20)])
    assert client.get_user_listen_count("Ada") == 20
    found = client.get_listens("Ada", count=5)
    assert [one.track_name for one in found] == [f"Lantern {letter}" for letter in "abcde"]
    assert [one.listened_at for one in found] == [NOW - 600 * (n + 1) for n in range(5)]
    assert (found[0].artist_name, found[0].release_name) == ("Velvet Harbour", "Lamps")
    assert found[0].additional_info["duration_ms"] == 200_000
    older = client.get_listens("Ada", max_ts=found[-1].listened_at, count=3)
    assert [one.track_name for one in older] == [f"Lantern {letter}" for letter in "fgh"]
    newer = client.get_listens("Ada", min_ts=found[2].listened_at, count=9)
    assert [one.track_name for one in newer] == ["Lantern a", "Lantern b"]


def test_what_sounds_now_is_told_and_read_back(client: liblistenbrainz.ListenBrainz) -> None:
    assert client.get_playing_now("Ada") is None
    now = liblistenbrainz.Listen(track_name="Lantern z", artist_name="Velvet Harbour")
    client.submit_playing_now(now)
    playing = client.get_playing_now("Ada")
    assert playing is not None
    assert (playing.track_name, playing.artist_name) == ("Lantern z", "Velvet Harbour")
    assert client.get_user_listen_count("Ada") == 0


def test_a_play_is_taken_back(client: liblistenbrainz.ListenBrainz) -> None:
    client.submit_multiple_listens([listen(n) for n in range(3)])
    wrong = client.get_listens("Ada")[1]
    client.delete_listen(wrong)
    assert [one.track_name for one in client.get_listens("Ada")] == ["Lantern a", "Lantern c"]


def test_love_and_hate(client: liblistenbrainz.ListenBrainz) -> None:
    mbids = [f"ea124a4d-0b1c-4a5c-8e51-00000000000{n}" for n in range(3)]
    client.submit_multiple_listens([listen(n, recording_mbid=mbid) for n, mbid in enumerate(mbids)])
    client.submit_user_feedback(1, mbids[0])
    client.submit_user_feedback(-1, mbids[1])
    found = client.get_user_feedback("Ada", score=None, metadata=True)
    assert found["total_count"] == 2
    assert {
        (one["track_metadata"]["track_name"], one["recording_mbid"], one["score"])
        for one in found["feedback"]
    } == {
        ("Lantern a", mbids[0], 1),
        ("Lantern b", mbids[1], -1),
    }
    client.submit_user_feedback(0, mbids[0])
    assert client.get_user_feedback("Ada", score=1, metadata=None)["feedback"] == []
    with pytest.raises(errors.ListenBrainzAPIException) as unknown:
        client.submit_user_feedback(1, "ea124a4d-0b1c-4a5c-8e51-00000000000f")
    assert unknown.value.status_code == 404
    assert "no player has told of it yet" in unknown.value.message


def test_statistics(client: liblistenbrainz.ListenBrainz) -> None:
    client.submit_multiple_listens([listen(n) for n in range(3)])
    client.submit_single_listen(
        liblistenbrainz.Listen(track_name="Other", artist_name="Somebody", listened_at=NOW - 5)
    )
    artists = client.get_user_artists("Ada")["payload"]
    assert [(one["artist_name"], one["listen_count"]) for one in artists["artists"]] == [
        ("Velvet Harbour", 3),
        ("Somebody", 1),
    ]
    assert client.get_user_releases("Ada")["payload"]["releases"][0]["release_name"] == "Lamps"
    assert client.get_user_release_groups("Ada")["payload"]["count"] == 1
    recordings = client.get_user_recordings("Ada", count=2, offset=1)["payload"]
    assert (recordings["count"], recordings["total_recording_count"]) == (2, 4)


def test_where_nothing_was_played_or_learned_there_is_no_content(
    client: liblistenbrainz.ListenBrainz,
) -> None:
    for ask in (
        client.get_user_artists,
        client.get_user_releases,
        client.get_user_release_groups,
        client.get_user_recordings,
        client.get_user_recommendation_recordings,
    ):
        assert ask("Ada") is None
