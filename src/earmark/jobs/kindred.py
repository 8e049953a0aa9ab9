"""Songs and artists of a build in words: what is like them, what an artist has made, and whether anybody holds them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.errors import UnknownNameError
from earmark.jobs.opened_build import OpenedBuild
from earmark.ranking.kindred import artists_like, songs_like
from earmark.store.port import ItemId, SongId
from earmark.threads import one_blas_thread


class KnownSong(msgspec.Struct, frozen=True):
    """A song by the version that most people play. ``likeness`` is 1 where all signals put it first."""

    song: SongId
    item: ItemId
    artist: int
    artist_name: str
    title: str
    release: str | None
    likeness: float | None = None


class KnownArtist(msgspec.Struct, frozen=True):
    """An artist. ``likeness`` is a cosine, from 0 to 1."""

    artist: int
    name: str
    likeness: float | None = None


def similar_songs(build: OpenedBuild, song: SongId, n: int) -> list[KnownSong]:
    """The songs that are most like a song.

    Raises:
        UnknownNameError: the build does not know it.
    """
    (column,) = build.model.columns.find(np.array([song])).tolist()
    if column < 0:
        raise UnknownNameError(
            "Nothing has been learned about this song yet.", "Ask again after the next build."
        )
    with one_blas_thread():
        found, scores = songs_like(build.model.signals, column, n)
    return named_songs(build, found, scores.tolist())


def similar_artists(build: OpenedBuild, artist: int, n: int) -> list[KnownArtist]:
    """The artists that are most like an artist.

    Raises:
        UnknownNameError: the build does not know them.
    """
    at = _index(build, artist)
    if at is None:
        raise UnknownNameError(
            "Nothing has been learned about this artist yet.", "Ask again after the next build."
        )
    signals = build.model.signals
    with one_blas_thread():
        found, cosines = artists_like(signals, at, n)
    discographies = signals.discographies
    # The name of an artist stands with each of their songs.
    named = named_songs(build, discographies.songs[discographies.starts[found]])
    return [
        KnownArtist(one.artist, one.artist_name, likeness)
        for one, likeness in zip(named, np.minimum(cosines, 1).tolist(), strict=True)
    ]


def songs_by(build: OpenedBuild, artist: int, n: int) -> list[KnownSong]:
    """An artist's songs that anybody holds or the library has, the best-known first."""
    at = _index(build, artist)
    if at is None:
        return []
    discographies = build.model.signals.discographies
    theirs = discographies.songs[discographies.starts[at] : discographies.starts[at + 1]]
    signals = build.model.signals
    return named_songs(build, theirs[(signals.popularity[theirs] > 0) | signals.sounds.heard[theirs]][:n])


def is_held(build: OpenedBuild, song: SongId) -> bool:
    """Whether any listener, playlist or library holds the song, so that it is no secret that it exists."""
    (column,) = build.model.columns.find(np.array([song])).tolist()
    signals = build.model.signals
    return column >= 0 and bool(signals.popularity[column] > 0 or signals.sounds.heard[column])


def _index(build: OpenedBuild, artist: int) -> int | None:
    ids = build.model.columns.artist_ids
    at = int(np.searchsorted(ids, artist))
    return at if at < len(ids) and ids[at] == artist else None


def named_songs(
    build: OpenedBuild, columns: NDArray[np.integer], likeness: Sequence[float | None] | None = None
) -> list[KnownSong]:
    """Columns with their words, and how like each is, if that is known."""
    every = build.snapshot.songs
    rows = np.searchsorted(every["song"].to_numpy(), build.model.columns.songs[columns])
    shown = every[rows].select("song", "item", "artist", "artist_name", "title", "release")
    alike = [None] * len(columns) if likeness is None else likeness
    return [
        KnownSong(song, item, artist, name, title, release, one)
        for (song, item, artist, name, title, release), one in zip(shown.iter_rows(), alike, strict=True)
    ]
