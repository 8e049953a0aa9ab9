"""Secrets at rest: sealed with a key that lies in the home folder, outside the database (Fernet: AES-128-CBC, HMAC)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from earmark.privacy.keys import KeyFile, SecretsError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_REMEDY = (
    "Put back the secret.key that belongs to this record, or connect again: earmark connect subsonic URL."
)


class Secrets:
    """Seals and opens with the key in a file, which is made, readable by its owner alone, when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = KeyFile(path)

    def seal(self, secret: bytes) -> bytes:
        """The secret, to be read by whoever has the key.

        Raises:
            EarmarkError: the key cannot be made, or (SecretsError) read or understood.
        """
        # Its library takes a while to load.
        from cryptography.fernet import Fernet

        return self._fernet(self._file.made(Fernet.generate_key)).encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed.

        Raises:
            SecretsError: the key is missing or is another one, or what was sealed was changed.
        """
        from cryptography.fernet import InvalidToken

        key = self._file.read()
        if key is None:
            raise SecretsError(f"{self._path}, the key to stored passwords, is missing.", _REMEDY)
        try:
            return self._fernet(key).decrypt(sealed)
        except InvalidToken as error:
            raise SecretsError(
                f"{self._path} is not the key that the secret was sealed with.", _REMEDY
            ) from error

    def _fernet(self, key: bytes) -> Fernet:
        from cryptography.fernet import Fernet

        try:
            return Fernet(key.strip())
        except ValueError as error:
            raise SecretsError(f"{self._path} does not hold a key.", _REMEDY) from error
