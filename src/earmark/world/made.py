"""A made world: listeners whose tastes are known, what they played, and public playlists.

Nothing is kept but the catalogue; listeners and playlists are made one at a time, each from a seed of its
own, so a world of any size streams through little memory and any listener can be made again alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earmark.listening.listens import Ending, Listen, UnixMs
from earmark.listening.playlists import Playlist
from earmark.world.catalogue import Catalogue, Tracks
from earmark.world.config import WorldConfig
from earmark.world.draws import Floats
from earmark.world.hours import HABITS
from earmark.world.names import artist_name, person_name
from earmark.world.playlists import make_playlist
from earmark.world.plays import Player, Plays
from earmark.world.tastes import Taste, draw_taste, fits

_LISTENERS, _PLAYLISTS, _TAGS = 1, 2, 3
"""Branches of the seed; the catalogue is 0."""

_ENDINGS = tuple(Ending)

TAGGED = 0.8
"""Share of artists whom somebody tagged."""


@dataclass(frozen=True, slots=True)
class MadeListener:
    """One listener of a made world, with their planted taste and their plays as columns."""

    index: int
    name: str
    taste: Taste
    plays: Plays
    tracks: Tracks

    def listens(self) -> list[Listen]:
        """The plays as listens, in order of time."""
        tracks, plays = self.tracks, self.plays
        return [
            Listen(tracks[track], UnixMs(started_at), ms_played, _ENDINGS[ending], private)
            for track, started_at, ms_played, ending, private in zip(
                plays.track.tolist(),
                plays.started_at.tolist(),
                plays.ms_played.tolist(),
                plays.ending.tolist(),
                plays.private.tolist(),
                strict=True,
            )
        ]


class World:
    """All that a ``WorldConfig`` describes.

    Attributes:
        config: the settings.
        catalogue: genres, artists and tracks as arrays.
        tracks: the catalogue as a sequence of ``Track``, made on demand and kept (about 0.5 kB each).
    """

    def __init__(self, config: WorldConfig) -> None:
        self.config = config
        self.catalogue = Catalogue(config)
        self.tracks = Tracks(self.catalogue)
        self._player = Player(self.catalogue, config)

    def listeners(self, first: int = 0, stop: int | None = None) -> Iterator[MadeListener]:
        """Listeners ``first`` to ``stop`` (default: all), one at a time."""
        stop = self.config.listeners if stop is None else min(stop, self.config.listeners)
        for index in range(first, stop):
            yield self.listener(index)

    def listener(self, index: int) -> MadeListener:
        """One listener: the same whenever and however often they are made."""
        taste, rng = self._begin(index)
        plays = self._player.play(rng, taste)
        return MadeListener(index, person_name(index, self.config.seed + 1), taste, plays, self.tracks)

    def playlists(self) -> Iterator[Playlist]:
        """The public playlists, one at a time."""
        for index in range(self.config.playlists):
            places, name, followers = make_playlist(self._generator(_PLAYLISTS, index), self.catalogue)
            tracks = self.tracks
            yield Playlist(name, tuple([tracks[place] for place in places]), followers)

    def tags(self) -> Iterator[tuple[str, str, float]]:
        """What people call artists: a name, the micro-genre, and how many called it so; not everybody was tagged."""
        genres = self.catalogue.genre_names()
        for artist, (first, second) in enumerate(self.catalogue.artist_genres.tolist()):
            rng = self._generator(_TAGS, artist)
            if rng.random() < TAGGED:
                name = artist_name(artist, self.config.seed)
                yield name, genres[first], float(rng.integers(5, 40))
                if second != first:
                    yield name, genres[second], float(rng.integers(1, 15))

    def affinity(self, listener_index: int) -> Floats:
        """Share of each micro-genre in a listener's taste at the end, ``(micro_genres,)``, summing to 1."""
        return self._begin(listener_index)[0].affinity(self.catalogue.n_genres)

    def fits(self, listener_index: int, track_indexes: npt.ArrayLike) -> Floats:
        """How well tracks suit a listener: 1 is the average track of the catalogue, popularity left out."""
        taste, _ = self._begin(listener_index)
        return fits(taste, self.catalogue, np.asarray(track_indexes, dtype=np.int64))

    def _begin(self, index: int) -> tuple[Taste, np.random.Generator]:
        if not 0 <= index < self.config.listeners:
            raise IndexError(f"listener {index} of a world of {self.config.listeners}")
        rng = self._generator(_LISTENERS, index)
        return draw_taste(rng, self.catalogue, self.config, HABITS), rng

    def _generator(self, branch: int, index: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence((self.config.seed, branch, index))))
