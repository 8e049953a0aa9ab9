"""Exact forgetting: random exclusions beside a record from which the same listens were erased.

In each case a listener of a made world excludes something at random (days, hours of the day, a device, single listens).
Then the snapshot that a build would be learned from, and the weekly mix and the live answer that the listener gets, are
compared byte for byte with those of a second record, from whose database exactly those listens were deleted.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from earmark.engines.local import LearnSettings
from earmark.engines.progress import Unwatched
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning
from earmark.jobs.live import Ask, Chosen, Live
from earmark.jobs.made_world import fill
from earmark.jobs.opened_build import OpenedBuild
from earmark.jobs.weekly import draft_mixes
from earmark.listening.edits import Exclude
from earmark.listening.exclusions import Exclusion, TheseDays, TheseHours, TheseListens
from earmark.listening.listens import clock
from earmark.mixes.selection import WeeklyConfig
from earmark.store.port import ListenerRecord, Store
from earmark.store.sql_store import open_store
from earmark.world import World, WorldConfig
from measured import report

DAY_MS = 86_400_000


def main() -> None:
    """Print how many cases were identical."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--listeners", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        house = opened(home)
        fill(
            house.store,
            World(WorldConfig(seed=options.seed, listeners=options.listeners, tracks=2_000)),
            Unwatched(),
        )
        run_learning(house, Unwatched())
        people = [one for one in house.store.listeners() if one.community is None]
        build, live = OpenedBuild.live(house), Live(house)
        same = {"snapshot": 0, "weekly mix": 0, "live answer": 0}
        excluded, unmoved, tried = 0, 0, 0
        while tried < options.cases:
            who = people[int(rng.integers(len(people)))]
            what = drawn(house, who, rng)
            hit = house.store.edits.listens_hit(who.id, [what])
            if hit.is_empty():
                continue
            tried += 1
            excluded += len(hit)
            whole = weekly(house, build, who)
            edit = house.store.edits.add(who.id, Exclude(what), clock())
            mine = (digest(house.store, folder), weekly(house, build, who), answer(live, who))
            house.store.edits.undo(who.id, edit.id, clock())
            rows = erased(home / "earmark.db", hit)
            theirs = (
                digest_of_swept(home / "earmark.db", folder),
                weekly(house, build, who),
                answer(live, who),
            )
            put_back(home / "earmark.db", rows, who)
            for name, one, other in zip(same, mine, theirs, strict=True):
                same[name] += one == other
            unmoved += whole == theirs[1]
        house.store.close()
    figures = {
        "cases": tried,
        "listens excluded": excluded,
        "identical": same,
        "weekly mixes that erasing changes": tried - unmoved,
    }
    report("forgetting", figures)


def opened(home: Path) -> House:
    """A home with few settings to choose."""
    store = open_store(f"sqlite:///{home / 'earmark.db'}")
    return House(home, store, LearnSettings(), WeeklyConfig(), TuningConfig(budget_seconds=0))


def drawn(house: House, who: ListenerRecord, rng: np.random.Generator) -> Exclusion:
    """Something at random of a listener's past."""
    listens = house.store.listens([who.id])
    first, last = (int(str(one)) for one in (listens["started_at"].min(), listens["started_at"].max()))
    match int(rng.integers(3)):
        case 0:
            start = int(rng.integers(first, last))
            return TheseDays(start, start + int(rng.integers(1, 200)) * DAY_MS)
        case 1:
            start, length = int(rng.integers(1_440)), int(rng.integers(1, 600))
            days = tuple(sorted(set(rng.integers(1, 8, int(rng.integers(0, 4))).tolist())))
            return TheseHours(start, (start + length) % 1_440, "Europe/Berlin", days)
        case _:
            some = listens.sample(min(len(listens), int(rng.integers(1, 50))), seed=int(rng.integers(2**31)))
            return TheseListens(tuple(some.select("song", "started_at").iter_rows()))


def digest(store: Store, folder: str) -> str:
    """Of the snapshot that a build would be learned from now."""
    at = Path(folder) / "cut"
    found = store.snapshot(at).digest()
    shutil.rmtree(at)
    return found


def digest_of_swept(record: Path, folder: str) -> str:
    """The same of a copy of the record without the songs that nobody speaks of any more: they would never have come."""
    copied = Path(folder) / "copy.db"
    with sqlite3.connect(record) as source, sqlite3.connect(copied) as target:
        source.backup(target)
    source.close(), target.close()
    store = open_store(f"sqlite:///{copied}")
    with store.writing(alone=True) as writer:
        # Forgetting somebody of whom nothing is kept sweeps the catalogue.
        writer.forget(writer.listener("nobody at all"))
    found = digest(store, folder)
    store.close()
    copied.unlink()
    return found


def weekly(house: House, build: OpenedBuild, who: ListenerRecord) -> bytes:
    """The mix that a listener would get now, with its reasons."""
    (draft,) = draft_mixes(house, build, [who])
    return repr((draft.songs, draft.reasons, draft.still_learning)).encode()


def answer(live: Live, who: ListenerRecord) -> bytes:
    """What the service would answer now."""
    (found,) = live.recommend([Ask(who.id, 100)])
    assert isinstance(found, Chosen)
    return found.document()


def erased(record: Path, hit: pl.DataFrame) -> list[tuple[object, ...]]:
    """Delete listens from the database; returns their rows."""
    connection = sqlite3.connect(record)
    keys = [(row["listener"], row["started_at"], row["item"]) for row in hit.iter_rows(named=True)]
    where = "listener_id = ? AND started_at = ? AND item_id = ?"
    with connection:
        rows = [connection.execute(f"SELECT * FROM listen WHERE {where}", key).fetchone() for key in keys]
        connection.executemany(f"DELETE FROM listen WHERE {where}", keys)
        connection.execute("UPDATE listener SET revision = revision + 1 WHERE id = ?", (keys[0][0],))
    connection.close()
    return rows


def put_back(record: Path, rows: list[tuple[object, ...]], who: ListenerRecord) -> None:
    """Insert them again."""
    connection = sqlite3.connect(record)
    with connection:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO listen VALUES ({marks})", rows)
        connection.execute("UPDATE listener SET revision = revision + 1 WHERE id = ?", (who.id,))
    connection.close()


if __name__ == "__main__":
    main()
