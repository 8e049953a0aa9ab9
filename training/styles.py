"""Ways of playing: how fast, in which metre, with which drums and instruments.

Tempi are where musicians and disc jockeys write them (a hip hop song at 90, drum and bass at 174), so that what is
learned from them is the tempo that people give. Programs are those of General MIDI, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PIANOS: Final = (0, 1, 2, 3, 0, 1, 0)
KEYS: Final = (4, 5, 7, 11, 16, 17, 18)
MALLETS: Final = (8, 9, 10, 11, 12, 13, 14, 108, 114)
ORGANS: Final = (16, 17, 18, 19, 20, 21, 22, 23)
ACOUSTIC: Final = (24, 25, 24, 25, 105, 106, 46)
CLEAN: Final = (26, 27, 28, 26, 27)
DRIVEN: Final = (29, 30, 29, 30, 31)
BASSES: Final = (32, 33, 34, 35, 36, 37)
SYNTH_BASSES: Final = (38, 39, 38, 39, 87)
STRINGS: Final = (40, 41, 42, 44, 48, 49, 50, 51, 48)
PLUCKED: Final = (45, 46, 6, 45, 15, 107)
CHOIRS: Final = (52, 53, 54, 91)
BRASS: Final = (56, 57, 58, 60, 61, 62, 63, 59)
REEDS: Final = (64, 65, 66, 67, 68, 69, 70, 71)
PIPES: Final = (72, 73, 74, 75, 77, 78, 79)
LEADS: Final = (80, 81, 82, 83, 84, 85, 86, 87)
PADS: Final = (88, 89, 90, 91, 92, 93, 94, 95, 50, 51)
CHIPS: Final = (80, 81, 80, 81, 86)


@dataclass(frozen=True)
class Style:
    """One way of playing; programs are drawn, a group first, then one of it."""

    name: str
    weight: float
    slow: float
    """Of the tempi of the style, the tenth percentile, in BPM."""
    fast: float
    """And the ninetieth."""
    drums: tuple[str, ...]
    """Families of figures; of an empty tuple, none play."""
    chords: tuple[tuple[int, ...], ...]
    lead: tuple[tuple[int, ...], ...]
    bass: tuple[tuple[int, ...], ...] = (BASSES,)
    metres: tuple[str, ...] = ("4/4",)
    swing: float = 0.0
    """Share of songs whose eighths (of hip hop: sixteenths) are uneven."""
    sevenths: float = 0.1
    minor: float = 0.45
    drumless: float = 0.08
    """Share of songs without drums all the same."""
    bassless: float = 0.05
    loose: float = 0.01
    """How far tempo wanders, as a standard deviation relative to it."""
    blue: bool = False
    busy: float = 0.5
    """How much of the melody is in parts of a beat."""


STYLES: Final = (
    Style(
        "pop", 3, 84, 132, ("backbeat", "floor", "half"), (PIANOS, CLEAN, ACOUSTIC, PADS, KEYS),
        (LEADS, PIANOS, CLEAN, CHOIRS),
    ),
    Style(
        "rock", 3, 96, 168, ("backbeat",), (DRIVEN, CLEAN, DRIVEN, ORGANS), (DRIVEN, CLEAN, ORGANS),
        swing=0.1,
    ),
    Style(
        "metal", 1.5, 100, 190, ("backbeat", "half", "breaks"), (DRIVEN,), (DRIVEN, LEADS), minor=0.9,
        busy=0.8,
    ),
    Style(
        "ballad", 1.5, 58, 92, ("backbeat", "hands"), (PIANOS, ACOUSTIC, STRINGS, PADS),
        (REEDS, STRINGS, PIPES, CHOIRS), metres=("4/4", "4/4", "6/8"), drumless=0.3, busy=0.6,
    ),
    Style(
        "house", 2, 116, 132, ("floor",), (PADS, KEYS, LEADS, PIANOS), (LEADS, LEADS, CHOIRS),
        (SYNTH_BASSES,), minor=0.6, loose=0, drumless=0,
    ),
    Style(
        "trance", 1.5, 128, 146, ("floor",), (PADS, LEADS, STRINGS), (LEADS,), (SYNTH_BASSES,), minor=0.75,
        loose=0, busy=0.8, drumless=0.03,
    ),
    Style(
        "drum and bass", 1.2, 164, 178, ("breaks",), (PADS, KEYS, STRINGS), (LEADS, KEYS, MALLETS),
        (SYNTH_BASSES,), minor=0.7, loose=0, sevenths=0.3, drumless=0,
    ),
    Style(
        "breakbeat", 1, 112, 142, ("breaks", "backbeat"), (PADS, KEYS, ORGANS), (LEADS, KEYS),
        (SYNTH_BASSES,), minor=0.6, loose=0,
    ),
    Style(
        "dubstep", 0.7, 136, 146, ("half",), (PADS, LEADS), (LEADS,), (SYNTH_BASSES,), minor=0.8, loose=0,
        drumless=0,
    ),
    Style(
        "hip hop", 1.5, 74, 104, ("backbeat", "half"), (KEYS, STRINGS, PLUCKED, PADS),
        (LEADS, MALLETS, PIPES, BRASS), (SYNTH_BASSES, BASSES), swing=0.4, minor=0.7, sevenths=0.3,
    ),
    Style(
        "funk", 1.2, 92, 124, ("backbeat", "breaks"), (CLEAN, KEYS, ORGANS), (BRASS, REEDS, KEYS),
        swing=0.3, sevenths=0.7, blue=True, busy=0.8,
    ),
    Style(
        "disco", 1, 110, 130, ("floor",), (STRINGS, CLEAN, KEYS, PIANOS), (BRASS, STRINGS, LEADS),
        sevenths=0.4,
    ),
    Style(
        "blues", 1, 66, 134, ("swing", "backbeat"), (CLEAN, PIANOS, ORGANS),
        (CLEAN, REEDS, DRIVEN, ORGANS), metres=("4/4", "4/4", "12/8"), swing=0.8, sevenths=0.9, minor=0.25,
        blue=True, loose=0.015,
    ),
    Style(
        "swing", 2, 104, 220, ("swing",), (PIANOS, CLEAN, KEYS, MALLETS), (REEDS, BRASS, MALLETS, PIANOS),
        (BASSES[:1],), metres=("4/4", "4/4", "4/4", "3/4"), swing=0.95, sevenths=0.9, drumless=0.15,
        loose=0.015,
    ),
    Style(
        "bossa", 1, 112, 156, ("bossa",), (ACOUSTIC, PIANOS, CLEAN), (PIPES, REEDS, MALLETS, ACOUSTIC),
        sevenths=0.8, drumless=0.15,
    ),
    Style(
        "latin", 1, 88, 192, ("latin",), (PIANOS, ACOUSTIC, BRASS), (BRASS, PIPES, PIANOS), sevenths=0.5,
        busy=0.8,
    ),
    Style("reggae", 1, 68, 98, ("reggae",), (CLEAN, ORGANS, KEYS), (BRASS, ORGANS, LEADS), swing=0.3),
    Style("ska", 0.5, 126, 176, ("backbeat", "train"), (CLEAN, ORGANS), (BRASS,), busy=0.6),
    Style(
        "country", 1.2, 88, 132, ("train", "backbeat"), (ACOUSTIC, CLEAN, PIANOS),
        (CLEAN, ACOUSTIC, (110, 22)), swing=0.2, minor=0.15, metres=("4/4", "4/4", "3/4"),
    ),
    Style(
        "march", 1, 98, 132, ("march",), (BRASS, STRINGS), (BRASS, PIPES, REEDS), ((58, 57, 43),),
        metres=("4/4", "2/4", "6/8"), minor=0.3, drumless=0.2,
    ),
    Style(
        "waltz", 1.5, 96, 186, ("march",), (PIANOS, STRINGS, (21, 22), PLUCKED),
        (STRINGS, PIPES, REEDS, (21, 22)), ((43, 32, 58),), metres=("3/4",), drumless=0.6, loose=0.02,
        minor=0.45,
    ),
    Style(
        "polka", 0.6, 106, 132, ("march", "train"), ((21, 22), BRASS), ((21, 22), REEDS), ((58, 32),),
        metres=("2/4", "4/4"), minor=0.15, busy=0.8,
    ),
    Style(
        "ragtime", 1.5, 88, 136, (), (PIANOS, (3,)), (PIANOS, (3,)), (PIANOS, (3,)), metres=("4/4", "2/4"),
        minor=0.15, busy=0.9, loose=0.015, bassless=0,
    ),
    Style(
        "comic", 2, 92, 156, ("march", "hands", "train"), (PIANOS, PLUCKED, MALLETS, STRINGS, REEDS),
        (PIPES, REEDS, MALLETS, PIANOS, PLUCKED), (BASSES[:1], (45, 58, 70, 43)), swing=0.35, minor=0.4,
        drumless=0.5, busy=0.7,
    ),
    Style(
        "piano", 1.5, 60, 148, (), (PIANOS,), (PIANOS,), (PIANOS,),
        metres=("4/4", "4/4", "3/4", "6/8", "2/4"), loose=0.025, bassless=0.1, busy=0.6,
    ),
    Style(
        "chamber", 1.5, 62, 140, (), (STRINGS, PLUCKED, REEDS), (STRINGS, PIPES, REEDS), ((42, 43, 70),),
        metres=("4/4", "4/4", "3/4", "2/4", "6/8"), loose=0.025, bassless=0.1,
    ),
    Style(
        "baroque", 1, 66, 132, (), ((6, 6, 19, 20, 45),), ((6, 73, 40, 68, 56, 19),), ((6, 42, 70, 43),),
        metres=("4/4", "3/4", "4/4"), busy=0.95, loose=0.01,
    ),
    Style(
        "orchestra", 2, 72, 160, ("march", "hands"), (STRINGS, BRASS, CHOIRS),
        (STRINGS, BRASS, PIPES, CHOIRS), ((43, 58, 42),), metres=("4/4", "4/4", "3/4", "6/8"),
        drumless=0.5, minor=0.6, loose=0.015,
    ),
    Style(
        "guitar", 1, 72, 138, (), (ACOUSTIC,), (ACOUSTIC, PIPES, CHOIRS), (ACOUSTIC, BASSES),
        metres=("4/4", "4/4", "3/4", "6/8"), loose=0.02, bassless=0.3,
    ),
    Style(
        "jig", 1.2, 96, 132, ("hands",), (ACOUSTIC, (21, 22)), (PIPES, (40, 110, 21, 109)),
        metres=("6/8",), drumless=0.5, busy=0.9,
    ),
    Style(
        "reel", 1, 88, 124, ("hands", "train"), (ACOUSTIC, (21, 22)), (PIPES, (40, 110, 21, 105)),
        drumless=0.5, busy=0.95,
    ),
    Style(
        "chip", 2, 96, 176, ("backbeat", "breaks", "floor"), (CHIPS,), (CHIPS,), (CHIPS, SYNTH_BASSES),
        loose=0, busy=0.7, drumless=0.15,
    ),
    Style(
        "synth", 1.5, 82, 134, ("backbeat", "floor", "half"), (LEADS, PADS), (LEADS,), (SYNTH_BASSES,),
        minor=0.7, loose=0, busy=0.7,
    ),
    Style(
        "ambient", 0.8, 60, 112, ("hands",), (PADS, CHOIRS, PADS), (MALLETS, PIPES, PADS),
        (SYNTH_BASSES, PADS), drumless=0.7, busy=0.25, minor=0.6,
    ),
    Style(
        "six eight", 1, 52, 86, ("backbeat",), (PIANOS, CLEAN, ACOUSTIC, ORGANS), (CHOIRS, CLEAN, STRINGS),
        metres=("6/8", "12/8"),
    ),
    Style(
        "world", 1, 78, 148, ("hands", "latin"), (PLUCKED, ACOUSTIC, MALLETS),
        (PIPES, (104, 105, 106, 107, 111), MALLETS), minor=0.65, busy=0.7,
        metres=("4/4", "4/4", "6/8", "5/4", "7/4"),
    ),
)  # fmt: skip
