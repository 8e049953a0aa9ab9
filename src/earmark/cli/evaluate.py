"""`earmark evaluate`: how good Earmark is at its tasks, on listening and playlists that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.engines.trials.report import Line, Report


def evaluate(
    context: typer.Context,
    tasks: Annotated[
        list[str] | None,
        typer.Argument(
            help="weekly, continuation, artists, next, cold-songs, cold-listeners, new-tracks, new-artists;"
            " all, if none is named.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Overrules the setting EARMARK_LEARN__SEED.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Hold part of the record out, learn from the rest, and test on what was held out, beside peers."""
    from earmark.jobs.trying import run_trials

    with open_house(context, home) as house:
        trials = run_trials(house, Bars(), tasks=tasks or (), seed=seed)
    if as_json:
        print_json(trials)
        return
    for report in trials.reports:
        _show(report)
        say()
    for task, cause in trials.left_out.items():
        say(f"Not tried: {task}. {cause}")


def _show(report: Report) -> None:
    scores, character = (list(found) for found in (report.lines[0].scores, report.lines[0].character))
    print_table(
        f"{report.task}: {report.setting}",
        ["", *scores],
        [[line.system, *(f"{line.scores[name].mean:.4f}" for name in scores)] for line in report.lines],
        numeric=tuple(range(1, len(scores) + 1)),
    )
    if character:
        # A table of its own: both side by side would be wider than a terminal.
        print_table(
            "what the lists are like beside being right",
            ["", *(name.replace("_", " ") for name in character)],
            [
                [
                    line.system,
                    *(f"{line.character[n]:.4g}" if n in line.character else "–" for n in character),
                ]
                for line in report.lines
            ],
            numeric=tuple(range(1, len(character) + 1)),
        )
    for line in report.lines:
        _say_lead(report, line)
    ours = report.lines[0].scores
    say("95 % intervals of ours: " + ", ".join(f"{n} {ours[n].low:.4f}–{ours[n].high:.4f}" for n in scores))
    for note in report.notes:
        say(f"note: {note}")


def _say_lead(report: Report, line: Line) -> None:
    if line.ahead:
        lead = f"{line.ahead.mean:+.4f} ({line.ahead.low:+.4f} to {line.ahead.high:+.4f})"
        say(f"Our {report.judge} less that of {line.system}: {lead}.")
