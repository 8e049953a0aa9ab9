"""Push mixes into players: on each connected server one playlist a mix, updated in place, playable in full."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence

import msgspec

from earmark.engines.progress import Progress, Unwatched
from earmark.errors import UnknownNameError
from earmark.jobs.connecting import Round, asking, on_each, sync
from earmark.jobs.house import House
from earmark.jobs.shelves import Shelves
from earmark.jobs.weekly import this_week
from earmark.listening.listens import UnixMs
from earmark.mixes.filling import filled
from earmark.mixes.weekly import NAME
from earmark.sources.subsonic import playlists
from earmark.sources.subsonic.server import NOT_FOUND, Server, SubsonicError
from earmark.store.exposures import Exposure
from earmark.store.libraries import ConnectionRecord, HeldTrack
from earmark.store.port import EditionRecord, SongId

PLAYER = "player"
"""The slot of what stands on a pushed playlist,"""
FILLING = "filling"
"""and what chose the songs that are there in place of others."""
TITLES = {NAME: "Weekly discovery"}
"""What the playlist of each mix is called, before the listener's name; whoever owns it may call it otherwise."""


class PushReport(msgspec.Struct, frozen=True):
    """What became of one mix on one server.

    ``kept`` songs of the mix stand on the playlist, and in place of those that the library lacks, ``filled`` others
    that it holds; by ``short`` songs it is shorter than the mix. ``playlist`` is the server's id of it, None where no
    song could be put on it: then it is left as it is.
    """

    connection: int
    listener: str
    url: str
    mix: str
    week: str
    playlist: str | None
    kept: int
    filled: int
    short: int


class _Plan(msgspec.Struct, frozen=True):
    """What is to stand on the playlist: songs in order, and a file of each."""

    songs: list[SongId]
    files: list[HeldTrack]
    report: PushReport


def push_each(
    house: House, connections: Sequence[ConnectionRecord], week: str | None, progress: Progress
) -> Round[PushReport]:
    """Put the mixes of a week on each of the servers; of this week where each listener lives, unless one is named.

    Raises:
        NotLearnedError: there are gaps to fill, and no build is live.
        StoreError: the record refuses.
    """
    shelves = Shelves(house)
    with progress.stage("pushing mixes", len(connections), "servers") as advance:

        def push_to(one: ConnectionRecord) -> PushReport:
            advance(1)
            wanted = week or this_week(house.store.find_listener(one.name).time_zone)
            return push(house, shelves, one, NAME, wanted)

        return on_each(connections, push_to)


def push(house: House, shelves: Shelves, connection: ConnectionRecord, mix: str, week: str) -> PushReport:
    """Put a listener's mix of a week on their server.

    Where a file went since the library was read, it is read anew. A playlist that its owner deleted is made again;
    none is touched that we did not make.

    Raises:
        SubsonicError: the server refuses or cannot be reached.
        UnknownNameError: no mix of the week was made.
        NotLearnedError: there are gaps to fill, and no build is live.
    """
    edition = house.store.edition(connection.listener, mix, week)
    if edition is None:
        raise UnknownNameError(
            f"{connection.name} has no {mix} mix of {week}.",
            f"Make it with `earmark weekly --listener {shlex.quote(connection.name)} --week {week}`.",
        )
    for read_anew in (False, True):
        if read_anew:
            sync(house, connection, Unwatched())
        plan = _plan(house, shelves, connection, edition)
        if not plan.files:
            return plan.report
        with asking(house, connection) as (server, _):
            playlist = _put(house, server, connection, plan)
            if playlist is not None:
                playlists.describe(server, playlist, _comment(plan.report))
                house.store.exposures.add(connection.listener, _shown(plan, edition))
                return msgspec.structs.replace(plan.report, playlist=playlist)
    raise SubsonicError(
        f"{connection.url} does not find all songs that it says it holds.",
        "See that its own scan has ended, and push again.",
    )


def _plan(house: House, shelves: Shelves, connection: ConnectionRecord, edition: EditionRecord) -> _Plan:
    libraries = house.store.libraries
    files = _files(libraries.held(connection.id), edition)
    places = [entry.song if entry.song in files else None for entry in edition.entries]
    kept = [song for song in places if song is not None]
    songs = kept
    if None in places:
        weeks = libraries.weeks_pushed(connection.id, edition.mix)
        again = [song for song, week in weeks.items() if week == edition.week and song in files]
        ranked = shelves.ranked(house.store.find_listener(connection.name), list(files))
        named = house.store.songs([*kept, *again, *ranked])
        artist_of = dict(named.select("song", "artist").iter_rows())
        songs = [SongId(song) for song in filled(places, [*again, *ranked], artist_of, weeks, edition.week)]
    report = PushReport(
        connection=connection.id,
        listener=connection.name,
        url=connection.url,
        mix=edition.mix,
        week=edition.week,
        playlist=None,
        kept=len(kept),
        filled=len(songs) - len(kept),
        short=len(places) - len(songs),
    )
    return _Plan(songs, [files[song] for song in songs], report)


def _shown(plan: _Plan, edition: EditionRecord) -> list[Exposure]:
    """What the playlist shows from now on."""
    now, chosen = UnixMs(time.time_ns() // 1_000_000), {entry.song for entry in edition.entries}
    return [
        Exposure(
            now,
            PLAYER,
            place,
            file.item,
            edition.mix,
            edition.week,
            edition.mix if file.song in chosen else FILLING,
            None,
            edition.build,
        )
        for place, file in enumerate(plan.files)
    ]


def _files(held: Sequence[HeldTrack], edition: EditionRecord) -> dict[SongId, HeldTrack]:
    """One file of each song: the version that the mix names, or else the one that is played most."""
    named = {entry.item for entry in edition.entries}
    best_last = sorted(held, key=lambda one: (one.item in named, one.plays, one.remote_id))
    return {one.song: one for one in best_last}


def _put(house: House, server: Server, connection: ConnectionRecord, plan: _Plan) -> str | None:
    """Write the playlist; its id, or None where the server lacks a song of it."""
    report, libraries, files = plan.report, house.store.libraries, [file.remote_id for file in plan.files]
    before = libraries.pushed(connection.id).get(report.mix)
    try:
        if before in playlists.listed(server):
            playlist = before
            playlists.replace(server, playlist, files)
        else:
            playlist = playlists.make(server, f"{TITLES[report.mix]} for {report.listener}", files)
    except SubsonicError as error:
        if error.code == NOT_FOUND:
            return None
        raise
    if not libraries.note_pushed(
        connection.id, report.mix, playlist, report.week, plan.songs, in_place_of=before
    ):
        # Somebody else pushed it at the same moment, and was first: one playlist is enough.
        if playlist != before:
            playlists.delete(server, playlist)
        return _put(house, server, connection, plan)
    # Some servers pass over songs that went.
    return playlist if playlists.songs_of(server, playlist) == files else None


def _comment(report: PushReport) -> str:
    others = f", {report.filled} of them in place of songs that this library lacks" if report.filled else ""
    return f"Made by Earmark for week {report.week}: {report.kept + report.filled} songs{others}."
