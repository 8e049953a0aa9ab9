"""A taste that can move to another server: in names, without ids, as documented JSON (docs/reference/files.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from earmark.errors import UnreadableInputError
from earmark.taste.profile import Judged

FORMAT: Final = "earmark-taste-1"
MOST_SONGS: Final = 500
"""The most played so many songs are carried."""


class CarriedGenre(msgspec.Struct, frozen=True):
    """A micro-genre: what it is called, and what it is made of, for whoever has it by another name."""

    name: str
    parent: str | None
    terms: tuple[str, ...]
    share: float
    artists: tuple[str, ...]


class CarriedSong(msgspec.Struct, frozen=True):
    """A song and how often it was played."""

    artist: str
    title: str
    plays: int


class CarriedEdit(msgspec.Struct, frozen=True):
    """An edit in effect, in the words of `earmark edit`."""

    action: str
    what: tuple[str, ...]
    days: float = 30.0
    weekdays: str = ""
    genre: bool = False


class PortableTaste(msgspec.Struct, frozen=True):
    """What is carried: figures are of the server that it comes from."""

    format: str
    listener: str
    made: str
    """A date."""
    listens: int
    micro_genres: tuple[CarriedGenre, ...]
    songs: tuple[CarriedSong, ...]
    said: tuple[Judged, ...]
    edits: tuple[CarriedEdit, ...]
    left_behind: tuple[str, ...] = ()
    """Edits that mean nothing elsewhere, in words: of single listens."""
    sentences: tuple[str, ...] = ()


def written(taste: PortableTaste) -> bytes:
    """As it is written into a file."""
    return msgspec.json.format(msgspec.json.encode(taste), indent=2) + b"\n"


def read_portable(path: Path) -> PortableTaste:
    """Read a carried taste.

    Raises:
        UnreadableInputError: it cannot be read, or is no such file.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=PortableTaste)
    except OSError as error:
        raise UnreadableInputError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the path."
        ) from error
    except msgspec.DecodeError as error:
        raise _other(path, str(error)) from error
    if found.format != FORMAT:
        raise _other(path, f"it says {found.format!r}")
    return found


def _other(path: Path, why: str) -> UnreadableInputError:
    return UnreadableInputError(
        f"{path} is no taste that Earmark wrote ({why}).", "Make one with: earmark taste NAME --export FILE"
    )
