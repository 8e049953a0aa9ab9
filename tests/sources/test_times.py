from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.sources.checks import NO_DATE, UNREADABLE_DATE, RowFaultError
from earmark.sources.times import iso_moment, moment_of, unix_moment

moments = st.datetimes(datetime(1902, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(moments)
def test_the_common_spellings_agree_with_the_standard_library(moment: datetime) -> None:
    second, minute = moment.replace(microsecond=0), moment.replace(second=0, microsecond=0)
    for spelling in (
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M:%S UTC",
        "%Y-%m-%dT%H:%M:%S+00:00",
    ):
        assert iso_moment(second.strftime(spelling)) == ms(second)
    assert iso_moment(minute.strftime("%Y-%m-%d %H:%M")) == ms(minute)
    assert moment_of(minute.strftime("%d %b %Y %H:%M")) == ms(minute)
    assert moment_of(second.strftime("%d %b %Y, %H:%M:%S")) == ms(second)


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_zones_and_fractions(moment: datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
    local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert iso_moment(local.isoformat()) == ms(moment)


@given(st.integers(1_009_843_200, 4_102_444_800))
def test_unix_time_in_seconds_milliseconds_and_fractions(seconds: int) -> None:
    assert moment_of(f" {seconds} ") == seconds * 1_000
    assert moment_of(str(seconds * 1_000 + 7)) == seconds * 1_000 + 7
    assert moment_of(f"{seconds}.5") == seconds * 1_000 + 500
    assert unix_moment(float(seconds)) == seconds * 1_000


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2019-13-01 10:00",
        "2019-02-29 10:00",
        "2019-01-01 24:00",
        "10:00",
        "inf",
        "nan",
        "1 Foo 2019 10:00",
        "0000-00-00 00:00:00",
        "2019-01-01T10:00:00Zulu",
        "٢٠١٩-01-01 10:00",
        "9999-99-99",
        "--",
    ],
)
def test_what_is_no_time_says_so(text: str) -> None:
    with pytest.raises(RowFaultError, match=UNREADABLE_DATE):
        moment_of(text)


def test_no_time_at_all() -> None:
    with pytest.raises(RowFaultError, match=NO_DATE):
        moment_of("  ")


@given(st.text(max_size=30) | st.text("0123456789-:T Z+.eE", max_size=30))
def test_any_text_is_a_time_or_a_fault(text: str) -> None:
    try:
        assert isinstance(moment_of(text), int)
    except RowFaultError as fault:
        assert fault.cause in {NO_DATE, UNREADABLE_DATE}
