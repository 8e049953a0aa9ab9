"""`earmark forget`: erase a listener."""

from __future__ import annotations

from typing import Annotated

import typer

from earmark.cli.shared import AsJson, Bars, Home, counted, open_house, print_json, say


def forget(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The listener.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    relearn: Annotated[
        bool, typer.Option("--learn/--no-learn", help="Learn anew where the live build knew them.")
    ] = True,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Erase a listener everywhere: the record, snapshots and builds."""
    from earmark.jobs.forgetting import run_forgetting

    with open_house(context, home) as house:
        listener = house.store.find_listener(name)
        if not yes:
            typer.confirm(f"Erase everything about {name}? It cannot be undone.", abort=True, err=True)
        report = run_forgetting(house, listener, Bars(), relearn=relearn)
    if as_json:
        print_json(report)
        return
    done, learned = report.forgotten, report.learned
    went = f"{counted(len(done.builds), 'build')} and {counted(len(done.snapshots), 'snapshot')}"
    say(f"{name} is forgotten; {went} went, too.")
    if learned:
        say(f"Learned anew without them: build {learned.build} is live.")
    elif done.was_live:
        say("The live build knew them and is gone: run `earmark learn`.")
