"""Plain text in one form: paragraphs apart by an empty line, without what is not to be seen.

Lines that were broken because the next word did not fit are joined, so that no name is cut in two; all others stay.
Signs that say how text of both directions runs, and joiners that Persian and Hindi need, stay, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, soft hyphens and blanks without width, which would part the letters of a name."""
_NARROWEST: Final = 60
_WIDEST: Final = 100
"""Letters between which lies the width to which people and programs break lines; verse is narrower."""
_FIRST_WIDE: Final = "\u2e80"
"""From here on stand the scripts that are written without blanks; a line of theirs is left as it is."""


def prose(text: str) -> str:
    """The text in its one form; empty where there is none."""
    lines = [one_line(line) for line in text.splitlines()]
    width = max(map(len, lines), default=0)
    if width > _WIDEST and all(lines):
        # Nobody broke these lines, nor left one empty: each is a paragraph.
        return "\n\n".join(lines)
    paragraphs = (list(group) for full, group in groupby(lines, bool) if full)
    if _NARROWEST <= width <= _WIDEST:
        paragraphs = (_joined(part, width) for part in paragraphs)
    return "\n\n".join(map("\n".join, paragraphs))


def one_line(text: str) -> str:
    """A title, a name or a line, with single blanks."""
    if text.isascii() and text.isprintable() and "  " not in text:
        # Most lines are as they should be, and this is seen ten times as fast as it would be done.
        return text.strip(" ")
    return " ".join(seen(text).split())


def seen(text: str) -> str:
    """Without characters that are not to be seen, and each letter in its composed form (NFC)."""
    text = _UNSEEN.sub("", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _joined(lines: Sequence[str], width: int) -> list[str]:
    """A paragraph with the lines joined that were broken at a width."""
    whole = [lines[0]]
    for before, line in pairwise(lines):
        first = line.partition(" ")[0]
        if len(before) + 1 + len(first) > width and line[0] < _FIRST_WIDE:
            whole[-1] = f"{whole[-1]} {line}"
        else:
            whole.append(line)
    return whole
