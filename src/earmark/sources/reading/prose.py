"""Plain text in one form: paragraphs apart by an empty line, without what is not to be seen.

Lines that were broken because the next word did not fit are joined, so that no name is cut in two; all others stay.
Signs that say how text of both directions runs, and joiners that Persian and Hindi need, stay, too.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Final

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, soft hyphens and blanks without width, which would part the letters of a name."""
_BREAK: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_APART: Final = re.compile(r"\n(?:[^\S\n]*\n)+|\u2029")
_NARROWEST: Final = 40
_WIDEST: Final = 100
"""Letters between which lies the width to which people and programs break lines."""
_FIRST_WIDE: Final = "\u2e80"
"""From here on stand the scripts that are written without blanks; a line of theirs is left as it is."""


def prose(text: str) -> str:
    """The text in its one form; empty where there is none."""
    paragraphs = _APART.split(_BREAK.sub("\n", seen(text)))
    width = max((len(line) for part in paragraphs for line in part.split("\n")), default=0)
    if _NARROWEST <= width <= _WIDEST:
        paragraphs = [_joined(part, width) for part in paragraphs]
    lines = (_BLANKS.sub(" ", part).replace("\n ", "\n").strip() for part in paragraphs)
    return "\n\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """A title or a name, on one line."""
    return " ".join(seen(text).split())


def seen(text: str) -> str:
    """Without characters that are not to be seen, and each letter in its composed form (NFC)."""
    text = _UNSEEN.sub("", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _joined(paragraph: str, width: int) -> str:
    """A paragraph with the lines joined that were broken at a width."""
    lines = [line.strip() for line in paragraph.split("\n")]
    whole = lines[:1]
    for before, line in pairwise(lines):
        first = line.partition(" ")[0]
        full = line and len(before) + 1 + len(first) > width and line[0] < _FIRST_WIDE
        if full:
            whole[-1] = f"{whole[-1]} {line}"
        else:
            whole.append(line)
    return "\n".join(whole)
