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


def run(*arguments: str, home: Path, **how: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "earmark", *arguments, "--home", str(home)]
    return subprocess.run(command, stderr=subprocess.PIPE, check=False, **how)  # type: ignore[call-overload]


def test_an_output_without_the_letters_gets_codes_and_a_document_is_utf_8(tmp_path: Path) -> None:
    lists = tmp_path / "one.jsonl"
    lists.write_text('{"name": "Mine", "tracks": [["Somebody", "Something"]]}')
    run("import", "playlists", str(lists), "--listener", "Łucja", home=tmp_path / "a", stdout=subprocess.PIPE)
    plain = {"env": os.environ | {"PYTHONIOENCODING": "latin-1"}, "stdout": subprocess.PIPE}
    assert rb"\u0141ucja" in run("taste", "Łucja", home=tmp_path / "a", **plain).stdout
    assert "Łucja".encode() in run("taste", "Łucja", "--json", home=tmp_path / "a", **plain).stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_an_output_that_is_full_is_said(tmp_path: Path, more: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        said = run("status", *more, home=tmp_path / "a", stdout=full)
    assert said.returncode == 1
    assert b"cannot be written" in said.stderr
    assert b"Traceback" not in said.stderr
