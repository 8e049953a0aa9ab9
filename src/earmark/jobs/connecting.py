"""Connect listeners' music servers: read what their libraries hold, and take their stars for loves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

import msgspec

from earmark.engines.progress import Progress
from earmark.errors import UnknownNameError
from earmark.jobs.house import House
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.libraries import LibraryTrack
from earmark.listening.listens import UnixMs
from earmark.privacy.keys import SecretsError
from earmark.sources.batch import Skipped
from earmark.sources.subsonic import playlists
from earmark.sources.subsonic.library import read_songs, read_stars
from earmark.sources.subsonic.login import Login, Way
from earmark.sources.subsonic.meeting import Manners, introduced
from earmark.sources.subsonic.server import Server, SubsonicError, tidy_url
from earmark.store.libraries import ConnectionRecord

KIND = "subsonic"
MET_TOGETHER = 5_000
"""Tracks; on a slow machine some tenths of a second, in which nobody else writes."""
Report = TypeVar("Report")


class SyncReport(msgspec.Struct, frozen=True):
    """What reading a library brought. ``skipped`` counts what could not be used, by cause."""

    connection: int
    listener: str
    url: str
    songs: int
    new: int
    gone: int
    loved: int
    unloved: int
    skipped: dict[str, int]
    sends_password: bool
    """The server checks no tokens, so the password itself goes over the wire."""


class Trouble(msgspec.Struct, frozen=True):
    """A server with which something could not be done, why, and what to do."""

    connection: int
    listener: str
    url: str
    what: str
    remedy: str


class Round(msgspec.Struct, Generic[Report], frozen=True):
    """What was done on each of several servers."""

    done: tuple[Report, ...]
    troubles: tuple[Trouble, ...]


class _Sealed(msgspec.Struct, frozen=True):
    """What is sealed: all that it takes to ask a server, and which; nobody can turn it to another one."""

    url: str
    login: Login
    manners: Manners


def connect(house: House, url: str, listener: str, login: Login, progress: Progress) -> SyncReport:
    """Note a listener's account, once the server knows it, and read its library. Who is new is added to the record.

    Raises:
        EarmarkError: the server refuses or cannot be reached, or the record refuses.
    """
    url = tidy_url(url)
    login, manners = introduced(url, login)
    sealed = house.secrets.seal(msgspec.json.encode(_Sealed(url, login, manners)))
    with house.store.writing() as writer:
        number = writer.listener(listener)
    noted = house.store.libraries.connect(number, KIND, url, login.user, sealed)
    return sync(house, noted, progress)


def sync(house: House, connection: ConnectionRecord, progress: Progress) -> SyncReport:
    """Read a library anew: what is new in it comes in, what is gone goes, and new stars become loves.

    A star that was taken back takes the love back, unless something else was said since.

    Raises:
        EarmarkError: the server refuses or cannot be reached, or the record refuses; then it stays as it was.
    """
    with asking(house, connection) as (server, manners):
        library = _read(server, manners, progress)
        loves = [
            Feedback(Verdict.LOVE, artist=name, at=at or None) for name, at in library.artists_starred.items()
        ]
        # In stretches, so that those who tell of plays meanwhile do not wait for long.
        for first in range(0, len(library.tracks), MET_TOGETHER):
            with house.store.writing() as writer:
                writer.meet_library(connection.id, library.tracks[first : first + MET_TOGETHER])
        with house.store.writing() as writer:
            change = writer.keep_library(connection.id, library.tracks)
            loves += [_love(track, track.starred_at) for track in change.starred]
            loved = writer.add_feedback(connection.listener, loves)
            taken_back = [_love(track, at) for track, at in change.unstarred]
            unloved = writer.withdraw(connection.listener, taken_back)
    return SyncReport(
        connection=connection.id,
        listener=connection.name,
        url=connection.url,
        songs=change.held,
        new=change.new,
        gone=change.gone,
        loved=loved,
        unloved=unloved,
        skipped=dict(Counter(one.cause for one in library.skipped).most_common()),
        sends_password=server.login.way is Way.PASSWORD,
    )


def on_each(
    connections: Sequence[ConnectionRecord], work: Callable[[ConnectionRecord], Report]
) -> Round[Report]:
    """Do the work for each connection: one with which something is wrong keeps no other waiting.

    Raises:
        StoreError: the record refuses.
        NotLearnedError: a build is needed, and none is live.
    """
    done: list[Report] = []
    troubles: list[Trouble] = []
    for one in connections:
        try:
            done.append(work(one))
        except (SubsonicError, SecretsError, UnknownNameError) as error:
            troubles.append(Trouble(one.id, one.name, one.url, error.what, error.remedy))
    return Round(tuple(done), tuple(troubles))


def sync_each(house: House, connections: Sequence[ConnectionRecord], progress: Progress) -> Round[SyncReport]:
    """Read the library of each connection anew.

    Raises:
        StoreError: the record refuses.
    """
    return on_each(connections, lambda one: sync(house, one, progress))


def disconnect(house: House, connection: ConnectionRecord, *, keep_playlists: bool) -> int:
    """Forget an account and its library, and take away the playlists that we pushed; returns how many went.

    Raises:
        EarmarkError: the server refuses or cannot be reached; then nothing is changed. With ``keep_playlists`` it is
            not asked.
    """
    taken = 0
    if not keep_playlists:
        with asking(house, connection) as (server, _):
            there = playlists.listed(server)
            for playlist in house.store.libraries.pushed(connection.id).values():
                if playlist in there:
                    playlists.delete(server, playlist)
                    taken += 1
    house.store.libraries.disconnect(connection.id)
    return taken


@contextmanager
def asking(house: House, connection: ConnectionRecord) -> Iterator[tuple[Server, Manners]]:
    """The server of a connection, ready to be asked, and how it wants to be asked.

    Raises:
        SecretsError: the stored secret cannot be opened, or belongs to another server.
    """
    sealed = msgspec.json.decode(house.secrets.open(connection.secret), type=_Sealed)
    if sealed.url != connection.url:
        raise SecretsError(
            f"The stored password is not one for {connection.url}.", "Connect the server again."
        )
    with Server(sealed.url, sealed.login, form_post=sealed.manners.form_post) as server:
        yield server, sealed.manners


class _Library(msgspec.Struct, frozen=True):
    """All that was read."""

    tracks: list[LibraryTrack]
    artists_starred: dict[str, UnixMs]
    skipped: list[Skipped]


def _read(server: Server, manners: Manners, progress: Progress) -> _Library:
    held: dict[str, LibraryTrack] = {}
    skipped: list[Skipped] = []
    with progress.stage(f"reading {server.url}", unit="songs") as advance:
        for page in read_songs(server, open_=manners.open_):
            held.update((track.remote_id, track) for track in page.tracks)
            skipped += page.skipped
            advance(len(page.tracks))
    # Not every server repeats beside each song that it is starred.
    stars = read_stars(server)
    tracks = [
        msgspec.structs.replace(track, starred_at=stars.songs.get(remote)) for remote, track in held.items()
    ]
    return _Library(tracks, stars.artists, skipped)


def _love(track: LibraryTrack, at: UnixMs | None) -> Feedback:
    return Feedback(Verdict.LOVE, track.track, at=at or None)
