"""The key that the service signs with, in the home folder; each purpose has one of its own, derived from it (HMAC)."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path
from typing import Final

from earmark.privacy.keys import KeyFile, SecretsError

LEAST_BYTES: Final = 32


class SigningKey:
    """The same for every process that shares the home folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose, which say nothing of the key or of those for another.

        Raises:
            EarmarkError: the key cannot be made, or (SecretsError) read, or it is too short to be one.
        """
        key = KeyFile(self._path).made(lambda: secrets.token_hex(LEAST_BYTES).encode()).strip()
        if len(key) < LEAST_BYTES:
            raise SecretsError(
                f"{self._path} does not hold a key.",
                "Delete it: a new one is made, and people sign in again.",
            )
        return hmac.digest(key, purpose.encode(), "sha256")
