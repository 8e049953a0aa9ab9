"""Beats from how likely each moment is one: the path of a pointer that moves through the beat at some tempo.

A hidden Markov model whose states are places within beats of every length; only at a beat may the length change, and
the less, the likelier (Krebs, Böck & Widmer 2015, "An efficient state-space model for joint tempo and meter tracking").
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

SLOWEST_BPM, FASTEST_BPM = 55.0, 215.0
STEADINESS: Final = 100.0
"""Lambda: how unlikely it is that a beat is longer or shorter than the one before it."""
BEAT_PART: Final = 1 / 16
"""The first part of a beat, in which it is heard."""
Array = np.ndarray[Any, Any]


def beats(likely: Array, frames_per_second: float) -> Array:
    """The frames at which beats fall, ascending, along the likeliest path.

    Args:
        likely: how likely each frame is a beat, ``(n_frames,)``, from 0 to 1.
        frames_per_second: of them.
    """
    shortest, longest = (round(60 * frames_per_second / bpm) for bpm in (FASTEST_BPM, SLOWEST_BPM))
    lengths = np.arange(shortest, longest + 1)
    firsts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    lasts = firsts + lengths - 1
    places = np.concatenate([np.arange(length) / length for length in lengths])
    changes = np.exp(-STEADINESS * np.abs(lengths[:, None] / lengths[None] - 1))
    changes = np.log(np.maximum(changes / changes.sum(axis=0), 1e-300))
    beat = np.clip(likely, 1e-5, 1 - 1e-5)
    on, off = np.log(beat), np.log((1 - beat) * BEAT_PART / (1 - BEAT_PART))
    heard = places < BEAT_PART
    best = np.full(len(places), -np.log(len(places)))
    came = np.empty((len(likely), len(lengths)), np.intp)
    for frame in range(len(likely)):
        moved = np.empty_like(best)
        moved[1:] = best[:-1]
        entering = changes + best[lasts]
        came[frame] = entering.argmax(axis=1)
        moved[firsts] = entering[np.arange(len(lengths)), came[frame]]
        best = moved + np.where(heard, on[frame], off[frame])
    return _path(int(best.argmax()), len(likely), lengths, firsts, came)


def _path(state: int, n_frames: int, lengths: Array, firsts: Array, came: Array) -> Array:
    """The beats of the path that ends in a state, from the last to the first."""
    which = int(np.searchsorted(firsts, state, side="right")) - 1
    beat, found = n_frames - 1 - (state - int(firsts[which])), []
    while beat >= 0:
        found.append(beat)
        which = int(came[beat, which])
        beat -= int(lengths[which])
    return np.array(found[::-1], np.intp)
