"""Carry a taste out of this record, and into another: what was played most, what was said, and edits, by their names.

What comes in stands in a playlist of the listener's own, where they can see it, change it and delete it: its songs
count as saved ones do. Nothing is made out to have been played.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import polars as pl

from earmark.errors import EarmarkError
from earmark.jobs.edit_words import WEEKDAYS, Wanted, understood
from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.tasting import names_in, taste_of
from earmark.listening.edits import Boost, Edit, Exclude, Less, Mute, Reject, Rename
from earmark.listening.evidence import sounded
from earmark.listening.exclusions import (
    AllByArtist,
    AllOfSong,
    Exclusion,
    ThatDevice,
    ThatPlaylist,
    TheseDays,
    TheseHours,
)
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import clock
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.store.port import ListenerRecord
from earmark.taste.portable import (
    FORMAT,
    MOST_SONGS,
    CarriedEdit,
    CarriedGenre,
    CarriedSong,
    PortableTaste,
)
from earmark.taste.wording import Names, in_words

CARRIED: Final = "Taste carried over"
"""What the playlist of its songs is called."""


class CarriedIn(msgspec.Struct, frozen=True):
    """What became of a taste that was carried in."""

    songs: int
    verdicts: int
    edits: tuple[str, ...]
    """Made, in words."""
    not_made: tuple[str, ...]
    """Edits that cannot be made here, each with why."""


def carry_out(house: House, name: str, live: OpenedBuild | None) -> PortableTaste:
    """The taste of a listener, in names.

    Raises:
        UnknownNameError: there is no such listener.
    """
    store = house.store
    listener = store.find_listener(name)
    taste = taste_of(house, name, live)
    made = [one for one in store.edits.of([listener.id]).get(listener.id, []) if one.undone_at is None]
    names = names_in(house, listener, made, live)
    carried = [(one, _carried(house, one.edit, names, listener)) for one in made]
    return PortableTaste(
        format=FORMAT,
        listener=name,
        made=dt.datetime.now(dt.UTC).date().isoformat(),
        listens=taste.listens,
        micro_genres=tuple(
            CarriedGenre(
                one.name, one.parent, one.terms, one.share, tuple(artist.name for artist in one.top_artists)
            )
            for one in taste.micro_genres
        ),
        songs=tuple(_songs(house, listener)),
        said=taste.said,
        edits=tuple(edit for _, edit in carried if edit is not None),
        left_behind=tuple(in_words(one.edit, names) for one, edit in carried if edit is None),
        sentences=taste.sentences,
    )


def carry_in(house: House, name: str, carried: PortableTaste, live: OpenedBuild | None) -> CarriedIn:
    """Take a taste over for the listener of this name, made if new; what is there stays.

    Raises:
        ConflictError: the name is a community listener's.
    """
    store, now = house.store, clock()
    with store.writing() as writer:
        listener = writer.listener(name)
        tracks = tuple(Track(song.artist, song.title) for song in carried.songs)
        if tracks:
            writer.add_playlists([Playlist(f"{CARRIED} ({carried.made})", tracks)], owner=listener)
        said = [
            Feedback(
                Verdict(one.verdict),
                None if one.title is None else Track(one.artist, one.title),
                one.artist if one.title is None else None,
                now,
            )
            for one in carried.said
        ]
        verdicts = writer.add_feedback(listener, said)
    made, not_made = [], []
    record = store.find_listener(name)
    for one in carried.edits:
        wanted = Wanted(one.action, one.what, one.days, one.weekdays, one.genre)
        try:
            edit = understood(house, name, wanted, live)
        except EarmarkError as error:
            not_made.append(f"{one.action} {' '.join(one.what)}: {error.what}")
            continue
        kept = store.edits.add(listener, edit, now)
        made.append(in_words(edit, names_in(house, record, [kept], live)))
    return CarriedIn(len(tracks), verdicts, tuple(made), tuple(not_made))


def _songs(house: House, listener: ListenerRecord) -> Iterator[CarriedSong]:
    """What was played most, of what counts."""
    listens = house.store.listens([listener.id])
    most = (
        listens.filter(~pl.col("private") & sounded(house.learning.evidence))
        .group_by("song")
        .len("plays")
        .sort(["plays", "song"], descending=[True, False])
        .head(MOST_SONGS)
    )
    named = house.store.songs(most["song"].to_list())
    for artist, title, plays in zip(named["artist_name"], named["title"], most["plays"], strict=True):
        yield CarriedSong(artist, title, plays)


def _carried(house: House, edit: Edit, names: Names, listener: ListenerRecord) -> CarriedEdit | None:
    """An edit in words that mean the same elsewhere; None where there are none."""
    found: CarriedEdit | None = None
    match edit:
        case Boost(genre) | Mute(genre) | Reject(genre) if genre in names.genres:
            found = CarriedEdit(str(type(edit).__struct_config__.tag), (names.genres[genre],))
        case Rename(genre, called) if genre in names.genres:
            found = CarriedEdit("rename", (names.genres[genre], called))
        case Less(days, genre=int(genre)) if genre in names.genres:
            found = CarriedEdit("less", (names.genres[genre],), days, genre=True)
        case Less(days, artist=int(artist)) if artist in names.artists:
            found = CarriedEdit("less", (names.artists[artist],), days)
        case Less(days, song=int(song)):
            found = CarriedEdit("less", _of_song(house, song), days)
        case Exclude(what):
            found = _excluding(house, what, names, listener)
    return found


def _excluding(house: House, what: Exclusion, names: Names, listener: ListenerRecord) -> CarriedEdit | None:
    words: Sequence[str]
    weekdays = ""
    match what:
        case AllByArtist(artist) if artist in names.artists:
            words = ("artist", names.artists[artist])
        case AllOfSong(song):
            words = ("song", *_of_song(house, song))
        case ThatPlaylist(playlist) if playlist in names.playlists:
            words = ("playlist", names.playlists[playlist])
        case ThatDevice(device):
            words = ("device", device)
        case TheseHours(start, stop, _, days):
            words = ("hours", f"{start // 60:02d}:{start % 60:02d}-{stop // 60:02d}:{stop % 60:02d}")
            weekdays = ",".join(WEEKDAYS[day - 1] for day in days)
        case TheseDays(start, stop):
            words = ("days", _date(start, listener), _date(stop - 1, listener))
        case _:
            return None
    return CarriedEdit("exclude", tuple(words), weekdays=weekdays)


def _of_song(house: House, song: int) -> tuple[str, str]:
    artist, title = house.store.songs([song]).select("artist_name", "title").row(0)
    return str(artist), str(title)


def _date(unix_ms: int, listener: ListenerRecord) -> str:
    return dt.datetime.fromtimestamp(unix_ms / 1000, ZoneInfo(listener.time_zone)).date().isoformat()
