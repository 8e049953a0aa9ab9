"""Keys by templates: the peers of the key net, and its witnesses on real recordings.

How often each pitch class sounds is correlated with what is usual in each of the 24 keys (Krumhansl 1990, Cognitive
Foundations of Musical Pitch); methods differ in what they hold for usual.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]

PROFILES: Final = {
    "Krumhansl & Kessler 1982": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
    "Temperley 1999": (
        (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
        (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    ),
    "Temperley 2007": (
        (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
        (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
    ),
    "Albrecht & Shanahan 2013": (
        (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
        (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
    ),
    "Faraldo et al. 2016 (EDMA)": (
        (0.1652, 0.0475, 0.0829, 0.0669, 0.0999, 0.0927, 0.0529, 0.1316, 0.0522, 0.0744, 0.0694, 0.0643),
        (0.1724, 0.0534, 0.0761, 0.1004, 0.0562, 0.0853, 0.0498, 0.1345, 0.0746, 0.0500, 0.0919, 0.0555),
    ),
}  # fmt: skip
"""What is usual in C major and in C minor, from C up."""


def by_template(chroma: Numbers, profile: str) -> int:
    """The key whose template fits best: its tonic, plus 12 if it is minor.

    Args:
        chroma: how much each pitch class sounds, from C up, ``(12,)``.
        profile: a name in `PROFILES`.
    """
    templates = np.array([np.roll(one, tonic) for one in PROFILES[profile] for tonic in range(12)])
    templates = templates - templates.mean(1, keepdims=True)
    fits = templates @ (chroma - chroma.mean()) / np.linalg.norm(templates, axis=1)
    return int(np.argmax(fits))
