"""The harmony of made songs whose key is known: loops that songs are built on, and phrases of a functional grammar.

Loops are written as musicians do, in Roman numerals over the major scale of the tonic (so a minor key's sixth degree
is bVI). They hold what defeats counting notes in a scale: modal mixture, secondary dominants, Mixolydian, Lydian,
Dorian and Phrygian turns, blues, loops that do not begin at home, power chords without a third, one chord for ever.
The grammar walks between tonic, subdominant and dominant (Riemann's functions), as loops alone would be learned by
heart.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np

MAJOR, MINOR = 0, 1

LOOPS: Final = {
    MAJOR: (
        "I V vi IV", "I vi IV V", "I IV V IV", "I IV V I", "I IV I V", "I iii IV V", "I vi ii V7",
        "ii7 V7 Imaj7 Imaj7", "Imaj7 vi7 ii7 V7", "I IV", "I V", "I bVII IV I", "I bVII IV IV", "I II IV I",
        "I III7 vi IV", "I I7 IV iv", "I iii vi IV", "I V IV V", "I bVI bVII I", "I ii IV V", "I ii iii IV",
        "IV V iii vi", "IV I V vi", "V IV I I", "I VI7 II7 V7", "I iv I V", "I V ii IV", "I V vi iii IV I IV V",
        "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", "I7 IV7 I7 I7 IV7 IV7 I7 VI7 ii7 V7 I7 V7", "I bIII IV I",
        "I IV bVII IV", "I v IV I", "Imaj7 IVmaj7", "I Isus4", "I5 bVII5 IV5 I5", "I5 IV5 V5 IV5", "I V7 I V7",
        "I I V7 V7 V7 V7 I I", "I IV I V7 I IV V7 I", "vi IV I V", "I I I I", "I7", "I IV ii V", "I Iaug I6 I7",
        "Imaj7 bVIImaj7", "I bII I bII", "IV iv I I", "ii IV I V", "IV V I I", "I iii7 IVmaj7 iv6",
        "iii7 vi7 ii7 V7", "I V6 vi V", "Imaj9 IVmaj9 iii7 vi7", "I vi IV iv", "I II I II", "I #ivo7 I V7",
        "I I7 IV #ivo7 I V7 I V7", "I IV6 I V7", "Isus2 V vi7 IVmaj7", "V I V I", "IV I IV V",
    ),
    MINOR: (
        "i bVI bIII bVII", "i bVII bVI V7", "i bVII bVI bVII", "i iv V7 i", "i iv i V7", "i bVI iv V", "i IV",
        "i7 IV7", "i bVII IV i", "i bIII bVII IV", "i v bVI bVII", "i v iv i", "iiø7 V7 i i", "i bII i bII",
        "i bII bVII i", "i7 iv7 bVII7 bIIImaj7 bVImaj7 iiø7 V7 i7", "i bVII", "i bVI", "i iv bVII bIII",
        "i bIII iv bVI", "i iio V7 i", "i7 i7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7 V7", "i bVI bVII i",
        "i5 bVI5 bVII5 i5", "i5 bIII5 IV5 i5", "i5 bII5 i5 bVII5", "i bIII bVI bVII", "i v i v", "i i i i", "i",
        "i V7 i V7", "i iv V7 V7", "bVI bVII i i", "bVI bVII i v", "iv v i i", "i bVII bIII bVI", "i iv v i",
        "i7 v7 iv7 i7", "im9 bVImaj7", "i imaj7 i7 IV", "i bIII bVII v", "i bVI bIII V7", "i bVII v bVI",
        "i iv bVI V7", "i7 bVImaj7 iv7 v7", "iv bVI i bVII", "i V7 bVI bIII iv i V7 i", "i viio7 i V7",
        "im6 iv6", "i ii bIII IV", "i bV5 i5 bII5", "i IV bVI V7", "i isus4 i bVII", "bVI i bVII i",
        "i iv i iv", "i bIII IV bVI", "i5 bVII5 bVI5 V5", "iv i V7 i", "i bVI V7 V7",
    ),
}  # fmt: skip
"""What songs repeat, as Roman numerals."""

FUNCTIONS: Final = {
    MAJOR: {
        "T": {"I": 7, "Imaj7": 1, "vi": 2, "iii": 0.8, "I6": 0.4},
        "S": {"IV": 4, "ii": 2.5, "ii7": 1, "IVmaj7": 0.5, "iv": 0.5, "II7": 0.5, "bVI": 0.2, "vi": 0.5},
        "D": {"V": 4, "V7": 3, "viio": 0.4, "bVII": 0.7, "Vsus4": 0.5, "V9": 0.3},
    },
    MINOR: {
        "T": {"i": 7, "i7": 1, "bVI": 1, "bIII": 1.2, "im6": 0.3},
        "S": {"iv": 4, "iv7": 1, "iiø7": 1.2, "bVI": 2, "IV": 0.8, "bII": 0.3, "bIII": 0.6},
        "D": {"V7": 3, "V": 2, "v": 1.5, "bVII": 2.5, "viio7": 0.5, "Vsus4": 0.3},
    },
}  # fmt: skip
"""Chords of each function, and how often they stand for it."""
WALKS: Final = ("TSDT", "TDT", "TST", "TTSD", "TSTD", "TDTS", "TSSD", "TTST", "STDT", "SDTT", "TSDD", "TDST")

ROMAN: Final = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
KINDS: Final = {
    "": (0, 4, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "9": (0, 4, 7, 10, 14), "maj9": (0, 4, 7, 11, 14),
    "6": (0, 4, 7, 9), "sus4": (0, 5, 7), "sus2": (0, 2, 7), "5": (0, 7), "aug": (0, 4, 8), "o": (0, 3, 6),
    "o7": (0, 3, 6, 9), "ø7": (0, 3, 6, 10), "m": (0, 3, 7), "m7": (0, 3, 7, 10), "mmaj7": (0, 3, 7, 11),
    "m6": (0, 3, 7, 9), "m9": (0, 3, 7, 10, 14), "msus4": (0, 5, 7), "m5": (0, 7),
}  # fmt: skip
"""Semitones above the root."""


class Chord(NamedTuple):
    """A chord in a key: semitones from the tonic to its root, and from its root to its notes."""

    root: int
    notes: tuple[int, ...]


def chord(roman: str) -> Chord:
    """Read a Roman numeral: an accidental, the degree (small for minor), and a kind."""
    sign, degree, kind = re.fullmatch(r"([b#]?)([iIvV]+)(.*)", roman).groups()  # type: ignore[union-attr]
    if degree.islower() and kind[:1] not in ("o", "ø"):
        kind = "m" + kind.removeprefix("m") if kind != "maj7" else "mmaj7"
    return Chord((ROMAN[degree.upper()] + {"b": -1, "#": 1, "": 0}[sign]) % 12, KINDS[kind])


def progression(random: np.random.Generator, mode: int) -> list[Chord]:
    """A loop, or a phrase or two that the grammar makes."""
    if random.random() < 0.6:
        return [chord(name) for name in str(random.choice(np.array(LOOPS[mode]))).split()]
    walk = "".join(random.choice(np.array(WALKS)) for _ in range(random.integers(1, 3)))
    return [chord(_drawn(random, FUNCTIONS[mode][function])) for function in walk]


def _drawn(random: np.random.Generator, weights: dict[str, float]) -> str:
    shares = np.array(list(weights.values()))
    return str(random.choice(np.array(list(weights)), p=shares / shares.sum()))
