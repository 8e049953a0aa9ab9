"""What tags are made of: genres, and the words beside them, each of a kind.

Both vocabularies are plain text beside this module, so that they can be read and mended by hand: ``genres.txt`` is an
indented tree, ``terms.txt`` lists what is no genre.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from earmark.errors import EarmarkError

GENRES: Final = Path(__file__).with_name("genres.txt")
TERMS: Final = Path(__file__).with_name("terms.txt")
ID3: Final = Path(__file__).with_name("id3.txt")


class Kind(StrEnum):
    """What a tag speaks of."""

    GENRE = "genre"
    MOOD = "mood"
    INSTRUMENT = "instrument"
    ERA = "era"
    PLACE = "place"
    TRAIT = "trait"
    """Who sings, how it was made, in which form: "female vocals", "cover", "live"."""
    NOISE = "noise"
    """What it says is of the tagger, not of the music: "seen live", "favourites"."""


class Term(NamedTuple):
    """A word that tags use, by its name in one spelling."""

    name: str
    kind: Kind


class Entry(NamedTuple):
    """One line of a vocabulary: a term, its other names, and its parents in the tree of genres."""

    term: Term
    others: tuple[str, ...]
    parents: tuple[str, ...] = ()


def read_genres(path: Path = GENRES) -> Iterator[Entry]:
    """The entries of a tree: "name = other, other < other parent", each under its parent by one space more.

    A name after "@" is a place, under which genres from there stand.

    Raises:
        EarmarkError: the file cannot be read, or a line stands deeper than its parent by more than one space.
    """
    above: list[str] = []
    for number, line in _lines(path):
        bare = line.lstrip(" ")
        depth = len(line) - len(bare)
        if depth > len(above):
            raise EarmarkError(
                f"{path}, line {number}: it stands {depth} deep, but the line above has {len(above) - 1}.",
                "Put each genre one space deeper than its parent.",
            )
        named, _, parents = bare.partition(" < ")
        name, _, others = named.partition(" = ")
        kind = Kind.PLACE if name.startswith("@") else Kind.GENRE
        name = name.lstrip("@")
        own = (above[depth - 1],) if depth else ()
        above[depth:] = [name]
        yield Entry(Term(name, kind), _listed(others), own + _listed(parents))


def read_terms(path: Path = TERMS) -> Iterator[Entry]:
    """The entries of a list of words by kind: "[kind]", then "name = other, other" or several names with commas.

    Raises:
        EarmarkError: the file cannot be read, or a line stands under no kind that there is.
    """
    kind: Kind | None = None
    for number, line in _lines(path):
        if line.startswith("["):
            named = line.strip("[]")
            kind = next((kind for kind in Kind if kind == named), None)
        elif kind is None:
            raise EarmarkError(
                f"{path}, line {number}: the words stand under no known kind.",
                f"Write one of these above them: {', '.join(f'[{kind}]' for kind in Kind)}.",
            )
        elif " = " in line:
            name, _, others = line.partition(" = ")
            yield Entry(Term(name, kind), _listed(others))
        else:
            yield from (Entry(Term(name, kind), ()) for name in _listed(line))


@lru_cache
def read_id3(path: Path = ID3) -> tuple[str, ...]:
    """Names by the numbers of ID3v1 genres.

    Raises:
        EarmarkError: the file cannot be read.
    """
    return tuple(name for _, line in _lines(path) for name in _listed(line))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EarmarkError(
            f"{path} cannot be read: {error}.", "Install Earmark again; the file is a part of it."
        ) from error
    for number, line in enumerate(text.splitlines(), 1):
        if line and line[0] != "#":
            yield number, line


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()
