"""On a terminal long work shows bars; into a pipe it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from earmark.world import World
from earmark.world.exports import write_playlists_jsonl

pty = pytest.importorskip("pty", reason="terminals of this kind are a Unix thing")


def test_bars_on_a_terminal_only(made_world: World, tmp_path: Path) -> None:
    lists = tmp_path / "lists.jsonl.gz"
    write_playlists_jsonl(made_world.playlists(), lists)
    command = [sys.executable, "-m", "earmark", "import", "playlists", str(lists), "--community", "public"]
    piped = subprocess.run([*command, "--home", str(tmp_path / "a")], check=True, capture_output=True)
    assert piped.stderr == b""

    leader, follower = pty.openpty()
    shown = subprocess.Popen(
        [*command, "--home", str(tmp_path / "b")],
        stdout=subprocess.PIPE,
        stderr=follower,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            chunk = os.read(leader, 65_536)
        except OSError:  # Linux says so when the other end is closed.
            break
        if not chunk:
            break
        seen += chunk
    out, _ = shown.communicate()
    os.close(leader)
    assert shown.returncode == 0
    assert b"reading" in seen
    assert b"MB" in seen or b"kB" in seen
    assert b"reading" not in out
