"""Made scenes of artists: heard by the same people, called the same, with a sound of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from earmark.signals.culture.genres import GenreTree
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.model import MicroGenres

TREE = GenreTree.load()
CALLED = {
    0: ("dub techno", "ambient", "german"),
    1: ("black metal", "raw", "norwegian"),
    2: ("bossa nova", "female vocals", "1960s"),
    3: ("shoegaze", "dreamy", "british"),
}
CONFIG = MicroGenreConfig(artists_per_genre=20)


@dataclass(frozen=True)
class Scenes:
    """As many artists of each scene as ``each``; the last column of ``terms`` is what anybody may be called."""

    artists: Any
    scene: Any
    listening: Any
    terms: Any
    term_names: tuple[str, ...]
    sound: Any
    weight: Any

    @property
    def names(self) -> list[str]:
        return [f"Artist {artist}" for artist in self.artists]

    def some(self, rows: Any) -> Scenes:
        rows = np.asarray(rows)
        return Scenes(
            self.artists[rows],
            self.scene[rows],
            self.listening[rows],
            sp.csr_array(self.terms[rows]),
            self.term_names,
            self.sound[rows],
            self.weight[rows],
        )

    def fit(self, **others: Any) -> MicroGenres:
        given: dict[str, Any] = dict(  # noqa: C408
            artist_names=self.names,
            listening=self.listening,
            terms=self.terms,
            term_names=self.term_names,
            tree=TREE,
            sound=self.sound,
            weight=self.weight,
            config=CONFIG,
        )
        return MicroGenres.fit(self.artists, **{**given, **others})


def made(each: int = 20, *, seed: int = 0) -> Scenes:
    random = np.random.default_rng(seed)
    n = each * len(CALLED)
    scene = np.tile(np.arange(len(CALLED)), each)
    term_names = tuple(
        dict.fromkeys([*(term for some in CALLED.values() for term in some), "seen live", "music"])
    )
    terms = np.zeros((n, len(term_names)), np.float32)
    for row, which in enumerate(scene):
        for term, chance in zip(CALLED[int(which)], (0.9, 0.7, 0.5), strict=True):
            terms[row, term_names.index(term)] = (random.random() < chance) * random.integers(1, 9)
        terms[row, term_names.index("seen live")] = random.integers(0, 9)
    away = random.standard_normal((len(CALLED), 16)) * 1.5
    heard = random.standard_normal((len(CALLED), 6)) * 2
    return Scenes(
        artists=(np.arange(n) * 7 + 3).astype(np.int32),
        scene=scene,
        listening=(away[scene] + random.standard_normal((n, 16)) * 0.5).astype(np.float32),
        terms=sp.csr_array(terms),
        term_names=term_names,
        sound=(heard[scene] + random.standard_normal((n, 6))).astype(np.float32),
        weight=random.integers(1, 1000, n).astype(np.float32),
    )
