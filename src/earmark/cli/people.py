"""`earmark people`: who may sign in, as what, and the tokens of their players."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Home, open_house, print_json, print_table, say, typed_unseen

app = typer.Typer(
    help="Who may sign in to the service, and the tokens of their players.", no_args_is_help=True
)

if TYPE_CHECKING:
    from earmark.store.people import Role

Name = Annotated[str, typer.Argument(help="The listener.")]
RoleName = Annotated[str, typer.Option("--role", help="owner, editor, listener or service.")]


@app.command("list")
def list_(context: typer.Context, home: Home = None, as_json: AsJson = False) -> None:
    """Everybody who has an account, and the names of their tokens."""
    with open_house(context, home) as house:
        people = house.store.people
        rows = [
            {"name": one.name, "role": one.role, "password": one.password is not None,
             "tokens": [token.name for token in people.tokens(one.listener)]}
            for one in people.accounts()
        ]  # fmt: skip
    if as_json:
        print_json(rows)
    elif not rows:
        say("Nobody has an account yet. Begin with yourself: earmark people add NAME --role owner")
    else:
        cells = [
            [str(row["name"]), str(row["role"]), "yes" if row["password"] else "no", ", ".join(row["tokens"])]  # type: ignore[arg-type]
            for row in rows
        ]
        print_table("People", ["Name", "Role", "Password", "Tokens"], cells)


@app.command()
def add(
    context: typer.Context,
    name: Name,
    role: RoleName = "listener",
    password: Annotated[
        bool,
        typer.Option("--password/--no-password", help="Ask for a password; without, they use tokens only."),
    ] = True,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let a listener sign in. Nobody has a default password."""
    from earmark.jobs.people import add_account

    with open_house(context, home) as house:
        made = add_account(
            house.store.people, name, _role(role), typed_unseen("Password", twice=True) if password else None
        )
    if as_json:
        print_json({"name": made.name, "role": made.role, "listener": made.listener})
    else:
        say(f"{made.name} may sign in as {made.role}.")
        say(f"For a player: earmark people token {shlex.quote(made.name)} --name phone")


@app.command()
def token(
    context: typer.Context,
    name: Name,
    called: Annotated[str, typer.Option("--name", help="What to call it, such as the player's name.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make a token for one of a listener's players. It is shown once."""
    from earmark.jobs.people import new_token

    with open_house(context, home) as house:
        made = new_token(house.store.people, name, called)
    if as_json:
        print_json({"name": name, "token_name": called, "token": made})
    else:
        say(made)


@app.command()
def revoke(
    context: typer.Context,
    name: Name,
    called: Annotated[str, typer.Option("--name", help="The token's name.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a token back: the player that has it is shut out at once."""
    from earmark.jobs.people import account_of

    with open_house(context, home) as house:
        people = house.store.people
        people.revoke(account_of(people, name).listener, called)
    if as_json:
        print_json({"name": name, "revoked": called})
    else:
        say(f"{name}'s token {called!r} opens nothing any more.")


@app.command()
def password(context: typer.Context, name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Set a listener's password. Whoever is signed in as them is signed out."""
    from earmark.jobs.people import account_of, hashed

    with open_house(context, home) as house:
        people = house.store.people
        people.change(
            account_of(people, name).listener, password=hashed(typed_unseen("Password", twice=True))
        )
    if as_json:
        print_json({"name": name, "password": "changed"})
    else:
        say(f"{name}'s password is changed.")


@app.command("role")
def set_role(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Argument(help="owner, editor, listener or service.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Change what somebody may do."""
    from earmark.jobs.people import account_of

    with open_house(context, home) as house:
        people = house.store.people
        people.change(account_of(people, name).listener, role=_role(role))
    if as_json:
        print_json({"name": name, "role": role})
    else:
        say(f"{name} is {role} now.")


def _role(name: str) -> Role:
    from earmark.errors import EarmarkError
    from earmark.store.people import Role

    if name not in [*Role]:
        raise EarmarkError(f"{name!r} is not a role.", f"Say {', '.join(Role)}.")
    return Role(name)
