"""`earmark edit`: change your taste by your own hand; see what it does first, and undo it at any time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Home, counted, open_house, print_json, say

if TYPE_CHECKING:
    from earmark.jobs.editing import EditPreview

FIRST = 5

Action = Annotated[
    str,
    typer.Argument(help="boost, mute, reject, rename, less, exclude or undo."),
]
What = Annotated[
    list[str],
    typer.Argument(
        help="A micro-genre (for rename: and its new name); for less: an artist, and maybe a song; for exclude: "
        "`artist NAME`, `song ARTIST TITLE`, `playlist NAME`, `hours 22:00-06:30`, `days 2026-01-01 2026-01-14`, "
        "`device NAME`, `listen 2026-01-01T22:10` or `doubt NUMBER`; for undo: the number of the edit."
    ),
]
Days = Annotated[float, typer.Option("--days", help="For less: after so many days it is half as much.")]
Weekdays = Annotated[
    str, typer.Option("--weekdays", help="For exclude hours: on which days they begin, e.g. sat,sun.")
]
Genre = Annotated[bool, typer.Option("--genre", help="For less: it is a micro-genre, not an artist.")]
Yes = Annotated[bool, typer.Option("--yes", help="Save without asking.")]


def edit(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The listener.")],
    action: Action,
    what: What,
    days: Days = 30.0,
    weekdays: Weekdays = "",
    genre: Genre = False,
    yes: Yes = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Change a taste: more or less of something, names, what does not count. Shows what changes before it is saved."""
    from earmark.errors import EarmarkError
    from earmark.jobs.edit_words import Wanted, understood
    from earmark.jobs.editing import make, preview, preview_undoing, undo
    from earmark.jobs.opened_build import OpenedBuild

    with open_house(context, home) as house:
        live = OpenedBuild.live(house) if house.builds.live() else None
        if action == "undo":
            if len(what) != 1 or not what[0].isdigit():
                raise EarmarkError(
                    "Undo which edit?", f"Give its number; see them with: earmark taste {name}"
                )
            number = int(what[0])
            seen = preview_undoing(house, name, number, live)
        else:
            wanted = understood(house, name, Wanted(action, tuple(what), days, weekdays, genre), live)
            seen = preview(house, name, wanted, live)
        if not as_json:
            _show(seen, undoing=action == "undo")
        saved = None
        if yes or (not as_json and sys.stdin.isatty() and typer.confirm("Save it?", err=True)):
            saved = undo(house, name, number, live) if action == "undo" else make(house, name, wanted, live)
    if as_json:
        print_json({"preview": seen, "saved": saved})
    elif saved is None:
        say("Nothing was saved; the same command with --yes does it.")
    elif action == "undo":
        say(f"Edit {saved.id} is undone. All recommendations follow at once.")
    else:
        say(
            f"Saved as edit {saved.id}. All recommendations follow at once; undo: earmark edit {name} undo {saved.id}"
        )


def _show(seen: EditPreview, *, undoing: bool) -> None:
    say(f"{'Undo: ' if undoing else ''}{seen.edit}")
    if seen.listens:
        say(f"{counted(seen.listens, 'listen')} {'come back' if undoing else 'would have no effect'}.")
    if seen.nothing_left:
        say("Nothing would be left to tell the taste from; mixes would say that they are still learning.")
    for change in seen.taste:
        say(f"  {change}")
    if seen.of:
        say(f"Of a weekly mix made now, {len(seen.leaving)} of {seen.of} songs would be others.")
        for title, songs in (("gone", seen.leaving), ("instead", seen.coming)):
            if songs:
                more = f" and {len(songs) - FIRST} more" if len(songs) > FIRST else ""
                say(f"  {title}: {'; '.join(songs[:FIRST])}{more}")
