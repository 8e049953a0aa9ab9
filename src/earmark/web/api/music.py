"""Tracks and artists, and what is like them: for anybody who is signed in.

What is nobody's business is not there: see `earmark.web.seeing`.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from earmark.jobs.genre_map import MicroGenreShown, micro_genres
from earmark.jobs.kindred import (
    KnownArtist,
    KnownSong,
    similar_artists,
    similar_songs,
    songs_by,
)
from earmark.jobs.sounding import FEWEST_STEPS, MOST_STEPS, SoundingSong, path, sounds_like
from earmark.jobs.telling import About, about_artist
from earmark.music.items import Track
from earmark.ranking.sound_wishes import MOODS, Wishes
from earmark.store.people import AccountRecord
from earmark.store.port import ItemId
from earmark.store.tracks import TrackRecord
from earmark.web.api.described import described
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Asking
from earmark.web.auth import Here
from earmark.web.replies import reply
from earmark.web.seeing import live_build, seen_songs
from earmark.web.service import Service

MOST: Final = 500
MOST_SONGS: Final = 20
"""Of an artist."""
LARGEST: Final = (1 << 31) - 1

ItemPath = Annotated[ItemId, Path(alias="item", ge=1, le=LARGEST, description="The `item` of a track.")]
ArtistPath = Annotated[int, Path(alias="artist", ge=1, le=LARGEST, description="The number of an artist.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Bpm = Annotated[float | None, Query(gt=0, le=1_000, description="In beats a minute.")]
Moods = Annotated[
    list[str], Query(max_length=len(MOODS), description=f"Each one of {', '.join(MOODS)}; all must be met.")
]
Name = Annotated[str, Query(min_length=1, max_length=1_000)]

router = APIRouter(tags=["Music"])


class TrackShown(msgspec.Struct, frozen=True):
    """A track, and the other versions of its song: remasters, live, on other releases."""

    item: int
    song: int
    artist: int
    artist_name: str
    title: str
    release: str | None
    uri: str | None
    duration_ms: int | None
    versions: list[TrackRecord]


class TracksFound(msgspec.Struct, frozen=True):
    """The versions of one song; none where it is unknown."""

    items: list[TrackRecord]


class ArtistShown(msgspec.Struct, frozen=True):
    """An artist, and their songs that most listeners and playlists hold."""

    artist: int
    name: str
    songs: list[KnownSong]


class SimilarSongs(msgspec.Struct, frozen=True):
    """Songs that go with a song, the nearest first, as a build has learned it."""

    build: str
    songs: list[KnownSong]


class SoundingSongs(msgspec.Struct, frozen=True):
    """Songs that sound like a song, or that lead from one to another, as a build has learned it."""

    build: str
    songs: list[SoundingSong]


class SimilarArtists(msgspec.Struct, frozen=True):
    """Artists who are like an artist, the nearest first, as a build has learned it."""

    build: str
    artists: list[KnownArtist]


class MicroGenresFound(msgspec.Struct, frozen=True):
    """The micro-genres that a build has found; how much of each somebody plays is in their taste."""

    build: str
    micro_genres: tuple[MicroGenreShown, ...]


@router.get("/tracks", **described(TracksFound))
def named_tracks(account: Asking, service: Here, artist: Name, title: Name) -> Response:
    """The song of this artist and title, in all its versions, by what is one song to Earmark."""
    (song,) = service.house.store.known_songs([Track(artist, title)])
    found = (
        service.house.store.tracks.versions([song])[song]
        if song and seen_songs(service, account.listener, [song])
        else []
    )
    return reply(TracksFound(found))


@router.get("/tracks/{item}", **described(TrackShown, problems=(404,)))
def track(account: Asking, service: Here, item: ItemPath) -> Response:
    """A track."""
    one = seen_track(service, account, item)
    versions = [
        other for other in service.house.store.tracks.versions([one.song])[one.song] if other.item != item
    ]
    return reply(TrackShown(**msgspec.structs.asdict(one), versions=versions))


@router.get("/tracks/{item}/similar", **described(SimilarSongs, problems=(404, 409)))
def similar_tracks(account: Asking, service: Here, item: ItemPath, limit: Limit = 30) -> Response:
    """Songs that go with the song of a track."""
    one, build = seen_track(service, account, item), service.live.build()
    return reply(SimilarSongs(build.manifest.id, similar_songs(build, one.song, limit)))


@router.get("/tracks/{item}/sounds-like", **described(SoundingSongs, problems=(404, 409, 422)))
def sounding_tracks(
    account: Asking,
    service: Here,
    item: ItemPath,
    limit: Limit = 30,
    slowest: Bpm = None,
    fastest: Bpm = None,
    mood: Moods = (),  # type: ignore[assignment]
) -> Response:
    """Songs that sound like a track, the nearest first, whoever plays them and if nobody does yet."""
    one, build = seen_track(service, account, item), service.live.build()
    wishes = Wishes(slowest, fastest, tuple(mood))
    return reply(SoundingSongs(build.manifest.id, sounds_like(build, one.song, limit, wishes)))


@router.get("/tracks/{item}/path/{to}", **described(SoundingSongs, problems=(404, 409)))
def path_of_tracks(
    account: Asking,
    service: Here,
    item: ItemPath,
    to: Annotated[ItemId, Path(ge=1, le=LARGEST, description="The `item` of the track where it ends.")],
    steps: Annotated[
        int, Query(ge=FEWEST_STEPS, le=MOST_STEPS, description="How many songs, with both ends.")
    ] = 20,
) -> Response:
    """A way from one track to another, each sounding like the one before."""
    first, last = (seen_track(service, account, one) for one in (item, to))
    build = service.live.build()
    return reply(SoundingSongs(build.manifest.id, path(build, first.song, last.song, steps)))


@router.get("/artists/{artist}", **described(ArtistShown, problems=(404,)))
def artist(account: Asking, service: Here, artist: ArtistPath) -> Response:
    """An artist."""
    name, build = seen_artist(service, account, artist), live_build(service)
    return reply(ArtistShown(artist, name, songs_by(build, artist, MOST_SONGS) if build else []))


@router.get("/artists/{artist}/about", **described(About, problems=(404, 409)))
def about(account: Asking, service: Here, artist: ArtistPath) -> Response:
    """What the world says of an artist, with where it says so; who is alike, and why."""
    seen_artist(service, account, artist)
    return reply(about_artist(service.house, artist, service.live.build()))


@router.get("/micro-genres", **described(MicroGenresFound, problems=(409,)))
def all_micro_genres(account: Asking, service: Here) -> Response:
    """All micro-genres, those of most artists first, with their places on a map where near is alike."""
    build = service.live.build()
    return reply(MicroGenresFound(build.manifest.id, micro_genres(service.house, build)))


@router.get("/artists/{artist}/similar", **described(SimilarArtists, problems=(404, 409)))
def similar(account: Asking, service: Here, artist: ArtistPath, limit: Limit = 30) -> Response:
    """Artists who are like an artist."""
    seen_artist(service, account, artist)
    build = service.live.build()
    return reply(SimilarArtists(build.manifest.id, similar_artists(build, artist, limit)))


def seen_track(service: Service, account: AccountRecord, item: ItemId) -> TrackRecord:
    """The track that an item is.

    Raises:
        ProblemError: 404, there is none, or it is no business of who asks.
    """
    for one in service.house.store.tracks.tracks([item]).values():
        if seen_songs(service, account.listener, [one.song]):
            return one
    raise ProblemError(404, f"There is no track {item}.")


def seen_artist(service: Service, account: AccountRecord, artist: int) -> str:
    """The name of an artist; else 404, as `seen_track`."""
    store, build = service.house.store, live_build(service)
    for name in store.artists([artist])["artist_name"].to_list():
        if (build and songs_by(build, artist, 1)) or store.tracks.concerns(account.listener, artist=artist):
            return str(name)
    raise ProblemError(404, f"There is no artist {artist}.")
