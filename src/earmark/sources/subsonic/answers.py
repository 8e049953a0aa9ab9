"""What a server answers, as far as we read it.

Names are those of the protocol. Older servers write titles and ids that look like numbers as numbers.
"""

from __future__ import annotations

import msgspec

Text = str | int | float


class _Answer(msgspec.Struct, rename="camel"):
    """What stands in every answer may be told apart from what is missing."""


class Fault(_Answer):
    """Why a request failed."""

    code: int = 0
    message: str = ""


class Genre(_Answer):
    """A genre of a song (OpenSubsonic)."""

    name: Text


class Song(_Answer):
    """A ``Child`` of the protocol."""

    id: Text
    title: Text | None = None
    artist: Text | None = None
    display_artist: Text | None = None
    album: Text | None = None
    genre: Text | None = None
    genres: list[Genre] | None = None
    duration: float | None = None
    path: Text | None = None
    isrc: str | list[str] | None = None
    music_brainz_id: str | None = None
    play_count: int | None = None
    starred: str | None = None
    is_dir: bool = False
    is_video: bool = False
    type: str | None = None


class Artist(_Answer):
    """An ``ArtistID3``."""

    name: Text
    starred: str | None = None


class Album(_Answer):
    """An ``AlbumID3``, with its songs where it was asked for by name."""

    id: Text
    song: list[msgspec.Raw] = []


class Albums(_Answer):
    """What ``getAlbumList2`` answers."""

    album: list[msgspec.Raw] = []


class Found(_Answer):
    """What ``search3`` answers."""

    song: list[msgspec.Raw] = []


class Starred(_Answer):
    """What ``getStarred2`` answers."""

    song: list[msgspec.Raw] = []
    artist: list[msgspec.Raw] = []


class RemotePlaylist(_Answer):
    """A playlist on the server, with its songs where it was asked for by id."""

    id: Text
    name: Text = ""
    owner: Text | None = None
    comment: str | None = None
    entry: list[Song] = []


class RemotePlaylists(_Answer):
    """What ``getPlaylists`` answers."""

    playlist: list[RemotePlaylist] = []


class Extension(_Answer):
    """Something that a server can do beyond Subsonic."""

    name: str


class TokenInfo(_Answer):
    """Whose API key it is."""

    username: Text


class Answer(_Answer):
    """The body of a response; of the parts after ``error``, the one that was asked for."""

    status: str
    version: str = ""
    open_subsonic: bool = False
    error: Fault | None = None
    album: Album | None = None
    album_list2: Albums | None = None
    search_result3: Found | None = None
    starred2: Starred | None = None
    playlist: RemotePlaylist | None = None
    playlists: RemotePlaylists | None = None
    open_subsonic_extensions: list[Extension] = []
    token_info: TokenInfo | None = None


class Envelope(msgspec.Struct):
    """A whole response."""

    answer: Answer = msgspec.field(name="subsonic-response")
