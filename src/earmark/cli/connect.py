"""`earmark connect`: music servers, whose libraries are read and into which mixes are pushed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import (
    AsJson,
    Bars,
    Home,
    counted,
    open_house,
    print_json,
    print_table,
    say,
    typed_unseen,
)

app = typer.Typer(
    help="Connect music servers: read their libraries, and push mixes into them.", no_args_is_help=True
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from earmark.jobs.connecting import SyncReport, Trouble
    from earmark.jobs.house import House
    from earmark.jobs.pushing import PushReport
    from earmark.store.libraries import ConnectionRecord

PASSWORD = "EARMARK_SUBSONIC_PASSWORD"
"""Where a password, or an API key, is looked for before it is asked for."""

Whose = Annotated[str | None, typer.Option("--listener", help="Whose servers (default: everyone's).")]
Week = Annotated[
    str | None, typer.Option("--week", help="An ISO week such as 2026-W47 (default: this week).")
]


@app.command()
def subsonic(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Address of the server, such as http://nas:4533.")],
    listener: Annotated[str, typer.Option("--listener", help="Whose account it is; made if new.")],
    user: Annotated[
        str | None, typer.Option("--user", help="The account's name (default: the listener's).")
    ] = None,
    api_key: Annotated[
        bool, typer.Option("--api-key", help="Ask for an API key of the server's in place of a password.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Connect a server that speaks Subsonic, such as Navidrome, and read its library."""
    from earmark.jobs.connecting import connect
    from earmark.sources.subsonic.login import Login, Way

    with open_house(context, home) as house:
        secret = _secret("API key" if api_key else "Password")
        login = Login(Way.KEY if api_key else Way.TOKEN, user or listener, secret)
        report = connect(house, url, listener, login, Bars())
    if as_json:
        print_json(report)
        return
    _say_read(report)
    if report.sends_password and report.url.startswith("http:"):
        say(
            "This server takes the password itself, and over http anybody on its way can read it. "
            "Use https, or a network that you trust."
        )
    say(f"Push {listener}'s mix into it: earmark connect push")


@app.command("list")
def list_(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """The servers that are connected."""
    import datetime as dt

    with open_house(context, home) as house:
        libraries = house.store.libraries
        rows = [
            {"connection": one.id, "listener": one.name, "url": one.url, "user": one.username,
             "read_at": one.read_at, "songs": len(libraries.held(one.id)), "playlists": libraries.pushed(one.id)}
            for one in libraries.connections()
        ]  # fmt: skip
    if as_json:
        print_json(rows)
    elif not rows:
        say("No server is connected. Begin with: earmark connect subsonic URL --listener NAME")
    else:
        cells = []
        for row in rows:
            read_at = row["read_at"]
            read = f"{dt.datetime.fromtimestamp(read_at / 1000):%Y-%m-%d %H:%M}" if read_at else "not yet"  # type: ignore[operator]
            cells.append(
                [
                    str(row["connection"]),
                    str(row["listener"]),
                    str(row["url"]),
                    str(row["user"]),
                    f"{row['songs']:,}",
                    read,
                ]
            )
        print_table("Servers", ["", "Listener", "Server", "Account", "Songs", "Read"], cells, numeric=(0, 4))


@app.command()
def sync(context: typer.Context, listener: Whose = None, home: Home = None, as_json: AsJson = False) -> None:
    """Read the libraries again: what is new comes in, what is gone goes, stars become loves."""
    from earmark.jobs.connecting import sync_each

    with open_house(context, home) as house:
        done = sync_each(house, _connections(house, listener), Bars())
    if as_json:
        print_json(done)
    else:
        for report in done.done:
            _say_read(report)
    _end(done.troubles)


@app.command()
def push(
    context: typer.Context,
    listener: Whose = None,
    week: Week = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Put this week's mixes into the players: one playlist a mix, updated in place, all of it playable."""
    from earmark.jobs.pushing import push_each
    from earmark.mixes.weeks import checked_week

    wanted = checked_week(week) if week else None
    with open_house(context, home) as house:
        done = push_each(house, _connections(house, listener), wanted, Bars())
    if as_json:
        print_json(done)
    else:
        for report in done.done:
            _say_pushed(report)
    _end(done.troubles)


@app.command()
def remove(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="Of the connection, as `earmark connect list` shows it.")],
    keep_playlists: Annotated[
        bool,
        typer.Option("--keep-playlists", help="Leave the pushed playlists there; the server is not asked."),
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Forget a server: its password, what its library holds, and the playlists that were pushed there."""
    from earmark.jobs.connecting import disconnect

    with open_house(context, home) as house:
        connection = house.store.libraries.find(number)
        taken = disconnect(house, connection, keep_playlists=keep_playlists)
    if as_json:
        print_json({"connection": number, "removed": True, "playlists_deleted": taken})
    else:
        say(f"{connection.name} is disconnected from {connection.url}.")
        if taken:
            say(f"{counted(taken, 'playlist')} that we pushed there went, too.")


def _connections(house: House, listener: str | None) -> list[ConnectionRecord]:
    """Everyone's connections, or one listener's.

    Raises:
        EarmarkError: there are none, or there is no such listener.
    """
    from earmark.errors import EarmarkError

    wanted = None if listener is None else house.store.find_listener(listener).id
    found = [one for one in house.store.libraries.connections() if wanted in (None, one.listener)]
    if not found:
        raise EarmarkError(
            "No server is connected." if listener is None else f"{listener} has connected no server.",
            "Begin with: earmark connect subsonic URL --listener NAME",
        )
    return found


def _secret(what: str) -> str:
    """A password: from the environment, typed unseen, or the first line that is piped in."""
    return os.environ.get(PASSWORD) or typed_unseen(what)


def _say_read(report: SyncReport) -> None:
    say(
        f"{report.listener}'s library on {report.url}: {counted(report.songs, 'song')}, {report.new:,} of them new."
    )
    if report.gone:
        say(f"  {counted(report.gone, 'song')} went.")
    if report.loved:
        say(f"  Loves that came with stars: {report.loved:,}.")
    if report.unloved:
        say(f"  Loves that went with stars: {report.unloved:,}.")
    for cause, count in report.skipped.items():
        say(f"  {counted(count, 'file')} left out: {cause}.")


def _say_pushed(report: PushReport) -> None:
    if report.playlist is None:
        say(
            f"{report.listener}: the library on {report.url} holds no song of the mix of {report.week}, "
            "nor any other that is known and that they have not heard. Nothing was pushed."
        )
        return
    songs = counted(report.kept + report.filled, "song")
    instead = f", {report.filled:,} of them in place of songs that the library lacks" if report.filled else ""
    say(f"{report.listener}: {songs} of {report.week} stand on {report.url}{instead}.")
    if report.short:
        say(
            f"  It is {counted(report.short, 'song')} short: "
            "all else that the library holds and that is known, they have heard."
        )


def _end(troubles: Sequence[Trouble]) -> None:
    """Say what went wrong; then the exit status is 1."""
    for trouble in troubles:
        typer.echo(f"{trouble.listener}: {trouble.what}\n{trouble.remedy}", err=True)
    if troubles:
        raise typer.Exit(1)
