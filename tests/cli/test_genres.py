"""`earmark genres` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def name(made_world) -> str:
    return made_world.listener(0).name


def test_all_are_listed_with_who_plays_how_much(earmark, learned_home: Path, name: str) -> None:
    all_ = json.loads(earmark("genres", "--home", str(learned_home), "--json").out)
    mine = json.loads(earmark("genres", "--listener", name, "--home", str(learned_home), "--json").out)

    assert [one["size"] for one in all_] == sorted((one["size"] for one in all_), reverse=True)
    assert {one["id"] for one in all_} == {one["id"] for one in mine}
    assert {one["share"] for one in all_} == {None}
    shares = [one["share"] for one in mine]
    assert shares == sorted(shares, reverse=True)
    assert 0.99 < sum(shares) < 1.01
    told = json.loads(earmark("taste", name, "--home", str(learned_home), "--json").out)["micro_genres"]
    assert {one["id"]: one["share"] for one in told} == {
        one["id"]: one["share"] for one in mine if one["share"]
    }


def test_words_choose_among_them(earmark, learned_home: Path) -> None:
    home = str(learned_home)
    first = json.loads(earmark("genres", "--home", home, "--json").out)[0]
    some = json.loads(earmark("genres", *first["name"].upper().split(), "--home", home, "--json").out)

    assert first in some
    assert all(word in str(one) for one in some for word in first["name"].split())
    assert earmark("genres", "no such music", "--home", home).out == "No micro-genre is like that.\n"
    assert first["name"].split()[0] in earmark("genres", first["name"].split()[0], "--home", home).out


def test_the_map_is_a_picture(earmark, learned_home: Path, name: str, tmp_path: Path) -> None:
    path = tmp_path / "map.svg"
    said = earmark("genres", "--listener", name, "--map", str(path), "--home", str(learned_home)).out
    assert str(path) in said
    written = path.read_text(encoding="utf-8")
    assert written.startswith("<svg ")
    assert name in written
    earmark("genres", "--listener", name, "--map", str(path), "--home", str(learned_home))
    assert path.read_text(encoding="utf-8") == written


def test_what_is_wrong_is_said(earmark, learned_home: Path, tmp_path: Path) -> None:
    assert "Nobody" in earmark("genres", "--listener", "Nobody", "--home", str(learned_home)).err
    assert "earmark learn" in earmark("genres", "--home", str(tmp_path)).err
    folder = str(tmp_path / "none" / "map.svg")
    assert "none" in earmark("genres", "--map", folder, "--home", str(learned_home)).err
