"""`earmark next`: what to play now."""

from __future__ import annotations

from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Home, open_house, print_json, print_table, say


def next_(
    context: typer.Context,
    listener: Annotated[str, typer.Option("--listener", help="Who is listening.")],
    songs: Annotated[int, typer.Option(min=1, max=200, help="How many songs.")] = 20,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show what to play now, from the sitting so far and the listener's habits, with new songs among the known."""
    from earmark.jobs.playing import play_next

    with open_house(context, home) as house:
        queue = play_next(house, listener, songs)
    if as_json:
        print_json(queue)
        return
    after = f", after {queue.sitting:,} played so far" if queue.sitting else ""
    print_table(
        f"To play now, for {queue.listener}{after}",
        ["", "Song", "Artist", "Why"],
        [[str(place), one.title, one.artist, one.why] for place, one in enumerate(queue.entries, 1)],
        numeric=(0,),
    )
    for note in queue.notes:
        say(f"note: {note}")
