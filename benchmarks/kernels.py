"""What the kernels do in a second of CPU time, beside `implicit`, on a made matrix of 20 million pairs; and how fast
boosted trees are read, beside the LightGBM that grew them.

Every part runs as a process of its own, in which ours and the peer take turns; medians are reported. BLAS has one
thread, because `implicit` asks for that; settings that slow OpenBLAS down are taken out of the environment.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

import lightgbm
import numpy as np
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import CosineRecommender

from earmark.kernels.neighbours import find_neighbours
from earmark.kernels.top import FactorIndex
from earmark.signals.collaborative.boosters import Boosted, GrowthConfig, lambdamart
from earmark.signals.collaborative.likeminded import LikeMinded, LikeMindedConfig
from made_matrix import made_matrix
from measured import cost, report, run

LENGTH = 200
"""Mean songs of a listener."""
N = 100
"""Neighbours of a song, and songs for a listener."""
GROWTH = (1, 5, 20)
"""Millions of pairs; listeners grow with them, their histories and the songs do not."""
BATCHES = (250, 1000, 4000)
"""Listeners at once, of which the peer does best with one."""
TREES = (60, 200)
"""How many a ranker has: as many as learning stops at, and at most."""
FEATURES = 31
CANDIDATES = 1_000
"""Of a list that is put in order."""


class Turn(NamedTuple):
    """Seconds that one turn took, or the median turn."""

    cpu_s: float
    wall_s: float

    def figures(self, **more: float) -> dict[str, float]:
        """For the report."""
        return {"cpu_s": round(self.cpu_s, 2), "wall_s": round(self.wall_s, 2)} | more


def main() -> None:
    """Run the chosen parts, each by this program in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", choices=PARTS, nargs="+", default=list(PARTS))
    arguments.add_argument("--pairs", type=float, default=20, help="millions")
    arguments.add_argument("--songs", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=3, help="turns of ours and of the peer")
    arguments.add_argument("--inside", choices=PARTS, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.inside == "trees":
        print(json.dumps(trees(chosen.rounds)))
        return
    if chosen.inside:
        pairs = round(chosen.pairs * 1e6)
        matrix = made_matrix(pairs // LENGTH, chosen.songs, pairs)
        print(json.dumps({"pairs": int(matrix.nnz)} | MEASURES[chosen.inside](matrix, chosen.rounds)))
        return
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for slows in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(slows, None)
    figures: dict[str, Any] = {}
    for part in chosen.only:
        sizes = [size for size in GROWTH if size <= chosen.pairs] if part == "growth" else [chosen.pairs]
        figures[part] = [_in_a_process(part, size, chosen) for size in sizes]
    report(
        "kernels",
        {"songs": chosen.songs, "rounds": chosen.rounds, "goal": {"neighbours": 3, "top": 5, "trees": 3}}
        | figures,
    )


def _in_a_process(part: str, pairs: float, chosen: argparse.Namespace) -> dict[str, Any]:
    options = {"--inside": part, "--pairs": pairs, "--songs": chosen.songs, "--rounds": chosen.rounds}
    ran = run([sys.executable, __file__, *(str(word) for option in options.items() for word in option)])
    return ran["result"] | {"process": cost(ran)}


def neighbours(matrix: sp.csr_matrix, rounds: int) -> dict[str, Any]:
    """The 100 nearest songs of every song."""
    ours, peer = _turns(
        rounds,
        lambda: find_neighbours(matrix, N, shrink=15.0),
        lambda: CosineRecommender(K=N).fit(matrix, show_progress=False),
    )
    products = _products(matrix)
    return {
        "products_millions": round(products),
        "ours": ours.figures(millions_per_cpu_s=round(products / ours.cpu_s)),
        "implicit": peer.figures(millions_per_cpu_s=round(products / peer.cpu_s)),
        "ratio": round(peer.cpu_s / ours.cpu_s, 2),
    }


def growth(matrix: sp.csr_matrix, rounds: int) -> dict[str, Any]:
    """Ours alone, and what a billion pairs of the same kind would take at this pace."""
    took = _median([_clock(lambda: find_neighbours(matrix, N, shrink=15.0)) for _ in range(rounds)])
    products = _products(matrix)
    pace = products / took.cpu_s
    return {
        "products_millions": round(products),
        "ours": took.figures(millions_per_cpu_s=round(pace)),
        "a_billion_pairs_cpu_hours": round(products * 1e9 / matrix.nnz / pace / 3600, 2),
    }


def top(matrix: sp.csr_matrix, rounds: int) -> dict[str, Any]:
    """The 100 best songs for everyone by factors that `implicit` learned, what they hold left out."""
    return {f"{n_factors} factors": _top(matrix, n_factors, rounds) for n_factors in (64, 128)}


def _top(matrix: sp.csr_matrix, n_factors: int, rounds: int) -> dict[str, Any]:
    als = AlternatingLeastSquares(
        factors=n_factors, regularization=0.1, alpha=10.0, iterations=5, random_state=1
    )
    als.fit(matrix, show_progress=False)
    listeners, items = als.user_factors, als.item_factors
    everyone, some = np.arange(len(listeners)), np.arange(0, len(listeners), 20)
    tried = {size: _clock(lambda size=size: _recommended(als, some, matrix, size)).cpu_s for size in BATCHES}
    batch = min(tried, key=lambda size: tried[size])
    ours, peer = _turns(
        rounds,
        lambda: FactorIndex(items, like=listeners).top(listeners, matrix, N),
        lambda: _recommended(als, everyone, matrix, batch),
    )
    _, scores = FactorIndex(items, like=listeners).top(listeners[some], matrix[some], N)
    theirs = _recommended(als, some, matrix, batch)
    return {
        "ours": ours.figures(listeners_per_cpu_s=round(len(listeners) / ours.cpu_s)),
        "implicit": peer.figures(listeners_per_cpu_s=round(len(listeners) / peer.cpu_s), batch=batch),
        "ratio": round(peer.cpu_s / ours.cpu_s, 2),
        "ratio_wall": round(peer.wall_s / ours.wall_s, 2),
        "greatest_difference_of_scores": float(np.abs(-np.sort(-theirs, axis=1) - scores).max()),
    }


def _recommended(
    als: AlternatingLeastSquares, listeners: np.ndarray, matrix: sp.csr_matrix, batch: int
) -> np.ndarray:
    """The scores of `implicit`'s recommendations."""
    scores = []
    for start in range(0, len(listeners), batch):
        rows = listeners[start : start + batch]
        scores.append(als.recommend(rows, matrix[rows], N=N, filter_already_liked_items=True)[1])
    return np.concatenate(scores)


def likeminded(matrix: sp.csr_matrix, rounds: int) -> dict[str, Any]:
    """A thousand histories: their nearest rows, and what those speak for; and what the bound on it costs.

    `scipy` computes the similarities' numerators alone, of every song that the histories hold.
    """
    queries = np.sort(np.random.default_rng(1).choice(matrix.shape[0], 1000, replace=False))
    asked, own = matrix[queries], queries.astype(np.int32)
    by_song = matrix.T.tocsr()
    bounded, unbounded = (LikeMinded(config).fit(matrix) for config in (None, LikeMindedConfig(reach=10**12)))
    indptr = np.arange(len(queries) + 1) * 500
    nearest = bounded.nearest(asked, own)
    ids, _ = bounded.score(nearest, asked, 500)
    songs = np.sort(ids, axis=1).ravel()
    everywhere, _ = unbounded.score(unbounded.nearest(asked, own), asked, 500)
    finding, product = _turns(rounds, lambda: bounded.nearest(asked, own), lambda: asked @ by_song)
    whole = _median([_clock(lambda: unbounded.nearest(asked, own)) for _ in range(rounds)])
    scoring = _median([_clock(lambda: bounded.score(nearest, asked, 500)) for _ in range(rounds)])
    pairs = _median([_clock(lambda: bounded.score_pairs(nearest, indptr, songs)) for _ in range(rounds)])
    shared = [len(np.intersect1d(a[:N], b[:N])) for a, b in zip(ids, everywhere, strict=True)]
    return {
        "histories": len(queries),
        "holders_per_history": round(float(np.diff(by_song.indptr)[asked.indices].sum() / len(queries))),
        "nearest_ms": _each(finding, queries),
        "nearest_unbounded_ms": _each(whole, queries),
        "shared_of_first_100_with_unbounded": round(float(np.mean(shared)), 1),
        "best_500_ms": _each(scoring, queries),
        "500_pairs_ms": _each(pairs, queries),
        "scipy_product_ms": _each(product, queries),
    }


def trees(rounds: int) -> dict[str, Any]:
    """Scores of a million candidates, and of one list at a time, by trees of 15 leaves; one thread each."""
    return {f"{n_trees} trees": _trees(n_trees, rounds) for n_trees in TREES}


def _trees(n_trees: int, rounds: int) -> dict[str, Any]:
    random = np.random.default_rng(1)
    rows = random.normal(size=(1_000 * CANDIDATES, FEATURES)).astype(np.float32)
    taught = rows[:: len(rows) // 200_000]
    liking = taught[:, 0] * taught[:, 1] + np.abs(taught[:, 2]) + taught @ random.normal(size=FEATURES)
    lists = lightgbm.Dataset(
        taught,
        liking > np.quantile(liking, 0.95),
        group=np.full(len(taught) // CANDIDATES, CANDIDATES),
        params={"max_bin": 63, "verbose": -1},
    )
    booster = lightgbm.train(lambdamart(GrowthConfig(), depth=100, seed=1, threads=1), lists, n_trees)
    boosted = Boosted.of(booster)
    ours, peer = _turns(
        rounds, lambda: boosted.score(rows, threads=1), lambda: booster.predict(rows, num_threads=1)
    )
    some = [rows[start : start + CANDIDATES] for start in range(0, len(rows) // 10, CANDIDATES)]
    our_list, their_list = _turns(
        rounds,
        lambda: [boosted.score(one, threads=1) for one in some],
        lambda: [booster.predict(one, num_threads=1) for one in some],
    )
    return {
        "rows": len(rows),
        "ours": ours.figures(rows_per_cpu_s=round(len(rows) / ours.cpu_s)),
        "lightgbm": peer.figures(rows_per_cpu_s=round(len(rows) / peer.cpu_s)),
        "ratio": round(peer.cpu_s / ours.cpu_s, 1),
        "ratio_list_by_list": round(their_list.cpu_s / our_list.cpu_s, 1),
        "same_bits": bool(np.array_equal(boosted.score(rows), booster.predict(rows))),
    }


MEASURES: dict[str, Callable[[sp.csr_matrix, int], dict[str, Any]]] = {
    "neighbours": neighbours,
    "top": top,
    "likeminded": likeminded,
    "growth": growth,
}
PARTS = (*MEASURES, "trees")


def _products(matrix: sp.csr_matrix) -> float:
    """Millions of products in X'X."""
    return float(np.square(np.diff(matrix.indptr), dtype=np.float64).sum() / 1e6)


def _each(turn: Turn, queries: np.ndarray) -> float:
    return round(turn.cpu_s / len(queries) * 1e3, 3)


def _clock(work: Callable[[], object]) -> Turn:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Turn(time.process_time() - cpu, time.perf_counter() - wall)


def _median(turns: list[Turn]) -> Turn:
    return Turn(*(median(values) for values in zip(*turns, strict=True)))


def _turns(rounds: int, ours: Callable[[], object], peer: Callable[[], object]) -> tuple[Turn, Turn]:
    """The median turn of each; they alternate."""
    took = [(_clock(ours), _clock(peer)) for _ in range(rounds)]
    mine, theirs = zip(*took, strict=True)
    return _median(list(mine)), _median(list(theirs))


if __name__ == "__main__":
    main()
