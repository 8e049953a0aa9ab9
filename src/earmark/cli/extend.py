"""`earmark extend`: what goes on with a playlist."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Home, counted, open_house, print_json, print_table, say


def extend(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A playlist file: M3U, XSPF, JSPF or JSON lines.")],
    songs: Annotated[int, typer.Option(min=1, max=500, help="How many songs to add.")] = 20,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show songs that go on with a playlist, from its songs, their order and its name."""
    from earmark.jobs.extending import extend as run

    with open_house(context, home) as house:
        found = run(house, path, songs)
    if as_json:
        print_json(found)
        return
    print_table(
        f"After {found.playlist or path.name}, from {counted(found.known, 'song')} that the live build knows",
        ["", "Song", "Artist", "Why"],
        [[str(n), one.title, one.artist, one.reason] for n, one in enumerate(found.added, 1)],
        numeric=(0,),
    )
    if found.unknown:
        shown = "; ".join(found.unknown[:5]) + (" …" if len(found.unknown) > 5 else "")
        say(f"{counted(len(found.unknown), 'track')} of the list unknown to it: {shown}")
