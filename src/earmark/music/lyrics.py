"""What a song's words are like, in figures: never the words themselves."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from earmark.music.sound import Share


class Reason(StrEnum):
    """Why words may not be for every ear. None of them says that somebody is hated: that is another matter."""

    STRONG_LANGUAGE = "strong language"
    SEX = "sex"
    DRUGS = "drugs"
    VIOLENCE = "violence"


class Explicitness(msgspec.Struct, frozen=True):
    """One reason, and the lines that give it, numbered from 1 as they stand in the text."""

    reason: Reason
    lines: tuple[int, ...]


class LyricFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of a song's words without repeating them."""

    lines: int
    """Lines that are sung: not empty, no heading such as "[Chorus]"."""
    words: int
    language: str | None = None
    """In which most is sung, as ISO 639-1; None where too little is sung to tell."""
    languages: tuple[tuple[str, Share], ...] = ()
    """Each language with its share of the words, the largest first."""
    themes: tuple[tuple[str, Share], ...] = ()
    """What it is about: each theme with the share of lines that speak of it, a repeated line counted once."""
    moods: tuple[tuple[str, Share], ...] = ()
    """How its words feel, likewise."""
    valence: float | None = None
    """From −1, all words of feeling are dark, to 1, all are glad; None where there are too few."""
    explicit: tuple[Explicitness, ...] = ()
    """Empty where there is nothing, or where the words are in a language that Earmark has no list for."""
    judged: Share = 0.0  # type: ignore[assignment]
    """Share of the words that are in a language whose explicit words are known."""

    @property
    def is_explicit(self) -> bool:
        """Whether to warn: for a line of strong language, or two of another reason; one may name a gun in passing."""
        return any(
            each.reason is Reason.STRONG_LANGUAGE or len(each.lines) >= WARNING_LINES
            for each in self.explicit
        )


WARNING_LINES = 2
"""Lines with sex, drugs or violence that make a song explicit."""
