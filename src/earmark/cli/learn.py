"""`earmark learn`: make a build from everything stored."""

from __future__ import annotations

from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, counted, open_house, print_json, say


def learn(
    context: typer.Context,
    accept_worse: Annotated[
        bool, typer.Option("--accept-worse", help="Go live even if held-out scores fell.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Learn from everything stored; the new build goes live if it is not worse."""
    from earmark.jobs.learning import run_learning

    with open_house(context, home) as house:
        report = run_learning(house, Bars(), accept_worse=accept_worse)
    if as_json:
        print_json(report)
        return
    counts = report.manifest.counts
    say(
        f"Build {report.build}: {counted(counts['listeners'], 'listener')} and "
        f"{counted(counts['playlists'], 'playlist')} by {counted(counts['songs'], 'song')}."
    )
    if report.manifest.held_out:
        say(f"  on what {counted(report.manifest.held_out_listeners, 'held-out listener')} found later:")
    for name, score in report.manifest.held_out.items():
        say(f"  {name}: {score.mean:.4f} ({score.low:.4f} to {score.high:.4f})")
    for note in report.manifest.notes:
        say(f"  note: {note}")
    say(f"{'Live' if report.live else 'Not live'}. {report.why}")
