"""`earmark weekly`: thirty new songs for everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.mixes.shown import Shown

ListenerName = Annotated[str | None, typer.Option("--listener", help="Only for this listener, and show it.")]
Week = Annotated[
    str | None, typer.Option("--week", help="An ISO week such as 2026-W47 (default: this week).")
]


def weekly(
    context: typer.Context,
    listener: ListenerName = None,
    week: Week = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make this week's discovery mixes; one that is made stays as it was made."""
    from earmark.jobs.editing import excluded_since, forget_excluded
    from earmark.jobs.editions import show
    from earmark.jobs.weekly import run_weekly, this_week
    from earmark.mixes.weeks import checked_week

    checked = checked_week(week) if week else None
    with open_house(context, home) as house:
        if excluded_since(house) and not as_json:
            say(
                "Listens were excluded, or came back, since the last build: learning anew before anything is chosen."
            )
        forget_excluded(house, Bars())
        if listener is None:
            wanted = checked or this_week(house.work.time_zone)
            everyone = [one for one in house.store.listeners() if one.community is None]
            report = run_weekly(house, everyone, wanted, Bars())
            shown = show(house, everyone[0], wanted) if len(everyone) == 1 and not report.empty else None
        else:
            person = house.store.find_listener(listener)
            wanted = checked or this_week(person.time_zone)
            report = run_weekly(house, [person], wanted, Bars())
            shown = None if report.empty else show(house, person, wanted)
    if as_json:
        print_json({"report": report, "edition": shown} if shown else {"report": report})
        return
    if shown:
        print_edition(shown)
    elif report.made or report.already_made:
        say(f"{report.week}: {report.made:,} mixes made, {report.already_made:,} there already.")
        if report.broadened:
            say(
                f"{counted(report.broadened, 'mix', 'mixes')} broadened, "
                "for being narrower or more popular than what the listener plays."
            )
        if report.still_learning:
            say(f"Still learning about {counted(report.still_learning, 'listener')}.")
        say("See one with `earmark weekly --listener NAME`.")
    for names, what in ((report.short, "Fewer songs than asked"), (report.empty, "No mix")):
        if names:
            others = f" and {len(names) - 5:,} others" if len(names) > 5 else ""
            say(
                f"{what} for {', '.join(names[:5])}{others}: everything else that is known, they have heard "
                "or been given. Import playlists or histories of others with --community, and learn again."
            )


def print_edition(shown: Shown) -> None:
    """An edition as a table with its reasons."""
    length = f", about {shown.minutes // 60} h {shown.minutes % 60:02d} min" if shown.minutes else ""
    print_table(
        f"Weekly discovery for {shown.listener}, {shown.week}: {len(shown.entries)} songs{length}",
        ["", "Song", "Artist", "Why"],
        [[str(n), entry.title, entry.artist, entry.why] for n, entry in enumerate(shown.entries, 1)],
        numeric=(0,),
    )
    if shown.still_learning:
        say("We are still learning what you like: the more you play, the more this mix is yours.")
