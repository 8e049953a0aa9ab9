"""`earmark genres`: the micro-genres that were found, and the map of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.jobs.genre_map import MicroGenreShown

SHOWN = 30

Listener = Annotated[
    str | None, typer.Option("--listener", help="Show how much of each this listener plays, most first.")
]
Map = Annotated[
    Path | None,
    typer.Option("--map", help="Write the map of all of them into this file, as a picture (SVG)."),
]


def genres(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Only those of whose name, terms or artists all of these are part."),
    ] = None,
    listener: Listener = None,
    map_: Map = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the micro-genres of the catalogue, and draw the map on which near is alike."""
    from earmark.errors import writing_to
    from earmark.jobs.genre_map import micro_genres, picture
    from earmark.jobs.locks import using
    from earmark.jobs.opened_build import OpenedBuild
    from earmark.whole_files import write_whole

    with open_house(context, home) as house, using(house.home):
        found = micro_genres(house, OpenedBuild.live(house), listener)
    if map_ is not None:
        with writing_to(map_):
            write_whole(map_, picture(found, listener).encode())
    some = [one for one in found if _has(one, words or [])]
    if as_json:
        print_json(some)
        return
    _table(some, listener)
    if map_ is not None:
        say(f"The map of {counted(len(found), 'micro-genre')} is in {map_}; any browser shows it.")


def _has(one: MicroGenreShown, words: list[str]) -> bool:
    said = " ".join([one.name, *one.terms, *one.artists]).casefold()
    return all(word.casefold() in said for word in words)


def _table(some: list[MicroGenreShown], listener: str | None) -> None:
    if not some:
        say("No micro-genre is like that.")
        return
    share = [] if listener is None else ["of attention"]
    rows = [
        [
            one.name,
            one.parent or "",
            f"{one.size:,}",
            *([] if one.share is None else [f"{one.share:.1%}"]),
            ", ".join(one.artists[:3]),
        ]
        for one in some[:SHOWN]
    ]
    print_table(
        "Micro-genres", ["", "under", "artists", *share, "such as"], rows, numeric=(2, 3) if share else (2,)
    )
    if len(some) > SHOWN:
        say(f"and {len(some) - SHOWN} more (--json)")
