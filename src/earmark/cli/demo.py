"""`earmark demo`: the whole job on a made world."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, open_house, print_json, say, say_held_out
from earmark.cli.weekly import print_edition

if TYPE_CHECKING:
    from earmark.jobs.demonstration import Demonstration


def demo(
    context: typer.Context,
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes another world.")] = 1,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a small world, learn from it, and show one listener's mix with its reasons."""
    from earmark.jobs.demonstration import demonstrate

    with open_house(context, home or Path(".demo")) as house:
        shown = demonstrate(house, seed, Bars())
    if as_json:
        print_json(shown)
    else:
        _show(shown)


def _show(demonstration: Demonstration) -> None:
    listener = demonstration.mix.listener
    print_edition(demonstration.mix)
    say()
    say(f"{listener} was made to like {', '.join(demonstration.planted)}.")
    say(
        f"{demonstration.fitting} of the {len(demonstration.mix.entries)} songs are of that taste; "
        f"of the thirty most popular unheard ones, {demonstration.fitting_popular}."
    )
    say()
    say("How good the build is:")
    say_held_out(demonstration.held_out, demonstration.held_out_rows)
    say()
    say(f"Look further: earmark taste {shlex.quote(listener)} --home {shlex.quote(demonstration.home)}")
