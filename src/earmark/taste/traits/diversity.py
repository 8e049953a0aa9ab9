"""How many artists or songs are played, were they played equally: the exponential of entropy, whatever the sample.

Few plays show few artists: the entropy of the counts themselves is too low, the more so the fewer plays there are.
The estimator of Chao, Wang & Jost (2013), "Entropy and the species accumulation curve", is nearly unbiased; it adds
what must have gone unseen, judged by what was seen once (f1) and twice (f2). Effective numbers: Hill (1973).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NODES = 48
"""Of the quadrature; the entropy is right to a thousandth from three items seen twice for a hundred seen once."""


GRAIN = 1e12
"""Entropies are summed as whole parts of this: sums of integers do not depend on the threads' order."""


def effective_numbers(plays: pl.DataFrame, keys: list[str], of: str) -> pl.DataFrame:
    """The effective number of ``of`` for each of the keys.

    Args:
        plays: one row a play, with the keys and ``of``.
        keys: by which plays belong together.
        of: the column whose values are counted.

    Returns:
        The keys and ``effective`` f64 (from 1), sorted by keys.
    """
    counts = (
        plays.group_by([*keys, of])
        .len("x")
        .group_by([*keys, "x"])
        .len("times")
        .with_columns(pl.col("x", "times").cast(pl.Int64))
        .with_columns(n=(pl.col("x") * pl.col("times")).sum().over(keys))
        .sort([*keys, "x"])
    )
    if counts.is_empty():
        return counts.select(*keys).with_columns(effective=pl.lit(None, pl.Float64))
    n, x = counts["n"].to_numpy(), counts["x"].to_numpy()
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, int(n.max()) + 1))])
    seen = counts["times"].to_numpy() * x / n * (harmonic[n - 1] - harmonic[x - 1])
    once, twice = pl.col("times").filter(pl.col("x") == 1), pl.col("times").filter(pl.col("x") == 2)
    sums = (
        counts.with_columns(seen=pl.Series(np.round(seen * GRAIN).astype(np.int64)))
        .group_by(keys, maintain_order=True)
        .agg(pl.col("n").first(), pl.col("seen").sum(), f1=once.sum(), f2=twice.sum())
        .sort(keys)
    )
    unseen = _unseen(*(sums[name].to_numpy().astype(np.float64) for name in ("n", "f1", "f2")))
    return sums.select(*keys, effective=pl.Series(np.exp(sums["seen"].to_numpy() / GRAIN + unseen)))


@cache
def _nodes() -> tuple[Floats, Floats]:
    at, weights = np.polynomial.laguerre.laggauss(NODES)
    return at, weights


def _unseen(n: Floats, f1: Floats, f2: Floats) -> Floats:
    """What entropy lacks: f1/n times the sum over r ≥ n of (1 − A)^(r − n + 1) / r, by Gauss–Laguerre quadrature.

    The sum is the integral of (1 − A) exp(−s) / (n (1 − (1 − A) exp(−s/n))) over s ≥ 0.
    """
    alone = np.maximum((n - 1) * (f1 - 1) + 2, 1)
    a = np.where(f2 > 0, 2 * f2 / np.maximum((n - 1) * f1 + 2 * f2, 1), 2 / alone)
    at, weights = _nodes()
    q = (1 - a)[:, None]
    inner = q / (n[:, None] * (a[:, None] - q * np.expm1(-at / n[:, None])))
    return np.asarray(np.where(f1 > 0, f1 / n * (inner * weights).sum(axis=1), 0.0))
