"""What a song sounds like to these listeners: a space in which near is what the same people like for its sound.

Method: a linear map from the vectors of the sound to the factorisation's vectors, learned under the factorisation's own
loss (`earmark.ranking.cold`; compare van den Oord, Dieleman & Schrauwen 2013, who regress on the vectors): the
listener-taught head. Two songs are alike as far as their mapped vectors point the same way. Where few songs are both
heard and played, the map has little to go by, so the vectors of the sound themselves speak, too: the cosine is a mean
of both, and the map's share of it grows with what taught it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.ranking.cold import ColdConfig, ColdFactors
from earmark.ranking.sound import Floats, Sounds
from earmark.signals.collaborative.arrays import load_array
from earmark.signals.collaborative.histories import Csr

EMPTY: Final = np.zeros((0, 0), np.float32)


class SpaceConfig(BaseModel):
    """How the space is learned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pull: float = Field(default=200.0, gt=0, allow_inf_nan=False)
    """Pull towards zero on the map, as `earmark.ranking.cold.ColdConfig.pull`."""
    trusted: int = Field(default=300, ge=1)
    """With so many songs to learn the map from, it says half of what two songs have in common."""


@dataclass(frozen=True, eq=False)
class SoundSpace:
    """The space: ``vectors`` ``(n_heard, n_dimensions)`` of length 1, rows as in `Sounds`; a dot product is a cosine.

    ``taught_by`` counts the songs that taught the map.
    """

    vectors: Floats
    taught_by: int

    @classmethod
    def none(cls) -> SoundSpace:
        """Nothing was heard."""
        return cls(EMPTY, 0)

    @classmethod
    def fit(
        cls, sounds: Sounds, confidences: Csr, row_factors: Floats, config: SpaceConfig | None = None
    ) -> SoundSpace:
        """Learn the map from the songs that are both heard and liked by somebody.

        Args:
            sounds: what was heard.
            confidences: ``(n_rows, n_songs)``, as the factorisation had them.
            row_factors: ``(n_rows, n_factors)``, its vectors of the rows.
            config: how.
        """
        config = config or SpaceConfig()
        if not len(sounds):
            return cls.none()
        likers = np.bincount(confidences.indices[confidences.data > 0], minlength=sounds.n_songs)
        taught_by = int((likers[sounds.columns] > 0).sum())
        own = sounds.vectors
        if not taught_by:
            return cls(own, 0)
        head = ColdFactors(ColdConfig(pull=config.pull)).fit(sounds.content(), confidences, row_factors)
        mapped = _unit(sounds.vectors @ head.feature_factors)
        share = np.float32(taught_by / (taught_by + config.trusted))
        joined = np.concatenate([np.sqrt(share) * mapped, np.sqrt(1 - share) * own], axis=1)
        return cls(_unit(joined), taught_by)

    def save(self, folder: Path) -> None:
        """Write both parts into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "space.npy", self.vectors)
        np.save(folder / "taught_by.npy", np.array([self.taught_by]))

    @classmethod
    def load(cls, folder: Path) -> SoundSpace:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        return cls(load_array(folder, "space"), int(load_array(folder, "taught_by")[0]))


def _unit(vectors: Floats) -> Floats:
    lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
