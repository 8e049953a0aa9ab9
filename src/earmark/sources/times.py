"""Moments as exports write them, to Unix milliseconds. Times without a zone are UTC.

Histories repeat the same days, the same 1,440 minutes and the same 60 seconds, so each third of a timestamp
is parsed once and remembered.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from earmark.sources.checks import NO_DATE, UNREADABLE_DATE, RowFaultError

_EPOCH: Final = date(1970, 1, 1).toordinal()
_MINUTE: Final = re.compile(r"[T ]([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_SECOND: Final = re.compile(r"(?::([0-5]\d|60))?(?:Z|z| UTC|\+00(?::?00)?)?", re.ASCII)
_WORDED: Final = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4}),? (\d{1,2}:\d\d)((?::\d\d)?)", re.ASCII)
_MONTHS: Final = dict(
    zip(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        range(1, 13),
        strict=True,
    )
)
_LARGEST_SECONDS: Final = 100_000_000_000
"""Larger numbers are milliseconds: as seconds this is the year 5138, as milliseconds 1973."""


class _Days(dict[str, int]):
    """``YYYY-MM-DD`` → Unix ms of its midnight."""

    def __missing__(self, text: str) -> int:
        self[text] = moment = (date.fromisoformat(text).toordinal() - _EPOCH) * 86_400_000
        return moment


class _Minutes(dict[str, int]):
    """``T`` or a blank and ``HH:MM`` → ms since midnight."""

    def __missing__(self, text: str) -> int:
        match = _MINUTE.fullmatch(text)
        if match is None:
            raise ValueError(text)
        self[text] = moment = (int(match[1]) * 60 + int(match[2])) * 60_000
        return moment


class _Seconds(dict[str, int]):
    """``:SS`` or nothing, and a sign of UTC or nothing → ms since the minute began."""

    def __missing__(self, text: str) -> int:
        match = _SECOND.fullmatch(text)
        if match is None:
            raise ValueError(text)
        self[text] = moment = int(match[1] or 0) * 1_000
        return moment


DAYS: Final = _Days()
MINUTES: Final = _Minutes()
SECONDS: Final = _Seconds()


def iso_moment(text: str) -> int:
    """Unix ms of an ISO 8601 time ("2019-03-14T18:30:05Z", "2019-03-14 18:30", "2019-03-14T18:30:05+02:00").

    Raises:
        ValueError: it is not one.
        OverflowError: it lies beyond the calendar.
    """
    try:
        return DAYS[text[:10]] + MINUTES[text[10:16]] + SECONDS[text[16:]]
    except ValueError:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000)


def unix_moment(number: float) -> int:
    """Unix ms of a number that is Unix seconds, or milliseconds where it is too large for seconds."""
    return round(number * 1_000) if abs(number) < _LARGEST_SECONDS else round(number)


def moment_of(text: str) -> int:
    """Unix ms of whatever stands in a cell: Unix seconds or milliseconds, ISO 8601, or "14 Mar 2019 18:30".

    Raises:
        RowFaultError: nothing stands there, or nothing that is a time.
    """
    text = text.strip()
    if not text:
        raise RowFaultError(NO_DATE)
    try:
        return unix_moment(int(text))
    except ValueError:
        pass
    try:
        worded = _WORDED.fullmatch(text)
        if worded:
            return _worded_moment(worded)
        return iso_moment(text) if ":" in text or text.count("-") == 2 else unix_moment(float(text))
    except (ValueError, OverflowError) as error:
        raise RowFaultError(UNREADABLE_DATE, text) from error


def _worded_moment(match: re.Match[str]) -> int:
    month = _MONTHS.get(match[2].lower())
    if month is None:
        raise ValueError(match[0])
    clock = match[4] if match[4][2] == ":" else f"0{match[4]}"
    return DAYS[f"{match[3]}-{month:02}-{int(match[1]):02}"] + MINUTES[f" {clock}"] + SECONDS[match[5]]
