"""The words of a line as they are meant: a word that hides some of its letters is still that word.

"f**k", "sh!t", "b1tch", "fuuuck", "f u c k" and "f.u.c.k" are read as what they stand for, but only where a list knows
the word; a name, a price and a smiley stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from earmark.signals.culture.lyrics.wordlists import Entries

STAND_INS: Final = str.maketrans("@$!|013457€", "asiioieast" + "e")
"""Signs that stand for a letter that looks like them."""
MASKS: Final = "*#_"
_ENDS: Final = ".,;:?!\"“”„«»()[]{}…—–¡¿'’`"
_PLAIN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*['’]?").fullmatch
_PIECES: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONG: Final = re.compile(r"(.)\1{2,}")
_LETTERS_APART: Final = re.compile(r"[^\W\d_](?:\.[^\W\d_])+\.?").fullmatch
_DASHED: Final = re.compile(r"-{2,}")
LEAST_SPELLED: Final = 4
"""Letters that must stand apart in a row to be read as one word."""


def wording(line: str, known: Sequence[Entries]) -> list[str]:
    """The words of a line, case folded, with disguised ones that ``known`` lists hold in plain letters."""
    words: list[str] = []
    for chunk in unicodedata.normalize("NFC", line).casefold().replace("’", "'").split():
        bare = chunk.strip(_ENDS)
        if _PLAIN(bare):
            words.append(_shortened(bare.rstrip("'"), known))
        elif bare:
            words += _disguised(chunk, bare, known)
    return _joined(words, known)


def _disguised(chunk: str, bare: str, known: Sequence[Entries]) -> list[str]:
    if _LETTERS_APART(bare):
        return [bare.replace(".", "")]
    masked = _DASHED.sub(lambda run: "*" * len(run[0]), bare)
    if not (masked[0] in MASKS and masked[-1] in MASKS):  # That is how words are stressed.
        letters = masked.translate(STAND_INS) if any(map(str.isalpha, masked)) else masked
        for meant in (letters, letters.rstrip("'").replace("'", "")):
            if any(sign in meant for sign in MASKS):
                found = _unmasked(meant, known)
                if found is not None:
                    return [found]
            elif letters != bare and meant.isalpha():
                found = _shortened(meant, known)
                if _is_known(found, known):
                    return [found]
    return [_shortened(piece.rstrip("'"), known) for piece in _PIECES.findall(bare)]


def _unmasked(masked: str, known: Sequence[Entries]) -> str | None:
    """The word that masked letters stand for: one sign a letter, the first shown; more than two only around signs."""
    shown = masked.rstrip(MASKS)
    if len(masked) < 3 or not masked[0].isalpha() or (shown.isalpha() and len(shown) > 2):
        return None

    def fit(word: str, is_stem: bool) -> bool:
        if len(word) > len(masked) or (len(word) < len(masked) and not is_stem):
            return False
        return all(sign in MASKS or sign == letter for sign, letter in zip(masked, word, strict=False))

    for entries in known:
        found = entries.fits(fit)
        if found is not None:
            return found
    return None


def _shortened(word: str, known: Sequence[Entries]) -> str:
    """A word without letters drawn out, where a list then knows it."""
    if _LONG.search(word):
        for times in (r"\1", r"\1\1"):
            shorter = _LONG.sub(times, word)
            if _is_known(shorter, known):
                return shorter
    return word


def _joined(words: list[str], known: Sequence[Entries]) -> list[str]:
    """Words spelled letter by letter closed up, where a list then knows them."""
    joined: list[str] = []
    at = 0
    while at < len(words):
        stop = at
        while stop < len(words) and len(words[stop]) == 1:
            stop += 1
        word = "".join(words[at:stop])
        if stop - at >= LEAST_SPELLED and _is_known(word, known):
            joined.append(word)
        else:
            joined += words[at : max(stop, at + 1)]
        at = max(stop, at + 1)
    return joined


def _is_known(word: str, known: Sequence[Entries]) -> bool:
    return any(word in entries for entries in known)
