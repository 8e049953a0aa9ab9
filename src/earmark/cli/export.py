"""`earmark export`: a mix as a playlist file."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Home, open_house, print_json, say, say_exactly

LONGEST_NAME = 200
"""Bytes of a listener's name in a file's name; 255 is all that a file system takes."""


def export(
    context: typer.Context,
    mix: Annotated[str, typer.Argument(help="Which mix: weekly.")],
    file_format: Annotated[str, typer.Option("--format", help="m3u8, xspf, jspf or json.")] = "m3u8",
    listener: Annotated[str | None, typer.Option("--listener", help="Whose (default: everyone's).")] = None,
    week: Annotated[str | None, typer.Option("--week", help="Which ISO week (default: this week).")] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="A folder; one listener's mix goes to standard output without it."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write mixes as playlist files for players."""
    from earmark.errors import EarmarkError, writing_to
    from earmark.jobs.editions import show
    from earmark.jobs.weekly import this_week
    from earmark.mixes import weekly
    from earmark.mixes.files import FORMATS
    from earmark.mixes.weeks import checked_week

    if mix != weekly.NAME:
        raise EarmarkError(f"There is no mix called {mix!r}.", f"The mixes are: {weekly.NAME}.")
    if file_format not in FORMATS:
        raise EarmarkError(f"{file_format!r} is not a format.", f"The formats are: {', '.join(FORMATS)}.")
    checked = checked_week(week) if week else None
    with open_house(context, home) as house:
        if listener is not None:
            people = [house.store.find_listener(listener)]
            wanted = checked or this_week(people[0].time_zone)
        else:
            wanted = checked or this_week(house.work.time_zone)
            made = house.store.editions_made(weekly.NAME, wanted)
            people = [one for one in house.store.listeners() if one.id in made]
            if not people:
                raise EarmarkError(f"No weekly mixes of {wanted} are made.", "Run `earmark weekly` first.")
        if to is None and len(people) == 1:
            say_exactly(FORMATS[file_format](show(house, people[0], wanted)))
            return
        if to is None:
            raise EarmarkError(
                f"There are {len(people):,} mixes.", "Name a folder with --to, or one --listener."
            )
        written = []
        with writing_to(to):
            to.mkdir(parents=True, exist_ok=True)
            taken: set[str] = set()
            for person in people:
                path = to / f"{_file_name(person.name, taken)} {wanted}.{file_format}"
                path.write_text(FORMATS[file_format](show(house, person, wanted)), encoding="utf-8")
                written.append(str(path))
    if as_json:
        print_json({"written": written})
    else:
        say(f"{len(written):,} files written to {to}.")


def _file_name(name: str, taken: set[str]) -> str:
    """A name that any file system takes, short enough for all, and nobody else's; added to ``taken``."""
    plain = "".join(c if c.isalnum() or c in " -_." else "_" for c in name)
    # File systems count bytes, and some tell neither case nor accents apart as we do.
    short = plain.encode()[:LONGEST_NAME].decode(errors="ignore").strip(". ") or "listener"
    free = (f"{short} ({n})" if n > 1 else short for n in count(1))
    found = next(one for one in free if one.casefold() not in taken)
    taken.add(found.casefold())
    return found
