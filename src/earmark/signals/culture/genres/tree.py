"""A tree of genres, in which a genre may have several parents: what stands above what, how far apart two are.

It is a directed graph without circles: ambient dub is both an ambient and a dub techno. Tags that are no genre (moods,
instruments, eras, places, traits, noise) are known by kind, since names of micro-genres are made of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, Self

from earmark.errors import EarmarkError, UnknownNameError
from earmark.signals.culture.genres.spelling import key, readings, spoken
from earmark.signals.culture.genres.terms import Entry, Kind, Term, read_genres, read_terms


class Composed(NamedTuple):
    """A tag taken apart: words that shade, in the order they were written, and the genre that they shade."""

    modifiers: tuple[Term, ...]
    genre: str


class GenreTree:
    """Genres by name, with their parents; other spellings, and words of other kinds."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Hold entries: where two share a spelling, names go before other names, and then the first.

        Raises:
            EarmarkError: a name is given twice, a parent is not in the tree, or a genre is its own ancestor.
        """
        given = tuple(entries)
        self._parents: dict[str, tuple[str, ...]] = {}
        self._terms: dict[str, Term] = {}
        self._above: dict[str, MappingProxyType[str, int]] = {}
        for term, _, parents in given:
            held = self._terms.setdefault(key(term.name), term)
            if held is not term:
                raise EarmarkError(
                    f"The vocabulary has {term.name!r} twice, as {held.kind} and as {term.kind}.",
                    "Keep one of the two.",
                )
            if term.kind is Kind.GENRE or parents:
                self._parents[term.name] = parents
        for term, others, _ in given:
            for other in others:
                self._terms.setdefault(key(other), term)
        self._genres = tuple(term.name for term, _, _ in given if term.kind is Kind.GENRE)
        self._genre_set = frozenset(self._genres)
        self._check()

    @classmethod
    def load(cls) -> Self:
        """The vocabulary that Earmark ships.

        Raises:
            EarmarkError: its files are damaged.
        """
        return cls((*read_genres(), *read_terms()))

    def __len__(self) -> int:
        """How many genres there are; places that only group others are not counted."""
        return len(self.genres)

    def __contains__(self, genre: object) -> bool:
        """Whether this is the name of a genre, in the tree's own spelling."""
        return genre in self._genre_set

    @property
    def genres(self) -> tuple[str, ...]:
        """All genres by name, a parent before what was written under it."""
        return self._genres

    def term(self, tag: str) -> Term | None:
        """What a tag speaks of, whatever its spelling; None if it is in no vocabulary as a whole."""
        for reading in readings(tag):
            found = self._terms.get(reading)
            if found is not None:
                return found
        return None

    def kind(self, tag: str) -> Kind | None:
        """Of which kind a tag is, whatever its spelling."""
        found = self.term(tag)
        return None if found is None else found.kind

    def canonical(self, tag: str) -> str | None:
        """The tree's own name for the genre that a tag names as a whole; None where it names none."""
        found = self.term(tag)
        return found.name if found is not None and found.kind is Kind.GENRE else None

    def composed(self, tag: str) -> Composed | None:
        """The longest genre at the end of a tag, and what the words before it add; None where there is none.

        Each word before must itself be known and say something of music, so that "swedish black metal" is black
        metal from Sweden, while "i hate black metal" is none.
        """
        whole = self.canonical(tag)
        if whole is not None:
            return Composed((), whole)
        said = spoken(tag)
        for start in range(1, len(said)):
            genre = self.canonical(" ".join(said[start:]))
            if genre is not None:
                modifiers = self._shades(said[:start])
                return None if modifiers is None else Composed(modifiers, genre)
        return None

    def parents(self, genre: str) -> tuple[str, ...]:
        """What stands right above a genre, the parent that it was written under first; none above a root.

        Raises:
            UnknownNameError: the tree has no genre of that name.
        """
        try:
            return self._parents[genre]
        except KeyError:
            raise UnknownNameError(
                f"The tree has no genre {genre!r}.",
                "Bring it to the tree's spelling first, with canonical().",
            ) from None

    def ancestors(self, genre: str) -> MappingProxyType[str, int]:
        """All that stand above a genre, with the fewest steps up to each, nearest first.

        Raises:
            UnknownNameError: the tree has no genre of that name.
        """
        known = self._above.get(genre)
        if known is None:
            found: dict[str, int] = {}
            rank = self.parents(genre)
            steps = 1
            while rank:
                fresh = [parent for parent in dict.fromkeys(rank) if parent not in found]
                found.update(dict.fromkeys(fresh, steps))
                rank = tuple(above for parent in fresh for above in self._parents[parent])
                steps += 1
            known = self._above[genre] = MappingProxyType(found)
        return known

    def distance(self, a: str, b: str) -> int:
        """Steps from one genre to another by way of their nearest common ancestor; roots are one below all music.

        Raises:
            UnknownNameError: the tree has no genre of one of the names.
        """
        up, over = {a: 0, **self.ancestors(a)}, {b: 0, **self.ancestors(b)}
        met = [steps + over[name] for name, steps in up.items() if name in over]
        return min([*met, self._depth(up) + self._depth(over)])

    def _depth(self, up: dict[str, int]) -> int:
        return 1 + min(steps for name, steps in up.items() if not self._parents[name])

    def _shades(self, said: list[str]) -> tuple[Term, ...] | None:
        """The terms that words are made of, the longest first; None if one is unknown or noise."""
        shades: list[Term] = []
        start = 0
        while start < len(said):
            for stop in range(len(said), start, -1):
                found = self.term(" ".join(said[start:stop]))
                if found is not None and found.kind is not Kind.NOISE:
                    shades.append(found)
                    start = stop
                    break
            else:
                return None
        return tuple(shades)

    def _check(self) -> None:
        """That parents exist and no genre is its own ancestor: genres are settled once all their parents are."""
        settled: set[str] = set()
        waiting = list(self._parents)
        while waiting:
            left: list[str] = []
            for name in waiting:
                if settled.issuperset(self._parents[name]):
                    settled.add(name)
                else:
                    left.append(name)
            if len(left) == len(waiting):
                name = left[0]
                parent = next(above for above in self._parents[name] if above not in settled)
                said = (
                    "waits for it in a circle" if parent in self._parents else "is not in the tree of genres"
                )
                raise EarmarkError(
                    f"The genre {name!r} has no place: its parent {parent!r} {said}.",
                    "Name another parent.",
                )
            waiting = left


@lru_cache(1)
def shipped() -> GenreTree:
    """The tree that Earmark ships, read once a process."""
    return GenreTree.load()
