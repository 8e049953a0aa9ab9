"""The lines of lyrics that are sung, each with its number and its language.

Times ("[00:12.30]") are taken away; headings ("[Chorus]"), tags of a file ("[ar:…]") and empty lines are not sung. One
line is too short to tell its language by its letters, so a song's language is told from all of it, a verse may differ
if it is long enough to say so, and a line where only short words of another language stand is in that one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from earmark.signals.culture.language import UNKNOWN, language_of
from earmark.signals.culture.lyrics.wordlists import LANGUAGES, SHORT, word_list

TIMES: Final = re.compile(r"[\[<]\d{1,3}:\d{2}(?:[.:]\d{1,3})?[\]>]")
HEADING: Final = re.compile(r"\s*(?:\[[^\]]*\]|\([^)]*\))?\s*:?\s*")
VERSE_LETTERS: Final = 60
"""Letters by which a verse can be in another language than the song."""
LEAST_SHARE: Final = 0.1
"""A language of verses that has less of the words than this is an error."""
LEAST_SHORT: Final = 2
"""Short words by which a line is in another language than its verse."""
TURNING: Final = 2
"""How many times as many they must be as those of the verse's language, since languages share some."""
_WORDS: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Line(NamedTuple):
    """A sung line, by its number in the text, from 1."""

    number: int
    text: str
    language: str


def sung(text: str, claimed: str | None = None) -> list[Line]:
    """The sung lines of lyrics with their languages, `UNKNOWN` where nothing tells."""
    verses = list(_verses(text))
    whole = language_of("\n".join(line for verse in verses for _, line in verse), claimed)
    told = [_language(verse, whole) for verse in verses]
    words: Counter[str] = Counter()
    for verse, language in zip(verses, told, strict=True):
        words[language] += sum(len(_WORDS.findall(line)) for _, line in verse)
    rare = {language for language, count in words.items() if count < LEAST_SHARE * words.total()}
    return [
        Line(number, line, _line_language(line, whole if language in rare else language))
        for verse, language in zip(verses, told, strict=True)
        for number, line in verse
    ]


def _verses(text: str) -> Iterator[list[tuple[int, str]]]:
    verse: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = TIMES.sub("", line).strip()
        if not HEADING.fullmatch(bare):
            verse.append((number, bare))
        elif verse:
            yield verse
            verse = []
    if verse:
        yield verse


def _language(verse: Iterable[tuple[int, str]], whole: str) -> str:
    text = "\n".join(line for _, line in verse)
    return language_of(text, whole) if sum(map(str.isalpha, text)) >= VERSE_LETTERS else whole


def _line_language(line: str, language: str) -> str:
    said = _WORDS.findall(line.casefold().replace("’", "'"))
    votes = {each: sum(word in word_list(each).own[SHORT] for word in said) for each in LANGUAGES}
    best = max(votes, key=lambda each: (votes[each], each == language))
    if language == UNKNOWN:
        return best if votes[best] else language
    turned = votes[best] >= LEAST_SHORT and votes[best] > TURNING * votes.get(language, votes[best])
    return best if turned else language
