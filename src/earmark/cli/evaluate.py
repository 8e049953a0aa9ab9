"""`earmark evaluate`: how good weekly discovery is, on listening that it has not seen."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.engines.trial import Report


def evaluate(
    context: typer.Context,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Overrules the setting EARMARK_LEARN__SEED.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Cut everyone's history in time, learn from the first part, and test on the second, beside three peers."""
    from earmark.jobs.trying import run_trial

    with open_house(context, home) as house:
        report = run_trial(house, Bars(), seed=seed)
    if as_json:
        print_json(report)
    else:
        _show(report)


def _show(report: Report) -> None:
    names = list(report.lines[0].scores)
    rows = [
        [
            line.system,
            *(f"{line.scores[name].mean:.4f}" for name in names),
            f"{line.coverage:.2%}",
            "–" if isnan(line.novelty) else f"{line.novelty:.1f}",
        ]
        for line in report.lines
    ]
    print_table(
        f"{counted(report.listeners, 'listener')}, cut at {report.cut:.0%} of their listens",
        ["", *names, "coverage", "novelty\n(bits)"],
        rows,
        numeric=tuple(range(1, len(names) + 3)),
    )
    for line in report.lines:
        if line.ahead:
            lead = f"{line.ahead.mean:+.4f} ({line.ahead.low:+.4f} to {line.ahead.high:+.4f})"
            say(f"Our recall@100 less that of {line.system}: {lead}.")
    ours = report.lines[0].scores
    say("95 % intervals of ours: " + ", ".join(f"{n} {ours[n].low:.4f}–{ours[n].high:.4f}" for n in names))
    say(
        f"They found {counted(report.found_later, 'song')} later and played them at least twice; "
        f"{report.reachable:.0%} of these were held by anybody before."
    )
    for note in report.notes:
        say(f"note: {note}")
