"""From files that nobody has played to a place in somebody's mix: the made world, rendered, scanned, learned, mixed."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.homes import new_songs, opened

from earmark.engines.progress import Unwatched
from earmark.errors import TooLittleError
from earmark.jobs.editions import show
from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.sounding import path, sounds_like
from earmark.jobs.weekly import run_weekly, this_week
from earmark.ranking.reasons import Ground, Reason
from earmark.ranking.sound_wishes import Wishes
from earmark.store.port import SongId
from earmark.world import World
from earmark.world.sound import Sounds


@pytest.fixture(scope="module")
def build(heard: House) -> OpenedBuild:
    return OpenedBuild.live(heard)


@pytest.fixture(scope="module")
def song_of(heard: House, sounding_world: World) -> dict[int, int]:
    """The record's song of each original of the world that was scanned, by its place."""
    catalogue = sounding_world.catalogue
    places = np.flatnonzero(catalogue.song == np.arange(len(catalogue.song))).tolist()
    songs = heard.store.known_songs([sounding_world.tracks[place] for place in places])
    assert None not in songs
    return dict(zip(places, songs, strict=True))


def test_every_file_was_heard_and_those_that_nobody_played_are_placed(
    build: OpenedBuild, sounding_world: World, song_of: dict[int, int]
) -> None:
    signals = build.model.signals
    new = {song_of[place] for place in new_songs(sounding_world)}
    assert len(new) > 15
    assert len(signals.sounds) == len(song_of)
    placed = set(build.model.columns.songs[signals.factors.placed].tolist())
    assert new <= placed
    assert signals.space.taught_by > 150


def test_what_sounds_alike_is_of_one_micro_genre(
    build: OpenedBuild, sounding_world: World, song_of: dict[int, int]
) -> None:
    genre = {song_of[place]: int(sounding_world.catalogue.micro_genre[place]) for place in song_of}
    shares, sizes = [], Counter(genre.values())
    for song in list(genre)[::5]:
        like = sounds_like(build, SongId(song), 5)
        assert len({one.song for one in like} | {song}) == 6
        shares.append(np.mean([genre[one.song] == genre[song] for one in like]))
    by_chance = sum((n / len(genre)) ** 2 for n in sizes.values())
    assert np.mean(shares) > 2 * by_chance


def test_planted_tempi_are_heard(build: OpenedBuild, sounding_world: World, song_of: dict[int, int]) -> None:
    planted, right, heard = Sounds(sounding_world.catalogue), 0, 0
    of_song = {song: place for place, song in song_of.items()}
    for one in sounds_like(build, SongId(song_of[0]), 120):
        if one.tempo is None:
            continue
        tempo = planted.of(of_song[one.song]).tempo
        octaves = np.log2(one.tempo / tempo)
        right += abs(octaves - round(octaves)) < np.log2(1.05)
        heard += 1
    assert heard > 40
    assert right > 0.5 * heard


def test_wishes_are_met(build: OpenedBuild, song_of: dict[int, int]) -> None:
    for wishes in (Wishes(slowest=100, fastest=140), Wishes(moods=("energetic",))):
        found = sounds_like(build, SongId(song_of[0]), 10, wishes)
        assert len(found) == 10
        likeness = [one.likeness or 0 for one in found]
        assert likeness == sorted(likeness, reverse=True)
    assert all(
        99.9 <= (one.tempo or 0) <= 140.1
        for one in sounds_like(build, SongId(song_of[0]), 10, Wishes(100, 140))
    )


def test_a_way_leads_from_one_song_to_another(build: OpenedBuild, song_of: dict[int, int]) -> None:
    first, last = (SongId(song) for song in (song_of[0], song_of[max(song_of)]))
    way = path(build, first, last, 8)
    assert (way[0].song, way[-1].song) == (first, last)
    assert len({one.song for one in way}) == 8
    assert way[0].likeness is None
    assert all(one.likeness is not None for one in way[1:])


def test_of_a_song_without_a_file_nothing_is_known(
    heard: House, build: OpenedBuild, sounding_world: World
) -> None:
    del heard
    columns, heard_columns = build.model.columns, build.model.signals.sounds.columns
    unheard = np.setdiff1d(np.arange(len(columns)), heard_columns)
    for song in (2_000_000_000, *columns.songs[unheard][:1].tolist()):
        with pytest.raises(TooLittleError, match="not known what this song sounds like"):
            sounds_like(build, SongId(song), 3)


def test_new_songs_come_into_mixes_of_those_they_were_made_for_and_say_so(
    heard_home: Path, tmp_path: Path, sounding_world: World, song_of: dict[int, int]
) -> None:
    home = shutil.copytree(heard_home, tmp_path / "home")
    with opened(home) as house:
        people = house.store.listeners()
        listeners = [one for one in people if one.community is None]
        week = this_week("UTC")
        run_weekly(house, listeners, week, Unwatched())
        place_of = {song: place for place, song in song_of.items()}
        index = {sounding_world.listener(n).name: n for n in range(sounding_world.config.listeners)}
        fits, given, sounding = [], 0, 0
        for one in listeners:
            edition = house.store.edition(one.id, "weekly", week)
            if edition is None:
                continue
            for entry in edition.entries:
                reason = msgspec.json.decode(entry.reason, type=Reason)
                if reason.ground is not Ground.SOUND:
                    continue
                assert entry.song in place_of
                given += 1
                sounding += bool(reason.seeds)
                assert reason.fresh
                fits.append(sounding_world.fits(index[one.name], [place_of[entry.song]])[0])
        shown = show(house, listeners[0], week)
    assert given >= len(listeners) / 2
    assert sounding > 0.5 * given
    # The average song of the catalogue suits a listener by 1; drawn for them it suits them better.
    assert np.mean(fits) > 1.5
    said = [entry.why for entry in shown.entries if entry.reason.ground is Ground.SOUND]
    assert all(words.startswith("new in the library") for words in said)
