"""Recommendations over HTTP: random listeners of 100,000, 100,000 tracks live, one web process, nothing answered twice.

Beside it, in the same run and in turn with it, a bare FastAPI handler that returns the same bytes. The load is `wrk`
(Debian's package) on the same processors. The program that asks acts for everyone, as a music service's back end does.

With ``--plays`` players tell of plays meanwhile, and each waits for the recommendation that reflects it: a play of the
song that was recommended first, which then must be gone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np

from earmark.jobs.people import add_account, new_token
from earmark.store.people import Role
from earmark.store.port import ListenerId, Store
from earmark.store.sql_store import open_store
from measured import earmark, no_build_meanwhile, report, run
from scale import fill_home

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tests.web.processes import served

SONGS: Final = 30
PROGRAM: Final = "The benchmark"
"""Who asks for everyone."""
GOALS: Final = {
    "requests_per_s": 3_000,
    "p99_ms": 15,
    "of_the_bare_handler": 0.3,
    "play_to_recommendation_p99_ms": 200,
}
TICKS: Final = os.sysconf("SC_CLK_TCK")
SCRIPT: Final = """
math.randomseed({seed})
local path = "/api/v1/listeners/%d/recommendations?limit={songs}"
request = function()
  return wrk.format("GET", path:format(math.random({first}, {last})))
end
done = function(summary, latency, requests)
  io.write(string.format("FOUND %d %d %d %d %d %d\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.timeout + summary.errors.read + summary.errors.connect,
    latency:percentile(50), latency:percentile(99), latency.max))
end
"""


def main() -> None:
    """Print requests a second and their latencies, ours and the bare handler's, and how soon a play counts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--listeners", type=int, default=100_000)
    arguments.add_argument("--tracks", type=int, default=100_000)
    arguments.add_argument("--plays", type=float, default=200.0, help="mean plays a listener")
    arguments.add_argument("--home", type=Path, help="keep the filled folder here, and use it again")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=8, help="of a round")
    arguments.add_argument("--connections", type=int, default=32)
    arguments.add_argument(
        "--probes", type=int, default=300, help="plays of which it is seen when they count"
    )
    chosen = arguments.parse_args()
    no_build_meanwhile()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed (Debian, Ubuntu: sudo apt install wrk).")
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        listeners = _ready(home, chosen)
        figures = _measured(home, listeners, chosen, Path(folder))
    report("recommendations over HTTP", figures)


def _ready(home: Path, chosen: argparse.Namespace) -> tuple[int, int]:
    """Fill, learn and do what is due, so that the service has nothing else to do; the span of listeners' ids."""
    url = f"sqlite:///{home / 'earmark.db'}"
    fill_home(home, chosen.plays, chosen)
    where = ("--home", str(home), "--json")
    if not (home / "builds" / "live").exists():
        run(earmark("learn", "--budget", "0", *where))
    run(earmark("work", "--once", *where))
    with closing(open_store(url)) as store:
        ids = [one.id for one in store.listeners() if one.name != PROGRAM]
        assert max(ids) - min(ids) == len(ids) - 1
        return min(ids), max(ids)


def _measured(home: Path, ids: tuple[int, int], chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    with closing(open_store(f"sqlite:///{home / 'earmark.db'}")) as store:
        token = _token(store, PROGRAM, Role.SERVICE)
        drawn = np.random.default_rng(1).choice(ids[1] - ids[0], 20) + ids[0]
        probed = store.listeners([ListenerId(number) for number in drawn.tolist()])
        players = [(one.id, _token(store, one.name, Role.LISTENER)) for one in probed]
    headers = {"Authorization": f"Bearer {token}"}
    with served(home) as (address, process):
        answer = httpx.get(
            f"{address}/api/v1/listeners/{ids[0]}/recommendations?limit={SONGS}", headers=headers, timeout=300
        )
        answer.raise_for_status()
        body = folder / "body"
        body.write_bytes(answer.content)
        script = folder / "ask.lua"
        ours: list[dict[str, float]] = []
        bare: list[dict[str, float]] = []
        with _bare(body) as (bare_address, bare_process):
            for round_ in range(chosen.rounds + 1):  # The first one warms up.
                script.write_text(
                    SCRIPT.format(seed=round_, songs=SONGS, first=ids[0], last=ids[1]), encoding="utf-8"
                )
                ours.append(_asked(address, process, chosen, token, script))
                script.write_text(SCRIPT.partition("local path")[0].format(seed=0) + _ONLY_DONE, "utf-8")
                bare.append(_asked(bare_address, bare_process, chosen, token, script))
        script.write_text(SCRIPT.format(seed=99, songs=SONGS, first=ids[0], last=ids[1]), encoding="utf-8")
        sooner = _plays_counted(address, players, chosen, token, script)
    mine, theirs = (_medians(rounds[1:]) for rounds in (ours, bare))
    return {
        "listeners": ids[1] - ids[0] + 1,
        "load_average": os.getloadavg()[0],
        "connections": chosen.connections,
        "bytes": body.stat().st_size if body.exists() else len(answer.content),
        "ours": mine,
        "bare_handler": theirs,
        "of_the_bare_handler": round(mine["requests_per_s"] / theirs["requests_per_s"], 3),
        "play_to_recommendation": sooner,
        "goal": GOALS,
    }


_ONLY_DONE: Final = SCRIPT[SCRIPT.index("done =") :]


def _token(store: Store, name: str, role: Role) -> str:
    account = store.people.find(name) or add_account(store.people, name, role, None)
    called = "benchmark"
    if any(token.name == called for token in store.people.tokens(account.listener)):
        store.people.revoke(account.listener, called)
    return new_token(store.people, name, called)


@contextmanager
def _bare(body: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "bare_handler:app", "--port", str(port), "--no-access-log"]
    environment = {**os.environ, "BARE_BODY": str(body)}
    process = subprocess.Popen(
        [*command, "--log-level", "warning"], env=environment, cwd=Path(__file__).parent
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait()


def _asked(
    address: str, process: subprocess.Popen[bytes], chosen: argparse.Namespace, token: str, script: Path
) -> dict[str, float]:
    before = _cpu_s(process.pid)
    said = _wrk(address, chosen, token, script, chosen.seconds).communicate()[0]
    found = re.search(r"FOUND (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", said)
    if found is None:
        sys.exit(f"wrk failed:\n{said}")
    requests, micros, errors, half, most, longest = map(int, found.groups())
    return {
        "requests_per_s": round(requests / micros * 1e6, 1),
        "p50_ms": half / 1_000,
        "p99_ms": most / 1_000,
        "longest_ms": longest / 1_000,
        "errors": errors,
        "server_cpu_ms_per_request": round((_cpu_s(process.pid) - before) / requests * 1_000, 3),
    }


def _wrk(
    address: str, chosen: argparse.Namespace, token: str, script: Path, seconds: float
) -> subprocess.Popen[str]:
    command = ["wrk", "-t1", f"-c{chosen.connections}", f"-d{seconds:.0f}s", "-s", str(script)]
    command += ["-H", f"Authorization: Bearer {token}", address]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _plays_counted(
    address: str, players: list[tuple[int, str]], chosen: argparse.Namespace, token: str, script: Path
) -> dict[str, float]:
    """From the moment that a play is acknowledged to an answer that reflects it, while others ask all they can."""
    seconds: list[float] = []
    load = _wrk(address, chosen, token, script, 600)
    try:
        with httpx.Client(base_url=address, timeout=60) as client:
            time.sleep(2)
            for probe in range(chosen.probes):
                listener, own = players[probe % len(players)]
                headers = {"Authorization": f"Token {own}"}
                path = f"/api/v1/listeners/{listener}/recommendations?limit={SONGS}"
                first = client.get(path, headers=headers).json()["songs"][0]
                told = {
                    "listened_at": int(time.time()) - 240 - probe,
                    "track_metadata": {"artist_name": first["artist"], "track_name": first["title"]},
                }
                client.post(
                    "/1/submit-listens",
                    content=json.dumps({"listen_type": "single", "payload": [told]}),
                    headers=headers,
                ).raise_for_status()
                began = time.perf_counter()
                while first["song"] in {
                    one["song"] for one in client.get(path, headers=headers).json()["songs"]
                }:
                    pass
                seconds.append(time.perf_counter() - began)
    finally:
        load.terminate()
        load.communicate()
    return {
        "plays": len(seconds),
        "p50_ms": round(float(np.percentile(seconds, 50)) * 1_000, 1),
        "p99_ms": round(float(np.percentile(seconds, 99)) * 1_000, 1),
        "longest_ms": round(max(seconds) * 1_000, 1),
    }


def _medians(rounds: list[dict[str, float]]) -> dict[str, Any]:
    return {name: round(statistics.median(one[name] for one in rounds), 3) for name in rounds[0]} | {
        "rounds": [one["requests_per_s"] for one in rounds]
    }


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
