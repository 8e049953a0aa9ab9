"""How likely a name in a text is meant, by boosted trees that read its features.

LightGBM (Ke et al. 2017) grew the trees, see training/linking_training.py; they are replayed by a kernel of ours. Their
scores are log-odds, calibrated by Platt's method (Platt 1999), which is part of their leaves.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.errors import EarmarkError
from earmark.kernels.tree_files import read_trees
from earmark.kernels.trees import Trees, score_trees
from earmark.signals.culture.linking.features import FEATURES, Floats

FILES: Final = {"artists": "artists.json", "works": "works.json"}
"""The trees for names of artists, and for those of their songs and releases."""


class Disambiguator:
    """Trees, and what comes of them."""

    def __init__(self, trees: Trees) -> None:
        self._trees = trees

    @classmethod
    @cache
    def load(cls, kind: str) -> Self:
        """The trees that are shipped, for a kind of `FILES`.

        Raises:
            EarmarkError: they are missing or damaged.
        """
        name = FILES[kind]
        try:
            return cls(shipped_trees(files(__package__).joinpath("models", name).read_bytes()))
        except (OSError, ValueError, msgspec.DecodeError) as error:
            raise EarmarkError(
                f"Earmark's own model {name} cannot be used: {error}.", "Install Earmark again."
            ) from error

    def probabilities(self, features: Floats) -> NDArray[np.float32]:
        """That each name is meant, ``(n,)`` float32.

        Args:
            features: ``(n, len(FEATURES))``.
        """
        odds = score_trees(self._trees, features, threads=1)
        return (1 / (1 + np.exp(-odds))).astype(np.float32)


def shipped_trees(written: bytes) -> Trees:
    """Trees from the bytes of their file.

    Raises:
        ValueError: they are not those that were written, or look at other features.
    """
    file = read_trees(written)
    if tuple(file.names) != FEATURES:
        raise ValueError("its trees look at other features")
    return file.trees
