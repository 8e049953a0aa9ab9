"""`earmark evaluate`: how good weekly discovery is, on listening that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from earmark.engines.trial import Report


def evaluate(
    context: typer.Context,
    seed: Annotated[int | None, typer.Option(help="Overrules the setting EARMARK_LEARN__SEED.")] = None,
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
            f"{line.novelty:.1f}",
            f"{line.ahead.mean:+.4f} ({line.ahead.low:+.4f} to {line.ahead.high:+.4f})" if line.ahead else "",
        ]
        for line in report.lines
    ]
    print_table(
        f"{report.listeners:,} listeners, cut at {report.cut:.0%} of their listens",
        ["", *names, "coverage", "novelty (bits)", "we are ahead in recall@100"],
        rows,
        numeric=tuple(range(1, len(names) + 3)),
    )
    ours = report.lines[0].scores
    say("95 % intervals of ours: " + ", ".join(f"{n} {ours[n].low:.4f}–{ours[n].high:.4f}" for n in names))
    say(
        f"They found {report.found_later:,} songs later and played them at least twice; "
        f"{report.reachable:.0%} of these were held by anybody before."
    )
    for note in report.notes:
        say(f"note: {note}")
