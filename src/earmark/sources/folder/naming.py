"""What a file is called and where it lies, as far as that tells who plays what: for files whose tags do not.

Names are written "Artist - Title", "03 - Title", "03. Artist - Title", "Artist - Album - 03 - Title"; folders
"Artist/Album" or "Artist - Album", with "CD 2" below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

import msgspec

_NUMBER: Final = re.compile(r"\(?\[?(?:\d{1,2}-)?[A-D]?\d{1,3}\]?\)?")
_NUMBERED: Final = re.compile(
    r"[(\[]?((?:\d{1,2}[-.])?\d{1,3}|[A-D]\d{1,2})(?:[)\]]\s*|\s*[-._)]\s*|(?P<only_space>\s+))(?=\S)"
)
_LONGEST_ALBUM: Final = 40
"""Tracks; a higher number before a title is part of it, as in "99 Luftballons"."""
_DISC: Final = re.compile(
    r"(?:cd|disc|disk|dvd|vinyl|side|volume|vol\.?)[\s_-]*(?:\d{1,2}|[a-d])", re.IGNORECASE
)
_YEAR: Final = re.compile(r"\s*[\[(]?(?:19|20)\d\d[\])]?\s*")
_DASH: Final = re.compile(r"\s+[-–—]\s+")


class Guess(msgspec.Struct, frozen=True):
    """What a path tells; None is what it does not."""

    artist: str | None
    title: str
    album: str | None


def guess(path: str, root: str) -> Guess:
    """What the path of a file tells, within the library that lies at ``root``."""
    within = PurePath(path).relative_to(root) if path != root else PurePath(PurePath(path).name)
    artist_above, album = _above([part for part in within.parts[:-1] if not _DISC.fullmatch(part.strip())])
    name = PurePath(path).name
    parts = _parts(_spaced(name.rpartition(".")[0] or name))
    if len(parts) > 2 and _NUMBER.fullmatch(parts[-2]):
        # "Artist - Album - 03 - Title": what stands before the number names the album.
        album = parts[-3] if len(parts) > 3 else album
        return Guess(parts[0], parts[-1], album)
    if len(parts) > 2 and album is not None and parts[1].casefold() == album.casefold():
        return Guess(parts[0], " - ".join(parts[2:]), album)
    if len(parts) > 1:
        return Guess(parts[0], " - ".join(parts[1:]), album)
    return Guess(artist_above, parts[0], album)


def _parts(name: str) -> list[str]:
    """What stands between the dashes of a name, but for the number of the track before it."""
    parts = [part for part in (part.strip() for part in _DASH.split(name)) if part]
    if len(parts) > 1 and _NUMBER.fullmatch(parts[0]):
        return parts[1:]
    if not parts:
        return [name.strip() or name]
    return [_without_number(parts[0], before_dash=len(parts) > 1), *parts[1:]]


def _without_number(name: str, *, before_dash: bool) -> str:
    """The name without the track's number, if one stands before it that is surely one: "50 Cent - …" has none."""
    found = _NUMBERED.match(name)
    if found is None:
        return name
    number = found[1]
    if found["only_space"] and number.isdecimal() and number[0] != "0":
        return name if before_dash or int(number) > _LONGEST_ALBUM else name[found.end() :]
    return name[found.end() :]


def _above(folders: Sequence[str]) -> tuple[str | None, str | None]:
    """Artist and album by the folders that a file lies in, the innermost last."""
    if not folders:
        return None, None
    parts = [_YEAR.sub("", part).strip() for part in _DASH.split(_spaced(folders[-1]))]
    named = [part for part in parts if part]
    if len(named) > 1:
        return named[0], named[-1]
    innermost = named[0] if named else folders[-1]
    return (_spaced(folders[-2]).strip(), innermost) if len(folders) > 1 else (innermost, None)


def _spaced(name: str) -> str:
    """With spaces for underscores, where those stand for them."""
    return name if " " in name else name.replace("_", " ")
