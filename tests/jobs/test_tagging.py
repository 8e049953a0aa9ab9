"""Tags of artists and songs whom the catalogue knows go into the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.homes import opened

from earmark.engines.progress import Unwatched
from earmark.errors import EarmarkError, UnreadableInputError
from earmark.jobs.house import House
from earmark.jobs.tagging import TagReport, import_tags
from earmark.music.items import Track


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as house:
        with house.store.writing() as writer:
            writer.items([Track("Velvet Harbour", "Lantern"), Track("Low Tide", "Shells")])
        yield house


def take_in(house: House, text: str, folder: Path, name: str = "tags.csv", **options: str) -> TagReport:
    path = folder / name
    path.write_text(text)
    told: dict[str, str | None] = {"listener": None, "community": None, "columns": None, **options}
    return import_tags(house.store, path, **told, progress=Unwatched())  # type: ignore[arg-type]


def tags(house: House, folder: Path) -> set[tuple[str, str | None, str, str, float]]:
    cut = house.store.snapshot(folder)
    names = dict(cut.songs.select("artist", "artist_name").rows())
    titles = dict(cut.songs.select("song", "title").rows())
    return {
        (names[artist], None if song is None else titles[song], source, tag, weight)
        for artist, song, source, tag, weight in cut.tags.rows()
    }


def test_tags_are_summed_up_and_those_of_strangers_left_out(house: House, tmp_path: Path) -> None:
    rows = [
        "artist,title,tag,count",
        "Velvet Harbour,,Dub,2",
        "velvet harbour,,dub,3",
        "Velvet Harbour,Lantern (Live),slow,1",
        "Velvet Harbour,Nothing,slow,1",
        "Nobody,,dub,1",
        "Nobody,,rock,1",
        "Low Tide,,rock,no",
    ]
    report = take_in(house, "\n".join(rows), tmp_path)
    assert (report.rows, report.tags, report.artists, report.songs) == (7, 2, 1, 1)
    assert (report.unknown, report.unknown_first) == (2, ("Velvet Harbour – Nothing", "Nobody"))
    assert [(one.rows, one.first[0].row) for one in report.left_out] == [(1, 7)]
    assert tags(house, tmp_path / "cut") == {
        ("Velvet Harbour", None, "people", "dub", 5.0),
        ("Velvet Harbour", "Lantern", "people", "slow", 1.0),
    }


def test_tags_read_again_replace_those_of_the_same_community(house: House, tmp_path: Path) -> None:
    for community, tag in [("radio", "dub"), ("people", "dub"), ("people", "rock")]:
        take_in(house, f"artist,tag\nLow Tide,{tag}", tmp_path, community=community)
    rows = [{"artist": "Velvet Harbour", "tags": ["slow", {"name": "dub", "count": 4}]}]
    take_in(house, "\n".join(map(json.dumps, rows)), tmp_path, "tags.jsonl")
    assert tags(house, tmp_path / "cut") == {
        ("Low Tide", None, "radio", "dub", 1.0),
        ("Low Tide", None, "people", "rock", 1.0),
        ("Velvet Harbour", None, "people", "slow", 1.0),
        ("Velvet Harbour", None, "people", "dub", 4.0),
    }


@pytest.mark.parametrize(
    "options", [{"listener": "Ada"}, {"columns": "a=b"}, {"community": " "}, {"community": "files"}]
)
def test_options_that_do_not_fit_are_told_of(house: House, tmp_path: Path, options: dict[str, str]) -> None:
    with pytest.raises(EarmarkError, match=r"^Tags "):
        take_in(house, "artist,tag\nLow Tide,rock", tmp_path, **options)
    assert house.store.documents.counts().tags == 0


def test_what_holds_no_tags_is_told_of(house: House, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="holds no tags"):
        take_in(house, "a,b\n1,2", tmp_path)
