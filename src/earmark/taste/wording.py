"""Edits of taste in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from earmark.listening.edits import Boost, Edit, EditRecord, Exclude, Less, Mute, Reject, Rename
from earmark.listening.exclusions import (
    AllByArtist,
    AllOfSong,
    Exclusion,
    ThatDevice,
    ThatPlaylist,
    TheseDays,
    TheseHours,
    TheseListens,
)
from earmark.taste.genres_played import day
from earmark.taste.profile import EditTold

WEEKDAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True)
class Names:
    """What the things are called that edits speak of, by record id or id of the micro-genre."""

    genres: Mapping[int, str] = field(default_factory=dict)
    artists: Mapping[int, str] = field(default_factory=dict)
    songs: Mapping[int, str] = field(default_factory=dict)
    playlists: Mapping[int, str] = field(default_factory=dict)
    time_zone: str = "UTC"


def told(record: EditRecord, names: Names) -> EditTold:
    """An edit in words, with its dates."""
    undone = None if record.undone_at is None else day(record.undone_at)
    return EditTold(record.id, in_words(record.edit, names), day(record.made_at), undone)


def in_words(edit: Edit, names: Names) -> str:
    """What an edit says, such as "less of Some Artist, half as much after 30 days"."""
    match edit:
        case Boost(genre):
            return f"more {_genre(genre, names)}"
        case Mute(genre):
            return f"no {_genre(genre, names)} in mixes"
        case Reject(genre):
            return f"{_genre(genre, names)} is not my taste"
        case Rename(genre, name):
            return f"{_genre(genre, names)} is called {name!r}"
        case Less(days, artist, song, genre):
            what = _one_of(artist, names.artists) or _one_of(song, names.songs) or _genre(genre, names)
            return f"less of {what}, half as much after {days:g} days"
        case Exclude(what):
            return f"without {_excluded(what, names)}"
    assert_never(edit)


def _excluded(what: Exclusion, names: Names) -> str:
    match what:
        case TheseListens(listens):
            said = f"{len(listens):,} single listens" if len(listens) > 1 else "a single listen"
        case AllOfSong(song):
            said = f"all listens of {_one_of(song, names.songs)}"
        case AllByArtist(artist):
            said = f"all listens of {_one_of(artist, names.artists)}"
        case ThatPlaylist(playlist):
            said = f"the playlist {_one_of(playlist, names.playlists)}"
        case TheseHours(start, stop, zone, weekdays):
            days = ", ".join(WEEKDAYS[one - 1] for one in weekdays) or "every day"
            said = f"what starts from {_clock(start)} to {_clock(stop)} ({days}, {zone})"
        case TheseDays(start, stop):
            said = f"what started from {_moment(start, names.time_zone)} to {_moment(stop, names.time_zone)}"
        case ThatDevice(device):
            said = f"what was played on {device}"
        case _:
            assert_never(what)
    return said


def _genre(number: int | None, names: Names) -> str:
    return (
        names.genres.get(-1 if number is None else number)
        or f"a micro-genre that is no longer found (number {number})"
    )


def _one_of(number: int | None, names: Mapping[int, str]) -> str:
    return "" if number is None else names.get(number, f"what is gone from the record (number {number})")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _moment(unix_ms: int, zone: str) -> str:
    local = dt.datetime.fromtimestamp(unix_ms / 1000, ZoneInfo(zone))
    midnight = local.hour == local.minute == 0
    return local.date().isoformat() if midnight else local.strftime("%Y-%m-%d %H:%M")
