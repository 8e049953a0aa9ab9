"""New tracks in the made world: what sound alone finds for whom, against what is found once others play them.

    ../.venv/bin/python new_tracks.py [--tracks 1500] [--listeners 300] [--seconds 8] [--seeds 1 2 3]

Makes a world, renders a short piece for every song, so that tempo, key and timbre follow the planted micro-genre, scans
these files as a household would (`earmark scan`), and tries the tasks "new-tracks" and "new-artists" on the record.
Prints JSON.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from earmark.engines.progress import Unwatched
from earmark.jobs.made_world import fill
from earmark.store.sql_store import open_store
from earmark.world import World, WorldConfig
from earmark.world.recordings import write_recordings
from measured import earmark, report, run


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tracks", type=int, default=1_500)
    parser.add_argument("--listeners", type=int, default=300)
    parser.add_argument("--micro-genres", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options = parser.parse_args()
    found = {f"seed {seed}": measure(options, seed) for seed in options.seeds}
    shares = [one["new tracks"]["share_of_played"] for one in found.values()]
    report(
        "new_tracks",
        {"worlds": found, "mean_share_of_played": round(float(np.mean(shares)), 4), "asked": 0.7},
    )


def measure(options: argparse.Namespace, seed: int) -> dict[str, Any]:
    """One world."""
    world = World(
        WorldConfig(
            seed=seed, tracks=options.tracks, listeners=options.listeners, micro_genres=options.micro_genres,
            playlists=options.listeners,
        )
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        home, music = Path(folder) / "home", Path(folder) / "music"
        home.mkdir()
        store = open_store(f"sqlite:///{home / 'earmark.db'}")
        fill(store, world, Unwatched())
        store.close()
        originals = np.flatnonzero(world.catalogue.song == np.arange(world.config.tracks)).tolist()
        write_recordings(world, music, originals, seconds=options.seconds)
        scanned = run(earmark("scan", str(music), "--home", str(home), "--json"))
        tried = run(earmark("evaluate", "new-tracks", "new-artists", "--home", str(home), "--json"))
    found = {trial["task"]: _figures(trial) for trial in tried["result"]["reports"]}
    return {**found, "scan_cpu_s": scanned["cpu_s"]}


def _figures(trial: dict[str, Any]) -> dict[str, Any]:
    recall = {line["system"]: line["scores"]["recall@100"] for line in trial["lines"]}
    return {
        "setting": trial["setting"],
        "recall@100": recall,
        "share_of_played": round(
            recall["new tracks"]["mean"] / recall["the same once others play them"]["mean"], 4
        ),
    }


if __name__ == "__main__":
    main()
