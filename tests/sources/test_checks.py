from __future__ import annotations

import time

import pytest

from earmark.listening.listens import LONGEST_PLAY_MS, UnixMs
from earmark.music.items import Track
from earmark.sources import checks
from earmark.sources.checks import RowFaultError, clean, play_length, track_of, window


@pytest.mark.parametrize(
    ("given", "kept"),
    [(None, None), ("", None), (" \t", None), ("\0", None), (" a\0b ", "ab"), ("a\0 ", "a")],
)
def test_names_are_stripped_and_empty_is_missing(given: str | None, kept: str | None) -> None:
    assert clean(given) == kept


def test_what_cannot_be_true_of_a_track_is_left_out() -> None:
    assert track_of(" Nils ", "Waltz\0", " ", "x" * 1_001, -5) == Track("Nils", "Waltz")
    assert track_of("Nils", "Waltz", "r" * 1_001, "u", LONGEST_PLAY_MS + 1) == Track(
        "Nils", "Waltz", None, "u"
    )
    # What one program calls a track means nothing to another.
    own = "urn:uuid:6561726d-6172-8b00-8000-000000000001"
    assert track_of("Nils", "Waltz", None, own) == Track("Nils", "Waltz")


@pytest.mark.parametrize(
    ("artist", "title", "cause"),
    [
        (None, "t", checks.NO_ARTIST),
        ("a", " ", checks.NO_TITLE),
        (None, None, checks.NO_TITLE),
        ("a", "t" * 10_000, checks.TITLE_TOO_LONG),
        ("a" * 1_001, "t", checks.ARTIST_TOO_LONG),
    ],
)
def test_tracks_without_usable_names(artist: str | None, title: str | None, cause: str) -> None:
    with pytest.raises(RowFaultError, match=cause) as caught:
        track_of(artist, title)
    assert len(caught.value.detail) <= 80


@pytest.mark.parametrize(
    ("ms", "cause"),
    [
        (None, checks.NO_LENGTH),
        (-1, checks.NEGATIVE_LENGTH),
        (LONGEST_PLAY_MS + 1, checks.TOO_LONG_PLAY),
        (10**30, checks.TOO_LONG_PLAY),
    ],
)
def test_lengths_that_cannot_be(ms: int | None, cause: str) -> None:
    with pytest.raises(RowFaultError, match=cause):
        play_length(ms)
    assert (play_length(0), play_length(1.9), play_length(LONGEST_PLAY_MS)) == (0, 1, LONGEST_PLAY_MS)


def test_dates_before_2002_and_more_than_a_day_ahead() -> None:
    possible = window(UnixMs(1_700_000_000_000))
    assert possible.check(1_009_843_200_000) == 1_009_843_200_000
    assert possible.check(1_700_000_000_000 + 86_400_000) == 1_700_086_400_000
    with pytest.raises(RowFaultError, match=checks.TOO_EARLY):
        possible.check(1_009_843_199_999)
    with pytest.raises(RowFaultError, match=checks.TOO_LATE):
        possible.check(1_700_086_400_001)


def test_a_date_that_cannot_be_is_told_as_a_date_where_a_calendar_holds_it() -> None:
    possible = window(UnixMs(1_700_000_000_000))
    with pytest.raises(RowFaultError) as early:
        possible.check(915_192_000_500)
    with pytest.raises(RowFaultError) as late:
        possible.check(10**20)
    assert (early.value.detail, late.value.detail) == ("1999-01-01 12:00:00", str(10**20))


def test_the_present_is_the_clocks_unless_given() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= window(None).latest - 86_400_000 <= time.time_ns() // 1_000_000
