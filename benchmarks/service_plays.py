"""How fast `earmark serve` takes plays in, on SQLite and on PostgreSQL: batches, bursts, single plays, and all at once.

Server, database and load share the machine's processors. Both databases have what they acknowledge on disk (SQLite by
the pragmas of the program, PostgreSQL by its own defaults: ``fsync`` and ``synchronous_commit`` on). The load is a
process of its own (`service_load`), whose CPU seconds are told beside those of the server and of PostgreSQL's.

With ``--kill`` a million plays are told while the service is killed (SIGKILL) and started again; then the record is
counted: every play that was acknowledged must be there, and none twice.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import numpy as np
import psycopg
from sqlalchemy.engine import make_url

from earmark.jobs.people import add_account, new_token
from earmark.sources.listenbrainz import Metadata, track_told
from earmark.store.people import Role
from earmark.store.port import Store
from earmark.store.sql_store import open_store
from earmark.world.names import artist_name, song_title
from measured import earmark, no_build_meanwhile, report, run
from service_load import Load, Player

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tests import postgres
from tests.web.processes import served

TRACKS: Final = 100_000
SONGS_OF_AN_ARTIST: Final = 12
PLAYERS: Final = 8
MANY: Final = 400
"""Listeners who tell of one play each in turn: hardly any of their tokens is remembered."""
FIRST_S: Final = 1_072_915_200
"""2004-01-01; every run has 200 days of its own."""
RUN_S: Final = 200 * 86_400
APART_S: Final = 210
BURST_S: Final = 5
PARTS: Final = ("batches", "burst", "unheard", "singles", "singles of many", "both")
GOALS: Final = {
    "listens_per_s": {"batches": 20_000, "singles": 500},
    "lost": 0,
    "twice": 0,
}
TICKS: Final = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print what each part takes on each database."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--database", nargs="+", default=["sqlite", "postgresql"])
    arguments.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=6, help="of a run")
    arguments.add_argument("--kill", action="store_true", help="kill the service in the midst, and count")
    arguments.add_argument("--plays", type=int, default=1_000_000, help="told while it is killed")
    arguments.add_argument("--kills", type=int, default=5)
    chosen = arguments.parse_args()
    no_build_meanwhile()
    figures: dict[str, Any] = {}
    for kind in chosen.database:
        with a_house(kind) as house:
            figures[kind] = (
                house.killed(chosen.plays, chosen.kills)
                if chosen.kill
                else house.loaded(chosen.parts, chosen.runs, chosen.seconds)
            )
    report(
        "plays told while the service is killed" if chosen.kill else "plays taken in by the service",
        {"load_average": os.getloadavg()[0], "tracks": TRACKS, "players": PLAYERS, **figures, "goal": GOALS},
    )


class House:
    """A record with a catalogue in it, and listeners whose players are about to tell of plays."""

    def __init__(self, home: Path, url: str, words: Path) -> None:
        self.home = home
        self.url = url
        self.shared = url.startswith("postgresql")
        self.words = words
        with closing(open_store(url)) as store:
            self.durable = _durable(url)
            _know(store, words)
            names = [f"Listener {number}" for number in range(MANY)]
            for name in names:
                add_account(store.people, name, Role.OWNER, None)
            self.tokens = [new_token(store.people, name, "player") for name in names]

    def loaded(self, parts: list[str], runs: int, seconds: float) -> dict[str, Any]:
        """Every part in turn, as often as there are runs."""
        taken: dict[str, list[dict[str, Any]]] = {part: [] for part in parts}
        with self._served() as (port, process):
            self._run(port, process, "batches", 0, 2.0)  # to warm up
            if not self.shared:
                # Else the service's own worker makes the first build, and everybody's mix, while it is measured.
                run(earmark("learn", "--budget", "0", "--home", str(self.home)))
                run(earmark("work", "--once", "--home", str(self.home)))
            for round_ in range(runs):
                for at, part in enumerate(parts):
                    taken[part].append(self._run(port, process, part, 1 + round_ * len(parts) + at, seconds))
        return {"durable": self.durable} | {part: _together(ran) for part, ran in taken.items()}

    def killed(self, plays: int, kills: int) -> dict[str, Any]:
        """Tell of plays while the service dies again and again, and count what is in the record."""
        each = plays // PLAYERS
        players = [
            Player(f"player {n}", [token], FIRST_S, APART_S, 100, plays=each)
            for n, token in enumerate(self.tokens[:PLAYERS])
        ]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with _loading(Load(port, str(self.words), players, 3_600)) as telling:
            random = np.random.default_rng(0)
            for wait in random.uniform(2, 6, kills):
                with self._served(port) as (_, process):
                    time.sleep(wait)
                    if telling.poll() is not None:
                        break
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            with self._served(port):
                said = json.loads(telling.communicate()[0])
        acknowledged = sum(sum(line["told"]) for line in said["lines"])
        moments = {FIRST_S * 1_000 + n * APART_S * 1_000 for n in range(each)}
        lost = twice = 0
        with closing(open_store(self.url)) as store:
            for number in range(PLAYERS):
                who = store.find_listener(f"Listener {number}").id
                there = store.listens([who])["started_at"].to_list()
                lost += len(moments - set(there))
                twice += len(there) - len(set(there))
        return {
            "durable": self.durable,
            "acknowledged": acknowledged,
            "told_again": sum(line["again"] for line in said["lines"]),
            "lost": lost,
            "twice": twice,
            "wall_s": round(said["wall_s"], 1),
        }

    @contextmanager
    def _served(self, port: int | None = None) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
        options = () if port is None else ("--port", str(port))
        with served(self.home, *options, database=self.url if self.shared else None) as (address, process):
            yield port or int(address.rpartition(":")[2]), process

    def _run(
        self, port: int, process: subprocess.Popen[bytes], part: str, run: int, seconds: float
    ) -> dict[str, Any]:
        load = Load(port, str(self.words), self._players(part, FIRST_S + run * RUN_S), seconds, run)
        if part == "unheard":
            load.words = str(_words(self.home / "unheard.jsonl", run + 1, TRACKS))
        before = _cpu_s([process.pid]), _cpu_s(self._database_processes())
        with _loading(load) as telling:
            said = json.loads(telling.communicate()[0])
        after = _cpu_s([process.pid]), _cpu_s(self._database_processes())
        names = dict.fromkeys(line["name"] for line in said["lines"])
        return {
            "listens_per_s": {name: _told(said, name) / said["wall_s"] for name in names},
            "ms": {name: _percentiles(said, name) for name in names},
            "cpu_s_per_s": {
                "server": (after[0] - before[0]) / said["wall_s"],
                "database": (after[1] - before[1]) / said["wall_s"],
                "load": said["cpu_s"] / said["wall_s"],
            },
        }

    def _players(self, part: str, first_s: int) -> list[Player]:
        several = [[token] for token in self.tokens[:PLAYERS]]
        batches = [Player("batches", tokens, first_s, APART_S, 100) for tokens in several]
        match part:
            case "batches" | "unheard":
                return batches
            case "burst":
                return [Player("burst", tokens, first_s, BURST_S, 100) for tokens in several]
            case "singles":
                return [Player("singles", tokens, first_s, APART_S, 1) for tokens in several]
            case "singles of many":
                shares = [self.tokens[n::PLAYERS] for n in range(PLAYERS)]
                return [Player("singles of many", share, first_s, APART_S, 1) for share in shares]
            case _:
                one = Player("a single play meanwhile", self.tokens[-8:], first_s, APART_S, 1, pause_s=0.05)
                return [*batches, one]

    def _database_processes(self) -> list[int]:
        if not self.shared:
            return []
        with psycopg.connect(_plain(self.url)) as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
            assert row
            # The server's first process, which is the parent of ours for as long as we are connected.
            return [int(Path(f"/proc/{row[0]}/stat").read_text().rpartition(")")[2].split()[1])]


@contextmanager
def a_house(kind: str) -> Iterator[House]:
    """A new home whose record is kept by this kind of database."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="earmark-plays-")))
        url = f"sqlite:///{home / 'earmark.db'}"
        if kind == "postgresql":
            server = stack.enter_context(postgres.server(settings=("max_connections=100",)))
            url = stack.enter_context(postgres.database(server, "plays"))
        yield House(home, url, _words(home / "words.jsonl", 0, TRACKS))


def _words(file: Path, salt: int, n: int) -> Path:
    """Made tracks as a player words them, one a line, those of an artist scattered over the ranks."""
    random = np.random.default_rng(salt)
    number = random.permutation(n)
    with file.open("wb") as lines:
        for at in number.tolist():
            artist, song = divmod(at, SONGS_OF_AN_ARTIST)
            info = {
                "submission_client": "player",
                "submission_client_version": "1.0",
                "tracknumber": song + 1,
                "duration_ms": 120_000 + at * 7_919 % 240_000,
                "recording_mbid": str(UUID(int=salt << 64 | at, version=4)),
                "artist_mbids": [str(UUID(int=salt << 64 | artist, version=4))],
            }
            words = {
                "artist_name": artist_name(artist, salt),
                "track_name": song_title(song, at),
                "release_name": song_title(99, artist),
                "additional_info": info,
            }
            lines.write(msgspec.json.encode(words) + b"\n")
    return file


def _know(store: Store, words: Path) -> None:
    """Put the tracks into the record."""
    metadata = [msgspec.json.decode(line, type=Metadata) for line in words.read_bytes().splitlines()]
    with store.writing() as writer:
        writer.items([track_told(one) for one in metadata])


def _durable(url: str) -> dict[str, str]:
    if not url.startswith("postgresql"):
        from earmark.store.sqlite import PRAGMAS

        return {
            name: value for name, value in (pragma[7:].split(" = ") for pragma in PRAGMAS) if "ync" in name
        }
    with psycopg.connect(_plain(url)) as connection:
        said = [
            (name, connection.execute(f"SHOW {name}").fetchone()) for name in ("fsync", "synchronous_commit")
        ]
        return {name: row[0] for name, row in said if row}


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _loading(load: Load) -> subprocess.Popen[bytes]:
    telling = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("service_load.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert telling.stdin
    telling.stdin.write(msgspec.json.encode(load))
    telling.stdin.close()
    telling.stdin = None
    return telling


def _cpu_s(parents: list[int]) -> float:
    """CPU seconds of these processes and their children, ended ones included."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        if int(stat.parts[2]) in parents:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) in parents:
            ticks += sum(map(int, fields[11:13]))
    return ticks / TICKS


def _told(said: dict[str, Any], name: str) -> int:
    return sum(sum(line["told"]) for line in said["lines"] if line["name"] == name)


def _percentiles(said: dict[str, Any], name: str) -> dict[str, float]:
    seconds = np.concatenate([line["seconds"] for line in said["lines"] if line["name"] == name])
    return {f"p{share}": float(np.percentile(seconds, share) * 1e3) for share in (50, 99)}


def _together(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of every figure, and the plays a second of each run."""
    return {"each": [round(next(iter(run["listens_per_s"].values()))) for run in runs]} | {
        group: {
            name: _median([run[group][name] for run in runs], 2 if group == "cpu_s_per_s" else 1)
            for name in runs[0][group]
        }
        for group in runs[0]
    }


def _median(values: list[Any], digits: int) -> Any:
    if isinstance(values[0], dict):
        return {name: _median([value[name] for value in values], digits) for name in values[0]}
    return round(statistics.median(values), digits)


if __name__ == "__main__":
    main()
