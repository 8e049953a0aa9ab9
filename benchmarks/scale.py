"""A hundred thousand made listeners, a hundred thousand tracks, twenty million listens: learn, and mixes for all."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from earmark.engines.progress import Unwatched
from earmark.jobs.made_world import fill
from earmark.store.sql_store import open_store
from earmark.world import World, WorldConfig
from measured import cost, earmark, report, run


def main() -> None:
    """Fill a home folder with a made world, then run the two verbs and print what each took."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--listeners", type=int, default=100_000)
    arguments.add_argument("--tracks", type=int, default=100_000)
    arguments.add_argument("--plays", type=float, default=200.0, help="mean plays a listener")
    arguments.add_argument("--home", type=Path, help="keep the filled folder here, and use it again")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        filling = _fill(home, chosen)
        where = ("--home", str(home), "--json")
        learned = run(earmark("learn", *where))
        weekly = run(earmark("weekly", *where))
        stored = run(earmark("status", *where))["result"]["stored"]
    report(
        "scale of a service",
        {
            "stored": stored,
            "fill": filling,
            "learn": cost(learned),
            "held_out": learned["result"]["manifest"]["held_out"],
            "weekly": cost(weekly) | {"made": weekly["result"]["report"]["made"]},
            "goal": {"learn": {"wall_s": 900, "peak_mb": 6000}, "weekly": {"wall_s": 180}},
        },
    )


def _fill(home: Path, chosen: argparse.Namespace) -> dict[str, float]:
    store = open_store(f"sqlite:///{home / 'earmark.db'}")
    try:
        if store.counts().listens:
            return {}
        world = World(
            WorldConfig(
                listeners=chosen.listeners,
                tracks=chosen.tracks,
                plays_per_listener=chosen.plays,
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
