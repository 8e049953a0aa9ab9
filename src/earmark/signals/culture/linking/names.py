"""What a catalogue calls its artists, songs and releases, and how else texts spell it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

import msgspec

from earmark.signals.culture.linking.vocabulary import FUNCTION


class Name(msgspec.Struct, frozen=True):
    """A name or an alias of an artist; with a song or a release, that of a work by them."""

    text: str
    artist: int
    song: int | None = None
    release: str | None = None

    @property
    def of_work(self) -> bool:
        """Whether it names a song or a release, not the artist."""
        return self.song is not None or self.release is not None


class Manner(IntEnum):
    """How far a spelling is from the name, the nearest first."""

    WRITTEN = 0
    """As it is; accents apart."""
    ALIKE = 1
    """"and" for "&", a small "the", "Jay Z" for "Jay-Z"."""
    CASED = 2
    """With other capitals: "Chvrches" for "CHVRCHES", "RADIOHEAD" for "Radiohead"."""
    SHORT = 3
    """Without its "The"."""


LONGEST_NAME: Final = 120
"""Letters of a name that is searched for; longer ones do not stand in running text."""
_LEAST_CASED: Final = 4
"""Letters of a name that is also known in other capitals: "AIR" may be anything, "RADIOHEAD" cannot."""
_AND: Final = re.compile(r"(?<=\s)(?:&|\+|[Aa]nd)(?=\s)")
_DOTTED: Final = re.compile(r"(?<!\w)(?:\w\.){2,}")
_VERSION: Final = re.compile(r"\s+[(\[].*$|\s+-\s+.*$")


def spellings(name: str) -> Iterator[tuple[str, Manner]]:
    """A name as texts write it; some spellings may come twice, the nearer first."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        return
    yield name, Manner.WRITTEN
    if name[-5:].casefold() == ", the":
        name = f"The {name[:-5]}"
        yield name, Manner.WRITTEN
    if _AND.search(name):
        yield _AND.sub("and", name), Manner.ALIKE
        yield _AND.sub("&", name), Manner.ALIKE
    if _DOTTED.search(name):
        yield _DOTTED.sub(lambda found: found[0].replace(".", ""), name), Manner.ALIKE
    if re.search(r"\w-\w", name):
        yield name.replace("-", " "), Manner.ALIKE
    if name[:4].casefold() == "the " and len(name) > 4:
        yield f"the {name[4:]}", Manner.ALIKE
        yield f"The {name[4:]}", Manner.ALIKE
        if name[4:].casefold() not in FUNCTION and not name[4:].isdigit():
            yield name[4:], Manner.SHORT
    letters = sum(map(str.isalpha, name))
    if letters >= _LEAST_CASED:
        if name.isupper() or name.islower():
            yield _titled(name), Manner.CASED
        if not name.isupper():
            yield name.upper(), Manner.CASED
    elif name.islower():
        yield _titled(name), Manner.CASED


def title_spellings(title: str) -> Iterator[tuple[str, Manner]]:
    """The title of a work as texts write it; what names a version, "(Live)" or "- Remastered", is not written there."""
    title = " ".join(title.split())
    bare = _VERSION.sub("", title)
    for one in dict.fromkeys((title, bare)):
        if 0 < len(one) <= LONGEST_NAME:
            yield one, Manner.WRITTEN if one == title else Manner.ALIKE
            if one.islower():
                yield _titled(one), Manner.CASED
            if _AND.search(one):
                yield _AND.sub("and", one), Manner.ALIKE
                yield _AND.sub("&", one), Manner.ALIKE


def _titled(name: str) -> str:
    """Each word with a capital, but what follows an apostrophe."""
    return re.sub(r"(?<![\w'’])\w", lambda found: found[0].upper(), name.lower())
