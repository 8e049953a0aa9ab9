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
        alike: dict[str, dict[tuple[str, ...], Meaning]] = {}
        for entry, meaning in meanings:
            first, *rest = tokens(entry.lower())
            alike.setdefault(first, {})[tuple(rest)] = meaning
        self._by_first = {
            first: (some.pop((), None), sorted(some.items(), key=lambda pair: -len(pair[0])))
            for first, some in alike.items()
        }

    def find(self, lower: Sequence[str]) -> list[Found[Meaning]]:
        """The entries among words in lower case, in order; none overlap."""
        found: list[Found[Meaning]] = []
        by_first, done = self._by_first, 0
        for at in [at for at, word in enumerate(lower) if word in by_first]:
            if at < done:
                continue
            single, longer = by_first[lower[at]]
            for rest, meaning in longer:
                if tuple(lower[at + 1 : at + 1 + len(rest)]) == rest:
                    done = at + 1 + len(rest)
                    found.append(Found(at, done, meaning))
                    break
            else:
                if single is not None:
                    found.append(Found(at, at + 1, single))
        return found
