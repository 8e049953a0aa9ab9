"""One iteration of alternating least squares: ours beside `implicit`'s, on twenty million pairs, taking turns.

Both start from the same vectors and use two threads, `implicit` with its conjugate gradients and BLAS at one
thread. CPU seconds are compared, since wall seconds depend on what else runs; so is the loss after each iteration.
Then one listener is folded in, by the whole public call.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import Any

import numpy as np
import scipy.sparse as sp
from implicit.cpu._als import calculate_loss
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from earmark.kernels.ials import STEPS, Alternation
from earmark.kernels.sparse import Rows
from earmark.signals.collaborative.factors import FactorConfig, Factors
from made_matrix import made_matrix
from measured import report

THREADS = 2
CONFIG = FactorConfig()


def main() -> None:
    """Print what an iteration takes at each number of factors."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--listeners", type=int, default=100_000)
    arguments.add_argument("--songs", type=int, default=100_000)
    arguments.add_argument("--pairs", type=int, default=20_000_000)
    arguments.add_argument("--factors", type=int, nargs="+", default=[64, 128])
    arguments.add_argument("--iterations", type=int, default=5, help="measured ones, after one to warm up")
    chosen = arguments.parse_args()
    slowing = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"} & os.environ.keys()
    if slowing:
        raise SystemExit(f"Unset {' and '.join(sorted(slowing))}: they slow the peer down.")
    confidences = made_matrix(chosen.listeners, chosen.songs, chosen.pairs)
    confidences.data *= np.float32(CONFIG.alpha)
    with threadpool_limits(1, "blas"):
        peak = _sgemm_gflops()
        taken = {n: _side_by_side(confidences, n, chosen.iterations, peak) for n in chosen.factors}
    report(
        "one iteration of alternating least squares",
        {
            "listeners": chosen.listeners,
            "songs": chosen.songs,
            "pairs": confidences.nnz,
            "threads": THREADS,
            "sgemm_gflops_per_cpu_s": round(peak, 1),
            "factors": taken,
            "fold_in_ms": _fold_in_ms(confidences),
            "goal": {"cpu_ratio": 0.25, "fold_in_ms": {"500": 1.0}},
        },
    )


def _side_by_side(
    confidences: sp.csr_matrix[Any], n_factors: int, n_iterations: int, peak: float
) -> dict[str, Any]:
    n_listeners, n_songs = confidences.shape
    random = np.random.default_rng(0)
    start = random.random((n_songs, n_factors), np.float32) * np.float32(0.01)
    pull = CONFIG.regularization
    rows = Rows.of(confidences, "confidences")
    ours = Alternation(rows, rows.transposed(), np.full(n_listeners, pull), np.full(n_songs, pull), start)
    peer = AlternatingLeastSquares(
        factors=n_factors, regularization=pull, iterations=n_iterations + 1, num_threads=THREADS
    )
    peer.item_factors = start.copy()
    peer.user_factors = random.random((n_listeners, n_factors), np.float32) * np.float32(0.01)
    seconds: dict[str, list[tuple[float, float]]] = {"ours": [], "implicit": []}
    losses: dict[str, list[float]] = {"ours": [], "implicit": []}
    clock = _clock()

    def take_turn(*_: object) -> None:
        nonlocal clock
        seconds["implicit"].append(_since(clock))
        clock = _clock()
        ours.iterate(THREADS)
        seconds["ours"].append(_since(clock))
        losses["ours"].append(_loss(confidences, ours.row_factors, ours.column_factors))
        losses["implicit"].append(_loss(confidences, peer.user_factors, peer.item_factors))
        clock = _clock()

    peer.fit(confidences, show_progress=False, callback=take_turn)
    figures: dict[str, Any] = {
        system: {
            "cpu_s": round(statistics.median(cpu for cpu, _ in taken[1:]), 3),
            "wall_s": round(statistics.median(wall for _, wall in taken[1:]), 3),
            "each_cpu_s": [round(cpu, 3) for cpu, _ in taken[1:]],
            "loss": [round(loss, 7) for loss in losses[system]],
        }
        for system, taken in seconds.items()
    }
    # Each pass multiplies and adds a song's vector twice; Y'Y and turning both sides' vectors come to that.
    passes = 2 * (STEPS + 1) * confidences.nnz * 4 * n_factors
    products = (n_listeners + n_songs) * 6 * n_factors**2
    gflops = (passes + products) / 1e9 / figures["ours"]["cpu_s"]
    return {
        **figures,
        "cpu_ratio": round(figures["ours"]["cpu_s"] / figures["implicit"]["cpu_s"], 3),
        "our_gflops_per_cpu_s": round(gflops, 1),
        "share_of_sgemm": round(gflops / peak, 3),
    }


def _fold_in_ms(confidences: sp.csr_matrix[Any]) -> dict[str, float]:
    """CPU milliseconds for one listener, by the number of their songs, at the factors of the default settings."""
    factors = Factors(FactorConfig(iterations=1)).fit(confidences[:2000], threads=THREADS)
    n_songs = confidences.shape[1]
    taken = {}
    for length in (3, 50, 500, 5_000, n_songs):
        songs = np.linspace(0, n_songs - 1, length).astype(np.int32)
        history = sp.csr_matrix((np.ones(length, np.float32), songs, [0, length]), shape=(1, n_songs))
        runs = []
        for _ in range(20 if length > 1000 else 200):
            clock = _clock()
            factors.fold_in(history, threads=1)
            runs.append(_since(clock)[0] * 1e3)
        taken[str(length)] = round(statistics.median(runs), 3)
    return taken


def _loss(confidences: sp.csr_matrix[Any], rows: Any, columns: Any) -> float:
    rows, columns = np.ascontiguousarray(rows), np.ascontiguousarray(columns)
    return float(calculate_loss(confidences, rows, columns, CONFIG.regularization, num_threads=THREADS))


def _clock() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def _since(before: tuple[float, float]) -> tuple[float, float]:
    now = _clock()
    return now[0] - before[0], now[1] - before[1]


def _sgemm_gflops() -> float:
    """What this processor's best float32 routine reaches on one core: the yardstick."""
    n = 2048
    left = np.ones((n, n), np.float32)
    taken = []
    for _ in range(5):
        clock = _clock()
        left @ left
        taken.append(_since(clock)[0])
    return 2 * n**3 / 1e9 / min(taken)


if __name__ == "__main__":
    main()
