"""Wishes about sounds: how fast, and in what mood, as a part of what was heard."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.errors import UnfitError
from earmark.ranking.sound import FIGURES, TEMPO, Sounds

THIRD: Final = 1 / 3
ROUNDING: Final = 0.01
"""Beats a minute that tempi may be off, being kept as float32 logarithms."""
MOODS: Final = {
    "calm": ("energy", -1),
    "energetic": ("energy", 1),
    "happy": ("valence", 1),
    "sad": ("valence", -1),
    "bright": ("brightness", 1),
    "dark": ("brightness", -1),
    "acoustic": ("acousticness", 1),
    "electric": ("acousticness", -1),
    "danceable": ("danceability", 1),
    "instrumental": ("instrumentalness", 1),
}
"""Each word, the figure that it speaks of, and whether of its upper (1) or lower (−1) end."""


class Wishes(msgspec.Struct, frozen=True):
    """What sounds should be like. A mood is the third of all that was heard which has most of it."""

    slowest: float | None = None
    """Beats a minute."""
    fastest: float | None = None
    moods: tuple[str, ...] = ()

    def met_by(self, sounds: Sounds) -> NDArray[np.bool_]:
        """Which rows of ``sounds`` fit; what nothing is known of does not.

        Raises:
            UnfitError: there is no such mood, the tempi are the wrong way round, or no song has that figure.
        """
        if self.slowest is not None and self.fastest is not None and self.slowest > self.fastest:
            raise UnfitError(
                f"No tempo is both at least {self.slowest:g} and at most {self.fastest:g}.",
                "Give the slower tempo first.",
            )
        fit = np.ones(len(sounds), np.bool_)
        tempo = np.exp2(sounds.figures[:, TEMPO])
        # A comparison with what is unknown does not hold.
        if self.slowest is not None:
            fit &= tempo >= self.slowest - ROUNDING
        if self.fastest is not None:
            fit &= tempo <= self.fastest + ROUNDING
        for mood in self.moods:
            fit &= _has(mood, sounds)
        return fit


def _has(mood: str, sounds: Sounds) -> NDArray[np.bool_]:
    if mood not in MOODS:
        raise UnfitError(f"{mood!r} is no mood that can be asked for.", f"Ask for {', '.join(MOODS)}.")
    name, end = MOODS[mood]
    figure = sounds.figures[:, FIGURES.index(name)] * np.float32(end)
    if np.isnan(figure).all():
        raise UnfitError(f"Nothing was heard from which it could be told what is {mood}.", "Ask without it.")
    fit: NDArray[np.bool_] = figure >= np.nanquantile(figure, 1 - THIRD)
    return fit
