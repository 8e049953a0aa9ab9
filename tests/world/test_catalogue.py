from __future__ import annotations

import numpy as np
import pytest

from earmark.music.names import artist_key, song_key
from earmark.world import World, WorldConfig
from earmark.world.catalogue import Catalogue


def test_the_catalogue_has_the_size_asked_for() -> None:
    for tracks, genres in ((100, 2), (480, 48), (1_003, 100), (5_000, 7)):
        catalogue = Catalogue(WorldConfig(tracks=tracks, micro_genres=genres))
        assert len(catalogue.artist) == tracks
        assert set(catalogue.micro_genre.tolist()) == set(range(genres))
        assert len(catalogue.genre_names()) == genres


def test_durations_average_just_over_four_minutes(world: World) -> None:
    durations = world.catalogue.duration_ms
    assert 240_000 < durations.mean() < 250_000
    assert durations.min() >= 75_000


def test_a_minority_of_tracks_are_versions_of_a_song_by_the_same_artist(world: World) -> None:
    catalogue = world.catalogue
    versions = np.flatnonzero(catalogue.ordinal)
    assert 0.07 < len(versions) / catalogue.n_tracks < 0.16
    assert (catalogue.artist[catalogue.song] == catalogue.artist).all()
    assert (catalogue.song[catalogue.song] == catalogue.song).all()
    for place in versions[:200].tolist():
        version, original = world.tracks[place], world.tracks[int(catalogue.song[place])]
        assert version.artist == original.artist
        assert version.title.startswith((f"{original.title} - ", f"{original.title} (feat. "))


def test_versions_ring_visits_every_version_of_a_song(world: World) -> None:
    catalogue = world.catalogue
    assert sorted(catalogue.next_version.tolist()) == list(range(catalogue.n_tracks))
    assert (catalogue.song[catalogue.next_version] == catalogue.song).all()
    alone = np.bincount(catalogue.song, minlength=catalogue.n_tracks)[catalogue.song] == 1
    assert ((catalogue.next_version == np.arange(catalogue.n_tracks)) == alone).all()


def test_every_track_has_a_name_and_an_address_of_its_own(world: World) -> None:
    tracks = world.tracks[:]
    assert len({(track.artist, track.title) for track in tracks}) == len(tracks)
    assert len({track.uri for track in tracks}) == len(tracks)
    assert all(
        track.uri is not None and len(track.uri) == len("spotify:track:") + 22 for track in tracks[:500]
    )


def test_artists_belong_to_one_or_two_related_micro_genres(world: World) -> None:
    catalogue = world.catalogue
    first, second = catalogue.artist_genres.T
    assert (catalogue.genre_parent[first] == catalogue.genre_parent[second]).all()
    assert 0.2 < (first != second).mean() < 0.6
    own = catalogue.artist_genres[catalogue.artist]
    assert (own == catalogue.micro_genre[:, None]).any(axis=1).all()


def test_tracks_are_made_once_and_read_like_a_list(world: World) -> None:
    assert world.tracks[7] is world.tracks[7]
    assert world.tracks[-1] is world.tracks[len(world.tracks) - 1]
    assert world.tracks[2:4] == [world.tracks[2], world.tracks[3]]
    with pytest.raises(IndexError):
        world.tracks[len(world.tracks)]


def test_another_seed_makes_another_catalogue() -> None:
    one, other = (World(WorldConfig(seed=seed, tracks=500, micro_genres=8)) for seed in (1, 2))
    assert not np.array_equal(one.catalogue.popularity, other.catalogue.popularity)
    assert one.tracks[0] != other.tracks[0]


def test_the_house_joins_exactly_the_versions_that_were_made_of_one_song(world: World) -> None:
    keys: dict[tuple[str, str], set[int]] = {}
    for track, song in zip(world.tracks, world.catalogue.song.tolist(), strict=True):
        keys.setdefault((artist_key(track.artist), song_key(track.title)), set()).add(song)
    assert all(len(songs) == 1 for songs in keys.values())
    assert len(keys) == len(np.unique(world.catalogue.song))
