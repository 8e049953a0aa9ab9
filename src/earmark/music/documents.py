"""A text about music, and what it says about whom."""

from __future__ import annotations

import msgspec


class Document(msgspec.Struct, frozen=True):
    """One text, in the words of the source that it was read from: plain, paragraphs apart by an empty line."""

    address: str
    """What it is known by: the address of its page, or the path of its file; a text of the same address replaces it."""
    source: str
    """Who publishes it: a host, or a folder. What two of them say counts for more than what one says twice."""
    title: str
    text: str
    published_at: int | None = None
    """Milliseconds since 1970-01-01T00:00:00Z; None where nothing says."""
    language: str | None = None
    """What its markup says, as ISO 639-1; None where nothing says."""


class Mention(msgspec.Struct, frozen=True):
    """What one document says about an artist, or about a work of theirs.

    ``artist`` and ``song`` are record ids; a mention with neither ``song`` nor ``release`` is of the artist as such.
    """

    artist: int
    times: int
    """How often the document names it."""
    probability: float
    """That it is meant at all, of the surest place where it is named; 0 to 1."""
    opinion: float | None = None
    """What is said about the music, −1 (bad) to 1 (good); None where nothing is."""
    quote: str = ""
    """The sentence that says most, shortened to `QUOTE_LETTERS`."""
    terms: tuple[tuple[str, float], ...] = ()
    """What it is called near by, with weights: nearness summed up over all places."""
    song: int | None = None
    release: str | None = None


class Reading(msgspec.Struct, frozen=True):
    """What is kept of a document that was read: figures, short evidence and the link, not the text."""

    language: str
    """ISO 639-1, as the text itself tells."""
    words: int
    sketch: bytes
    """By which texts that are nearly the same are known (MinHash, Broder 1997)."""
    mentions: tuple[Mention, ...]


QUOTE_LETTERS = 240
"""The longest quote that is kept as evidence."""
