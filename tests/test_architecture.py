"""The house keeps to its plan. Which room may import which is import-linter's to say (`make lint`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from earmark.cli.app import app

SOURCE = Path(__file__).parent.parent / "src" / "earmark"
MODULES = sorted(SOURCE.rglob("*.py"))

MOST_LINES = 600
NO_ROOMS = {"utils", "helpers", "common", "core", "base"}
HEAVY = {
    "alembic",
    "cryptography",
    "httpx",
    "implicit",
    "lightgbm",
    "numpy",
    "polars",
    "pydantic",
    "pydantic_settings",
    "scipy",
    "sqlalchemy",
}


ASK_FOR_HELP = """
import json, sys
from earmark._app.main import main

for words in json.loads(sys.argv[1]):
    before = set(sys.modules)
    sys.argv = ["earmark", *words, "--help"]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, (words, ended.code)
    print("loaded:", *{name.partition(".")[0] for name in set(sys.modules) - (before if words else set())})
"""
VERBS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def loaded_for_help() -> dict[str, set[str]]:
    """The packages that a fresh interpreter has loaded when it has shown help, and then those for each verb's besides.

    One process shows all of it: what is heavy is loaded nowhere, or stands with the verb that loads it first.
    """
    asked = json.dumps([[], *([verb] for verb in VERBS)])
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", ASK_FOR_HELP, asked], capture_output=True, text=True,
        encoding="utf-8", check=True,
    )  # fmt: skip
    told = [line for line in done.stdout.splitlines() if line.startswith("loaded:")]
    return dict(zip(["", *VERBS], (set(line.split()[1:]) for line in told), strict=True))


def test_help_loads_nothing_heavy(loaded_for_help: dict[str, set[str]]) -> None:
    assert "typer" in loaded_for_help[""]
    assert not loaded_for_help[""] & HEAVY


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_loads_nothing_heavy(loaded_for_help: dict[str, set[str]], verb: str) -> None:
    # Typer itself loads pydantic to describe parameters.
    assert not loaded_for_help[verb] & (HEAVY - {"pydantic"})


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 50


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_are_small_and_named_after_what_they_are(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{lines} lines: split it"
    named = {part.strip("_") for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not named & NO_ROOMS
