"""A hundred thousand made listeners and tracks; 1, 5 and 20 million listens: learn, and mixes for everyone."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from earmark.engines.progress import Unwatched
from earmark.jobs.made_world import fill
from earmark.store.sql_store import open_store
from earmark.world import World, WorldConfig
from measured import cost, earmark, report, run


def main() -> None:
    """For each size, fill a home folder with a made world, then run the two verbs; print what each took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--listeners", type=int, default=100_000)
    arguments.add_argument("--tracks", type=int, default=100_000)
    arguments.add_argument(
        "--plays",
        type=float,
        nargs="+",
        default=[10.0, 50.0, 200.0],
        help="mean plays a listener, size by size",
    )
    arguments.add_argument("--home", type=Path, help="keep filled folders below this, and use them again")
    chosen = arguments.parse_args()
    report(
        "scale of a service",
        {
            "sizes": [_of_size(plays, chosen) for plays in chosen.plays],
            "goal": {"learn": {"wall_s": 180, "peak_mb": 4000}, "weekly": {"wall_s": 180}},
        },
    )


def _of_size(plays: float, chosen: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = (chosen.home or Path(folder)) / f"{plays:g}"
        home.mkdir(parents=True, exist_ok=True)
        filling = fill_home(home, plays, chosen)
        where = ("--home", str(home), "--json")
        # Settings are known: trials would take as long as they are allowed to.
        learned = run(earmark("learn", "--budget", "0", *where))
        weekly = run(earmark("weekly", *where))
        stored = run(earmark("status", *where))["result"]["stored"]
    return {
        "stored": stored,
        "fill": filling,
        "learn": cost(learned),
        "held_out": learned["result"]["manifest"]["held_out"],
        "notes": learned["result"]["manifest"]["notes"],
        "weekly": cost(weekly) | {"made": weekly["result"]["report"]["made"]},
    }


def fill_home(home: Path, plays: float, chosen: argparse.Namespace) -> dict[str, float]:
    """Put a made world into an empty home folder; what that took."""
    store = open_store(f"sqlite:///{home / 'earmark.db'}")
    try:
        if store.counts().listens:
            return {}
        world = World(
            WorldConfig(
                listeners=chosen.listeners,
                tracks=chosen.tracks,
                plays_per_listener=plays,
                playlists=chosen.listeners // 5,
                micro_genres=max(48, chosen.tracks // 250),
            )
        )
        began = time.perf_counter()
        fill(store, world, Unwatched())
        return {
            "wall_s": round(time.perf_counter() - began, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
    finally:
        store.close()


if __name__ == "__main__":
    main()
