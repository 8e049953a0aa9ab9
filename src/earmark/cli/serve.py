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
    from earmark.jobs.people import offered_set_up

    with open_house(context, home) as house:
        key = offered_set_up(house.store.people)
    address = _address(host, port)
    say(f"Earmark is at {address}. For players: {address}/1/")
    if key is not None:
        say(
            "Nobody owns it yet. Whoever opens this address first may; it holds until then, or until the next start:"
        )
        say(f"{address}/setup?key={key}")
    wiring(context).serve(home, host, port, workers)


def _address(host: str, port: int) -> str:
    """What a browser is to be given; one that is to listen everywhere is reached by the machine's name."""
    from socket import gethostname

    named = gethostname() if host in {"0.0.0.0", "::"} else host
    return f"http://{f'[{named}]' if ':' in named else named}:{port}"
