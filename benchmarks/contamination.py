"""What is not a person's taste, planted into real histories and looked for, beside a rule by the clock and outliers.

Bounds were set on the first half of the people; the other half tells. Nothing but plays and titles is known.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import svds

from earmark.store.sql_store import open_store
from earmark.taste.contamination.finding import Suspecting
from earmark.taste.contamination.history import History
from measured import earmark, real_data, report, run
from planting import Planted, World, childrens_songs, party, shared_speaker, sleep_noise

COLUMNS = "listener=user,ended=ts,artist=artist,title=track,ms_played=ms_played"
GOAL = {"sleep": {"precision": 0.95, "recall": 0.90}}
KINDS: dict[str, tuple[str, Callable[[World, int, int], Planted]]] = {
    "sleep, titles tell": ("sleep", lambda world, who, seed: sleep_noise(world, who, seed, named=True)),
    "sleep, titles say nothing": (
        "sleep",
        lambda world, who, seed: sleep_noise(world, who, seed, named=False),
    ),
    "sleep, restless": (
        "sleep",
        lambda world, who, seed: sleep_noise(world, who, seed, named=False, restless=True),
    ),
    "sleep, clock eight hours off": (
        "sleep",
        lambda world, who, seed: sleep_noise(world, who, seed, named=False, zone=8),
    ),
    "children, titles tell": (
        "children",
        lambda world, who, seed: childrens_songs(world, who, seed, named=True),
    ),
    "children, titles say nothing": (
        "shared",
        lambda world, who, seed: childrens_songs(world, who, seed, named=False),
    ),
    "party": ("party", party),
    "shared speaker": ("shared", shared_speaker),
}
"""What is planted, and the kind by which it should be suspected."""
Listens = set[tuple[int, int]]
QUANTILES = (0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)


@dataclass
class Tally:
    """Listens that were found rightly, found wrongly and missed, summed up; and by history."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    named: int = 0
    histories: list[tuple[float, float]] = field(default_factory=list)

    def add(self, found: Listens, planted: frozenset[tuple[int, int]], named: int = 0) -> None:
        """One history more."""
        right = len(found & planted)
        self.right, self.wrong = self.right + right, self.wrong + len(found) - right
        self.missed, self.named = self.missed + len(planted) - right, self.named + named
        self.histories.append((right / max(len(found), 1), right / max(len(planted), 1)))

    def told(self) -> dict[str, float]:
        """By listen over all histories, and the share of histories in which most was found."""
        precision, recall = self.precision_recall()
        return {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "histories_with_recall_of_half": round(float(np.mean([r >= 0.5 for _, r in self.histories])), 3),
            "of_the_right_kind": round(self.named / max(self.right, 1), 4),
        }

    def precision_recall(self) -> tuple[float, float]:
        """By listen, over all histories."""
        return self.right / max(self.right + self.wrong, 1), self.right / max(self.right + self.missed, 1)


def main() -> None:
    """Import real plays, plant, look, and tell."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=3, help="plant so often into each history")
    chosen = arguments.parse_args()
    world = _world()
    people = sorted(world.listens["listener"].unique().to_list())
    half = len(people) // 2
    suspecting = Suspecting()
    real = {who: _suspected(suspecting, world.of(who), world.songs) for who in people}
    validation, told = (
        {
            name: _plant(world, some, name, seeds=chosen.seeds, suspecting=suspecting, real=real)
            for name in KINDS
        }
        for some in (people[:half], people[half:])
    )
    report(
        "contamination, planted into real histories",
        {
            "seeds": chosen.seeds,
            "told_on_people": len(people) - half,
            "goal": GOAL,
            "systems": {name: _systems(*told[name], _best(validation[name][1])) for name in KINDS},
            "validation": {name: _systems(*validation[name], _best(validation[name][1])) for name in KINDS},
            "on_real_histories": _alarms(suspecting, world, people),
            "cost": _cost(suspecting, world, people),
        },
    )


def _world() -> World:
    with tempfile.TemporaryDirectory() as home:
        plays = str(real_data() / "listening" / "plays.tsv.gz")
        run(earmark("import", "csv", plays, "--columns", COLUMNS, "--home", home, "--json"))
        store = open_store(f"sqlite:///{home}/earmark.db")
        try:
            frames = store.snapshot(Path(home) / "snapshot").frames()
        finally:
            store.close()
    return World(frames.listens, frames.songs)


def _suspected(suspecting: Suspecting, listens: pl.DataFrame, songs: pl.DataFrame) -> dict[str, Listens]:
    found: dict[str, Listens] = {}
    for one in suspecting.find(listens, songs):
        found.setdefault(str(one.kind), set()).update((play.song, play.started_at) for play in one.listens)
    return found


def _plant(
    world: World,
    people: list[int],
    name: str,
    *,
    seeds: int,
    suspecting: Suspecting,
    real: dict[int, dict[str, Listens]],
) -> tuple[dict[str, Tally], dict[float, Tally]]:
    """Ours (by kind, all, but for what is suspected anyway) and the clock's; and outliers by their bound."""
    kind, plant = KINDS[name]
    names = (
        "ours, of the right kind",
        "ours",
        "ours, but for what is suspected anyway",
        "plays from 0 to 6 o'clock",
    )
    ours = {name: Tally() for name in names}
    outliers = {quantile: Tally() for quantile in QUANTILES}
    for who in people:
        for seed in range(seeds):
            planted = plant(world, who, seed)
            by_kind = _suspected(suspecting, planted.listens, planted.songs)
            found = set().union(*by_kind.values())
            named = len(by_kind.get(kind, set()) & planted.planted)
            ours["ours, of the right kind"].add(by_kind.get(kind, set()), planted.planted, named)
            ours["ours"].add(found, planted.planted, named)
            anyway = set().union(*real[who].values())
            ours["ours, but for what is suspected anyway"].add(found - anyway, planted.planted, named)
            ours["plays from 0 to 6 o'clock"].add(_by_clock(planted.listens), planted.planted)
            for quantile, some in _outliers(planted, suspecting).items():
                outliers[quantile].add(some, planted.planted)
    return ours, outliers


def _by_clock(listens: pl.DataFrame) -> Listens:
    hour = pl.from_epoch("started_at", time_unit="ms").dt.hour()
    return set(listens.filter(hour < 6).select("song", "started_at").iter_rows())


def _outliers(planted: Planted, suspecting: Suspecting) -> dict[float, Listens]:
    """Sittings whose mean song vector is farthest from that of the whole history, by the quantile that bounds them.

    Song vectors are the left singular vectors of songs by sittings, log(1 + plays), 16 of them.
    """
    history = History.of(planted.listens, planted.songs, time_zone="UTC", evidence=suspecting.evidence)
    counts = sp.coo_array((np.ones(len(history)), (history.song, history.sitting))).tocsr()
    counts.data = np.log1p(counts.data)
    left, strength, _ = svds(counts, k=16, v0=np.ones(min(counts.shape)))
    vectors = left * strength
    plays = np.bincount(history.sitting)
    sums = np.zeros((len(plays), vectors.shape[1]))
    np.add.at(sums, history.sitting, vectors[history.song])
    apart = 1 - _unit(sums / plays[:, None]) @ _unit(vectors[history.song].mean(axis=0)[None])[0]
    keys = list(zip(history.ids[history.song].tolist(), history.started.tolist(), strict=True))
    far = apart[history.sitting]
    return {
        quantile: {keys[at] for at in np.flatnonzero(far > np.quantile(apart, quantile))}
        for quantile in QUANTILES
    }


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _best(outliers: dict[float, Tally]) -> float:
    """The bound of the best F1 on the people on whom bounds are set."""

    def f1(quantile: float) -> float:
        precision, recall = outliers[quantile].precision_recall()
        return 2 * precision * recall / max(precision + recall, 1e-12)

    return max(QUANTILES, key=f1)


def _systems(ours: dict[str, Tally], outliers: dict[float, Tally], bound: float) -> dict[str, Any]:
    peer = {"bound": bound, **outliers[bound].told()}
    return {**{name: tally.told() for name, tally in ours.items()}, "outlying sittings by mean vector": peer}


def _alarms(suspecting: Suspecting, world: World, people: list[int]) -> dict[str, Any]:
    """What is suspected where nothing was planted; some of it may be true."""
    found = [one for who in people for one in suspecting.find(world.of(who), world.songs)]
    return {
        "histories": len(people),
        "listens": len(world.listens),
        **{
            str(kind): {
                "suspicions": sum(one.kind == kind for one in found),
                "listens": sum(len(one.listens) for one in found if one.kind == kind),
            }
            for kind in sorted({one.kind for one in found})
        },
    }


def _cost(suspecting: Suspecting, world: World, people: list[int]) -> dict[str, Any]:
    began, cpu = time.perf_counter(), time.process_time()
    for who in people:
        suspecting.find(world.of(who), world.songs)
    return {
        "listens": len(world.listens),
        "histories": len(people),
        "wall_s": round(time.perf_counter() - began, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
    }


if __name__ == "__main__":
    main()
