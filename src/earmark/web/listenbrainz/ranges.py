"""The nine ranges of time over which ListenBrainz counts, in the calendar of the listener's own time zone.

``this_week`` begins on Monday, ``this_month`` on its first day and ``this_year`` on New Year's Day, and all three go
on until today; ``week``, ``month``, ``quarter``, ``half_yearly`` and ``year`` are the last whole ones before.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from earmark.listening.listens import UnixMs

Days = tuple[dt.date, dt.date]
"""The first day, and the day after the last."""


class Range(StrEnum):
    """A stretch of time."""

    THIS_WEEK = "this_week"
    THIS_MONTH = "this_month"
    THIS_YEAR = "this_year"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEARLY = "half_yearly"
    YEAR = "year"
    ALL_TIME = "all_time"


_MONTHS = {Range.MONTH: 1, Range.QUARTER: 3, Range.HALF_YEARLY: 6, Range.YEAR: 12}
"""How many months the whole ones have."""
_BEGUN = {Range.THIS_MONTH: 1, Range.THIS_YEAR: 12}
_BEGINNING = dt.date(2002, 1, 1)


def days_of(of: Range, today: dt.date) -> Days:
    """The days of a range."""
    tomorrow, monday = today + dt.timedelta(1), today - dt.timedelta(today.weekday())
    if of is Range.ALL_TIME:
        return _BEGINNING, tomorrow
    if of in _BEGUN:
        return _period(today, _BEGUN[of]), tomorrow
    if of in _MONTHS:
        begun = _period(today, _MONTHS[of])
        return months_before(begun, _MONTHS[of]), begun
    return (monday, tomorrow) if of is Range.THIS_WEEK else (monday - dt.timedelta(7), monday)


def _period(today: dt.date, months: int) -> dt.date:
    """The first day of the month, quarter, half year or year that today is in."""
    first = today.replace(day=1)
    return months_before(first, (first.month - 1) % months)


def months_before(first: dt.date, n: int) -> dt.date:
    """The first of the month that lies ``n`` months before (after, if negative) the first of a month."""
    year, month = divmod(first.year * 12 + first.month - 1 - n, 12)
    return dt.date(year, month + 1, 1)


def moment_of(day: dt.date, zone: ZoneInfo) -> UnixMs:
    """When a day begins there."""
    return UnixMs(int(dt.datetime.combine(day, dt.time(), zone).timestamp()) * 1_000)


def bins_of(of: Range, days: Days) -> list[tuple[str, Days]]:
    """The days, months or years by which activity in a range and in the one before it is counted, with their names."""
    first, last = days
    if of is Range.ALL_TIME:
        name, edges = "%Y", [dt.date(year, 1, 1) for year in range(first.year, last.year + 2)]
    elif of in (Range.THIS_WEEK, Range.WEEK):
        name, edges = "%A %d %B %Y", _each_day(first - dt.timedelta(7), last)
    elif of in (Range.THIS_MONTH, Range.MONTH):
        name, edges = "%d %B %Y", _each_day(months_before(first, 1), last)
    else:
        name, edges = "%B %Y", _each_month(months_before(first, _MONTHS.get(of, 12)), last)
    return [(day.strftime(name), (day, following)) for day, following in pairwise(edges)]


def _each_day(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(n) for n in range((last - first).days + 1)]


def _each_month(first: dt.date, last: dt.date) -> list[dt.date]:
    edges = [first]
    while edges[-1] < last:
        edges.append(months_before(edges[-1], -1))
    return edges
