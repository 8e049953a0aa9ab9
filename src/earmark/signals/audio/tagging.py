"""Which of the words that listeners might write on a recording are likely enough to be shown, and how usual each is."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from earmark.music.sound import Share, Tag
from earmark.signals.audio.embedding import Floats
from earmark.signals.audio.musicnn.published import TAGS
from earmark.signals.audio.nets import SHIPPED

LEAST: Final = 0.2
"""On 102 recordings of known kind, 9 of 146 tags shown contradict it, and 6 recordings get none; at .15, 24 of 235."""
NOT_OF_THE_SOUND: Final = frozenset(
    {"60s", "70s", "80s", "90s", "00s", "oldies", "beautiful", "catchy", "sexy"}
)
"""When it was made, and what somebody thinks of it."""
ONE_OF_TWO: Final = {"female vocalist": "female vocalists"}
"""Spellings of one word: the likelier is shown, under the second name."""


def shown(probabilities: Floats) -> tuple[Tag, ...]:
    """The likely tags, the likeliest first.

    Args:
        probabilities: ``(n_tags,)``, of `TAGS`.
    """
    likely: dict[str, float] = {}
    for tag, probability in zip(TAGS, probabilities.tolist(), strict=True):
        name = ONE_OF_TWO.get(tag, tag)
        if probability >= LEAST and name not in NOT_OF_THE_SOUND:
            likely[name] = max(probability, likely.get(name, 0))
    ordered = sorted(likely.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Tag(name, Share(probability)) for name, probability in ordered)


def unusualness(probabilities: Floats) -> dict[str, float]:
    """How much likelier each tag is than of usual recordings: standard deviations of its log-odds over 504 of them."""
    mean, reciprocal = _scale()
    sure = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    odds = (np.log(sure / (1 - sure)) - mean) * reciprocal
    return dict(zip(TAGS, odds.tolist(), strict=True))


@cache
def _scale() -> Floats:
    scale: Floats = np.load(SHIPPED / "tag-scale.npy")
    return scale
