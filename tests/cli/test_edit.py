"""`earmark taste`, `edit` and `about` as they are typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest


@pytest.fixture
def home(learned_home: Path, tmp_path: Path) -> str:
    copied = tmp_path / "home"
    shutil.copytree(learned_home, copied)
    return str(copied)


@pytest.fixture
def name(earmark, home: str) -> str:
    return json.loads(earmark("status", "--home", home, "--json").out)["listeners"][0]


def test_an_edit_is_shown_and_saved_only_when_told(earmark, home: str, name: str) -> None:
    taste = json.loads(earmark("taste", name, "--home", home, "--json").out)
    genre = taste["micro_genres"][0]["name"]
    seen = earmark("edit", name, "mute", genre, "--home", home).out
    assert f"no {genre} in mixes" in seen
    assert "Nothing was saved" in seen
    assert not json.loads(earmark("taste", name, "--home", home, "--json").out)["edits"]
    saved = earmark("edit", name, "mute", genre, "--yes", "--home", home).out
    assert "Saved as edit 1" in saved
    shown = earmark("taste", name, "--home", home).out
    assert f"undo: earmark edit {name} undo 1" in " ".join(shown.split())
    undone = earmark("edit", name, "undo", "1", "--yes", "--home", home).out
    assert "Edit 1 is undone" in undone
    told = json.loads(earmark("edit", name, "boost", genre, "--json", "--home", home).out)
    assert (told["saved"], told["preview"]["edit"]) == (None, f"more {genre}")


def test_days_of_a_taste_are_kept_and_compared(earmark, home: str, name: str) -> None:
    genre = json.loads(earmark("taste", name, "--home", home, "--json").out)["micro_genres"][0]["name"]
    earmark("edit", name, "reject", genre, "--yes", "--home", home)
    (version,) = json.loads(earmark("taste", name, "--versions", "--home", home, "--json").out)
    assert version["cause"] == "edit"
    assert "edit" in earmark("taste", name, "--versions", "--home", home).out
    today = "2999-12-31"
    assert "Nothing has changed" in earmark("taste", name, "--since", today, "--home", home).out
    earmark("edit", name, "undo", "1", "--yes", "--home", home)
    then = json.loads(earmark("taste", name, "--on", today, "--home", home, "--json").out)
    assert genre in {one["name"] for one in then["micro_genres"]}
    refused = earmark("taste", name, "--on", "2001-01-01", "--home", home).err
    assert "--versions" in refused


def test_words_and_doubts(earmark, home: str, name: str) -> None:
    words = earmark("taste", name, "--words", "--home", home).out
    assert words.startswith(f"{name} played ")
    assert "Nothing stands out" in earmark("taste", name, "--doubts", "--home", home).out


def test_what_is_excluded_is_learned_anew_before_a_mix_is_made(earmark, home: str, name: str) -> None:
    earmark("edit", name, "exclude", "hours", "00:00-06:00", "--yes", "--home", home)
    assert "learning anew" in earmark("weekly", "--listener", name, "--week", "2026-W09", "--home", home).out
    assert (
        "learning anew" not in earmark("weekly", "--listener", name, "--week", "2026-W10", "--home", home).out
    )


def test_about_tells_what_is_known(earmark, home: str, name: str) -> None:
    artist = json.loads(earmark("taste", name, "--home", home, "--json").out)["top_artists"][0]["name"]
    told = json.loads(earmark("about", artist, "--home", home, "--json").out)
    assert (told["artist"], bool(told["micro_genres"]), told["rise"]) == (artist, True, None)
    assert earmark("about", artist, "--home", home).out.startswith(f"{artist}: ")


@pytest.mark.parametrize(
    "words", [["undo", "x"], ["boost", "nothing called so"], ["exclude", "days", "now"], ["hug", "x"]]
)
def test_what_cannot_be_done_says_what_can(earmark, home: str, name: str, words: list[str]) -> None:
    assert len(earmark("edit", name, *words, "--home", home).err.strip().splitlines()) >= 2


def test_a_taste_moves_to_another_server(earmark, home: str, name: str, tmp_path: Path) -> None:
    taste = json.loads(earmark("taste", name, "--home", home, "--json").out)
    genre, artist = taste["micro_genres"][0]["name"], taste["top_artists"][0]["name"]
    earmark("edit", name, "boost", genre, "--yes", "--home", home)
    earmark("edit", name, "exclude", "hours", "22:00-06:30", "--weekdays", "sat", "--yes", "--home", home)
    earmark("edit", name, "less", artist, "--days", "10", "--yes", "--home", home)
    earmark("feedback", name, "hate", artist, "--home", home)
    file = tmp_path / "taste.json"
    assert "take it over" in earmark("taste", name, "--export", file, "--home", home).out
    carried = json.loads(file.read_text())
    assert [(one["action"], one["what"]) for one in carried["edits"]] == [
        ("boost", [genre]),
        ("exclude", ["hours", "22:00-06:30"]),
        ("less", [artist]),
    ]
    told = json.loads(earmark("taste", "somebody new", "--import", file, "--home", home, "--json").out)
    assert (told["songs"], told["verdicts"], len(told["edits"]), told["not_made"]) == (
        len(carried["songs"]),
        1,
        3,
        [],
    )
    new = json.loads(earmark("taste", "somebody new", "--home", home, "--json").out)
    assert [one["what"] for one in new["edits"]] == told["edits"]
    empty = tmp_path / "empty"
    elsewhere = json.loads(earmark("taste", "me", "--import", file, "--home", empty, "--json").out)
    assert (elsewhere["songs"], len(elsewhere["edits"]), len(elsewhere["not_made"])) == (
        len(carried["songs"]),
        2,
        1,
    )
    file.write_text("{}")
    assert "no taste that Earmark wrote" in earmark("taste", name, "--import", file, "--home", home).err
