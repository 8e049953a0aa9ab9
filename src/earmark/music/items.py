"""What can be played: tracks, podcast episodes and audiobook chapters, as a source names them."""

from __future__ import annotations

from typing import NewType

import msgspec

Milliseconds = NewType("Milliseconds", int)
"""A length of time in milliseconds."""


class Track(msgspec.Struct, frozen=True, gc=False):
    """One recording, in the words of the source that told us of it."""

    artist: str
    title: str
    release: str | None = None
    uri: str | None = None
    duration_ms: int | None = None


class Episode(msgspec.Struct, frozen=True, gc=False):
    """One podcast episode."""

    show: str
    title: str
    uri: str | None = None


class Chapter(msgspec.Struct, frozen=True, gc=False):
    """One chapter of an audiobook."""

    book: str
    title: str
    uri: str | None = None


Item = Track | Episode | Chapter
