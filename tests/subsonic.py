"""A music server that none of us wrote: Supysonic, a process of its own, with a library on disk and accounts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import httpx

PASSWORD = "open, Sesame & go 100%"
"""With all that may go wrong on the way."""

_SERVE = """
import contextlib, json, sys, threading
from supysonic.cli import cli
from supysonic.config import IniConfig
from supysonic.db import close_connection, open_connection
from supysonic.web import create_application
from waitress import create_server

def command(line):
    said = sys.stdout
    open_connection()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            cli.main(json.loads(line), obj=config, standalone_mode=False)
    finally:
        close_connection()
    print("done", file=said, flush=True)

def commands():
    for line in sys.stdin:
        command(line)

config = IniConfig.from_common_locations()
server = create_server(create_application(config), host="127.0.0.1", port=int(sys.argv[1]))
print(server.effective_port, flush=True)
threading.Thread(target=server.run, daemon=True).start()
commands()
"""
"""Serves, and does what it reads: Supysonic's own commands, which would take half a second each to start."""


class MusicServer:
    """The server of one folder; its library is ``music`` below it."""

    def __init__(self, folder: Path) -> None:
        if find_spec("supysonic") is None or find_spec("waitress") is None:
            raise RuntimeError(
                "No Subsonic server: the packages supysonic and waitress are missing; `make test` installs them."
            )
        self.folder, self.music = folder, folder / "music"
        self._database = folder / "supysonic.db"
        self.music.mkdir(parents=True)
        (folder / "supysonic.conf").write_text(
            f"[base]\ndatabase_uri = sqlite:///{self._database}\n"
            f"[webapp]\ncache_dir = {folder / 'cache'}\nlog_file = {folder / 'log'}\n"
        )
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> Self:
        """Serve; on the same port as before, if it did before."""
        with (self.folder / "said").open("a") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(self._port)], cwd=self.folder, env=self._environment(),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True,
            )  # fmt: skip
        first, self._port = not self._port, int(self._answer())
        if first:
            self._command("folder", "add", "library", str(self.music))
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def keep(self, where: Path) -> None:
        """Copy all that it knows, the library and the accounts, into a new folder."""
        shutil.copytree(self.music, where / "music")
        shutil.copy2(self._database, where)

    def put_back(self, where: Path) -> None:
        """Know what was kept, and nothing else; running, if it was stopped. Nobody may be asking it anything."""
        shutil.rmtree(self.music)
        shutil.copytree(where / "music", self.music)
        # It opens the database for each request anew.
        shutil.copy2(where / self._database.name, self._database)
        if self._process is None:
            self.start()

    def add_user(self, name: str) -> None:
        self._command("user", "add", name, "-p", PASSWORD)

    def scan(self) -> None:
        """Take note of what is in the library now."""
        self._command("folder", "scan", "--foreground", "library")

    def ask(self, user: str, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to a plain request, by nothing of ours."""
        known = {"u": user, "p": PASSWORD, "v": "1.12.0", "c": "test", "f": "json"}
        answer = httpx.get(f"{self.url}/rest/{method}.view", params={**known, **parameters}).json()[
            "subsonic-response"
        ]
        assert answer["status"] == "ok", answer
        return dict(answer)

    def songs(self, user: str) -> dict[str, str]:
        """The server's ids by title."""
        found = self.ask(user, "search3", query="", songCount=10_000)["searchResult3"].get("song", [])
        return {song["title"]: song["id"] for song in found}

    def playlists(self, user: str) -> dict[str, dict[str, Any]]:
        """Every playlist by its id, with its songs as ``entry``."""
        listed = self.ask(user, "getPlaylists")["playlists"].get("playlist", [])
        return {one["id"]: self.ask(user, "getPlaylist", id=one["id"])["playlist"] for one in listed}

    def _command(self, *words: str) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        self._answer()

    def _answer(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        answer = self._process.stdout.readline()
        assert answer, (self.folder / "said").read_text()
        return answer

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder)}


@contextmanager
def running(folder: Path) -> Iterator[MusicServer]:
    """A server, started, with an empty library and no account."""
    server = MusicServer(folder)
    try:
        yield server.start()
    finally:
        server.stop()
