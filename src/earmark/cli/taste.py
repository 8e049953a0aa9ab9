"""`earmark taste`: what a listener's taste looks like from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.taste.profile import Favourite, Taste

SHOWN = 10
BARS = " ▁▂▃▄▅▆▇█"


def taste(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The listener.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show a listener's taste: favourites, how new, how mainstream, when."""
    from earmark.jobs.opened_build import OpenedBuild
    from earmark.jobs.tasting import taste_of

    with open_house(context, home) as house:
        found = taste_of(house, name, OpenedBuild.live(house) if house.builds.live() else None)
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(taste: Taste) -> None:
    say(
        f"{taste.listener}: {counted(taste.listens, 'listen')} of {counted(taste.songs, 'song')} by "
        f"{counted(taste.artists, 'artist')}, "
        f"{taste.first_listen or 'never'} to {taste.last_listen or 'never'}."
    )
    say(
        f"New songs {_percent(taste.new_share)} of the last 90 days · hits {_percent(taste.mainstream)} of plays · "
        f"skips {_percent(taste.skip_share)}"
    )
    say()
    _favourites("Artists of now", taste.top_artists)
    _favourites("Songs of now", taste.top_songs)
    say(f"When, in the time of {taste.time_zone}:")
    say(f"By hour (0–23):     {_spark(taste.hours)}")
    say(f"By weekday (Mo–Su): {_spark(taste.weekdays)}")
    for judged in taste.said:
        say(f"{judged.verdict}: {judged.artist}{f' – {judged.title}' if judged.title else ' (everything)'}")
    if taste.private_listens:
        kept = "is kept and teaches" if taste.private_listens == 1 else "are kept and teach"
        say(f"{counted(taste.private_listens, 'private listen')} {kept} nothing.")


def _favourites(title: str, favourites: tuple[Favourite, ...]) -> None:
    rows = [
        [one.name, *([one.by] if one.by else []), f"{one.plays:,}", f"{one.share:.1%}", one.last_played]
        for one in favourites[:SHOWN]
    ]
    by = ["by"] if favourites and favourites[0].by else []
    plays = 1 + len(by)
    print_table(title, ["", *by, "plays", "of attention", "last"], rows, numeric=(plays, plays + 1))
    say()


def _spark(counts: tuple[int, ...]) -> str:
    top = max(counts, default=0) or 1
    return "".join(BARS[-(-count * (len(BARS) - 1) // top)] for count in counts)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
