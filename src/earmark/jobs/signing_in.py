"""Signing in by name and password, and how often that may be tried.

Attempts are counted before the password is looked at, and one that succeeds is taken back. From one address fewer pass
than at one name, so that nobody alone can use up the attempts of somebody else; and a browser in which somebody once
signed in is counted by itself, so that others who guess at their name do not keep them out of it.
"""

from __future__ import annotations

import hmac
from ipaddress import IPv6Address, ip_address
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import EarmarkError
from earmark.listening.listens import UnixMs
from earmark.store.attempts import Allowance, Attempts

FROM_ONE_ADDRESS: Final = Allowance(at_once=10, every_ms=120_000)
AT_ONE_NAME: Final = Allowance(at_once=20, every_ms=60_000)
IN_ONE_BROWSER: Final = Allowance(at_once=20, every_ms=60_000)

Counted = tuple[bytes, Allowance]
"""What an attempt is counted by."""


class SignInConfig(BaseModel):
    """How people stay signed in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    https: bool = False
    """Browsers reach Earmark over https only, though a proxy between does not say so."""
    days: int = Field(30, ge=1, le=400)
    """A browser that does not come back for so long is signed out."""


class TooManyAttemptsError(EarmarkError):
    """Somebody must wait before the next attempt."""

    def __init__(self, wait_ms: int) -> None:
        self.wait_s = -(-wait_ms // 1_000)
        super().__init__("Too many attempts.", f"Try again in {self.wait_s} seconds.")


class SigningIn:
    """Counts attempts, under digests that nobody without the key can turn back into names or addresses."""

    def __init__(self, attempts: Attempts, key: bytes) -> None:
        self._attempts = attempts
        self._key = key

    def begin(self, name: str, address: str, browser: str | None, now: UnixMs) -> list[Counted]:
        """Count an attempt; ``browser`` is the id of one in which this name has signed in before.

        Returns:
            What it is counted by, for `succeeded`.

        Raises:
            TooManyAttemptsError: it is too soon.
        """
        if browser is not None:
            counted = [(self._digest("browser", browser), IN_ONE_BROWSER)]
        else:
            counted = [
                (self._digest("address", _network(address)), FROM_ONE_ADDRESS),
                (self._digest("name", name), AT_ONE_NAME),
            ]
        for digest, allowance in counted:
            if wait_ms := self._attempts.begin(digest, allowance, now):
                raise TooManyAttemptsError(wait_ms)
        return counted

    def succeeded(self, counted: list[Counted]) -> None:
        """The password was right: the attempt shall not count."""
        for digest, allowance in counted:
            self._attempts.take_back(digest, allowance)

    def _digest(self, kind: str, of: str) -> bytes:
        return hmac.digest(self._key, f"{kind}:{of}".encode("utf-8", "replace"), "sha256")


def _network(address: str) -> str:
    """Whose an address is: one who has an IPv6 address has the 2^64 beside it, too."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
