"""Grown trees in a file: JSON, below its SHA-256, so that no other trees are taken for those that were grown."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec
import numpy as np

from earmark.kernels.trees import TYPES, Trees


class TreeFile(msgspec.Struct, forbid_unknown_fields=True):
    """Trees as they are written, with the names of the features that they look at, and what each gained."""

    names: list[str]
    gains: list[float]
    starts: list[int]
    leaves: list[int]
    features: list[int]
    thresholds: list[float]
    values: list[float]

    @property
    def trees(self) -> Trees:
        """The trees.

        Raises:
            ValueError, OverflowError: a part of them cannot be.
        """
        arrays = {name: np.array(getattr(self, name), dtype) for name, dtype in TYPES.items()}
        return Trees(**arrays, n_features=len(self.names))


def write_trees(trees: Trees, names: Sequence[str], gains: Sequence[float]) -> bytes:
    """The bytes of a file; the same trees give the same bytes."""
    lists = {name: getattr(trees, name).tolist() for name in TYPES}
    told = msgspec.json.encode(TreeFile(list(names), list(gains), **lists))
    return _mark(told) + b"\n" + told


def read_trees(written: bytes) -> TreeFile:
    """What `write_trees` wrote.

    Raises:
        ValueError: these are not the trees that were written, or no trees at all.
    """
    mark, _, told = written.partition(b"\n")
    if mark != _mark(told):
        raise ValueError("its trees are not those that were written")
    return msgspec.json.decode(told, type=TreeFile)


def _mark(told: bytes) -> bytes:
    return sha256(told).hexdigest().encode()
