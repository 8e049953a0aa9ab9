"""Make examples for the tempo net from recordings by people, whose tempo a teacher tells.

    python tempo_taught.py EXAMPLES FOLDER ... --teacher BeatNet.whl --leave-out FOLDER

What a composer writes down as the beat, nobody may tap; of that, made songs say nothing. The teacher's three nets say
where people would tap. A recording is used if they mostly agree, a window if its beats are steady. Where one of them
taps twice as fast, the net learns that both may be. Each recording is heard as it is, and once disguised at another
speed; one in five is kept to validate with. A run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.fft
import soxr

import beat_teacher
from augmenting import at_speed, disguised
from bar_pointer import beats
from beat_teacher import FRAMES_PER_SECOND, Teacher
from earmark.errors import EarmarkError
from earmark.signals.audio import frames
from earmark.signals.audio.tempogram import HOP, WINDOW
from recordings import beginning, number_of, recordings
from rendering import RATE, Samples
from tempo_examples import OPINIONS, SPEEDS, Examples, hear, joined

SECONDS: Final = 95.0
SHORTEST: Final = 25.0
LEAST_STRENGTH: Final = 0.4
"""How likely the teacher finds its beats, in the mean, at least."""
STEADY: Final = 0.04
"""How far beats may lie from an even pulse, as a standard deviation relative to it."""
WANDERING: Final = 0.25
"""How far the tempo of a window may lie from that of most of the recording."""
FEWEST_BEATS: Final = 6
PER_SLOPE: Final = 16
"""Beats over which a recording's tempo is measured."""
SIMPLE: Final = np.array([1 / 3, 1 / 2, 2 / 3, 1, 3 / 2, 2, 3])
"""Ratios of two opinions about the same beat."""
TOLERANCE: Final = 0.04
VALIDATION: Final = 5
Array = np.ndarray[Any, Any]


def taught(path: Path, teacher: Teacher) -> tuple[Examples, Array] | None:
    """Examples of a recording, and whether each is disguised; None if the teacher is not sure of it.

    Raises:
        AudioError: it cannot be decoded.
    """
    samples, rate = beginning(path, SECONDS)
    if len(samples) < SHORTEST * rate:
        return None
    samples = samples * np.float32(0.9 / max(float(np.abs(samples).max()), 1e-4))
    likely = teacher(np.asarray(soxr.resample(samples, rate, beat_teacher.RATE), np.float32))
    together = likely.mean(axis=0)
    tapped = beats(together, FRAMES_PER_SECOND)
    ratios = opinions(tapped, [beats(one, FRAMES_PER_SECOND) for one in likely])
    if ratios is None or together[tapped].mean() < LEAST_STRENGTH:
        return None
    number = number_of(path)
    low = np.asarray(soxr.resample(samples, rate, RATE), np.float32)
    draw = np.random.default_rng([number, 17])
    speed = float(np.exp(draw.uniform(-SPEEDS, SPEEDS)))
    # Transforms of a prime number of samples take minutes.
    faster = at_speed(low, speed)
    faster = faster[: scipy.fft.prev_fast_len(len(faster), real=True)]
    parts = [
        _windows(low, 1.0, tapped, ratios, number),
        _windows(disguised(faster, draw), speed, tapped, ratios, number),
    ]
    return joined(parts), np.repeat([False, True], [len(part.tempo) for part in parts])


def opinions(tapped: Array, by_net: list[Array]) -> Array | None:
    """How many times as fast as all together each net taps, ``(3,)``; None if they hardly agree.

    A net that taps something else altogether has no opinion, and the others' count in its place: two at least have one,
    and one at least taps as all together do.
    """
    together = tempo_of(tapped)
    told = np.array([tempo_of(one) for one in by_net])
    if not together:
        return None
    off = np.abs(told[:, None] / together / SIMPLE - 1)
    simple = SIMPLE[off.argmin(axis=1)][off.min(axis=1) <= TOLERANCE]
    if len(simple) < 2 or not (simple == 1).any():
        return None
    return np.resize(simple, OPINIONS)


def tempo_of(tapped: Array) -> float:
    """The median tempo over runs of sixteen beats, in BPM; 0 of fewer than five beats."""
    run = min(PER_SLOPE, len(tapped) - 1)
    if run < 4:
        return 0.0
    return float(60 * FRAMES_PER_SECOND * run / np.median(tapped[run:] - tapped[:-run]))


def _windows(samples: Samples, speed: float, tapped: Array, ratios: Array, number: int) -> Examples:
    """Those windows in which the beat is steady, played at a speed."""
    grams, most = hear(samples), tempo_of(tapped)
    kept, tempi = [], []
    for window in range(len(grams)):
        first = window * HOP / frames.FRAMES_PER_SECOND * speed
        last = (window * HOP + WINDOW) / frames.FRAMES_PER_SECOND * speed
        within = tapped[(tapped >= first * FRAMES_PER_SECOND) & (tapped <= last * FRAMES_PER_SECOND)]
        if len(within) < FEWEST_BEATS:
            continue
        count = np.arange(len(within))
        beat, start = np.polyfit(count, within, 1)
        tempo = 60 * FRAMES_PER_SECOND / beat
        if np.std(within - (beat * count + start)) < STEADY * beat and abs(tempo / most - 1) < WANDERING:
            kept.append(window)
            tempi.append(tempo * speed)
    tempo = np.array(tempi, np.float32)
    return Examples(
        grams[kept], tempo, np.full(len(kept), number), tempo[:, None] * ratios.astype(np.float32)
    )


def main() -> None:
    """Make what is not yet there."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("examples", type=Path)
    arguments.add_argument("folders", type=Path, nargs="+")
    arguments.add_argument("--teacher", type=Path, required=True)
    arguments.add_argument("--leave-out", type=Path, action="append", default=[])
    asked = arguments.parse_args()
    asked.examples.mkdir(parents=True, exist_ok=True)
    teacher = Teacher(asked.teacher)
    for path in recordings(asked.folders, asked.leave_out):
        number = number_of(path)
        out = asked.examples / f"taught-{number:012x}.npz"
        if out.exists():
            continue
        try:
            found = taught(path, teacher)
        except EarmarkError as error:
            print(error.what, file=sys.stderr)
            continue
        if found is not None and len(found[0].tempo):
            split = "validation" if number % VALIDATION == 0 else "train"
            np.savez(out, **found[0]._asdict(), disguised=found[1], split=split)


if __name__ == "__main__":
    main()
