"""Which artists, songs and releases a text names, where, and how likely each is meant.

Names are found by a trie of words; of those that overlap the longest stays; trees that read the context give each a
probability. Songs and releases are looked for only where their artist is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from earmark.signals.culture.linking.disambiguation import Disambiguator
from earmark.signals.culture.linking.features import features
from earmark.signals.culture.linking.finder import Finder
from earmark.signals.culture.linking.names import Name
from earmark.signals.culture.linking.overlaps import without_overlaps


class LinkingConfig(BaseModel):
    """What is told of the names that a text holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least: float = Field(default=0.05, ge=0, le=1)
    """Names that are less likely meant than this are not told at all."""
    sure: float = Field(default=0.5, ge=0, le=1)
    """An artist that is as likely meant as this is looked for by songs and releases, too."""
    at_once: int = Field(default=64, ge=1)
    """How many texts `Linker.link_all` reads at once."""


class Link(msgspec.Struct, frozen=True):
    """A place in a text that names an artist, or a work of theirs."""

    artist: int
    song: int | None
    release: str | None
    start: int
    end: int
    """In characters of the text."""
    probability: float
    """That it is meant, 0 to 1."""


class Linker:
    """Links names in texts to those of a catalogue."""

    def __init__(
        self,
        names: Sequence[Name],
        config: LinkingConfig | None = None,
        *,
        artists: Disambiguator | None = None,
        works: Disambiguator | None = None,
    ) -> None:
        """Make ready to find names, seconds for 100,000 of them; by default with the trees that are shipped."""
        self.config = config or LinkingConfig()
        self._names = tuple(names)
        self._finder = Finder(self._names)
        self._artists = artists or Disambiguator.load("artists")
        self._works = works or Disambiguator.load("works")

    def __reduce__(self) -> tuple[Any, ...]:
        """A trie is made again rather than carried."""
        made = partial(Linker, artists=self._artists, works=self._works)
        return made, (self._names, self.config)

    def link(self, text: str, title: str = "") -> list[Link]:
        """What a text names, without overlaps, by where it stands; the title helps, but is not linked itself."""
        return self.link_all([text], [title])[0]

    def link_all(self, texts: Sequence[str], titles: Sequence[str] | None = None) -> list[list[Link]]:
        """The same for many texts, which is faster than one by one, and tells the same."""
        links: list[list[Link]] = []
        for at in range(0, len(texts), self.config.at_once):
            some = slice(at, at + self.config.at_once)
            links += self._link(texts[some], titles[some] if titles else None)
        return links

    def _link(self, texts: Sequence[str], titles: Sequence[str] | None) -> list[list[Link]]:
        read, found = self._finder.read(texts, titles)
        artists, names = self._finder.artists(read, found)
        sure = self._artists.probabilities(features(read, artists))
        pairs = read.tokens.documents[artists.begins].astype(np.int64) << 31 | artists.things
        works, work_names = self._finder.works(read, found, np.unique(pairs[sure >= self.config.sure]))
        likely = self._works.probabilities(features(read, works))
        begins, ends = np.append(artists.begins, works.begins), np.append(artists.ends, works.ends)
        names, probabilities = np.append(names, work_names), np.append(sure, likely)
        order = np.flatnonzero((probabilities >= self.config.least) & (read.tokens.starts[begins] >= 0))
        order = order[np.lexsort((-ends[order], begins[order]))]
        # What is likely meant goes before what is not, then what is longer.
        weights = (ends - begins)[order] + 1_000.0 * (probabilities[order] >= self.config.sure)
        order = order[without_overlaps(begins[order], ends[order], weights)]
        links: list[list[Link]] = [[] for _ in texts]
        for document, number, start, end, probability in zip(
            read.tokens.documents[begins[order]].tolist(),
            names[order].tolist(),
            read.tokens.starts[begins[order]].tolist(),
            read.tokens.ends[ends[order] - 1].tolist(),
            probabilities[order].tolist(),
            strict=True,
        ):
            name = self._names[number]
            links[document].append(Link(name.artist, name.song, name.release, start, end, probability))
        return links
