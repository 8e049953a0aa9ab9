"""The language of a text.

Method: most texts about music are English, and English shows in its short words within a line or two (Grefenstette
1995, "Comparing two language identification schemes"). Where they do not settle it, letters do: py3langid, a fork of
langid.py (Lui & Baldwin 2012), which costs ten times as much.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from earmark.signals.culture.lexicon import sections

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN: Final = ""
"""The language of what has no words."""
ENGLISH: Final = "en"
SAMPLE_LETTERS: Final = 500
LEAST_SHARE: Final = 0.2
"""Of the words of an English text, those that English alone has among its most common."""
LEAST_WORDS: Final = 20
LEAST_LETTERS: Final = 12
"""In a text so short, its markup knows better than its letters."""
LEAST_CONFIDENCE: Final = 0.5


def language_of(text: str, claimed: str | None = None) -> str:
    """The language as ISO 639-1 (639-3 for some that have no shorter code), or `UNKNOWN`.

    Args:
        text: plain text; of a long one, a sample from the middle is read.
        claimed: what its markup says, believed where the text is too short to tell.
    """
    sample = _sample(text)
    words = sample.lower().split()
    if len(words) >= LEAST_WORDS and sum(map(_short_words().__contains__, words)) >= LEAST_SHARE * len(words):
        return ENGLISH
    letters = sum(map(str.isalpha, sample))
    claim = (claimed or UNKNOWN).split("-")[0].split("_")[0].lower()
    if letters < LEAST_LETTERS:
        return claim
    language, confidence = _identifier().classify(sample)
    return str(language) if confidence >= LEAST_CONFIDENCE or not claim else claim


def _sample(text: str) -> str:
    """A piece of the middle, where neither headings nor footers are, between spaces."""
    if len(text) <= SAMPLE_LETTERS:
        return text
    start = (len(text) - SAMPLE_LETTERS) // 2
    piece = text[start : start + SAMPLE_LETTERS]
    return piece.partition(" ")[2] or piece


@cache
def _short_words() -> frozenset[str]:
    return frozenset(sections("english")["short"])


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
