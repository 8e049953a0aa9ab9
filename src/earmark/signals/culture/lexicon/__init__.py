"""The word lists that ship with Earmark, written for it: how music sounds, and what judges it.

A list is a text in sections, ``[name]``, whose entries are apart by commas and may be several words; ``#`` begins a
remark. Words are matched as `earmark.signals.culture.sentences.tokens` finds them, in lower case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Generic, NamedTuple, TypeVar

from earmark.signals.culture.sentences import tokens

Meaning = TypeVar("Meaning")


@cache
def sections(name: str) -> Mapping[str, tuple[str, ...]]:
    """The entries of each section of the list ``<name>.txt``; lines of ``[spelled]`` are entries whole."""
    found: dict[str, list[str]] = {}
    entries: list[str] = []
    by_line = False
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            entries, by_line = found.setdefault(section, []), section == "spelled"
        elif not line.startswith("#"):
            entries += [line] if by_line else line.split(",")
    return {section: tuple(filter(None, map(str.strip, some))) for section, some in found.items()}


class Found(NamedTuple, Generic[Meaning]):
    """An entry where it stands among words."""

    start: int
    stop: int
    """The word behind its last one."""
    meaning: Meaning


class Phrases(Generic[Meaning]):
    """Entries of one word or several, found among words, the longest first."""

    def __init__(self, meanings: Iterable[tuple[str, Meaning]]) -> None:
        """``meanings``: entries and what each means; of two that are spelled alike, the last counts."""
        entries = {tuple(tokens(entry.lower())): meaning for entry, meaning in meanings}
        self._single = {entry[0]: meaning for entry, meaning in entries.items() if len(entry) == 1}
        self._longer: dict[str, dict[str, list[tuple[list[str], Meaning]]]] = {}
        """By their first word and their second: the rest of each, and its meaning; the longest first."""
        for (first, *rest), meaning in sorted(entries.items(), key=lambda pair: -len(pair[0])):
            if rest:
                self._longer.setdefault(first, {}).setdefault(rest[0], []).append((rest, meaning))
        self._first = self._single.keys() | self._longer.keys()

    def find(self, lower: Sequence[str]) -> list[Found[Meaning]]:
        """The entries among words in lower case, in order; none overlap."""
        found: list[Found[Meaning]] = []
        first, single, longer, done = self._first, self._single, self._longer, 0
        for at in [at for at, word in enumerate(lower) if word in first]:
            if at < done:
                continue
            word = lower[at]
            # Many entries begin with an everyday word, but few go on as the text does.
            if word in longer and (goes_on := longer[word].get(lower[at + 1] if at + 1 < len(lower) else "")):
                for rest, meaning in goes_on:
                    if lower[at + 1 : at + 1 + len(rest)] == rest:
                        done = at + 1 + len(rest)
                        found.append(Found(at, done, meaning))
                        break
            if at >= done and word in single:
                found.append(Found(at, at + 1, single[word]))
        return found
