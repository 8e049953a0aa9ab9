"""What a browser keeps: nobody but us can write it, and it runs out."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.listening.listens import UnixMs
from earmark.store.people import AccountRecord, Role
from earmark.store.port import ListenerId
from earmark.web.sessions import AHEAD_MS, DAY_MS, RENEWED_AFTER_MS, Sessions

NOW = UnixMs(1_790_000_000_000)
ADA = AccountRecord(ListenerId(7), "Ada", Role.OWNER, "hash", 3, NOW)


def made(key: bytes = b"k" * 32) -> Sessions:
    return Sessions(lambda purpose: hmac.digest(key, purpose.encode(), "sha256"), 30)


SESSIONS = made()
SESSION = SESSIONS.begin(ADA, NOW)
COOKIE = SESSIONS.written(SESSION)


def test_what_was_written_is_read_by_whoever_has_the_key() -> None:
    assert made().read(COOKIE, NOW) == SESSION
    assert (SESSION.listener, SESSION.epoch, SESSION.since) == (ADA.listener, 3, NOW)
    assert made(b"l" * 32).read(COOKIE, NOW) is None


@given(st.integers(0, len(COOKIE) - 1), st.characters(max_codepoint=255))
def test_no_letter_can_be_changed(place: int, letter: str) -> None:
    changed = COOKIE[:place] + letter + COOKIE[place + 1 :]
    assert (SESSIONS.read(changed, NOW) is not None) == (changed == COOKIE)


@pytest.mark.parametrize("place", range(len(COOKIE)))
def test_no_letter_can_be_changed_for_its_neighbours(place: int) -> None:
    # The last letter of a signature in base64 has bits to spare: several spell the same.
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. ":
        changed = COOKIE[:place] + letter + COOKIE[place + 1 :]
        assert (SESSIONS.read(changed, NOW) is not None) == (changed == COOKIE)


@given(st.integers(0, len(COOKIE)), st.integers(0, len(COOKIE)), st.text(max_size=3))
def test_nothing_can_be_cut_out_or_put_in(first: int, last: int, between: str) -> None:
    changed = COOKIE[:first] + between + COOKIE[last:]
    assert (SESSIONS.read(changed, NOW) is not None) == (changed == COOKIE)


@given(st.text())
def test_anything_else_is_no_session(text: str) -> None:
    assert SESSIONS.read(text, NOW) is None
    assert SESSIONS.browser_of(text, "Ada") is None
    assert not SESSIONS.holds(SESSION, text)


@given(st.integers(-2 * AHEAD_MS, 40 * DAY_MS))
def test_it_lasts_thirty_days(later: int) -> None:
    there = SESSIONS.read(COOKIE, UnixMs(NOW + later))
    assert (there is not None) == (-AHEAD_MS <= later < 30 * DAY_MS)


def test_one_in_use_begins_anew_each_day_and_keeps_its_token() -> None:
    assert SESSIONS.renewed(SESSION, UnixMs(NOW + RENEWED_AFTER_MS - 1)) is None
    renewed = SESSIONS.renewed(SESSION, UnixMs(NOW + RENEWED_AFTER_MS))
    assert renewed
    assert SESSIONS.read(SESSIONS.written(renewed), UnixMs(NOW + 30 * DAY_MS)) == renewed
    assert SESSIONS.token(renewed) == SESSIONS.token(SESSION)


def test_tokens_are_of_one_session_and_what_is_signed_for_one_purpose_is_for_no_other() -> None:
    other = SESSIONS.begin(ADA, NOW)
    assert SESSIONS.holds(SESSION, SESSIONS.token(SESSION))
    assert not SESSIONS.holds(SESSION, SESSIONS.token(other))
    assert not SESSIONS.holds(SESSION, COOKIE.rpartition(".")[2])
    assert SESSIONS.browser_of(COOKIE, "Ada") is None
    assert SESSIONS.read(SESSIONS.browser("Ada"), NOW) is None


def test_a_browser_is_known_to_the_name_that_signed_in_there() -> None:
    browser = SESSIONS.browser("Ada")
    assert SESSIONS.browser_of(browser, "Ada")
    assert SESSIONS.browser_of(browser, "Bo") is None
    assert SESSIONS.browser_of(browser[:-1], "Ada") is None
    assert SESSIONS.browser("Ada") != browser
