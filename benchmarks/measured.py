"""Run a command as a whole process and say what it took; print results as JSON with the date and the machine."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def earmark(*arguments: str) -> list[str]:
    """The command line of the Earmark that this Python has."""
    return [sys.executable, "-m", "earmark", *arguments]


def run(command: Sequence[str]) -> dict[str, Any]:
    """Wall and CPU seconds, peak memory in MB, and standard output (as JSON if it is) of one command.

    Raises:
        SystemExit: the command failed; what it said is shown.
    """
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        child = os.posix_spawn(
            command[0],
            command,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)],
        )
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - began
        out.seek(0)
        said = out.read().decode()
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{said}")
    try:
        result = json.loads(said)
    except json.JSONDecodeError:
        result = said
    return {
        "wall_s": round(wall, 2),
        "cpu_s": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": round(used.ru_maxrss / 1024),
        "result": result,
    }


def cost(ran: dict[str, Any]) -> dict[str, Any]:
    """What a run took, without what it said."""
    return {name: value for name, value in ran.items() if name != "result"}


def real_data() -> Path:
    """The folder of real data.

    Raises:
        SystemExit: EARMARK_DATA is not set.
    """
    folder = os.environ.get("EARMARK_DATA")
    if not folder:
        sys.exit("Set EARMARK_DATA to the folder of real data; see benchmarks/README.md.")
    return Path(folder)


def no_build_meanwhile() -> None:
    """Have services that are started from here stand where midnight has just passed, and learn at 23 o'clock there.

    Else a service whose record has changed begins with the build of the night, which takes all processors.
    """
    hour = time.gmtime().tm_hour
    # In these names, the sign is that of the way to Greenwich.
    os.environ["EARMARK_WORK__TIME_ZONE"] = f"Etc/GMT{hour if hour <= 12 else hour - 24:+d}"
    os.environ["EARMARK_WORK__BUILD_HOUR"] = "23"


def report(name: str, figures: dict[str, Any]) -> None:
    """Print a benchmark's figures as one JSON document."""
    document = {
        "benchmark": name,
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": {
            "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
        },
        **figures,
    }
    print(json.dumps(document, indent=2, ensure_ascii=False))


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
