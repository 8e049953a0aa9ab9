"""Words in playlists' names: playlists that are called alike, and the songs that they hold.

A name is taken as its words and as a whole; names are compared as rows are
(`earmark.signals.collaborative.likeminded`), and the playlists nearest in name vote for their songs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import NotLearnedError
from earmark.kernels.neighbours import NeighbourLists, score_neighbours
from earmark.kernels.pairs import PairScores, score_pairs
from earmark.kernels.sparse import Rows
from earmark.music.letters import fold, raw_words, words
from earmark.signals.collaborative.arrays import damaged
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr
from earmark.signals.collaborative.likeminded import LikeMinded, LikeMindedConfig

VOCABULARY = "vocabulary.json"
LEAST_PLAYLISTS = 2
"""A word in fewer names than this leads nowhere."""


class WordsConfig(BaseModel):
    """Which names are alike, and how much they say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(default=300, ge=1, le=10_000)
    """Playlists kept for each name."""
    shrink: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Added to the cosine's denominator: names of one common word say little."""
    exponent: float = Field(default=1.5, gt=0, le=10)
    """A playlist votes with the likeness of its name to this power."""


class Words:
    """The names of playlists, ready to be searched, and the songs that stand under them."""

    def __init__(self, config: WordsConfig | None = None) -> None:
        self.config = config or WordsConfig()
        self._vocabulary: dict[str, int] = {}
        self._names: LikeMinded | None = None
        self._playlists: Rows | None = None

    def __len__(self) -> int:
        """How many words are known."""
        return len(self._vocabulary)

    def fit(self, names: Sequence[str], playlists: Csr) -> Words:
        """Hold the names of the rows of ``playlists`` ``(n_playlists, n_songs)``; any or all may be blank."""
        counts: dict[str, int] = {}
        for name in names:
            for word in tokens(name):
                counts[word] = counts.get(word, 0) + 1
        known = sorted(word for word, count in counts.items() if count >= LEAST_PLAYLISTS)
        self._vocabulary = {word: at for at, word in enumerate(known)}
        self._playlists = Rows.of(playlists, "playlists")
        matrix = self.rows(names)
        if matrix.nnz:
            config = LikeMindedConfig(
                k=self.config.k, shrink=self.config.shrink, exponent=self.config.exponent
            )
            self._names = LikeMinded(config).fit(matrix)
        return self

    def rows(self, names: Sequence[str]) -> Csr:
        """Names as rows of words, ``(n_names, n_words)``, a 1 for each word that is known."""
        found = [
            sorted({self._vocabulary[word] for word in tokens(name) if word in self._vocabulary})
            for name in names
        ]
        indptr = np.concatenate([[0], np.cumsum([len(row) for row in found])]).astype(np.int64)
        indices = np.array([word for row in found for word in row], np.int32)
        return sp.csr_array(
            (np.ones(len(indices), np.float32), indices, indptr), shape=(len(names), len(self))
        )

    def nearest(self, called: Csr, own: Int32s | None = None) -> NeighbourLists:
        """The playlists that are called most alike; ``own`` as for `LikeMinded.nearest`."""
        if self._names is None:
            starts = np.zeros(called.shape[0] + 1, np.int64)
            return NeighbourLists(starts, np.empty(0, np.int32), np.empty(0, np.float32), self._held.n_rows)
        return self._names.nearest(called, own)

    def score(
        self, nearest: NeighbourLists, exclude: Csr | None, n: int
    ) -> tuple[Int32s, NDArray[np.float32]]:
        """The n best songs by the votes of the playlists that are called alike."""
        return score_neighbours(self._voices(nearest), self._held, n, exclude=exclude)

    def score_pairs(self, nearest: NeighbourLists, indptr: NDArray[np.int64], songs: Int32s) -> PairScores:
        """Those votes for given songs; see `earmark.kernels.pairs.score_pairs`."""
        return score_pairs(self._voices(nearest), self._held, indptr, songs)

    def save(self, folder: Path) -> None:
        """Write the words and who holds them."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(list(self._vocabulary), ensure_ascii=False, indent=0)
        (folder / VOCABULARY).write_text(text + "\n", encoding="utf-8")
        if self._names is not None:
            self._names.save(folder)

    @classmethod
    def load(cls, folder: Path, config: WordsConfig, playlists: Csr) -> Words:
        """Read what ``save`` wrote; ``playlists`` are those that it was fitted on.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        path = folder / VOCABULARY
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(known, list):
                raise ValueError("it is not a list of words")
        except (OSError, ValueError) as error:
            raise damaged(path, error) from error
        loaded = cls(config)
        loaded._vocabulary = {word: at for at, word in enumerate(known)}
        loaded._playlists = Rows.of(playlists, "playlists")
        if known:
            loaded._names = LikeMinded.load(folder)
        return loaded

    @property
    def _held(self) -> Rows:
        if self._playlists is None:
            raise NotLearnedError("No words have been learned.", "Call fit or load first.")
        return self._playlists

    def _voices(self, nearest: NeighbourLists) -> Csr:
        voices = nearest.similarities**self.config.exponent
        return sp.csr_array((voices, nearest.ids, nearest.starts), shape=(len(nearest), nearest.n_ids))


def tokens(name: str) -> set[str]:
    """The words of a name in one spelling, and the whole name marked as such."""
    plain = words(fold(name)) or raw_words(name)
    return {*plain.split(), f"={plain}"} if plain else set()
