"""`earmark learn`: make a build from everything stored."""

from __future__ import annotations

from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, counted, open_house, print_json, say, say_held_out

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def learn(
    context: typer.Context,
    accept_worse: Annotated[
        bool, typer.Option("--accept-worse", help="Go live even if held-out scores fell.")
    ] = False,
    budget: Annotated[
        str | None,
        typer.Option(
            help="Choose settings by trials for so long (90s, 10m, 1h; 0: not at all), due or not. Without it, for "
            "EARMARK_TUNING__BUDGET_SECONDS, and only when the record has changed much.",
            show_default=False,
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Learn from everything stored; the new build goes live if it is not worse."""
    from earmark.jobs.learning import run_learning
    from earmark.jobs.tasting import note_tastes

    with open_house(context, home) as house:
        report = run_learning(
            house,
            Bars(),
            accept_worse=accept_worse,
            budget_seconds=None if budget is None else seconds(budget),
        )
        if report.live:
            note_tastes(house, Bars())
    if as_json:
        print_json(report)
        return
    counts = report.manifest.counts
    say(
        f"Build {report.build}: {counted(counts['listeners'], 'listener')} and "
        f"{counted(counts['playlists'], 'playlist')} by {counted(counts['songs'], 'song')}."
    )
    say_held_out(report.manifest.held_out, report.manifest.held_out_rows)
    for note in report.manifest.notes:
        say(f"  note: {note}")
    say(f"{'Live' if report.live else 'Not live'}. {report.why}")


def seconds(duration: str) -> float:
    """Seconds of "90s", "10m", "1h" or a bare number.

    Raises:
        EarmarkError: it is none of these.
    """
    from earmark.errors import EarmarkError

    number, unit = (duration[:-1], duration[-1]) if duration[-1:] in UNITS else (duration, "s")
    if not number.isdecimal():
        raise EarmarkError(f"{duration!r} is no length of time.", "Say it like 90s, 10m or 1h.")
    return int(number) * UNITS[unit]
