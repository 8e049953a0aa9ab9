from __future__ import annotations

import hashlib
import tracemalloc

import numpy as np
import pytest

from earmark.world import MadeListener, World, WorldConfig
from earmark.world.names import artist_name

SMALL = WorldConfig(seed=11, listeners=12, tracks=400, micro_genres=8, playlists=15, plays_per_listener=80)


def digest(listener: MadeListener) -> str:
    sha = hashlib.sha256(listener.name.encode())
    plays = listener.plays
    for column in (plays.track, plays.started_at, plays.ms_played, plays.ending, plays.private):
        sha.update(column.tobytes())
    return sha.hexdigest()


def test_the_same_settings_make_the_same_world() -> None:
    one, two = World(SMALL), World(SMALL)
    assert [digest(listener) for listener in one.listeners()] == [
        digest(listener) for listener in two.listeners()
    ]
    assert list(one.playlists()) == list(two.playlists())
    assert one.tracks[:] == two.tracks[:]


def test_another_seed_makes_other_plays() -> None:
    other = World(SMALL.model_copy(update={"seed": 12}))
    assert digest(World(SMALL).listener(0)) != digest(other.listener(0))


def test_a_larger_world_begins_with_the_smaller_one() -> None:
    larger = World(SMALL.model_copy(update={"listeners": 1_000, "playlists": 20}))
    small = World(SMALL)
    assert [digest(x) for x in larger.listeners(0, 12)] == [digest(x) for x in small.listeners()]
    assert list(larger.playlists())[:15] == list(small.playlists())


def test_a_listener_is_the_same_alone_as_in_the_row() -> None:
    world = World(SMALL)
    row = [digest(listener) for listener in world.listeners()]
    assert digest(world.listener(7)) == row[7]
    assert [digest(listener) for listener in world.listeners(4, 6)] == row[4:6]


def test_most_artists_are_called_what_they_play(world: World) -> None:
    tags = list(world.tags())
    names, played = world.catalogue.genre_names(), {}
    for number, genres in enumerate(world.catalogue.artist_genres.tolist()):
        played.setdefault(artist_name(number, world.config.seed), {names[genre] for genre in genres})
    tagged = {artist for artist, _, _ in tags}

    assert list(world.tags()) == tags
    assert 0.7 * world.catalogue.n_artists < len(tagged) < 0.9 * world.catalogue.n_artists
    assert all(tag in played[artist] and weight >= 1 for artist, tag, weight in tags)


def test_listeners_have_names_of_their_own(world: World) -> None:
    names = {listener.name for listener in world.listeners()}
    assert len(names) == world.config.listeners


def test_there_is_no_listener_beyond_the_last() -> None:
    world = World(SMALL)
    assert len(list(world.listeners(10, 99))) == 2
    for index in (-1, 12):
        with pytest.raises(IndexError, match="a world of 12"):
            world.listener(index)
        with pytest.raises(IndexError, match="a world of 12"):
            world.affinity(index)


def test_affinity_is_the_share_of_each_micro_genre(world: World) -> None:
    affinity = world.affinity(3)
    assert affinity.shape == (world.config.micro_genres,)
    assert affinity.sum() == pytest.approx(1.0)
    assert 2 <= np.count_nonzero(affinity) <= 7


def test_fits_average_one_and_are_zero_outside_the_taste(world: World) -> None:
    every = np.arange(world.catalogue.n_tracks)
    fits = world.fits(3, every)
    liked = np.flatnonzero(world.affinity(3))
    assert fits.mean() == pytest.approx(1.0)
    assert (fits[~np.isin(world.catalogue.micro_genre, liked)] == 0).all()
    assert world.fits(3, [5, 1]).tolist() == [fits[5], fits[1]]


def test_listeners_play_what_was_planted(world: World) -> None:
    hits = np.argsort(-world.catalogue.popularity)[:300]
    played = [world.fits(x.index, np.unique(x.plays.track)).mean() for x in world.listeners(0, 60)]
    popular = [world.fits(index, hits).mean() for index in range(60)]
    assert np.median(played) > 5 * np.mean(popular)


def test_tastes_drift_and_something_is_discovered_late(world: World) -> None:
    early, late = [], []
    for listener in world.listeners():
        taste, plays = listener.taste, listener.plays
        if len(plays) < 200 or taste.discovered in taste.genres:
            continue
        found = world.catalogue.micro_genre[plays.track] == taste.discovered
        half = len(plays) // 2
        early.append(found[:half].mean())
        late.append(found[half:].mean())
    assert len(early) > 50
    assert np.mean(late) > 3 * np.mean(early)


def test_playlists_are_of_one_mind_and_of_bounded_length(world: World) -> None:
    place = {track.uri: index for index, track in enumerate(world.tracks)}
    playlists = list(world.playlists())
    assert len(playlists) == 60
    shared = []
    for playlist in playlists:
        assert 10 <= len(playlist.tracks) <= 150
        places = np.array([place[track.uri] for track in playlist.tracks])
        assert len(set(world.catalogue.song[places].tolist())) == len(places)
        parents = np.bincount(world.catalogue.genre_parent[world.catalogue.micro_genre[places]])
        shared.append(parents.max() / len(places))
    assert np.mean(shared) > 0.9


def test_listeners_stream_through_little_memory() -> None:
    world = World(SMALL.model_copy(update={"listeners": 2_000, "plays_per_listener": 300.0}))
    tracemalloc.start()
    plays = sum(len(listener.plays) for listener in world.listeners())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert plays > 400_000
    assert peak < 4_000_000
