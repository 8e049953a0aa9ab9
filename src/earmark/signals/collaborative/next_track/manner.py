"""How the listener is listening at the moment: in known orders or shuffled, going round, trying new songs, skipping.

Nothing here is about one song; it tells the ranker which kind of evidence to believe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from earmark.signals.collaborative.next_track.habits import Counts
from earmark.signals.collaborative.next_track.plays import SITTING_GAP_S, Plays

LATELY: Final = 64
"""The short view is over so many plays, …"""
HALF_LIFE: Final = 8.0
"""… each of which counts half of the one so many plays later."""
USUALLY: Final = 200
"""The long view is over so many plays, each alike."""


@dataclass(frozen=True)
class Manner:
    """The manner of a moment.

    ``lately`` and ``usually`` ``(4,)`` are shares of the last plays that sounded with each of `Heard.traits`;
    ``skipping`` the share of skips among the last plays, ``skipped_last`` whether the last was one; ``sitting`` how
    many plays this sitting holds so far, 0 where a new one begins; ``silence_s`` seconds since the last play ended;
    ``artist_run`` how many plays in a row were by the last artist, at most 8.
    """

    lately: Counts
    usually: Counts
    skipping: float
    skipped_last: bool
    sitting: int
    silence_s: float
    artist_run: int


def manner(plays: Plays, before: int, now: float) -> Manner:
    """The manner in which the first ``before`` plays end, at ``now`` (Unix seconds)."""
    heard, end = plays.heard, plays.n_heard(before)
    skips = (~plays.sounded[max(0, before - LATELY) : before]).astype(np.float64)
    silence = max(now - plays.ended[before - 1], 0.0) if before else np.inf
    sitting = 0
    if silence <= SITTING_GAP_S:
        sitting = before - int(np.searchsorted(plays.sitting, plays.sitting[before - 1]))
    artists = heard.artist[max(0, end - 8) : end][::-1]
    other = np.flatnonzero(artists != artists[:1])
    return Manner(
        lately=_decayed(heard.traits[max(0, end - LATELY) : end]),
        usually=heard.traits[max(0, end - USUALLY) : end].sum(axis=0) / max(min(end, USUALLY), 1),
        skipping=float(_decayed(skips[:, None])[0]),
        skipped_last=bool(before and not plays.sounded[before - 1]),
        sitting=sitting,
        silence_s=float(silence),
        artist_run=int(other[0]) if len(other) else len(artists),
    )


def _decayed(traits: Counts) -> Counts:
    """Mean of each column, the last rows counting most; 0 where there are none."""
    worth = np.exp2(-np.arange(len(traits))[::-1] / HALF_LIFE)
    mean: Counts = worth @ traits / max(worth.sum(), 1e-9)
    return mean
