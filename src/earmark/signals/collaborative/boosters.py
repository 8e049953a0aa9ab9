"""LightGBM's boosted trees (Ke et al. 2017) for putting lists in order, and their file.

LambdaMART: gradients are swaps of two candidates, weighed by what the swap does to nDCG (Burges 2010).

The file holds the trees as text, below its SHA-256: LightGBM crashes on trees that were cut short.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from earmark.signals.collaborative.arrays import damaged

if TYPE_CHECKING:
    from lightgbm import Booster


class GrowthConfig(BaseModel):
    """How each tree is grown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    leaves: int = Field(15, ge=2)
    """Leaves of a tree."""
    learning_rate: float = Field(0.1, gt=0, le=1)
    """How much each tree adds."""
    least_in_leaf: int = Field(100, ge=1)
    """Candidates that a leaf stands for at least."""
    ridge: float = Field(10.0, ge=0)
    """Pull of each leaf's value towards zero."""


def lambdamart(config: GrowthConfig, *, depth: int, seed: int, threads: int) -> dict[str, Any]:
    """LightGBM's parameters; places of a list below ``depth`` do not count, and threads change no tree."""
    return {
        "objective": "lambdarank",
        "lambdarank_truncation_level": depth,
        "num_leaves": config.leaves,
        "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.least_in_leaf,
        "lambda_l2": config.ridge,
        "feature_fraction": 0.7,
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
