"""The demo: the whole job on a made world, and never on somebody's own record."""

from __future__ import annotations

import json
from pathlib import Path

from tests.homes import opened


def test_the_demo_shows_a_mix_that_fits_and_does_nothing_twice(earmark, tmp_path: Path) -> None:
    home = tmp_path / "demo"
    first = json.loads(earmark("demo", "--home", home, "--json").out)
    assert len(first["mix"]["entries"]) == 30
    assert first["listeners"] == 400
    assert first["fitting"] >= 10 > 3 * first["fitting_popular"]
    before = json.loads(earmark("status", "--home", home, "--json").out)
    assert json.loads(earmark("demo", "--home", home, "--json").out) == first
    assert json.loads(earmark("status", "--home", home, "--json").out) == before
    said = earmark("demo", "--home", home)
    assert f"{first['fitting']} of the 30 songs are of that taste" in said.out

    other = earmark("demo", "--seed", "2", "--home", home)
    assert other.status == 1
    assert "--home" in other.err


def test_a_record_of_real_listeners_is_left_alone(earmark, tmp_path: Path) -> None:
    with opened(tmp_path) as house, house.store.writing() as writer:
        writer.listener("anna")
    said = earmark("demo", "--home", tmp_path)
    assert said.status == 1
    assert "anna" in said.err
    assert json.loads(earmark("status", "--home", tmp_path, "--json").out)["stored"]["listeners"] == 1
