from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import EarmarkError
from earmark.mixes.weeks import checked_week, monday_of, week_of


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2026-11-20", "2026-W47"),
        ("2021-01-03", "2020-W53"),
        ("2021-01-04", "2021-W01"),
        ("2024-12-30", "2025-W01"),
        ("2023-01-01", "2022-W52"),
    ],
)
def test_days_at_the_edges_of_years(day, week):
    assert week_of(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)) == week
    assert checked_week(week) == week


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1)))
def test_a_week_begins_on_its_monday(moment):
    monday = monday_of(week_of(moment))
    assert monday.weekday() == 0
    assert 0 <= (moment.date() - monday).days < 7


@pytest.mark.parametrize(
    "text",
    [
        "2021-W53",
        "2026-W00",
        "2026-W54",
        "2026-W7",
        "2026-47",
        "2026-W47 ",
        "26-W47",
        "",
        "0000-W01",
        "２０２６-W47",
    ],
)
def test_what_is_no_week_is_refused(text):
    with pytest.raises(EarmarkError, match="is not a week") as caught:
        checked_week(text)
    assert "2026-W47" in caught.value.remedy


def test_a_leap_week_is_one():
    assert checked_week("2020-W53") == "2020-W53"
    assert monday_of("2020-W53") == dt.date(2020, 12, 28)
