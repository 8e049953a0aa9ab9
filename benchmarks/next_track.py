"""The next track on real plays, beside its peers on the same moments; what it costs to learn and to ask."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from earmark.engines.progress import Unwatched
from earmark.engines.trials.next_track import OURS, PEERS, try_next_track
from earmark.engines.trials.report import Report
from earmark.listening.evidence import EvidenceConfig
from earmark.signals.collaborative.next_track.model import NextTrack, NextTrackConfig, draw_plays
from earmark.signals.collaborative.next_track.moment import Moment
from earmark.signals.collaborative.next_track.plays import Plays
from earmark.store.snapshot import Frames
from earmark.store.sql_store import open_store
from measured import cost, earmark, real_data, report, run

COLUMNS = "listener=user,ended=ts,artist=artist,title=track,ms_played=ms_played"
GOAL = {"mrr@20": 0.180, "hr@20": 0.320}
KNOWN = {
    "personal Markov chain, mrr@20": 0.151,
    "session neighbours, hr@20": 0.276,
    "most played, mrr@20": 0.022,
}
"""What the peers were once found to reach, on splits of another hand."""
LISTENS = 100_000
ASKED = 200


def main() -> None:
    """Import real plays, try the next track with several seeds, and time it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=3, help="try with so many seeds")
    arguments.add_argument(
        "--asked", type=int, default=1_000, help="plays of each listener that are asked for"
    )
    arguments.add_argument(
        "--cut", type=float, default=0.8, help="share of the plays that lies before the cut"
    )
    chosen = arguments.parse_args()
    frames, imported = _frames()
    config, evidence = NextTrackConfig(), EvidenceConfig()
    trials = [
        try_next_track(
            frames, config, evidence, Unwatched(), cut=chosen.cut, seed=1 + seed, most_asked=chosen.asked
        )
        for seed in range(chosen.seeds)
    ]
    systems = {system: _mean(trials, system) for system in (OURS, *PEERS)}
    report(
        "next track on real plays",
        {
            "setting": [trial.setting for trial in trials],
            "listeners": trials[0].rows,
            "seeds": [trial.seed for trial in trials],
            "systems": systems,
            "best_peer": _best(systems),
            "goal": GOAL,
            "peers_known_figures": KNOWN,
            "ahead": {
                "what": f"our {trials[0].judge} less the peer's: mean and 95 % interval over listeners",
                **{
                    f"seed {trial.seed}": {
                        line.system: asdict(line.ahead) for line in trial.lines if line.ahead
                    }
                    for trial in trials
                },
            },
            "import": imported,
            "cost": _cost(frames, config, evidence),
        },
    )


def _frames() -> tuple[Frames, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as home:
        plays = str(real_data() / "listening" / "plays.tsv.gz")
        ran = run(earmark("import", "csv", plays, "--columns", COLUMNS, "--home", home, "--json"))
        store = open_store(f"sqlite:///{home}/earmark.db")
        try:
            return store.snapshot(Path(home) / "snapshot").frames(), cost(ran)
        finally:
            store.close()


def _mean(trials: list[Report], system: str) -> dict[str, Any]:
    lines = [line for trial in trials for line in trial.lines if line.system == system]
    return {
        score: {
            "mean": round(fmean(line.scores[score].mean for line in lines), 4),
            "of_seeds": [round(line.scores[score].mean, 4) for line in lines],
        }
        for score in GOAL
    }


def _best(systems: dict[str, dict[str, Any]]) -> dict[str, Any]:
    found = {}
    for score in GOAL:
        best = max(PEERS, key=lambda system: systems[system][score]["mean"])
        ours, theirs = systems[OURS][score]["mean"], systems[best][score]["mean"]
        found[score] = {"peer": best, "ours": ours, "theirs": theirs, "ratio": round(ours / theirs, 3)}
    return found


def _cost(frames: Frames, config: NextTrackConfig, evidence: EvidenceConfig) -> dict[str, Any]:
    everyone: list[Plays] = []
    model = NextTrack(config)

    def read() -> None:
        everyone.extend(draw_plays(frames.listens, frames.feedback, frames.songs, evidence, config, seed=1))

    def learn() -> None:
        nonlocal model
        model = NextTrack.fit(everyone, config, seed=1)

    took = {"read_plays": _timed(read), "learn": _timed(learn)}
    busy = _one_of_all(everyone)
    loaded = _timed(lambda: model.propose(Moment.of(busy, len(busy), busy.started[-1] + 300.0), 20))
    spent = []
    for play in range(len(busy) - ASKED, len(busy)):
        began = time.process_time()
        model.propose(Moment.of(busy, play, busy.asked_at(play)), 20)
        spent.append(time.process_time() - began)
    return {
        "learn_from_listens": len(frames.listens),
        "moments_learned_from": model.moments,
        **took,
        f"first_answer_for_a_listener_with_{len(busy)}_listens": loaded,
        "each_further_answer_cpu_ms": {
            "median": round(float(np.median(spent)) * 1e3, 1),
            "worst": round(max(spent) * 1e3, 1),
        },
        "goal": {"learn_cpu_s": 60, "each_further_answer_ms": 50},
    }


def _timed(work: Callable[[], object]) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return {
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.perf_counter() - wall, 2),
    }


def _one_of_all(everyone: list[Plays]) -> Plays:
    """One listener who played what everybody did, the last hundred thousand of it: heavier than anybody real."""
    ids = np.unique(np.concatenate([plays.songs for plays in everyone]))
    artists = np.zeros(len(ids), np.int32)
    for plays in everyone:
        artists[np.searchsorted(ids, plays.songs)] = plays.artists
    song = np.concatenate([np.searchsorted(ids, plays.songs)[plays.song] for plays in everyone])
    started = np.concatenate([plays.started for plays in everyone])
    lasted = np.concatenate([plays.ended for plays in everyone]) - started
    sounded = np.concatenate([plays.sounded for plays in everyone])
    order = np.argsort(started, kind="stable")[-LISTENS:]
    return Plays(ids, artists, song[order], started[order], (started + lasted)[order], sounded[order])


if __name__ == "__main__":
    main()
