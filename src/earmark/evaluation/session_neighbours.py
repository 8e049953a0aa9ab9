"""The peer that session-based recommendation is measured against: nearest neighbours among past sittings.

Vector multiplication session kNN (Ludewig & Jannach 2018): a past sitting is as near as the songs that it shares with
the present one weigh, later ones more; its songs are proposed, the more so the nearer they stood to the last that is
shared. Neighbours are the listener's own sittings. Of four settings tried on validation data this one hit most.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.evaluation.next_track import Held, lists_of, most_often
from earmark.signals.collaborative.next_track.plays import Heard

CONTEXT: Final = 5
"""The last songs of the present sitting that are compared."""
SAMPLED: Final = 1_000
"""So many of the latest sittings that share a song are looked at; …"""
NEIGHBOURS: Final = 500
"""… so many of the nearest of these have a say."""
BACKWARDS: Final = 0.5
"""What a song counts that stood before the shared one, beside one that stood behind it."""


def session_neighbours(held: Held) -> NDArray[np.int64]:
    """Songs of the sittings most like the present one; then what is played most often."""
    heard = held.plays.heard
    bounds = np.searchsorted(heard.sitting, np.arange(int(heard.sitting.max(initial=-1)) + 2)).tolist()
    songs = heard.song.tolist()
    asked_in = dict(
        zip(
            np.searchsorted(heard.at, held.asked).tolist(),
            held.plays.sitting[held.asked].tolist(),
            strict=True,
        )
    )

    def answer(end: int) -> list[int]:
        sitting = asked_in[end]
        context = songs[max(bounds[sitting], end - CONTEXT) : end]
        weight = {song: (place + 1) / len(context) for place, song in enumerate(context)}
        scores: dict[int, float] = defaultdict(float)
        for other, nearness in _nearest(heard, weight, bounds[sitting]):
            there = songs[bounds[other] : bounds[other + 1]]
            shared = max(
                (place for place, song in enumerate(there) if song in weight),
                key=lambda place: (weight[there[place]], place),
            )
            for place, song in enumerate(there):
                if place != shared:
                    scores[song] += nearness / abs(place - shared) * (1 if place > shared else BACKWARDS)
        return [*sorted(scores, key=lambda song: (-scores[song], song))[:40], *most_often(heard.song[:end])]

    return lists_of(held, answer)


def _nearest(heard: Heard, weight: dict[int, float], before: int) -> list[tuple[int, float]]:
    """Sittings that end before a place, and how near they are, the nearest first."""
    nearness: dict[int, float] = defaultdict(float)
    where = heard.occurrences
    for song, worth in weight.items():
        places = where.order[where.starts[song] : where.starts[song + 1]]
        places = places[: np.searchsorted(places, before)][-SAMPLED:]
        for sitting in np.unique(heard.sitting[places]).tolist():
            nearness[sitting] += worth
    latest = sorted(nearness, reverse=True)[:SAMPLED]
    nearest = sorted(latest, key=lambda sitting: (-nearness[sitting], -sitting))[:NEIGHBOURS]
    return [(sitting, nearness[sitting]) for sitting in nearest]
