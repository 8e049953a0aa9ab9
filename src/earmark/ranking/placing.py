"""Where songs stand that nobody holds yet: their vectors, from what is known of them.

A file of the house's library that nobody has played is found by its artist, its release, the words of its title and its
sound; `earmark.ranking.cold` turns these into a vector among the others. Songs without a file stay where they are: that
somebody played them in private, or broke them off, is nobody's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from pydantic import BaseModel, ConfigDict, Field

from earmark.ranking.cold import ColdConfig, ColdFactors
from earmark.ranking.content import Content, SongContentConfig, song_content
from earmark.ranking.sound import Floats, Sounds
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.histories import Csr

MOST_ROWS: Final = 20_000
"""Rows, evenly chosen, that teach where songs belong: more would only take longer."""


class PlacingConfig(BaseModel):
    """How songs that nobody holds get a vector."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: SongContentConfig = SongContentConfig()
    """What artist, release and title count."""
    sound: float = Field(default=1.0, ge=0, le=100)
    """What the sound counts beside them."""
    cold: ColdConfig = ColdConfig()
    """How features become vectors."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a build's songs beside who holds them: what was heard, and the snapshot's ``songs`` table."""

    sounds: Sounds
    songs: pl.DataFrame

    @classmethod
    def of(cls, songs: pl.DataFrame, sounds: pl.DataFrame, columns: Columns) -> Known:
        """From tables of a snapshot."""
        return cls(Sounds.of(sounds, columns), songs)

    def content(self, columns: Columns, config: PlacingConfig) -> Content:
        """All of it as features, of all songs."""
        words = song_content(columns, self.songs, config.words)
        groups = {name: words.features[:, some] for name, some in words.groups.items()}
        if config.sound and len(self.sounds):
            sound = self.sounds.content().features * np.float32(config.sound)
            groups["sound"] = sp.csr_array(sound)
        return Content.of(groups)


def teaching_rows(joint: Csr) -> Csr:
    """At most `MOST_ROWS` rows of the joint matrix, evenly chosen."""
    n_rows = joint.shape[0]
    return joint if n_rows <= MOST_ROWS else joint[np.linspace(0, n_rows - 1, MOST_ROWS).astype(np.intp)]


def vectors_for(
    new: Int32s, content: Content, confidences: Csr, row_factors: Floats, config: PlacingConfig
) -> Floats:
    """Vectors of songs ``new`` (columns, ``(n,)``) by their content, ``(n, n_factors)`` float32."""
    cold = ColdFactors(config.cold).fit(content, confidences, row_factors)
    return np.ascontiguousarray(cold.factors(content)[new])
