"""The genres, artists and tracks of a made world, as arrays.

Shapes follow what is known of real catalogues: artists' audiences are log-normal, tracks within an artist
follow a Zipf law, most artists have a dozen tracks and a few have hundreds, and about one track in nine is
another version of a song by the same artist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from earmark.music.items import Track
from earmark.world.config import WorldConfig
from earmark.world.draws import Floats, GroupedDraw, Ints, roots
from earmark.world.names import artist_name, genre_name, song_title, version_suffix

MAINSTREAM_EXPONENTS: Final = (0.55, 0.75, 0.95, 1.15)
"""Listeners choose tracks of a genre in proportion to popularity to one of these powers."""

_TRACKS_PER_ARTIST: Final = 12
_SONGS_PER_RELEASE: Final = 10
_MEAN_DURATION_MS: Final = 245_000
_VERSION_SHARE: Final = 0.12


class Catalogue:
    """Everything that can be played in a world, drawn from its seed.

    Attributes (tracks of one artist stand together):
        genre_parent: parent of each micro-genre, ``(n_genres,)``.
        genre_weight: how many people care for each micro-genre, summing to 1, ``(n_genres,)``.
        artist_genres: first and second micro-genre of each artist, ``(n_artists, 2)``.
        artist: artist of each track, ``(n_tracks,)``.
        rank: place of each track within its artist, from 0, ``(n_tracks,)``.
        song: the track that is the original version of each track's song, ``(n_tracks,)``.
        ordinal: 0 for originals, else which other version of the song this is, from 1, ``(n_tracks,)``.
        micro_genre: micro-genre of each track, ``(n_tracks,)``.
        mood: energy and valence of each track, in [0, 1], ``(n_tracks, 2)``.
        duration_ms: length of each track, ``(n_tracks,)``.
        popularity: relative, positive, ``(n_tracks,)``.
    """

    def __init__(self, config: WorldConfig) -> None:
        self.seed = config.seed
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((config.seed, 0))))
        self.n_genres, self.n_tracks = config.micro_genres, config.tracks
        self._draw_genres(rng)
        self._draw_artists(rng)
        self._draw_tracks(rng)
        self._draw_sound(rng)
        self.by_genre = tuple(
            GroupedDraw(self.micro_genre, self.popularity**exponent, self.n_genres)
            for exponent in MAINSTREAM_EXPONENTS
        )
        self.by_artist = GroupedDraw(self.artist, self.popularity**0.8, self.n_artists)
        self.by_popularity = GroupedDraw(np.zeros(self.n_tracks, np.int32), self.popularity, 1)
        self.next_version = self._ring_of_versions()

    def _draw_genres(self, rng: np.random.Generator) -> None:
        self.n_parents = int(np.ceil(np.sqrt(self.n_genres)))
        self.genre_parent = np.arange(self.n_genres) % self.n_parents
        weight = rng.lognormal(0.0, 0.8, self.n_genres)
        self.genre_weight: Floats = weight / weight.sum()
        parent_mood = rng.uniform(0.2, 0.8, (self.n_parents, 2))
        self.genre_mood: Floats = parent_mood[self.genre_parent] + rng.normal(0.0, 0.08, (self.n_genres, 2))

    def _draw_artists(self, rng: np.random.Generator) -> None:
        self.n_artists = max(self.n_genres, self.n_tracks // _TRACKS_PER_ARTIST)
        cumulative = np.cumsum(self.genre_weight)
        first = cumulative.searchsorted(rng.random(self.n_artists) * cumulative[-1], side="right")
        first = np.minimum(first, self.n_genres - 1)
        first[: self.n_genres] = np.arange(self.n_genres)
        parent = self.genre_parent[first]
        siblings = (self.n_genres - 1 - parent) // self.n_parents + 1
        sibling = parent + self.n_parents * (rng.random(self.n_artists) * siblings).astype(np.int64)
        second = np.where(rng.random(self.n_artists) < 0.45, sibling, first)
        self.artist_genres = np.stack((first, second), axis=1)
        self.artist_audience: Floats = rng.lognormal(0.0, 1.3, self.n_artists)

    def _draw_tracks(self, rng: np.random.Generator) -> None:
        shares = rng.lognormal(0.0, 0.7, self.n_artists)
        ends = np.rint(np.cumsum(shares) / shares.sum() * (self.n_tracks - self.n_artists)).astype(np.int64)
        sizes = np.diff(ends, prepend=0) + 1
        self.artist_start: Ints = np.cumsum(sizes) - sizes
        self.artist = np.repeat(np.arange(self.n_artists, dtype=np.int32), sizes)
        places = np.arange(self.n_tracks)
        self.rank: Ints = places - self.artist_start[self.artist]
        another = (rng.random(self.n_tracks) < _VERSION_SHARE) & (self.rank > 0)
        of = self.artist_start[self.artist] + (rng.random(self.n_tracks) * self.rank).astype(np.int64)
        self.song: Ints = roots(np.where(another, of, places))
        by_song = np.lexsort((places, self.song))
        new_song = np.diff(self.song[by_song], prepend=-1) != 0
        first_place = np.maximum.accumulate(np.where(new_song, places, 0))
        self.ordinal: Ints = np.empty(self.n_tracks, np.int64)
        self.ordinal[by_song] = places - first_place
        zipf = (1.0 + self.rank) ** -0.8 * rng.lognormal(0.0, 0.4, self.n_tracks)
        own = self.artist_audience[self.artist] * zipf
        self.popularity: Floats = np.where(
            another, own[self.song] * rng.uniform(0.08, 0.35, self.n_tracks), own
        )

    def _draw_sound(self, rng: np.random.Generator) -> None:
        side_step = (rng.random(self.n_tracks) < 0.25).astype(np.int64)
        genre = self.artist_genres[self.artist, side_step]
        # Every micro-genre keeps at least the first song of the artist that was put there to hold it.
        genre[self.artist_start[: self.n_genres]] = np.arange(self.n_genres)
        self.micro_genre: npt.NDArray[np.int32] = genre[self.song].astype(np.int32)
        mood = self.genre_mood[self.micro_genre] + rng.normal(0.0, 0.15, (self.n_tracks, 2))
        self.mood: Floats = np.clip(mood, 0.0, 1.0)[self.song]
        spread = 0.28
        length = rng.lognormal(np.log(_MEAN_DURATION_MS) - spread**2 / 2, spread, self.n_tracks)[self.song]
        length *= np.where(self.ordinal > 0, rng.uniform(0.85, 1.2, self.n_tracks), 1.0)
        self.duration_ms: npt.NDArray[np.int32] = np.clip(length, 75_000, 900_000).astype(np.int32)

    def _ring_of_versions(self) -> npt.NDArray[np.int32]:
        """For each track the next version of its song, round and round; itself where there is but one."""
        order = np.lexsort((self.ordinal, self.song))
        after = np.roll(order, -1)
        last = self.song[after] != self.song[order]
        ring = np.empty(self.n_tracks, np.int32)
        ring[order] = np.where(last, self.song[order], after)
        return ring

    def genre_names(self) -> list[str]:
        """The two-word names of the micro-genres, in order."""
        return [genre_name(g % self.n_parents, g // self.n_parents) for g in range(self.n_genres)]

    def track(self, place: int) -> Track:
        """The track at ``place``, with its invented names and address."""
        artist, song = int(self.artist[place]), int(self.song[place])
        salt = (self.seed * 7_919 + artist * 104_729) % (2**31)
        title = song_title(int(self.rank[song]), salt)
        if ordinal := int(self.ordinal[place]):
            title += version_suffix(ordinal - 1, salt + song)
        release_start = int(self.rank[song]) // _SONGS_PER_RELEASE * _SONGS_PER_RELEASE
        return Track(
            artist=artist_name(artist, self.seed),
            title=title,
            release=song_title(release_start, salt),
            uri="spotify:track:made"
            + hashlib.blake2b(b"%d/%d" % (self.seed, place), digest_size=9).hexdigest(),
            duration_ms=int(self.duration_ms[place]),
        )


class Tracks(Sequence[Track]):
    """The tracks of a catalogue, each made when first asked for and kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._made: list[Track | None] = [None] * catalogue.n_tracks

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, place: int) -> Track: ...
    @overload
    def __getitem__(self, place: slice) -> list[Track]: ...
    def __getitem__(self, place: int | slice) -> Track | list[Track]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        track = self._made[place]
        if track is None:
            track = self._made[place] = self._catalogue.track(place % len(self))
        return track
