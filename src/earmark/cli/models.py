"""`earmark models`: the networks that hear what recordings sound like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Home, open_house, print_json, say

app = typer.Typer(help="Set up the networks that hear what recordings sound like.", no_args_is_help=True)


@app.command("fetch")
def fetch(
    context: typer.Context,
    wheel: Annotated[
        Path | None,
        typer.Option(
            help="The file musicnn-0.1.0-py3-none-any.whl, where there is no internet.", show_default=False
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Fetch MusiCNN (29 MB, by pip), and write what is needed of it (0.9 MB) to the home folder."""
    from earmark.jobs.sound_models import set_up

    with open_house(context, home) as house:
        done = set_up(house.home, wheel)
    if as_json:
        print_json(done)
        return
    say(f"{done.file}: {done.bytes:,} bytes made of {done.made_of}, and checked (SHA-256 {done.sha256}).")
    say("The next scan listens with it: earmark scan PATH")
