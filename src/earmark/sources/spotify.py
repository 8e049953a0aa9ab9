"""Spotify's two downloads: the extended streaming history, and the account data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from earmark.listening.listens import UnixMs
from earmark.sources.batch import Batch
from earmark.sources.checks import window
from earmark.sources.files import SourceFile
from earmark.sources.shapes import base_name, field_names, is_json
from earmark.sources.spotify_account import read_library, read_playlists, read_plays
from earmark.sources.spotify_extended import Items, read_extended

TITLE: Final = "Spotify's data download"

_BY_NAME: Final = {
    "extended": re.compile(r"(streaming_history_(audio|video)|endsong)_.*\.json"),
    "plays": re.compile(r"streaminghistory.*\.json"),
    "playlists": re.compile(r"playlist\d*\.json"),
    "library": re.compile(r"yourlibrary\d*\.json"),
}


def recognises(name: str, head: bytes) -> bool:
    """Whether a file belongs to one of the two downloads and says something about listening."""
    return _kind(name, head) is not None


def read(files: Sequence[SourceFile], now: UnixMs | None) -> Iterator[Batch]:
    """What the files say, in their order.

    Raises:
        UnreadableInputError: a file's compressed data is damaged, or its JSON has another shape.
    """
    possible, items = window(now), Items()
    for file in files:
        kind = _kind(file.name, file.head())
        if kind == "extended":
            yield from read_extended(file, possible, items)
        elif kind == "plays":
            yield from read_plays(file, possible)
        elif kind == "playlists":
            yield from read_playlists(file)
        elif kind == "library":
            yield from read_library(file)


def _kind(name: str, head: bytes) -> str | None:
    """By the fields that the file begins with; by its name where it was cut off before they could show."""
    if not is_json(head):
        return None
    fields, is_list = field_names(head), head.lstrip().startswith(b"[")
    if is_list and {b"ts", b"ms_played"} <= fields:
        return "extended"
    if is_list and {b"endTime", b"msPlayed"} <= fields:
        return "plays"
    if not is_list and b"playlists" in fields and fields & {b"items", b"lastModifiedDate"}:
        return "playlists"
    if (
        not is_list
        and b"tracks" in fields
        and fields & {b"albums", b"shows", b"episodes", b"bannedTracks", b"album"}
    ):
        return "library"
    own = base_name(name)
    named = next((kind for kind, pattern in _BY_NAME.items() if pattern.fullmatch(own)), None)
    cut_to_nothing = len(head) < 512 and not head.rstrip().endswith((b"]", b"}"))
    empty_list = head.split() in ([b"[]"], [b"[", b"]"])
    return named if cut_to_nothing or empty_list else None
