"""Where the names of a catalogue stand in texts: of artists first, then of the works of those who are meant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.signals.culture.linking.catalogue import Catalogue
from earmark.signals.culture.linking.features import Candidates, Texts
from earmark.signals.culture.linking.lexicon import FIRST_NAME, HERALD
from earmark.signals.culture.linking.names import Name
from earmark.signals.culture.linking.overlaps import without_overlaps
from earmark.signals.culture.linking.tokens import tokens
from earmark.signals.culture.linking.trie import Found, NameTrie

Ints = NDArray[np.int64]


class Finder:
    """Names of a catalogue, ready to be found."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._trie = NameTrie(names)
        self._catalogue = Catalogue.of(names, self._trie.spellings)

    def read(self, texts: Sequence[str], titles: Sequence[str] | None = None) -> tuple[Texts, Found]:
        """Texts as tokens, and every name that stands in them."""
        read = Texts.of(tokens(texts, titles), len(texts))
        return read, self._trie.find(read.tokens)

    def artists(self, texts: Texts, found: Found) -> tuple[Candidates, Ints]:
        """Names of artists without overlaps, and the number of each name in the catalogue.

        Left out are surnames of people whom the text names in full, and figures that neither the title has nor a word
        like "band" goes before.
        """
        artist = self._catalogue.artist[found.spellings]
        some = np.flatnonzero(artist >= 0)
        some = some[without_overlaps(found.begins[some], found.ends[some])]
        some = some[~_in_short(texts, found.begins[some], found.ends[some])]
        return self._candidates(found, some, artist[some], self._catalogue.called[found.spellings[some]])

    def works(self, texts: Texts, found: Found, meant: Ints) -> tuple[Candidates, Ints]:
        """Names of works by artists who are meant, without overlaps, and the number of each name in the catalogue.

        Args:
            texts: those that were searched.
            found: what stands in them.
            meant: ``(n,)`` ascending, text · 2³¹ + artist, of all who are meant.
        """
        starts = self._catalogue.work_starts
        sizes = starts[found.spellings + 1] - starts[found.spellings]
        at = np.repeat(np.arange(len(sizes)), sizes)
        names = self._catalogue.works[
            np.arange(len(at)) + np.repeat(starts[found.spellings] - np.cumsum(sizes) + sizes, sizes)
        ]
        told = self._trie.spellings
        document = texts.tokens.documents[found.begins[at]].astype(np.int64)
        here = np.isin(document << 31 | self._catalogue.owners[told.names[names]], meant)
        at, names = at[here], names[here]
        # Of the works that a place may name: the nearest, then the catalogue's first.
        at, first, called = np.unique(at, return_index=True, return_counts=True)
        kept = without_overlaps(found.begins[at], found.ends[at])
        return self._candidates(found, at[kept], names[first[kept]], called[kept])

    def _candidates(self, found: Found, at: Ints, names: Ints, called: Ints) -> tuple[Candidates, Ints]:
        told, numbers = self._trie.spellings, self._trie.spellings.names[names].astype(np.int64)
        works = self._catalogue.of_work[numbers]
        return Candidates(
            found.begins[at], found.ends[at], np.where(works, numbers, self._catalogue.owners[numbers]),
            told.manners[names], told.accented[names], called,
        ), numbers  # fmt: skip


def _in_short(texts: Texts, begins: Ints, ends: Ints) -> NDArray[np.bool_]:
    """Which names are surnames of people named in full in the same text, or figures that just count or date."""
    tokens, single = texts.tokens, ends - begins == 1
    words = texts.words
    full = ~single & (texts.kinds[begins] & FIRST_NAME > 0)
    surname = single & np.isin(words[begins], words[ends[full] - 1])
    figure = single & tokens.digits[begins]
    titled = np.isin(words[begins], words[begins[figure & (tokens.starts[begins] < 0)]])
    heralded = texts.kinds[np.maximum(begins - 1, 0)] & HERALD > 0
    return np.asarray(surname | (figure & ~titled & ~heralded))
