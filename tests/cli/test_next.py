"""`earmark next` as a user sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.homes import opened
from typer.testing import CliRunner

from earmark.cli.next import next_
from earmark.jobs.house import House
from earmark.jobs.playing import FOLDER
from earmark.jobs.weekly import live_manifest
from earmark.signals.collaborative.next_track.model import NextTrack, NextTrackConfig


@pytest.fixture
def shown(house: House) -> Any:
    """Run the verb in a home whose live build has too little to have learned an order from."""
    NextTrack.fit([], NextTrackConfig(), seed=1).save(house.builds.path(live_manifest(house).id) / FOLDER)
    app = typer.Typer()
    app.command("next")(next_)

    def run(*arguments: str) -> str:
        def opener(home: Path | None) -> Any:
            return opened(home or house.home)

        result = CliRunner().invoke(app, list(arguments), obj=opener, env={"COLUMNS": "160"})
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_a_table_of_songs_with_reasons_and_what_was_not_learned(shown: Any, house: House) -> None:
    name = house.store.listeners()[3].name
    said = shown("--listener", name, "--n", "7")
    assert f"To play now, for {name}" in said
    assert "new to you; " in said
    assert "you played it" in said
    assert "activation alone" in said


def test_json_has_every_count(shown: Any, house: House) -> None:
    queue = json.loads(shown("--listener", house.store.listeners()[3].name, "--json"))
    assert len(queue["entries"]) == 20
    for entry in queue["entries"]:
        assert entry["artist"] and entry["title"] and entry["why"]
        assert entry["reason"]["ground"] in {
            *("after", "beside", "artist", "habit"),
            *("together", "held"),
        }
