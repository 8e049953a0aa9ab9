"""What drums, basses and chords play in one bar, as strings of steps.

A beat of a simple metre has four steps, one of a compound metre three, so that a bar of 4/4 has 16 and one of 12/8 has
12. ``x`` is a stroke, ``X`` an accent, ``o`` a soft one; what a figure lacks of a longer bar is said again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

KICK, RIM, SNARE, CLAP, CLOSED, PEDAL, OPEN, CRASH, RIDE = 36, 37, 38, 39, 42, 44, 46, 49, 51
TAMBOURINE, COWBELL, HIGH_BONGO, LOW_BONGO, CONGA, LOW_CONGA, SHAKER, CLAVES = 54, 56, 60, 61, 63, 64, 70, 75
TIMBALE, BLOCK, TRIANGLE, LOW_TOM, MID_TOM, HIGH_TOM = 65, 76, 81, 45, 47, 50
Drums = dict[int, str]

HATS: Final = (
    "x.x.x.x.x.x.x.x.",
    "X.o.X.o.X.o.X.o.",
    "xoxoxoxoxoxoxoxo",
    "x...x...x...x...",
    "..x...x...x...x.",
)
FOUR: Final[Mapping[str, tuple[Drums, ...]]] = {
    "backbeat": (
        {KICK: "X.......x.......", SNARE: "....X.......X..."},
        {KICK: "X.....x.x.......", SNARE: "....X.......X..."},
        {KICK: "X..x....x.x.....", SNARE: "....X.......X..."},
        {KICK: "X.x.......x..x..", SNARE: "....X.......X..."},
        {KICK: "X......x..x.....", SNARE: "....X..o.o..X..o"},
        {KICK: "X.....x...x.....", SNARE: "....X.......X.x."},
        {KICK: "X.x...x.x.x...x.", SNARE: "....X.......X..."},
        {KICK: "X...x...x...x...", SNARE: "....X.......X..."},
    ),
    "floor": (
        {KICK: "X...X...X...X...", CLAP: "....X.......X...", OPEN: "..x...x...x...x."},
        {KICK: "X...X...X...X...", CLOSED: "xoxoxoxoxoxoxoxo", SNARE: "....X.......X..."},
        {KICK: "X...X...X...X..x", OPEN: "..X...X...X...X.", SHAKER: "oxoxoxoxoxoxoxox"},
        {KICK: "X...X...X...X...", RIDE: "..x...x...x...x.", CLAP: "....x..x....x..."},
        {KICK: "X...X...X...X...", CLOSED: "..x...x...x...x."},
    ),
    "half": (
        {KICK: "X.........x.....", SNARE: "........X.......", CLOSED: "x.x.x.x.x.x.x.x."},
        {KICK: "X..x......x..x..", SNARE: "........X.......", CLOSED: "xoxoxoxoxoxoxoxo"},
        {KICK: "X.....x.......x.", SNARE: "........X.......", RIDE: "x...x...x...x..."},
    ),
    "breaks": (
        {KICK: "X.........x.....", SNARE: "....X.......X...", CLOSED: "x.x.x.x.x.x.x.x."},
        {KICK: "X.x.......x.....", SNARE: "....X..o.o..X..o", RIDE: "x.x.x.x.x.x.x.x."},
        {KICK: "X..x......x.....", SNARE: "....X..x.x..X...", CLOSED: "xoxoxoxoxoxoxoxo"},
    ),
    "swing": (
        {RIDE: "x...x.x.x...x.x.", PEDAL: "....x.......x..."},
        {RIDE: "x...X.o.x...X.o.", PEDAL: "....x.......x...", KICK: "o...o...o...o...", SNARE: "......o.......o."},
        {CLOSED: "X...X.x.X...X.x.", SNARE: "....x.......x...", KICK: "X.......X......."},
        {KICK: "X...x...X...x...", SNARE: "....X.......X...", RIDE: "x.x.x.x.x.x.x.x."},
    ),
    "bossa": (
        {RIM: "x..x..x...x..x..", KICK: "X..xX..xX..xX..x", CLOSED: "x.x.x.x.x.x.x.x."},
        {RIM: "..x.x...x..x..x.", KICK: "X.....x.X.....x.", SHAKER: "xoxoxoxoxoxoxoxo"},
    ),
    "latin": (
        {CLAVES: "x..x..x...x.x...", CONGA: "..x...xx..x...xx", COWBELL: "x...x...x...x...", KICK: "...x...x...x...x"},
        {CLAVES: "..x.x...x..x..x.", LOW_CONGA: "......xx......xx", TIMBALE: "x.x.xxx.x.x.xxx.",
            SHAKER: "x.x.x.x.x.x.x.x."},
        {KICK: "X..xX..xX..xX..x", SNARE: "...x..x....x..x.", SHAKER: "xoxoxoxoxoxoxoxo"},
    ),
    "reggae": (
        {KICK: "........X.......", RIM: "........X.......", CLOSED: "x.x.x.x.x.x.x.x."},
        {KICK: "....X.......X...", RIM: "....X.......X...", CLOSED: "x.xxx.xxx.xxx.xx"},
        {KICK: "X...X...X...X...", RIM: "....X.......X...", CLOSED: "..x...x...x...x."},
    ),
    "march": (
        {KICK: "X.......X.......", SNARE: "....X.......X...", CRASH: "X..............."},
        {KICK: "X...x...X...x...", SNARE: "..x...x...x.xxx."},
        {KICK: "X.......X.......", SNARE: "X.ooX.ooX.ooX.xx"},
        {KICK: "X...x...X...x..."},
    ),
    "train": (
        {SNARE: "ooXoooXoooXoooXo", KICK: "X...x...X...x..."},
        {SNARE: "o.X.o.X.o.X.o.X.", KICK: "X...x...X...x..."},
        {SNARE: "..x...x...x...x.", KICK: "X...X...X...X...", TAMBOURINE: "..x...x...x...x."},
    ),
    "hands": (
        {SHAKER: "xoxoxoxoxoxoxoxo", TAMBOURINE: "....x.......x..."},
        {HIGH_BONGO: "x..x..x.x..x..x.", LOW_BONGO: "....x.....x.x..."},
        {CONGA: "x..xx.x.x..xx.x.", LOW_CONGA: "......x.......xx", BLOCK: "x...x...x...x..."},
        {TRIANGLE: "x...x...x...x..."},
        {CLAP: "....X.......X..."},
        {BLOCK: "x.x.x.x.x.x.x.x."},
        {LOW_TOM: "X..x..x.X..x..x.", MID_TOM: "....x.......x.x."},
        {RIM: "....x.......x...", KICK: "X.......x......."},
    ),
}  # fmt: skip
THREE: Final[tuple[Drums, ...]] = (
    {KICK: "X...........", SNARE: "....x...x..."},
    {KICK: "X...........", CLOSED: "....x...x..."},
    {KICK: "X.........x.", SNARE: "....X...X...", CLOSED: "x.x.x.x.x.x."},
    {RIDE: "x...x.x.x...", PEDAL: "....x......."},
    {KICK: "X...........", SNARE: "........X...", RIDE: "x...x...x..."},
    {TRIANGLE: "x...x...x..."},
)
COMPOUND: Final[tuple[Drums, ...]] = (
    {KICK: "X.....", SNARE: "...X..", CLOSED: "xxxxxx"},
    {KICK: "X....x", SNARE: "...X..", CLOSED: "XooXoo"},
    {KICK: "X..X..", TAMBOURINE: "x.xx.x"},
    {KICK: "X..x..", SNARE: "..x..x"},
    {KICK: "X.....", SNARE: "...X..", RIDE: "x.xx.x"},
    {SHAKER: "xoxxox"},
    {KICK: "X.....X....x", SNARE: "......X.....", CLOSED: "xxxxxxxxxxxx"},
)
BASS: Final = {
    4: (
        "r...............", "r.......r.......", "r.......f.......", "r...r...r...r...", "r.r.r.r.r.r.r.r.",
        "r...f...r...f...", "r..r....r..r....", "r.....r.r.......", "r..r..r.r..r..r.", "r.o.r.o.r.o.r.o.",
        "r...w...w...w...", "r.....f...o...r.", "..r...r...r...r.", "r..r..f...r.f...", "r...t...f...t...",
        "rrrrrrrrrrrrrrrr", "r.......rr..f...", "...r..r....r..r.", "r.f.o.f.r.f.o.f.", "r...r.r...r.r...",
    ),
    3: ("r...........", "r...f...f...", "r...........", "r...w...w...", "r.......f...", "r.r.r.r.r.r."),
    6: ("r.....", "r..f..", "r..r..", "r.rr.r", "rrrrrr", "r.fo.f"),
}  # fmt: skip
"""By beats of the bar, 6 standing for compound metres: root, fifth, octave, third, or a walk to the next chord."""
COMPING: Final = {
    4: (
        "h...............", "h.......h.......", "s...s...s...s...", "s.s.s.s.s.s.s.s.", "....s.......s...",
        "..s...s...s...s.", "s..s..s.s..s..s.", "s.....s...s.....", "s..s....s..s....", "...s..s....s..s.",
        "a.a.a.a.a.a.a.a.", "aaaaaaaaaaaaaaaa", "s...s.s...s.s.s.", "s.ss.ss.s.ss.ss.", "..s.s.....s.s...",
        "h.......s.s.s.s.", "........s.......", "ssssssssssssssss", "a...a...a...a...", "..ss..ss..ss..ss",
    ),
    3: ("h...........", "....s...s...", "s...s...s...", "a.a.a.a.a.a.", "h.......s...", "aaaaaaaaaaaa", "....s...s.s."),
    6: ("h.....", ".ss.ss", "s..s..", "aaaaaa", "..s..s", "s.ss.s"),
}  # fmt: skip
"""Held, struck or arpeggiated chords."""


def drum_bar(family: str, beats: int, compound: bool, draw: np.random.Generator) -> Drums:
    """A drawn bar of drums, with a drawn change or two to what is listed."""
    if compound:
        chosen = COMPOUND[draw.integers(len(COMPOUND))]
    elif beats == 3:
        chosen = THREE[draw.integers(len(THREE))]
    else:
        chosen = FOUR[family][draw.integers(len(FOUR[family]))]
        if family == "backbeat":
            hand = int(draw.choice([CLOSED, CLOSED, RIDE, OPEN, SHAKER]))
            chosen = {**chosen, hand: HATS[draw.integers(len(HATS))]}
    return {drum: _changed(figure, draw) for drum, figure in chosen.items()}


def fill(steps: int, draw: np.random.Generator) -> Drums:
    """A drawn roll over snare and toms in the last beats of a bar of that many steps."""
    starts = steps - int(draw.choice([4, 4, 8])) if steps > 8 else steps - 3
    strokes = [(step, int(draw.choice([SNARE, HIGH_TOM, MID_TOM, LOW_TOM]))) for step in range(starts, steps)]
    return {
        drum: "".join(
            "x" if (step, drum) in strokes and draw.random() < 0.8 else "." for step in range(steps)
        )
        for drum in {drum for _, drum in strokes}
    }


def _changed(figure: str, draw: np.random.Generator) -> str:
    if draw.random() > 0.35:
        return figure
    step = int(draw.integers(len(figure)))
    stroke = "o" if figure[step] == "." and draw.random() < 0.5 else "."
    # The first stroke of a bar tells where it begins; it is never taken away.
    return figure if step == 0 else figure[:step] + stroke + figure[step + 1 :]
