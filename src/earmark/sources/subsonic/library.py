"""Read the whole library of an account: every song with what the server knows of it, and what is starred.

An OpenSubsonic server answers an empty ``search3`` with every song, 500 to a request; others are asked album by album.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import msgspec

from earmark.listening.libraries import LibraryTrack
from earmark.listening.listens import UnixMs
from earmark.sources.batch import Skipped
from earmark.sources.checks import LONGEST_NAME, NO_ARTIST, RowFaultError, clean, track_of, window
from earmark.sources.json_documents import decode_elements
from earmark.sources.subsonic.answers import Album, Artist, Song, Text
from earmark.sources.subsonic.server import Server
from earmark.sources.times import iso_moment

AT_ONCE: Final = 500
"""The most that the protocol gives at once."""
NO_ID: Final = "no usable id"
NOT_MUSIC: Final = "not music"
UNKNOWN_ARTISTS: Final = frozenset({"[unknown]", "<unknown>", "[unknown artist]", "unknown artist"})
"""What servers write where a file names nobody."""
UNKNOWN_RELEASES: Final = frozenset({"[non-album tracks]", "<unknown>", "[unknown album]", "unknown album"})
LONGEST_ID: Final = 255
UNDATED: Final = UnixMs(0)


class Page(msgspec.Struct, frozen=True):
    """A stretch of the library, and what could not be used of it."""

    tracks: list[LibraryTrack]
    skipped: list[Skipped]


class Stars(msgspec.Struct, frozen=True):
    """What the account starred, and when; 0 where the server does not say when."""

    songs: dict[str, UnixMs]
    """By the server's own id."""
    artists: dict[str, UnixMs]
    """By name."""


def read_songs(server: Server, *, open_: bool) -> Iterator[Page]:
    """Every song, a page at a time; one that stands on two pages comes twice.

    Raises:
        SubsonicError: the server cannot be reached, or refuses.
    """
    yield from _found(server) if open_ else _by_album(server)


def read_stars(server: Server) -> Stars:
    """The songs and artists that the account starred.

    Raises:
        SubsonicError: the server cannot be reached, or refuses.
    """
    starred = server.ask("getStarred2").starred2
    if starred is None:
        return Stars({}, {})
    songs = decode_elements("getStarred2", starred.song, Song, [])
    artists = decode_elements("getStarred2", starred.artist, Artist, [])
    return Stars(
        {str(song.id): _moment(song.starred) or UNDATED for _, song in songs},
        {
            name: _moment(one.starred) or UNDATED
            for _, one in artists
            if (name := _known(one.name, UNKNOWN_ARTISTS))
        },
    )


def _found(server: Server) -> Iterator[Page]:
    offset = 0
    while True:
        answer = server.ask(
            "search3", query="", songCount=AT_ONCE, songOffset=offset, artistCount=0, albumCount=0
        ).search_result3
        songs = answer.song if answer else []
        if not songs:
            return
        yield _page("search3", songs)
        # A server may give less than it is asked for.
        offset += len(songs)


def _by_album(server: Server) -> Iterator[Page]:
    offset = 0
    while True:
        answer = server.ask(
            "getAlbumList2", type="alphabeticalByName", size=AT_ONCE, offset=offset
        ).album_list2
        listed = answer.album if answer else []
        if not listed:
            return
        skipped: list[Skipped] = []
        for _, album in decode_elements("getAlbumList2", listed, Album, skipped):
            whole = server.ask("getAlbum", id=str(album.id)).album
            yield _page(f"album {album.id}", whole.song if whole else [])
        if skipped:
            yield Page([], skipped)
        offset += len(listed)


def _page(place: str, songs: Sequence[msgspec.Raw]) -> Page:
    page = Page([], [])
    for number, song in decode_elements(place, songs, Song, page.skipped):
        try:
            page.tracks.append(_track(song))
        except RowFaultError as fault:
            page.skipped.append(fault.at(place, number))
    return page


def _track(song: Song) -> LibraryTrack:
    """The song in our words.

    Raises:
        RowFaultError: it is a folder, a video or speech, or lacks a name.
    """
    if song.is_dir or song.is_video or song.type not in (None, "music"):
        raise RowFaultError(NOT_MUSIC, song.type or song.title or "")
    remote_id = str(song.id)
    if clean(remote_id) != remote_id or len(remote_id) > LONGEST_ID:
        raise RowFaultError(NO_ID, remote_id)
    title, mbid = _text(song.title), _mbid(song.music_brainz_id)
    artist = _known(song.artist, UNKNOWN_ARTISTS) or _known(song.display_artist, UNKNOWN_ARTISTS)
    if artist is None:
        raise RowFaultError(NO_ARTIST, title or "")
    track = track_of(
        artist,
        title,
        _known(song.album, UNKNOWN_RELEASES),
        f"https://musicbrainz.org/recording/{mbid}" if mbid else None,
        round(song.duration * 1_000) if song.duration else None,
    )
    genres = [one.name for one in song.genres] if song.genres else [song.genre]
    isrc = [song.isrc] if isinstance(song.isrc, str) else song.isrc or []
    return LibraryTrack(
        track,
        remote_id,
        _text(song.path),
        tuple(dict.fromkeys(name for genre in genres if (name := _text(genre)))),
        mbid,
        next((code for one in isrc if (code := clean(one))), None),
        max(song.play_count or 0, 0),
        _moment(song.starred),
    )


def _text(value: Text | None) -> str | None:
    """What stands there, if it is of a length that a name can have."""
    text = None if value is None else clean(str(value))
    return text if text and len(text) <= LONGEST_NAME else None


def _known(name: Text | None, unknown: frozenset[str]) -> str | None:
    text = None if name is None else clean(str(name))
    return None if text is None or text.casefold() in unknown else text


def _mbid(value: str | None) -> str | None:
    try:
        return str(UUID(value)) if value else None
    except ValueError:
        return None


def _moment(text: str | None) -> UnixMs | None:
    """When something was starred: None if it was not, 0 if that cannot be."""
    try:
        return window(None).check(iso_moment(text)) if text else None
    except (ValueError, OverflowError):
        return UNDATED
