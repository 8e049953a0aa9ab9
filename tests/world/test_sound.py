"""What tracks of a made world sound like, as planted and as rendered."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tinytag import TinyTag

from earmark.music.sound import Mode
from earmark.world import World, WorldConfig
from earmark.world.recordings import write_recordings
from earmark.world.rendering import RATE, SCALES, render
from earmark.world.sound import FASTEST, SLOWEST, PlantedSound, Sounds

MINUTE = 60.0


@pytest.fixture(scope="module")
def small() -> World:
    return World(WorldConfig(seed=4, listeners=5, tracks=900, micro_genres=12))


@pytest.fixture(scope="module")
def planted(small: World) -> list[PlantedSound]:
    sounds = Sounds(small.catalogue)
    return [sounds.of(place) for place in range(small.config.tracks)]


def features(sound: PlantedSound) -> np.ndarray:
    return np.array(
        [
            np.log(sound.tempo),
            np.log(sound.fading),
            np.log(sound.attack),
            sound.drive,
            *np.log(sound.overtones),
        ]
    )


def test_the_same_seed_gives_the_same_sound(small: World, planted: list[PlantedSound]) -> None:
    again = Sounds(World(small.config).catalogue).of(17)
    assert np.array_equal(features(again), features(planted[17]))
    one, other = (render(again, 2.0, 9) for _ in range(2))
    assert one.tobytes() == other.tobytes()
    assert not np.array_equal(render(again, 2.0, 10), one)


def test_every_sound_can_be_played(planted: list[PlantedSound]) -> None:
    for sound in planted:
        assert SLOWEST <= sound.tempo <= FASTEST
        assert 0 <= sound.tonic < 12
        assert sound.overtones.sum() == pytest.approx(1)
        assert 0 < sound.level <= 0.9
    assert {sound.mode for sound in planted} == set(Mode)
    assert {sound.tonic for sound in planted} == set(range(12))


def test_all_versions_of_a_song_sound_alike(small: World, planted: list[PlantedSound]) -> None:
    song = small.catalogue.song
    versions = np.flatnonzero(song != np.arange(len(song)))
    assert len(versions) > 50
    for place in versions.tolist():
        assert np.array_equal(features(planted[place]), features(planted[song[place]]))


def test_a_micro_genre_has_a_sound_of_its_own_and_is_near_its_parents(
    small: World, planted: list[PlantedSound]
) -> None:
    every = np.stack([features(sound) for sound in planted])
    every = (every - every.mean(0)) / every.std(0)
    genre = small.catalogue.micro_genre
    centres = np.stack([every[genre == one].mean(0) for one in range(small.config.micro_genres)])
    within = np.linalg.norm(every - centres[genre], axis=1).mean()
    others = np.linalg.norm(every[:, None] - centres[None], axis=2)
    assert within < 0.6 * others.mean()
    parent = small.catalogue.genre_parent
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    siblings = (parent[:, None] == parent[None]) & ~np.eye(len(parent), dtype=bool)
    assert apart[siblings].mean() < 0.9 * apart[~siblings & ~np.eye(len(parent), dtype=bool)].mean()


def test_energy_makes_loud_and_gladness_major(small: World, planted: list[PlantedSound]) -> None:
    energy, valence = small.catalogue.mood.T
    level = np.array([sound.level for sound in planted])
    major = np.array([sound.mode is Mode.MAJOR for sound in planted])
    assert np.corrcoef(energy, level)[0, 1] > 0.9
    assert major[valence > 0.6].mean() > major[valence < 0.4].mean() + 0.1


def test_what_is_rendered_has_the_planted_tempo(planted: list[PlantedSound]) -> None:
    """Onsets of a piece with drums recur after a beat."""
    heard = 0
    for sound in planted[::60]:
        if sound.drum_level < 0.3:
            continue
        samples = render(sound, 12.0, 1)
        hop = RATE // 100
        level = np.log1p(50 * np.abs(samples[: len(samples) // hop * hop]).reshape(-1, hop).mean(1))
        onsets = np.maximum(np.diff(level), 0)
        onsets -= onsets.mean()
        lag = 100 * MINUTE / sound.tempo
        at = [float(onsets[: -round(n)] @ onsets[round(n) :]) for n in (lag, 4 * lag)]
        beside = [float(onsets[: -round(n)] @ onsets[round(n) :]) for n in (1.17 * lag, 4.13 * lag)]
        assert max(at) > max(beside)
        heard += 1
    assert heard >= 5


@pytest.mark.parametrize("place", range(3))
def test_what_is_rendered_is_in_the_planted_key(planted: list[PlantedSound], place: int) -> None:
    # Overtones of a scale's pitches lie beside it, and so does the leading note.
    bare = {"drum_level": 0.0, "drive": 0.0, "noise": 0.0, "overtones": np.eye(8)[0]}
    sound = replace(planted[11 * place], chords=(0, 3, 5, 3), **bare)
    samples = render(sound, 16.0, 1).astype(np.float64)
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE)
    some = (frequency > 60) & (frequency < 1_000)
    pitch = np.rint(12 * np.log2(frequency[some] / 16.3516)).astype(int) % 12
    chroma = np.bincount(pitch, power[some], 12)
    scale = [(sound.tonic + step) % 12 for step in SCALES[sound.mode]]
    assert chroma[scale].sum() > 0.85 * chroma.sum()


def test_files_are_tagged_as_the_tracks_are(small: World, tmp_path: Path) -> None:
    told: list[int] = []
    places = [0, 5, 77]
    paths = write_recordings(small, tmp_path, places, seconds=1.5, advance=told.append)
    assert told == [1, 1, 1]
    for place, path in zip(places, paths, strict=True):
        track, tags = small.tracks[place], TinyTag.get(path)
        assert (tags.artist, tags.title, tags.album) == (track.artist, track.title, track.release)
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (RATE, 1, 24_000)
            samples = np.frombuffer(file.readframes(24_000), "<i2")
        assert 500 < np.abs(samples).max() < 30_000
