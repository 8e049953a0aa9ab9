"""Playlists on a server: find, write whole, delete."""

from __future__ import annotations

from collections.abc import Sequence

from earmark.sources.subsonic.server import Server, SubsonicError


def listed(server: Server) -> dict[str, str]:
    """The names of the playlists that the account sees, by id.

    Raises:
        SubsonicError: the server cannot be reached, or refuses.
    """
    answer = server.ask("getPlaylists").playlists
    return {str(one.id): str(one.name) for one in answer.playlist} if answer else {}


def songs_of(server: Server, playlist: str) -> list[str]:
    """The ids of the songs on a playlist, in order.

    Raises:
        SubsonicError: there is no such playlist, or as `listed`.
    """
    found = server.ask("getPlaylist", id=playlist).playlist
    return [str(song.id) for song in found.entry] if found else []


def make(server: Server, name: str, songs: Sequence[str]) -> str:
    """A new playlist of these songs; returns its id.

    Servers older than version 1.14 of the protocol do not say the id: it is the one that was not there before.

    Raises:
        SubsonicError: a song is not there, or as `listed`.
    """
    before = listed(server)
    made = server.ask("createPlaylist", repeatable=False, name=name, songId=songs).playlist
    if made is not None:
        return str(made.id)
    new = [one for one, called in listed(server).items() if called == name and one not in before]
    if len(new) != 1:
        raise SubsonicError(
            f"{server.url} made a playlist {name!r} and does not say which it is.",
            "Delete it there, and push again.",
        )
    return new[0]


def replace(server: Server, playlist: str, songs: Sequence[str]) -> None:
    """Put these songs in place of those on the playlist, which keeps its id and its name.

    Raises:
        SubsonicError: the playlist or a song is not there, or as `listed`.
    """
    server.ask("createPlaylist", playlistId=playlist, songId=songs)


def describe(server: Server, playlist: str, comment: str) -> None:
    """Set what is written beside the playlist.

    Raises:
        SubsonicError: the playlist is not there, or as `listed`.
    """
    server.ask("updatePlaylist", playlistId=playlist, comment=comment)


def delete(server: Server, playlist: str) -> None:
    """Take the playlist away.

    Raises:
        SubsonicError: the playlist is not there, or as `listed`.
    """
    server.ask("deletePlaylist", id=playlist)
