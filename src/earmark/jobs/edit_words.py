"""From the words of a command, or the fields of a request, to an edit of taste."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from earmark.errors import UnfitError, UnknownNameError
from earmark.jobs.editing import find_genre
from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.suspecting import excluding_suspected
from earmark.listening.edits import Boost, Edit, Exclude, Less, Mute, Reject, Rename
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
from earmark.store.port import ListenerRecord

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OF_GENRES: Final[Mapping[str, Callable[[int], Edit]]] = {"boost": Boost, "mute": Mute, "reject": Reject}
_HOURS: Final = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")


class Wanted(NamedTuple):
    """An edit as it is asked for."""

    action: str
    what: tuple[str, ...]
    days: float = 30.0
    """For less: its half-life."""
    weekdays: str = ""
    """For hours: the first three letters of each day, apart by commas."""
    genre: bool = False
    """For less: a micro-genre is meant."""


def understood(house: House, name: str, wanted: Wanted, live: OpenedBuild | None) -> Edit:
    """The edit that a listener asks for.

    Raises:
        UnfitError: the words cannot be understood, or name what is not there; it says what can be.
    """
    listener = house.store.find_listener(name)
    made = house.store.edits.of([listener.id]).get(listener.id, [])

    def genre(name: str) -> int:
        return find_genre(name, live, made)

    match wanted.action, wanted.what:
        case action, (one,) if action in OF_GENRES:
            edit: Edit = OF_GENRES[action](genre(one))
        case "rename", (one, called):
            edit = Rename(genre(one), called.strip())
        case "less", (one,) if wanted.genre:
            edit = Less(wanted.days, genre=genre(one))
        case "less", (artist,):
            edit = Less(wanted.days, artist=house.store.find_artist(artist))
        case "less", (artist, title):
            edit = Less(wanted.days, song=house.store.find_song(artist, title))
        case "exclude", ("doubt", number) if number.isdigit():
            edit = excluding_suspected(house, listener, int(number), live)
        case "exclude", (kind, *words) if kind in EXCLUDING:
            edit = Exclude(EXCLUDING[kind](house, listener, tuple(words), wanted))
        case _:
            raise UnfitError(
                f"{' '.join((wanted.action, *wanted.what))!r} is not an edit of taste.",
                "Say for example: boost 'dub techno' · mute 'dub techno' · reject 'dub techno' · "
                "rename 'dub techno' 'deep dub' · less 'Some Artist' · exclude hours 22:00-06:30 · "
                "exclude artist 'Some Artist' · undo 3",
            )
    return edit


def _artist(house: House, _: ListenerRecord, words: tuple[str, ...], __: Wanted) -> Exclusion:
    return AllByArtist(house.store.find_artist(_exactly(words, 1, "artist NAME")[0]))


def _song(house: House, _: ListenerRecord, words: tuple[str, ...], __: Wanted) -> Exclusion:
    return AllOfSong(house.store.find_song(*_exactly(words, 2, "song ARTIST TITLE")))


def _playlist(house: House, listener: ListenerRecord, words: tuple[str, ...], _: Wanted) -> Exclusion:
    (name,) = _exactly(words, 1, "playlist NAME")
    lists, _total = house.store.playlists.page(listener.id, offset=0, n=10_000)
    known = {one.title.casefold(): one.id for one in lists}
    if name.casefold() not in known:
        near = get_close_matches(name.casefold(), known, n=3, cutoff=0.5)
        raise UnknownNameError(
            f"{listener.name} has no playlist {name!r}.",
            f"Did you mean {', '.join(near)}?" if near else "Its name must be as on the list.",
        )
    return ThatPlaylist(known[name.casefold()])


def _hours(_: House, listener: ListenerRecord, words: tuple[str, ...], wanted: Wanted) -> Exclusion:
    found = _HOURS.fullmatch(_exactly(words, 1, "hours 22:00-06:30")[0].strip())
    if found is None:
        raise UnfitError(f"{words[0]!r} are no hours.", "Write them as 22:00-06:30.")
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    named = [day.strip().lower()[:3] for day in wanted.weekdays.split(",") if day.strip()]
    if not set(named) <= set(WEEKDAYS):
        raise UnfitError(f"{wanted.weekdays!r} are not days of the week.", "Write them as sat,sun.")
    days = tuple(sorted({WEEKDAYS.index(day) + 1 for day in named}))
    if max(from_minute, to_minute) > 59:
        raise UnfitError(f"{words[0]!r} are no hours.", "An hour has minutes 00 to 59.")
    start, stop = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    return TheseHours(start, stop, listener.time_zone, days)


def _days(_: House, listener: ListenerRecord, words: tuple[str, ...], __: Wanted) -> Exclusion:
    if len(words) not in (1, 2):
        raise UnfitError("Exclude which days?", "Write them as: exclude days 2026-01-01 2026-01-14")
    zone = ZoneInfo(listener.time_zone)
    first, last = _date(words[0]), _date(words[-1])
    after = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    return TheseDays(_ms(dt.datetime.combine(first, dt.time(), zone)), _ms(after))


def _device(_: House, __: ListenerRecord, words: tuple[str, ...], ___: Wanted) -> Exclusion:
    return ThatDevice(_exactly(words, 1, "device NAME")[0])


def _listen(house: House, listener: ListenerRecord, words: tuple[str, ...], _: Wanted) -> Exclusion:
    """Whatever started within that minute."""
    (said,) = _exactly(words, 1, "listen 2026-01-01T22:10")
    try:
        minute = dt.datetime.fromisoformat(said).replace(second=0, microsecond=0)
    except ValueError as error:
        raise UnfitError(f"{said!r} is not a moment.", "Write it as 2026-01-01T22:10.") from error
    start = _ms(minute if minute.tzinfo else minute.replace(tzinfo=ZoneInfo(listener.time_zone)))
    hit = house.store.edits.listens_hit(listener.id, [TheseDays(start, start + 60_000)])
    if hit.is_empty():
        raise UnknownNameError(
            f"{listener.name} started nothing at {said}.",
            f"Times are those of {listener.time_zone}; a listen is found by the minute in which it started.",
        )
    return TheseListens(tuple(hit.select("song", "started_at").iter_rows()))


EXCLUDING: Final[Mapping[str, Callable[[House, ListenerRecord, tuple[str, ...], Wanted], Exclusion]]] = {
    "artist": _artist,
    "song": _song,
    "playlist": _playlist,
    "hours": _hours,
    "days": _days,
    "device": _device,
    "listen": _listen,
}
"""What can be excluded, by the word for it."""


def _exactly(words: tuple[str, ...], n: int, example: str) -> tuple[str, ...]:
    if len(words) != n:
        raise UnfitError(f"Exclude which {example.split(maxsplit=1)[0]}?", f"Write it as: exclude {example}")
    return words


def _date(said: str) -> dt.date:
    try:
        return dt.date.fromisoformat(said)
    except ValueError as error:
        raise UnfitError(f"{said!r} is not a date.", "Write it as 2026-01-01.") from error


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
