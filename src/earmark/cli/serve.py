"""`earmark serve`: answer players, people and programs over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from earmark.cli.shared import Home, open_house, say, wiring


def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65_535)] = 8_687,
    workers: Annotated[
        int, typer.Option(help="Processes; more than one on PostgreSQL only.", min=1, max=256)
    ] = 1,
    home: Home = None,
) -> None:
    """Run the service: point your players at it as they would be pointed at ListenBrainz."""
    from earmark.store.people import Role

    with open_house(context, home) as house:
        owners = [one.name for one in house.store.people.accounts() if one.role == Role.OWNER]
    say(f"Earmark is at http://{host}:{port}. For players: http://{host}:{port}/1/")
    if not owners:
        say("Nobody owns it yet. In another terminal: earmark people add NAME --role owner")
    wiring(context).serve(home, host, port, workers)
