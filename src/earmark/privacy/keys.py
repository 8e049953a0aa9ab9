"""Keys that lie in files of the home folder, outside the database: whoever copies the record has no key to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from earmark.errors import EarmarkError, writing_to


class SecretsError(EarmarkError):
    """A stored secret cannot be opened, or a key not be used."""


class KeyFile:
    """One key in one file, readable by its owner alone, the same for every process that shares the folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes | None:
        """The key, or None where none was made yet.

        Raises:
            SecretsError: the file cannot be read.
        """
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretsError(
                f"{self._path} cannot be read: {error.strerror}.", "See that you may read it."
            ) from error

    def made(self, generate: Callable[[], bytes]) -> bytes:
        """The key, made if there is none; the file appears whole, and the first of several makers wins.

        Raises:
            EarmarkError: the file cannot be written, or (SecretsError) read.
        """
        while (key := self.read()) is None:
            self._write(generate())
        return key

    def _write(self, key: bytes) -> None:
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
