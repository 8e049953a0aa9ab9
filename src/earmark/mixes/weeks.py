"""ISO weeks, written ``2026-W47``."""

from __future__ import annotations

import datetime as dt
import re

from earmark.errors import EarmarkError


def week_of(moment: dt.date) -> str:
    """The ISO week in which a moment or a day falls."""
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02d}"


def checked_week(text: str) -> str:
    """``text`` if it names a week that exists.

    Raises:
        EarmarkError: it does not.
    """
    match = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text)
    try:
        if match:
            dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return text
    except ValueError:
        pass
    raise EarmarkError(f"{text!r} is not a week.", "Write the ISO year and week, such as 2026-W47.")


def monday_of(week: str) -> dt.date:
    """The first day of a week."""
    return dt.date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
