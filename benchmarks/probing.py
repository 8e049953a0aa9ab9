"""The search for the songs that fit a listener best, among the likeliest alone, beside the exact one, by a live build.

What is found of the exact first songs, and CPU microseconds a listener; every setting in turn, several times, since
others use the machine, too: medians.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.kernels.probing import ProbingIndex
from earmark.kernels.top import FactorIndex
from earmark.threads import one_blas_thread
from measured import report

DEPTHS = (250, 500)
SEEN = (1_024, 2_048, 3_072, 4_096, 8_192)


def main() -> None:
    """Print both for each number of songs seen."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "home", type=Path, help="a home folder with a live build, such as the one of scale.py"
    )
    arguments.add_argument("--listeners", type=int, default=1_024)
    arguments.add_argument("--together", type=int, default=16)
    arguments.add_argument("--rounds", type=int, default=7)
    chosen = arguments.parse_args()
    build = chosen.home / "builds" / (chosen.home / "builds" / "live").read_text().strip()
    n_songs = int(np.load(build / "factors" / "n_songs.npy")[0])
    items = np.ascontiguousarray(np.load(build / "factors" / "column_factors.npy")[:n_songs])
    everyone = np.load(build / "askers" / "vectors.npy")
    asked = everyone[np.random.default_rng(1).choice(len(everyone), min(chosen.listeners, len(everyone)))]
    with one_blas_thread():
        report("probing", {"songs": n_songs, "settings": _tried(items, asked, chosen)})


def _tried(
    items: NDArray[np.float32], asked: NDArray[np.float32], chosen: argparse.Namespace
) -> list[dict[str, Any]]:
    exact = FactorIndex(items)
    indexes = {seen: ProbingIndex(items, seen=seen) for seen in SEEN}
    groups = [
        np.ascontiguousarray(asked[at : at + chosen.together]) for at in range(0, len(asked), chosen.together)
    ]
    micros: dict[int, list[float]] = defaultdict(list)
    for _ in range(chosen.rounds):
        for seen, index in indexes.items():
            began = time.process_time()
            for group in groups:
                index.top(group, None, DEPTHS[-1], threads=1)
            micros[seen].append((time.process_time() - began) / len(asked) * 1e6)
    best = {depth: exact.top(asked, None, depth, threads=1)[0] for depth in DEPTHS}
    return [
        {
            "seen": seen,
            "cpu_us": round(statistics.median(micros[seen]), 1),
            **{f"found_of_{depth}": _found(index, asked, best[depth]) for depth in DEPTHS},
        }
        for seen, index in indexes.items()
    ]


def _found(index: ProbingIndex, asked: NDArray[np.float32], best: NDArray[np.int32]) -> float:
    found, _ = index.top(asked, None, best.shape[1], threads=1)
    return round(
        float(np.mean([np.isin(one, ours).mean() for one, ours in zip(best, found, strict=True)])), 4
    )


if __name__ == "__main__":
    main()
