"""Word lists by language, each a text beside this module, written for Earmark.

An entry is a word, a stem ("murder*") or a phrase. It may ask for company: "shot + gun, dead" counts only where one of
those words is near, "shot - whisky" only where none is, since most words that may shock are plain words as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Final, NamedTuple

LANGUAGES: Final = ("de", "en", "es", "fr", "it", "pt")
"""Languages that there is a list for, as ISO 639-1."""
NEAR: Final = 6
"""Words to either side that are company."""
WORDS_REMEMBERED: Final = 4_096
"""Words whose entries are remembered: songs repeat their words, and most words begin none."""
ANYWHERE: Final = "^"
HARMLESS: Final = "harmless"
SHORT: Final = "short"
NEGATION: Final = "negation"
_COMPANY: Final = re.compile(r" ([+-]) ")


class Entry(NamedTuple):
    """What is looked for, word by word, and the company that it must or must not have."""

    words: tuple[str, ...]
    with_any: Pattern | None
    without: Pattern | None
    anywhere: bool
    """Counted in lines of any language: no other language has it as a plain word."""


class Pattern:
    """Words and stems, any of which a word may be."""

    def __init__(self, words: Iterable[str]) -> None:
        given = set(words)
        self._words = frozenset(word for word in given if not word.endswith("*"))
        self._stems = tuple(sorted(word[:-1] for word in given if word.endswith("*")))

    def __contains__(self, word: str) -> bool:
        return word in self._words or (bool(self._stems) and word.startswith(self._stems))


class Entries:
    """Entries, found among words by their first one."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_word: dict[str, list[Entry]] = {}
        self._by_stem: dict[str, list[Entry]] = {}
        for entry in entries:
            first = entry.words[0]
            held = self._by_stem if first.endswith("*") else self._by_word
            held.setdefault(first.rstrip("*"), []).append(entry)
        self._shortest = min(map(len, self._by_stem), default=0)
        self._beginning = lru_cache(WORDS_REMEMBERED)(self._look_up)

    def __contains__(self, word: str) -> bool:
        """Whether an entry begins with this word."""
        return bool(self._beginning(word))

    def fits(self, fit: Callable[[str, bool], bool]) -> str | None:
        """The first word, or stem (True), of one-word entries that a test accepts."""
        for held, is_stem in ((self._by_word, False), (self._by_stem, True)):
            for word, entries in held.items():
                if fit(word, is_stem) and any(
                    len(entry.words) == 1 and entry.with_any is None for entry in entries
                ):
                    return word
        return None

    def find(self, words: Sequence[str], taken: frozenset[int] = frozenset()) -> set[int]:
        """Positions of words that belong to an entry whose company is right; ``taken`` ones do not count."""
        found: set[int] = set()
        for at, word in enumerate(words):
            for entry in self._beginning(word):
                span = range(at, at + len(entry.words))
                if span.stop <= len(words) and not taken.intersection(span) and _stands(entry, words, at):
                    found.update(span)
        return found

    def _look_up(self, word: str) -> tuple[Entry, ...]:
        found = self._by_word.get(word, [])
        if self._by_stem:
            stems = (word[:stop] for stop in range(self._shortest, len(word) + 1))
            found = [*found, *(entry for stem in stems for entry in self._by_stem.get(stem, ()))]
        return tuple(found)


class WordList(NamedTuple):
    """All entries of one language by section."""

    own: Mapping[str, Entries]
    """In lines of this language."""
    abroad: Mapping[str, tuple[Entry, ...]]
    """In lines of any other."""


@cache
def word_list(language: str) -> WordList:
    """The list of one of `LANGUAGES`."""
    text = resources.files(__package__).joinpath("words", f"{language}.txt").read_text(encoding="utf-8")
    found: dict[str, list[Entry]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section += map(_entry, line.casefold().split(","))
    return WordList(
        {name: Entries(entries) for name, entries in found.items()},
        {name: tuple(entry for entry in entries if entry.anywhere) for name, entries in found.items()},
    )


@cache
def abroad(language: str) -> Mapping[str, Entries]:
    """What counts in lines of a language out of all other lists, English first, since others borrow from it."""
    others = [
        word_list(each).abroad
        for each in sorted(LANGUAGES, key=lambda each: (each != "en", each))
        if each != language
    ]
    return {section: Entries(entry for some in others for entry in some[section]) for section in others[0]}


def _entry(text: str) -> Entry:
    named, *company = _COMPANY.split(text.strip())
    said = dict(zip(company[::2], company[1::2], strict=True))
    with_any, without = (Pattern(said[sign].split()) if sign in said else None for sign in "+-")
    name = named.strip()
    # A hyphen parts words in lyrics too: "dance-floor" is read as two.
    words = tuple(name.removesuffix(ANYWHERE).replace("-", " ").split())
    return Entry(words, with_any, without, name.endswith(ANYWHERE))


def _stands(entry: Entry, words: Sequence[str], at: int) -> bool:
    stop = at + len(entry.words)
    for said, word in zip(words[at:stop], entry.words, strict=True):
        if not (said.startswith(word[:-1]) if word.endswith("*") else said == word):
            return False
    if entry.with_any is None and entry.without is None:
        return True
    around = [*words[max(0, at - NEAR) : at], *words[stop : stop + NEAR]]
    if entry.with_any is not None and not any(word in entry.with_any for word in around):
        return False
    return entry.without is None or not any(word in entry.without for word in (*words[at:stop], *around))
