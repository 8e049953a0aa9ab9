"""Who is signed in, by what their browser keeps: nothing of a session is stored here.

A session names a listener, the epoch of their account in which it began, and when; it is signed, so nobody can make or
change one, and a later epoch ends it. Why: docs/decisions/sessions-are-signed.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Final

import msgspec
from itsdangerous import Signer
from msgspec.structs import replace

from earmark.listening.listens import UnixMs
from earmark.store.people import AccountRecord
from earmark.store.port import ListenerId

DAY_MS: Final = 86_400_000
RENEWED_AFTER_MS: Final = DAY_MS
"""A session in use begins anew so often, so that its cookie need not be sent with every answer."""
AHEAD_MS: Final = 300_000
"""Clocks of several machines may differ by so much."""

_FORM: Final = re.compile(r"(\d{1,12})\.(\d{1,9})\.(\d{1,16})\.([\w-]{22})", re.ASCII)


class Session(msgspec.Struct, frozen=True):
    """Somebody signed in, in one browser."""

    listener: ListenerId
    epoch: int
    """The account's, when they signed in."""
    since: UnixMs
    """When they did, or came back."""
    id: str
    """Random; the same as long as it is renewed."""


class _Seal:
    """Signs text, for one purpose (HMAC-SHA-256)."""

    def __init__(self, key: bytes) -> None:
        self._signer = Signer(key, key_derivation="none", digest_method=sha256)

    def signed(self, text: str) -> str:
        return self._signer.sign(text).decode()

    def opened(self, signed: str) -> str | None:
        """The text, or None. Of several spellings of one signature (base64 has some), only ours is taken."""
        text, _, _ = signed.rpartition(".")
        return text if text.isascii() and _same(self._signer.sign(text), signed) else None

    def signature(self, text: str) -> str:
        return self._signer.get_signature(text).decode()


class Sessions:
    """Writes and reads what browsers keep."""

    def __init__(self, key: Callable[[str], bytes], days: int) -> None:
        self.lasts_s = days * 86_400
        self._sessions, self._forms, self._browsers = (
            _Seal(key(purpose)) for purpose in ("sessions", "forms", "browsers")
        )

    def begin(self, account: AccountRecord, now: UnixMs) -> Session:
        """Somebody has signed in."""
        return Session(account.listener, account.epoch, now, token_urlsafe(16))

    def written(self, session: Session) -> str:
        """The session, for a cookie."""
        return self._sessions.signed(f"{session.listener}.{session.epoch}.{session.since}.{session.id}")

    def read(self, cookie: str, now: UnixMs) -> Session | None:
        """The session in a cookie, or None if we did not write it or it has run out.

        Whether its epoch is still the account's, the record must say.
        """
        text = self._sessions.opened(cookie)
        told = None if text is None else _FORM.fullmatch(text)
        if told is None:
            return None
        listener, epoch, since, name = told.groups()
        session = Session(ListenerId(int(listener)), int(epoch), UnixMs(int(since)), name)
        return session if -AHEAD_MS <= now - session.since < self.lasts_s * 1_000 else None

    def renewed(self, session: Session, now: UnixMs) -> Session | None:
        """The session as begun now, if it is time."""
        return replace(session, since=now) if now - session.since >= RENEWED_AFTER_MS else None

    def token(self, session: Session) -> str:
        """What requests with the cookie must show beside it to change anything (the token against forgery, CSRF)."""
        return self._forms.signature(f"{session.listener}.{session.epoch}.{session.id}")

    def holds(self, session: Session, token: str) -> bool:
        """Whether this is its token."""
        return _same(self.token(session).encode(), token)

    def browser(self, name: str) -> str:
        """A browser in which this name has signed in, for a cookie that outlives the session."""
        return self._browsers.signed(f"{token_urlsafe(16)}.{_told(name)}")

    def browser_of(self, cookie: str, name: str) -> str | None:
        """The id of the browser, if this name has signed in there."""
        text = self._browsers.opened(cookie)
        if text is None:
            return None
        number, _, told = text.partition(".")
        return number if told == _told(name) else None


def _told(name: str) -> str:
    return sha256(name.encode("utf-8", "replace")).hexdigest()


def _same(ours: bytes, given: str) -> bool:
    return given.isascii() and compare_digest(ours, given.encode())
