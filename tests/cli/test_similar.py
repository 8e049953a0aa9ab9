"""`earmark similar` as a user sees it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.homes import new_songs

from earmark.world import World


@pytest.fixture
def names(sounding_world: World) -> tuple[str, str]:
    """A song that nobody has played."""
    track = sounding_world.tracks[new_songs(sounding_world)[0]]
    return track.artist, track.title


def test_a_table_of_what_sounds_alike(earmark: Any, heard_home: Path, names: tuple[str, str]) -> None:
    said = earmark("similar", *names, "--songs", "7", "--home", heard_home)
    assert said.status == 0, said.err
    assert f"Sounds like “{names[1]}” by {names[0]}" in said.out
    assert all(heading in said.out for heading in ("BPM", "Key", "Energy", "Like"))
    assert re.findall(r"^ *(\d+) │", said.out, re.MULTILINE) == [str(place) for place in range(1, 8)]


def test_json_and_wishes(earmark: Any, heard_home: Path, names: tuple[str, str]) -> None:
    said = earmark(
        "similar",
        *names,
        "--slowest",
        "90",
        "--fastest",
        "150",
        "--mood",
        "calm",
        "--json",
        "--home",
        heard_home,
    )
    assert said.status == 0, said.err
    found = json.loads(said.out)
    assert found
    assert all(90 <= one["tempo"] <= 150 for one in found)
    assert all(one["title"] and one["artist_name"] for one in found)


def test_a_way_to_another_song(
    earmark: Any, heard_home: Path, names: tuple[str, str], sounding_world: World
) -> None:
    other = sounding_world.tracks[new_songs(sounding_world)[3]]
    goal = ("--to", other.artist, other.title)
    said = earmark("similar", *names, *goal, "--songs", "6", "--json", "--home", heard_home)
    assert said.status == 0, said.err
    way = json.loads(said.out)
    assert (way[0]["title"], way[-1]["title"]) == (names[1], other.title)
    assert len(way) == 6
    said = earmark("similar", *names, *goal, "--songs", "6", "--home", heard_home)
    assert f"From “{names[1]}” to “{other.title}”" in said.out


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        (("--mood", "grumpy"), "'grumpy'"),
        (("--slowest", "150", "--fastest", "90"), "slower tempo first"),
        (("--to", "A", "B", "--mood", "calm"), "no tempo or mood"),
        (("--to", "A", "B", "--songs", "2"), "cannot have 2 songs"),
        (("--to", "Nobody At All", "Nothing"), "Nobody At All"),
    ],
)
def test_what_cannot_be_is_said(
    earmark: Any, heard_home: Path, names: tuple[str, str], more: tuple[str, ...], cause: str
) -> None:
    said = earmark("similar", *names, *more, "--home", heard_home)
    assert said.status == 1
    assert cause in said.err
