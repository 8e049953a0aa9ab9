"""LightGBM's boosted trees (Ke et al. 2017): parameters under which they grow alike everywhere, and their file.

The file holds the trees as text, below its SHA-256: LightGBM crashes on trees that were cut short.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.signals.collaborative.arrays import damaged

if TYPE_CHECKING:
    from lightgbm import Booster


def reproducibly(seed: int, threads: int) -> dict[str, Any]:
    """Parameters with which a seed gives the same trees at any number of threads, and nothing is printed."""
    return {
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbose": -1,
    }


def save_booster(booster: Booster, path: Path) -> None:
    """Write the trees; the same trees give the same bytes."""
    # LightGBM's text ends with its parameters, the number of threads among them.
    trees = booster.model_to_string().partition("\nparameters:")[0] + "\n"
    path.write_text(f"{_mark(trees)}\n{trees}", encoding="ascii")


def load_booster(path: Path) -> Booster:
    """Read what ``save_booster`` wrote.

    Raises:
        NotLearnedError: the file is missing or damaged.
    """
    import lightgbm

    try:
        mark, _, trees = path.read_text(encoding="ascii").partition("\n")
        if mark != _mark(trees):
            raise ValueError("its trees are not those that were written")
        return lightgbm.Booster(model_str=trees)
    except (OSError, ValueError, lightgbm.basic.LightGBMError) as error:
        raise damaged(path, error) from error


def _mark(trees: str) -> str:
    return sha256(trees.encode("ascii")).hexdigest()
