"""How present each known song is in a listener's memory: fixed weights for what the ranker learns to weigh.

The activation of ACT-R (Anderson et al. 2004), A = B + Σ W S: a base level from frequency and recency, and what spreads
to it from the context: the songs just played and the sequences that they began before. It names the candidates, and
it is the ranking where there is too little to learn one from.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from earmark.signals.collaborative.next_track.habits import Counts
from earmark.signals.collaborative.next_track.moment import Moment

WEIGHTS: Final = {
    "base_level": 0.34,
    "near": 0.55,
    "followed_at_a_distance": 0.20,
    "after_two": 0.67,
    "after_any": 0.26,
    "by_last_artist": 1.71,
    "this_sitting": -0.68,
}
"""By maximum likelihood of what fourteen people played next (a conditional logit over all the songs they knew)."""

SOFTENING: Final = {
    "base_level": 0.001,
    "near": 0.003,
    "followed_at_a_distance": 0.01,
    "after_two": 0.05,
    "after_any": 0.05,
}
"""Evidence counts by its logarithm; so much is added to it first, and a song without any still has one."""


def terms(moment: Moment) -> dict[str, Counts]:
    """What each part of the activation stands on, before its weight: 0 where nothing of the kind is known.

    All ``(n_songs,)``. ``this_sitting`` is satiation: what was played in this sitting is rather not played again.
    """
    evidence = {
        "base_level": moment.habits.base_level,
        "near": moment.nearness.late,
        "followed_at_a_distance": moment.following.shares[1:].sum(axis=0),
        "after_two": moment.following.after_two,
        "after_any": moment.after_any.late,
    }
    return {
        **{name: np.log1p(found / SOFTENING[name]) for name, found in evidence.items()},
        "by_last_artist": moment.by_last_artist.astype(np.float64),
        "this_sitting": (moment.habits.plays_since < moment.manner.sitting).astype(np.float64),
    }


def activation(moment: Moment) -> Counts:
    """The activation of each song, ``(n_songs,)``."""
    level = np.zeros(len(moment.plays.songs))
    for name, values in terms(moment).items():
        level += WEIGHTS[name] * values
    return level
