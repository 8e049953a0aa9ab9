"""The map of micro-genres as a picture: what is alike lies near, in the colour of the kind of music that it is under.

An SVG needs no program beside a browser, and can be drawn larger without end. Names are written where they have room,
those of the most important first; every dot has its name, too, where the pointer rests on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from math import sqrt
from typing import Final, NamedTuple

WIDTH, HEIGHT, MARGIN = 1600.0, 1200.0, 90.0
LETTER: Final = 0.56
"""Width of a letter, about, in heights of the type."""
SMALLEST, LARGEST = 11.0, 19.0
"""Heights of type."""
DOT: Final = 26.0
"""Radius of the largest dot."""
COLOURS: Final = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7a5195", "#8c564b", "#e15759", "#499894",
)  # fmt: skip
"""Of the kinds that most are under; told apart by those who see few colours, too (after Okabe & Ito 2008)."""
GREY: Final = "#a9a9a9"


class Spot(NamedTuple):
    """A micro-genre as it is drawn."""

    name: str
    x: float
    y: float
    """−1 to 1, as on the map."""
    weight: float
    """0 and more: how large it is; 0 is drawn faintly."""
    kind: str | None
    """What it is under; spots of a kind have one colour."""
    told: str
    """What is said of it where the pointer rests on it."""


def drawn(title: str, spots: Sequence[Spot]) -> str:
    """An SVG document; the same spots give the same bytes."""
    most = max((spot.weight for spot in spots), default=0.0) or 1.0
    order = sorted(range(len(spots)), key=lambda at: (-spots[at].weight, spots[at].name))
    # Counted over all spots, so that a kind has one colour whoever's picture it is.
    kinds = [kind for kind, _ in Counter(spot.kind for spot in spots if spot.kind).most_common()]
    colour = dict(zip(kinds, COLOURS, strict=False))
    dots = [_dot(spots[at], most, colour) for at in order]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
            'font-family="system-ui, sans-serif">',
            f"<title>{escape(title)}</title>",
            '<rect width="100%" height="100%" fill="#fdfdfb"/>',
            f'<text x="24" y="38" font-size="24" fill="#222">{escape(title)}</text>',
            *dots,
            *_names([spots[at] for at in order], most),
            *_legend(colour),
            "</svg>\n",
        ]
    )


def _place(spot: Spot) -> tuple[float, float]:
    return (
        MARGIN + (spot.x + 1) / 2 * (WIDTH - 2 * MARGIN),
        MARGIN + (1 - spot.y) / 2 * (HEIGHT - 2 * MARGIN),
    )


def _dot(spot: Spot, most: float, colour: dict[str, str]) -> str:
    x, y = _place(spot)
    radius = 3 + (DOT - 3) * sqrt(spot.weight / most)
    shown = colour.get(spot.kind or "", GREY) if spot.weight else GREY
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{shown}" '
        f'fill-opacity="{0.55 if spot.weight else 0.25}"><title>{escape(spot.told)}</title></circle>'
    )


def _names(spots: Sequence[Spot], most: float) -> list[str]:
    """Names that have room, each under nothing that was written before."""
    taken: list[tuple[float, float, float, float]] = []
    written = []
    for spot in spots:
        if not spot.weight:
            continue
        x, y = _place(spot)
        height = SMALLEST + (LARGEST - SMALLEST) * sqrt(spot.weight / most)
        half = LETTER * height * len(spot.name) / 2
        x = min(max(x, half + 4), WIDTH - half - 4)
        box = (x - half, y - height / 2, x + half, y + height / 2)
        if any(
            box[0] < right and left < box[2] and box[1] < below and above < box[3]
            for left, above, right, below in taken
        ):
            continue
        taken.append(box)
        written.append(
            f'<text x="{x:.1f}" y="{y + height / 3:.1f}" font-size="{height:.1f}" text-anchor="middle" fill="#222" '
            f'paint-order="stroke" stroke="#fdfdfb" stroke-width="3">{escape(spot.name)}</text>'
        )
    return written


def _legend(colour: dict[str, str]) -> list[str]:
    lines = []
    for row, (kind, shown) in enumerate(colour.items()):
        y = HEIGHT - 24 - 22 * (len(colour) - 1 - row)
        lines.append(f'<circle cx="34" cy="{y - 5:.0f}" r="7" fill="{shown}" fill-opacity="0.7"/>')
        lines.append(f'<text x="50" y="{y:.0f}" font-size="15" fill="#444">{escape(kind)}</text>')
    return lines
