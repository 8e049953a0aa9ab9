"""The taste of one listener, read from the record as it is now, or as it would be after an edit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from earmark.engines.progress import Progress
from earmark.errors import UnfitError, UnknownNameError
from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.listening.edits import EditRecord, Exclude, Less
from earmark.listening.exclusions import AllByArtist, AllOfSong
from earmark.listening.listens import UnixMs, clock
from earmark.store.edits import VersionRecord
from earmark.store.port import ListenerId, ListenerRecord, SongId
from earmark.taste.profile import Taste, profile
from earmark.taste.traits.known_plays import SongFacts
from earmark.taste.versions import decode, encode
from earmark.taste.wording import Names, told


def taste_of(
    house: House, name: str, live: OpenedBuild | None, edits: Sequence[EditRecord] | None = None
) -> Taste:
    """The profile of the listener called ``name``, beside what others hold as the live build has it, if there is one.

    With ``edits`` these are taken for all that they made.

    Raises:
        UnknownNameError: there is no such listener.
    """
    store = house.store
    listener = store.find_listener(name)
    made = store.edits.of([listener.id]).get(listener.id, []) if edits is None else list(edits)
    as_if = {listener.id: made}
    listens, feedback = (
        store.listens([listener.id], edits=as_if),
        store.feedback([listener.id], edits=as_if),
    )
    mentioned = pl.concat([frame["song"].drop_nulls() for frame in (listens, feedback)]).unique().sort()
    songs = store.songs(mentioned.to_list())
    excluding = [one.edit.what for one in made if one.undone_at is None and isinstance(one.edit, Exclude)]
    names = names_in(house, listener, made, live)
    return profile(
        listener.name,
        listens=listens,
        feedback=feedback,
        facts=_facts(songs, live),
        songs=songs,
        artists=store.artists(feedback["artist"].drop_nulls().unique().sort().to_list()),
        genres=() if live is None else live.micro_genres.genres,
        genre_of={} if live is None else _genres_of(live, songs),
        community=None if live is None else live.community_traits,
        edits=made,
        edits_told=[told(one, names) for one in made],
        excluded=len(store.edits.listens_hit(listener.id, excluding)) if excluding else 0,
        config=house.learning.evidence,
        time_zone=listener.time_zone,
    )


def note_tastes(house: House, progress: Progress) -> int:
    """Note how everybody's taste looks by the live build; returns how many look otherwise than before.

    Raises:
        NotLearnedError: no build is live.
    """
    live = OpenedBuild.live(house)
    own = [one.id for one in house.store.listeners() if one.community is None]
    kept = 0
    with progress.stage("noting tastes", len(own), "listeners") as advance:
        for one in own:
            kept += keep_versions(house, [one], live, "build")
            advance(1)
    return kept


def keep_versions(house: House, listeners: Sequence[ListenerId], live: OpenedBuild, cause: str) -> int:
    """Note how the taste of each of these looks now; returns how many look otherwise than before."""
    kept = 0
    for one in house.store.listeners(list(listeners)):
        seen = encode(taste_of(house, one.name, live))
        kept += house.store.edits.keep_version(one.id, seen, cause, live.manifest.id, clock())
    return kept


def version_at(house: House, name: str, at: UnixMs) -> tuple[VersionRecord, Taste]:
    """How the taste of a listener looked at a moment (unix ms).

    Raises:
        UnknownNameError: there is no such listener, or no version that old.
    """
    store = house.store
    listener = store.find_listener(name)
    found = store.edits.version(listener.id, at)
    if found is None:
        raise UnknownNameError(
            f"{name}'s taste was not kept as long ago as that.",
            f"See from when on it was with: earmark taste {name} --versions",
        )
    record, seen = found
    return record, decode(seen)


def names_in(
    house: House, listener: ListenerRecord, edits: Sequence[EditRecord], live: OpenedBuild | None
) -> Names:
    """What the things are called that edits speak of."""
    songs, artists = set(), set()
    for one in edits:
        match one.edit:
            case Less(artist=artist, song=song):
                artists |= {artist} - {None}
                songs |= {song} - {None}
            case Exclude(AllByArtist(artist)):
                artists.add(artist)
            case Exclude(AllOfSong(song)):
                songs.add(song)
    store = house.store
    known = store.songs(sorted(SongId(song) for song in songs if song is not None))
    lists, _ = store.playlists.page(listener.id, offset=0, n=1_000)
    return Names(
        genres={} if live is None else {genre.id: genre.name for genre in live.micro_genres.genres},
        artists=dict(store.artists(sorted(one for one in artists if one is not None)).iter_rows()),
        songs={
            song: f"{title} by {artist}"
            for song, artist, title in known.select("song", "artist_name", "title").iter_rows()
        },
        playlists={one.id: one.title for one in lists},
        time_zone=listener.time_zone,
    )


def _facts(songs: pl.DataFrame, live: OpenedBuild | None) -> SongFacts:
    if live is None:
        return SongFacts(songs)
    return live.song_facts(songs)


def _genres_of(live: OpenedBuild, songs: pl.DataFrame) -> dict[int, int]:
    at = live.model.columns.find(songs["song"].to_numpy())
    found = np.where(at >= 0, live.genre_of[at], -1)
    return {
        song: genre for song, genre in zip(songs["song"].to_list(), found.tolist(), strict=True) if genre >= 0
    }


def end_of_day(date: str, time_zone: str) -> UnixMs:
    """The last moment of a day where the listener lives.

    Raises:
        UnfitError: that is no date.
    """
    try:
        day = dt.date.fromisoformat(date)
    except ValueError as error:
        raise UnfitError(f"{date!r} is not a date.", "Write it as 2026-11-30.") from error
    after = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(time_zone))
    return UnixMs(int(after.timestamp() * 1000) - 1)
