"""What every source asks of a row before it becomes a listen: a name, a date, a length that can be true."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

import msgspec

from earmark.listening.listens import EARLIEST_LISTEN, LONGEST_PLAY_MS, UnixMs
from earmark.music.items import Track
from earmark.sources.batch import Skipped

LONGEST_NAME: Final = 1_000
OWN_NAMES: Final = "urn:uuid:"
"""Such a URI means something only to the program that gave it out; it may be this one, of another record."""
LONGEST_TRACK_MS: Final = LONGEST_PLAY_MS

NO_ARTIST: Final = "no artist"
NO_TITLE: Final = "no title"
NO_DATE: Final = "no date"
NO_LENGTH: Final = "no play length"
UNREADABLE_DATE: Final = "date not understood"
TOO_EARLY: Final = "date before 2002"
TOO_LATE: Final = "date in the future"
NEGATIVE_LENGTH: Final = "negative play length"
TOO_LONG_PLAY: Final = "play longer than a day"
TITLE_TOO_LONG: Final = "title longer than 1,000 characters"
ARTIST_TOO_LONG: Final = "artist longer than 1,000 characters"
NOT_A_LISTENING_FILE: Final = "not a listening file"
NO_TRACKS: Final = "playlist without usable tracks"
UNREADABLE_FILE: Final = "file that cannot be read"

_DAY_MS: Final = 86_400_000


class RowFaultError(ValueError):
    """One row cannot be used. ``cause`` is short and countable, ``detail`` what stood there."""

    def __init__(self, cause: str, detail: object = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.detail = str(detail)[:80]

    def at(self, file: str, row: int) -> Skipped:
        """The fault as a skipped row."""
        return Skipped(file, row, self.cause, self.detail)


class Window(msgspec.Struct, frozen=True):
    """The moments at which a play can have started."""

    earliest: UnixMs
    latest: UnixMs

    def check(self, started_at: int) -> UnixMs:
        """The moment itself.

        Raises:
            RowFaultError: it lies before 2002 or in the future.
        """
        if started_at < self.earliest:
            raise RowFaultError(TOO_EARLY, _readable(started_at))
        if started_at > self.latest:
            raise RowFaultError(TOO_LATE, _readable(started_at))
        return UnixMs(started_at)


def _readable(moment: int) -> str:
    """A moment as a date and time in UTC; as milliseconds, where no calendar holds it."""
    try:
        return f"{dt.datetime.fromtimestamp(moment / 1000, dt.UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return str(moment)


def window(now: UnixMs | None) -> Window:
    """From 2002 until a day after ``now`` (the clock's time if None), for clocks that run ahead."""
    moment = time.time_ns() // 1_000_000 if now is None else now
    return Window(EARLIEST_LISTEN, UnixMs(moment + _DAY_MS))


def clean(text: str | None) -> str | None:
    """A name without surrounding blanks and NUL characters; None if nothing is left."""
    if text is None:
        return None
    if "\0" in text:
        text = text.replace("\0", "")
    return text.strip() or None


def track_of(
    artist: str | None,
    title: str | None,
    release: str | None = None,
    uri: str | None = None,
    duration_ms: int | None = None,
) -> Track:
    """A track from names as a file has them; a release, address or duration that cannot be true is left out.

    Raises:
        RowFaultError: there is no artist or no title, or one is absurdly long.
    """
    title = clean(title)
    if title is None:
        raise RowFaultError(NO_TITLE, artist or "")
    artist = clean(artist)
    if artist is None:
        raise RowFaultError(NO_ARTIST, title)
    if len(title) > LONGEST_NAME:
        raise RowFaultError(TITLE_TOO_LONG, title)
    if len(artist) > LONGEST_NAME:
        raise RowFaultError(ARTIST_TOO_LONG, artist)
    release = clean(release)
    if release is not None and len(release) > LONGEST_NAME:
        release = None
    uri = clean(uri)
    if uri is not None and (len(uri) > LONGEST_NAME or uri.startswith(OWN_NAMES)):
        uri = None
    if duration_ms is not None and not 0 < duration_ms <= LONGEST_TRACK_MS:
        duration_ms = None
    return Track(artist, title, release, uri, duration_ms)


def play_length(ms_played: float | None) -> int:
    """A play's length in milliseconds.

    Raises:
        RowFaultError: there is none, or it is negative or longer than a day.
    """
    if ms_played is None:
        raise RowFaultError(NO_LENGTH)
    if ms_played < 0:
        raise RowFaultError(NEGATIVE_LENGTH, ms_played)
    if ms_played > LONGEST_PLAY_MS:
        raise RowFaultError(TOO_LONG_PLAY, ms_played)
    return int(ms_played)
