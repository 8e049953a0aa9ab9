"""From an empty folder to a mix for each of fourteen real people, and how good it is beside the peers."""

from __future__ import annotations

import argparse
import tempfile

from measured import cost, earmark, real_data, report, run

COLUMNS = "listener=user,ended=ts,artist=artist,title=track,ms_played=ms_played"


def main() -> None:
    """Run the verbs as a user would, and print what each took and what evaluate says."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=3, help="evaluate with so many seeds")
    seeds = arguments.parse_args().seeds
    data = real_data()
    with tempfile.TemporaryDirectory() as home:
        where = ("--home", home, "--json")
        plays, lists = data / "listening" / "plays.tsv.gz", data / "playlists" / "playlists.jsonl.gz"
        stages = {
            "import plays": run(earmark("import", "csv", str(plays), "--columns", COLUMNS, *where)),
            "import playlists": run(
                earmark("import", "playlists", str(lists), "--community", "public", *where)
            ),
            "learn": run(earmark("learn", *where)),
            "weekly": run(earmark("weekly", *where)),
        }
        status = run(earmark("status", *where))["result"]
        trials = [run(earmark("evaluate", "weekly", "--seed", str(1 + n), *where)) for n in range(seeds)]
    report(
        "real input, empty folder to mixes",
        {
            "stages": {name: cost(ran) for name, ran in stages.items()},
            "wall_s": round(sum(ran["wall_s"] for ran in stages.values()), 1),
            "goal": {"wall_s": 180},
            "stored": status["stored"],
            "weekly": stages["weekly"]["result"]["report"],
            "held_out": status["live"]["held_out"],
            "evaluate": cost(trials[0]),
            "trials": [trial["result"] for trial in trials],
        },
    )


if __name__ == "__main__":
    main()
