"""`earmark scan`: music in, and what it sounds like out."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.signals.audio.sounds import tone, write

from earmark.cli.scan import SHOWN_LEFT_OUT


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    write(folder / "Band - Song.mp3", tone(440, seconds=1.5))
    write(folder / "Other.wav", tone(330, seconds=1.5, level=0.1))
    return folder


def test_what_was_found_left_out_and_heard_is_told(earmark, music: Path, tmp_path: Path) -> None:
    for n in range(SHOWN_LEFT_OUT + 1):
        (music / f"bad {n:02}.mp3").write_bytes(b"")
    home = tmp_path / "home"
    said = earmark("scan", music, "--workers", 1, "--home", home)
    assert said.status == 0, said.err
    lines = [" ".join(line.replace("│", "").split()) for line in said.out.splitlines()]
    assert lines[0].startswith("23 files of music, looked through in ")
    assert {"New 2", "Sounds heard 2"} <= {*lines}
    assert "2 files lack artist or title in their tags: their names and folders were taken for them." in lines
    assert "Left out, in part or as a whole: 21" in lines
    assert f"{music}/bad 19.mp3 is empty" in lines
    assert f"{music}/bad 20.mp3 is empty" not in lines
    assert "… and 1 more; --json tells of all." in lines
    assert any(line.startswith("Loudness -") and line.endswith(" 2") for line in lines)
    assert lines[-2].startswith("Next, what somebody listened to: earmark import SOURCE")
    assert lines[-1].endswith("earmark models fetch")
    assert {path.name for path in home.iterdir()} >= {"earmark.db"}
    again = json.loads(earmark("scan", music, "--json", "--home", home).out)
    assert (again["files"], again["unchanged"], again["left_out_before"], again["left_out"]) == (
        23,
        2,
        21,
        [],
    )
    assert again["sounds"]["n"] == 2


def test_a_folder_that_is_not_there_is_told_of(earmark, tmp_path: Path) -> None:
    said = earmark("scan", tmp_path / "nowhere", "--home", tmp_path / "home")
    assert said.status == 1
    assert "nowhere: there is no such folder" in said.err


def test_watching_takes_in_what_is_new_until_it_is_stopped(music: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "earmark", "scan", str(music), "--watch", "--json", "--workers", "1"]
    running = subprocess.Popen(
        [*command, "--home", str(tmp_path / "home")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None

    def report() -> dict:
        lines = []
        for line in running.stdout:
            lines.append(line)
            if line == "}\n":
                return json.loads("".join(lines))
        raise AssertionError(running.stderr.read())

    try:
        assert report()["new"] == 2
        write(tmp_path / "new.wav", tone(220, seconds=1.5)).rename(music / "Band - New.wav")
        then = report()
        assert (then["new"], then["heard"]) == (1, 1)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
        assert running.stderr.read() == ""
    finally:
        running.kill()
        running.communicate()


def test_a_bar_tells_of_rate_and_time_left(music: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "earmark",
        "scan",
        str(music),
        "--workers",
        "1",
        "--home",
        str(tmp_path / "home"),
    ]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "COLUMNS": "120", "TERM": "xterm"}
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:  # The other end was closed.
        pass
    finally:
        os.close(ours)
        running.communicate()
    assert running.returncode == 0
    assert b"reading and hearing" in shown
    assert b"2/2" in shown
    assert b"files/s" in shown
