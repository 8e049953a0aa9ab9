"""What fourteen nights of sleep noise do to weekly mixes, and what is left of it once Earmark's proposal is taken.

Real people first take what is proposed of a night's sleep in their own histories. Then fourteen nights are planted into
each, with titles that tell in every other history. Builds are learned from nothing, with public playlists beside the
histories, of the record as it was, of the record with the nights, and of that after each person has taken what is
proposed of a night's sleep now, and nothing else. Counted is how many of the thirty songs of each weekly mix are others
than those of the record without the nights.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl

from contamination import COLUMNS
from earmark.engines.local import LearnSettings
from earmark.engines.progress import Unwatched
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning
from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.suspecting import suspicions_of
from earmark.jobs.weekly import draft_mixes
from earmark.listening.edits import Exclude
from earmark.listening.exclusions import TheseListens
from earmark.listening.listens import Ending, Listen, Origin, UnixMs, clock
from earmark.mixes.selection import WeeklyConfig
from earmark.music.items import Track
from earmark.store.port import ListenerRecord
from earmark.store.sql_store import open_store
from earmark.taste.contamination.suspicion import Kind
from measured import earmark, real_data, report, run
from planting import World, sleep_noise

SONGS = 30


def main() -> None:
    """Print how many songs change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    with tempfile.TemporaryDirectory() as folder:
        _import(folder)
        store = open_store(f"sqlite:///{folder}/earmark.db")
        house = House(Path(folder), store, LearnSettings(), WeeklyConfig(), TuningConfig(budget_seconds=0))
        people = [one for one in store.listeners() if one.community is None]
        alarms = sum(len(_take_proposals(house, one)) for one in people)
        frames = store.snapshot(Path(folder) / "before").frames()
        before = _mixes(house, people)
        planted = {one: _plant(house, World(frames.listens, frames.songs), one, seed) for one in people}
        noisy = _mixes(house, people)
        right = wrong = 0
        for one in people:
            found = _take_proposals(house, one)
            right, wrong = right + len(found & planted[one]), wrong + len(found - planted[one])
        cleaned = _mixes(house, people)
        store.close()
    n_planted = sum(map(len, planted.values()))
    report(
        "mixes cleaned of sleep noise",
        {
            "people": len(people),
            "listens taken before": alarms,
            "listens planted": n_planted,
            "precision": round(right / max(right + wrong, 1), 4),
            "recall": round(right / max(n_planted, 1), 4),
            "songs of 30 that changed": {
                "with the nights": _changed(before, noisy),
                "after what is proposed is taken": _changed(before, cleaned),
            },
        },
    )


def _import(home: str) -> None:
    plays, playlists = "listening/plays.tsv.gz", "playlists/playlists.jsonl.gz"
    run(earmark("import", "csv", str(real_data() / plays), "--columns", COLUMNS, "--home", home, "--json"))
    run(
        earmark(
            "import",
            "playlists",
            str(real_data() / playlists),
            "--community",
            "public",
            "--home",
            home,
            "--json",
        )
    )


def _mixes(house: House, people: list[ListenerRecord]) -> dict[str, tuple[int, ...]]:
    """Learn from nothing, and draft everybody's mix: a build that starts from another is another."""
    for build in house.builds.all():
        house.builds.remove(build)
    run_learning(house, Unwatched(), accept_worse=True)
    drafts = draft_mixes(house, OpenedBuild.live(house), people)
    return {one.name: tuple(draft.songs) for one, draft in zip(people, drafts, strict=True)}


def _plant(house: House, world: World, who: ListenerRecord, seed: int) -> set[tuple[int, int]]:
    """Put the nights into the record; returns (song, started_at) of each."""
    planted = sleep_noise(world, who.id, seed, named=who.id % 2 == 0)
    nights = (
        planted.listens.join(
            pl.DataFrame(list(planted.planted), ["song", "started_at"], orient="row").cast(
                {"song": pl.Int32}
            ),
            on=["song", "started_at"],
            how="semi",
        )
        .join(planted.songs.select("song", "artist_name", "title", "duration_ms"), on="song")
        .sort("started_at")
    )
    listens = [
        Listen(
            Track(f"{row['artist_name']} of {who.name}", row["title"], duration_ms=row["duration_ms"]),
            UnixMs(row["started_at"]),
            row["ms_played"],
            Ending.UNKNOWN,
        )
        for row in nights.iter_rows(named=True)
    ]
    old = set(house.store.listens([who.id]).select("song", "started_at").iter_rows())
    with house.store.writing() as writer:
        writer.add_listens([who.id] * len(listens), listens, Origin("planted"))
        writer.settle()
    return set(house.store.listens([who.id]).select("song", "started_at").iter_rows()) - old


def _take_proposals(house: House, who: ListenerRecord) -> set[tuple[int, int]]:
    """Exclude all that is proposed as sleep; returns what that was."""
    found = {
        (play.song, play.started_at)
        for one in suspicions_of(house, who, OpenedBuild.live(house) if house.builds.live() else None)
        if one.kind is Kind.SLEEP
        for play in one.listens
    }
    if found:
        house.store.edits.add(who.id, Exclude(TheseListens(tuple(sorted(found)))), clock())
    return found


def _changed(one: dict[str, tuple[int, ...]], other: dict[str, tuple[int, ...]]) -> dict[str, float]:
    counts = [SONGS - len(set(one[name]) & set(other[name])) for name in one]
    return {
        "mean": round(sum(counts) / len(counts), 2),
        "most": max(counts),
        "mixes with more than one": sum(count > 1 for count in counts),
    }


if __name__ == "__main__":
    main()
