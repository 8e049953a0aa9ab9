from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np

from earmark.taste.microgenres.chart import GREY, HEIGHT, WIDTH, Spot, drawn

SVG = "{http://www.w3.org/2000/svg}"


def spots(n: int, seed: int = 0) -> list[Spot]:
    random = np.random.default_rng(seed)
    return [
        Spot(
            f"genre {at} of {'many ' * int(random.integers(3))}words",
            float(random.uniform(-1, 1)),
            float(random.uniform(-1, 1)),
            float(random.integers(0, 50)),
            ["rock", "jazz", None][at % 3],
            f"genre {at}: told",
        )
        for at in range(n)
    ]


def test_each_micro_genre_has_a_dot_that_says_what_it_is() -> None:
    some = spots(40)
    root = ET.fromstring(drawn("All", some))

    dots = [dot for dot in root.iter(f"{SVG}circle") if dot.find(f"{SVG}title") is not None]

    assert {dot.find(f"{SVG}title").text for dot in dots} == {spot.told for spot in some}  # type: ignore[union-attr]
    assert all(0 < float(dot.get("cx", 0)) < WIDTH and 0 < float(dot.get("cy", 0)) < HEIGHT for dot in dots)


def test_no_name_lies_on_another_and_the_weightiest_is_written() -> None:
    some = [*spots(200), Spot("the weightiest", 0.3, 0.1, 99.0, "rock", "it")]
    root = ET.fromstring(drawn("All", some))
    names = [text for text in root.iter(f"{SVG}text") if text.get("text-anchor") == "middle"]
    boxes = []
    for text in names:
        height, x, y = (float(text.get(what, 0)) for what in ("font-size", "x", "y"))
        half = len(text.text or "") * height * 0.28
        boxes.append((x - half, y - 0.8 * height, x + half, y + 0.15 * height))

    assert "the weightiest" in {text.text for text in names}
    assert 10 < len(names) < 200
    for one, other in combinations(boxes, 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_what_is_not_played_is_grey_and_has_no_name() -> None:
    svg = drawn(
        "Mine", [Spot("mine", 0, 0, 1.0, "rock", "mine"), Spot("theirs", 0.5, 0.5, 0.0, "jazz", "theirs")]
    )
    root = ET.fromstring(svg)
    fills = {
        dot.find(f"{SVG}title").text: dot.get("fill")  # type: ignore[union-attr]
        for dot in root.iter(f"{SVG}circle")
        if dot.find(f"{SVG}title") is not None
    }

    assert fills["theirs"] == GREY != fills["mine"]
    assert ">theirs</text>" not in svg
    assert ">mine</text>" in svg


def test_a_kind_has_one_colour_whoever_plays() -> None:
    all_ = [
        Spot("a", 0, 0, 1.0, "rock", "a"),
        Spot("b", 0.9, 0, 1.0, "rock", "b"),
        Spot("c", 0, 0.9, 1.0, "jazz", "c"),
    ]
    mine = [spot._replace(weight=float(spot.name == "c")) for spot in all_]

    def colour(svg: str) -> str | None:
        root = ET.fromstring(svg)
        return next(
            dot.get("fill")
            for dot in root.iter(f"{SVG}circle")
            if (title := dot.find(f"{SVG}title")) is not None and title.text == "c"
        )

    assert colour(drawn("All", all_)) == colour(drawn("Mine", mine)) != GREY


def test_names_are_text_and_nothing_else() -> None:
    name = '</text><script>alert("x")</script>&'
    root = ET.fromstring(drawn(name, [Spot(name, 0, 0, 1, name, name)]))
    assert name in {text.text for text in root.iter(f"{SVG}text")}
    assert not list(root.iter(f"{SVG}script"))


def test_nothing_is_drawn_of_nothing() -> None:
    assert not list(ET.fromstring(drawn("All", [])).iter(f"{SVG}circle"))
