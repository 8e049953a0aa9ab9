"""What the tracks of a made world sound like: tempo, key and timbre follow the micro-genre and the mood.

Every micro-genre has a sound of its own, near its parent's: a tempo about which its tracks lie, how often they are in
minor, how many overtones its instrument has and how fast it fades, how its drums are laid out. The songs of one artist
share a little of their sound on top, energy makes a track louder and its drums denser, and what is glad is more often
in major. All versions of a song sound alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from earmark.music.sound import Bpm, Mode
from earmark.world.catalogue import Catalogue

_SOUND: Final = 3
"""A branch of the seed; listeners and playlists have 1 and 2."""
_GENRES, _ARTISTS, _TRACKS = range(3)
SLOWEST, FASTEST = 66.0, 178.0
STEPS: Final = 16
"""A bar of drums, in sixteenths."""


@dataclass(frozen=True, kw_only=True)
class Timbre:
    """What instruments and drums sound like, and the chords that they play.

    ``overtones`` ``(8,)`` are amplitudes of the instrument's partials, the first the fundamental's; ``fading`` is how
    many times a second a note loses two thirds of its strength; ``attack`` lasts so many seconds; ``drums`` ``(3, 16)``
    are how hard kick, snare and hat are struck in each sixteenth of a bar; levels, noise and drive are from 0 to 1.
    """

    overtones: np.ndarray
    fading: float
    attack: float
    drums: np.ndarray
    drum_level: float
    noise: float
    drive: float
    octave: int
    chords: tuple[int, ...]
    """Degrees of the scale, from 0, a bar each."""


@dataclass(frozen=True, kw_only=True)
class PlantedSound(Timbre):
    """How one track sounds; ``level`` is how loud, from 0 to 1."""

    tempo: Bpm
    tonic: int
    mode: Mode
    level: float


class Sounds:
    """The sound of every track of a catalogue, drawn from its seed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        parents = [self._generator(_GENRES, n, 1) for n in range(catalogue.n_parents)]
        self._parents = [_draw_genre(random) for random in parents]

    def of(self, place: int) -> PlantedSound:
        """The sound of the track at ``place``."""
        catalogue = self._catalogue
        place = int(catalogue.song[place])
        genre, artist = int(catalogue.micro_genre[place]), int(catalogue.artist[place])
        energy, valence = catalogue.mood[place].tolist()
        home = self._genre(genre)
        hand = self._generator(_ARTISTS, artist).normal(0, 1, 4)
        random = self._generator(_TRACKS, place)
        minor = random.random() < np.clip(home.minor + 0.9 * (0.5 - valence), 0.02, 0.98)
        tempo = np.clip(
            home.tempo * np.exp(0.02 * hand[0] + 0.03 * random.normal() + 0.1 * (energy - 0.5)),
            SLOWEST,
            FASTEST,
        )
        overtones = home.overtones * np.exp(0.25 * random.normal(0, 1, 8) + 0.2 * hand[1])
        overtones[0] = 1.0
        densities = np.where(home.drums > 0, 1.0, (energy > 0.6) * (random.random((3, STEPS)) < 0.1))
        return PlantedSound(
            tempo=Bpm(round(float(tempo), 2)),
            tonic=int(random.integers(12)),
            mode=Mode.MINOR if minor else Mode.MAJOR,
            overtones=overtones / overtones.sum(),
            fading=float(home.fading * np.exp(0.15 * hand[2] + 0.1 * random.normal())),
            attack=float(home.attack * np.exp(0.2 * random.normal())),
            drums=np.maximum(home.drums, 0.4 * densities * (home.drums == 0)),
            drum_level=float(np.clip(home.drum_level * (0.4 + 1.2 * energy), 0, 1)),
            noise=float(np.clip(home.noise * np.exp(0.3 * hand[3]), 0, 0.3)),
            drive=float(np.clip(home.drive * (0.5 + energy), 0, 1)),
            level=float(0.15 + 0.75 * energy),
            octave=home.octave,
            chords=home.chords if random.random() < 0.7 else tuple(random.permutation(home.chords).tolist()),
        )

    def _genre(self, genre: int) -> _Genre:
        """A micro-genre's own sound: its parent's, with steps to the side."""
        parent = self._parents[int(self._catalogue.genre_parent[genre])]
        random = self._generator(_GENRES, genre)
        drums = parent.drums.copy()
        moved = random.random((3, STEPS)) < 0.12
        drums[moved] = random.choice([0.0, 0.5, 1.0], int(moved.sum()))
        return _Genre(
            tempo=float(parent.tempo * np.exp(0.16 * random.normal())),
            minor=float(np.clip(parent.minor + 0.2 * random.normal(), 0.05, 0.95)),
            overtones=parent.overtones * np.exp(0.6 * random.normal(0, 1, 8)),
            fading=float(parent.fading * np.exp(0.35 * random.normal())),
            attack=float(parent.attack * np.exp(0.4 * random.normal())),
            drums=drums,
            drum_level=float(np.clip(parent.drum_level + 0.2 * random.normal(), 0, 1)),
            noise=float(np.clip(parent.noise * np.exp(0.5 * random.normal()), 0, 0.3)),
            drive=float(np.clip(parent.drive + 0.2 * random.normal(), 0, 1)),
            octave=int(np.clip(parent.octave + random.integers(-1, 2), 3, 5)),
            chords=parent.chords if random.random() < 0.5 else _draw_chords(random),
        )

    def _generator(self, *branch: int) -> np.random.Generator:
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence((self._catalogue.seed, _SOUND, *branch)))
        )


@dataclass(frozen=True, kw_only=True)
class _Genre(Timbre):
    """How a genre's tracks sound: about which tempo, and how often in minor."""

    tempo: float
    minor: float


def _draw_genre(random: np.random.Generator) -> _Genre:
    steep = random.uniform(0.4, 2.5)
    overtones = np.arange(1, 9) ** -steep
    if random.random() < 0.4:
        overtones[1::2] *= 0.1  # As of a clarinet: hardly any even partials.
    drums = np.zeros((3, STEPS))
    drums[0, :: int(random.choice([4, 8, 6]))] = 1.0
    drums[1, 4::8] = random.choice([0.0, 0.8, 1.0])
    drums[2, :: int(random.choice([1, 2, 4]))] = 0.5
    return _Genre(
        tempo=float(np.exp(random.uniform(np.log(SLOWEST + 6), np.log(FASTEST - 10)))),
        minor=float(random.uniform(0.15, 0.85)),
        overtones=overtones,
        fading=float(np.exp(random.uniform(np.log(0.7), np.log(9)))),
        attack=float(np.exp(random.uniform(np.log(0.003), np.log(0.09)))),
        drums=drums,
        drum_level=float(random.choice([0.0, 0.35, 0.7, 1.0])),
        noise=float(np.exp(random.uniform(np.log(0.0005), np.log(0.03)))),
        drive=float(random.choice([0.0, 0.0, 0.4, 0.9])),
        octave=int(random.integers(3, 6)),
        chords=_draw_chords(random),
    )


def _draw_chords(random: np.random.Generator) -> tuple[int, ...]:
    """Four bars that begin at home and come back to it over the fifth degree or the fourth."""
    return (0, int(random.choice([3, 5, 4, 0])), int(random.choice([3, 1, 5])), int(random.choice([4, 4, 3])))
