"""Secrets at rest: sealed with a key that lies in the home folder, outside the database (Fernet: AES-128-CBC, HMAC)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from earmark.errors import EarmarkError, writing_to

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_REMEDY = (
    "Put back the secret.key that belongs to this record, or connect again: earmark connect subsonic URL."
)


class SecretsError(EarmarkError):
    """A stored secret cannot be opened."""


class Secrets:
    """Seals and opens with the key in a file, which is made, readable by its owner alone, when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def seal(self, secret: bytes) -> bytes:
        """The secret, to be read by whoever has the key.

        Raises:
            SecretsError: the key cannot be made, read or understood.
        """
        # Its library takes a while to load.
        from cryptography.fernet import Fernet

        if not self._path.exists():
            self._make(Fernet.generate_key())
        return self._fernet(self._key()).encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed.

        Raises:
            SecretsError: the key is missing or is another one, or what was sealed was changed.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet(self._key()).decrypt(sealed)
        except InvalidToken as error:
            raise SecretsError(
                f"{self._path} is not the key that the secret was sealed with.", _REMEDY
            ) from error

    def _make(self, key: bytes) -> None:
        """Write the key; the file appears whole, and the first of several makers wins."""
        beside = self._path.with_name(f".{self._path.name}-{uuid4().hex}")
        with writing_to(self._path):
            try:
                with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                    file.write(key)
                    file.flush()
                    os.fsync(file.fileno())
                os.link(beside, self._path)
            except FileExistsError:
                pass
            finally:
                beside.unlink(missing_ok=True)

    def _key(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError as error:
            raise SecretsError(f"{self._path}, the key to stored passwords, is missing.", _REMEDY) from error
        except OSError as error:
            raise SecretsError(
                f"{self._path} cannot be read: {error.strerror}.", "See that you may read it."
            ) from error

    def _fernet(self, key: bytes) -> Fernet:
        from cryptography.fernet import Fernet

        try:
            return Fernet(key.strip())
        except ValueError as error:
            raise SecretsError(f"{self._path} does not hold a key.", _REMEDY) from error
