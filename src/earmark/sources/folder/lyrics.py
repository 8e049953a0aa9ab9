"""Lyrics: LRC, in which each line stands after the moment at which it is sung, and plain text.

LRC is written by many programs in as many ways: several moments before a line that comes back, moments within a line
for each word, hundredths or thousandths or neither, an offset for the whole.
See https://en.wikipedia.org/wiki/LRC_(file_format).
"""

from __future__ import annotations

import re
from typing import Final

from earmark.listening.libraries import Lyrics

LONGEST: Final = 200_000
"""Characters; what is longer is no song."""
_MOMENT: Final = re.compile(r"\s*\[(\d{1,3}):([0-5]?\d)(?:[.:](\d{1,3}))?\]")
_WORD_MOMENT: Final = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
_SAID: Final = re.compile(r"\s*\[([A-Za-z#]+):(.*)\]\s*")
_OFFSET: Final = re.compile(r"\s*([+-]?\d{1,7})\s*")


def lyrics_of(text: str) -> Lyrics | None:
    """The words that a text holds: timed if moments stand in it, plain if not; None if it holds none, or far too many.

    Timed ones come back as plain LRC: one moment a line, in order, in hundredths of a second, the offset reckoned in.
    """
    lines = [line.rstrip() for line in text.replace("\0", "").replace("\r", "\n").split("\n")]
    sung = timed_lines(lines)
    if sung:
        text = "\n".join(f"[{_moment(ms)}]{words}" for ms, words in sung)
    else:
        text = "\n".join(line for line in lines if not _SAID.fullmatch(line)).strip()
        text = re.sub(r"\n{3,}", "\n\n", text)
    return Lyrics(text, timed=bool(sung)) if text and len(text) <= LONGEST else None


def timed_lines(lines: list[str]) -> list[tuple[int, str]]:
    """What is sung when, ``(ms, words)`` in order; none where no moments stand in the text."""
    offset = 0
    sung: list[tuple[int, str]] = []
    for line in lines:
        if (
            (said := _SAID.fullmatch(line))
            and said[1].lower() == "offset"
            and (by := _OFFSET.fullmatch(said[2]))
        ):
            offset = int(by[1])
        at, moments = 0, []
        while found := _MOMENT.match(line, at):
            moments.append(_milliseconds(*found.groups()))
            at = found.end()
        words = _WORD_MOMENT.sub("", line[at:]).strip()
        sung.extend((ms, words) for ms in moments)
    # A positive offset has the words come sooner.
    return sorted(((max(ms - offset, 0), words) for ms, words in sung), key=lambda line: line[0])


def _milliseconds(minutes: str, seconds: str, fraction: str | None) -> int:
    return (int(minutes) * 60 + int(seconds)) * 1_000 + int((fraction or "").ljust(3, "0"))


def _moment(ms: int) -> str:
    minutes, rest = divmod(ms // 10, 6_000)
    return f"{minutes:02}:{rest // 100:02}.{rest % 100:02}"
