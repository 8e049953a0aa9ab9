"""The errors that Earmark raises: few, and each says what was wrong, where, and what to do."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EarmarkError(Exception):
    """Something that the person at the keyboard can mend.

    ``what`` names the cause and the place (file, row, field); ``remedy`` says what to do next.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n{remedy}")
        self.what = what
        self.remedy = remedy


class UnreadableInputError(EarmarkError):
    """A file or folder handed to an importer cannot be read as what it claims to be."""


class StoreError(EarmarkError):
    """The record cannot be opened, read or written."""


class ConflictError(StoreError):
    """What was asked for cannot stand beside what is in the record."""


class UnfitError(EarmarkError):
    """A name, a password or the like is not one that may be."""


class UnavailableError(StoreError):
    """The database cannot do it now: it is away, full, locked, damaged, or may only be read."""


class NotLearnedError(EarmarkError):
    """A verb needs a live build and there is none, or the build on disk is damaged."""


class UnknownNameError(EarmarkError):
    """No listener, artist or song goes by the given name."""


class OutOfPlaceError(EarmarkError):
    """A list has no such place."""


class TooLittleError(EarmarkError):
    """The record holds too little for what was asked."""


class BusyError(EarmarkError):
    """Another run holds what this one needs; later it may be free."""


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Say what cannot be written, and what to do, in place of the system's own words.

    Raises:
        EarmarkError: the disk is full, or writing there is not allowed.
    """
    try:
        yield
    except OSError as error:
        raise EarmarkError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Free some space, or check that you may write there, and run the command again.",
        ) from error


def fault_of(error: BaseException) -> str:
    """What a fault of the program is, and where: the types and places, but never the words, which may quote a play."""
    places = traceback.extract_tb(error.__traceback__, limit=-12)
    told = f"{type(error).__name__} at " + ", ".join(
        f"{'/'.join(Path(place.filename).parts[-2:])}:{place.lineno} in {place.name}" for place in places
    )
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told if before is None else f"{told}; from {fault_of(before)}"
