"""Accounts and tokens from the command line, as they are made before a service is first run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from earmark._app.main import open_house
from earmark.cli.app import app
from earmark.cli.shared import Wiring
from earmark.errors import EarmarkError, StoreError, UnknownNameError
from earmark.jobs.people import digest, signed_in

Run = Callable[..., Result]
TWICE = "a long sentence\na long sentence\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(*words: str, typed: str = "") -> Result:
        wiring = Wiring(open_house, lambda *_: None, lambda: None)
        result = CliRunner().invoke(app, ["people", *words, "--home", str(tmp_path)], input=typed, obj=wiring)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_from_nobody_to_a_player_that_may_tell_of_plays(run: Run, tmp_path: Path) -> None:
    assert "earmark people add" in run("list").output
    assert "may sign in as owner" in run("add", "Ada", "--role", "owner", typed=TWICE).output
    token = run("token", "Ada", "--name", "phone").output.strip()
    assert str(UUID(token)) == token
    with open_house(tmp_path) as house:
        people = house.store.people
        for written in (token, token.upper()):
            account = people.of_tokens([digest(written)])[digest(written)]
            assert account
            assert account.name == "Ada"
        assert signed_in(people, "Ada", "a long sentence")
        for name, password in (("Ada", "another sentence"), ("Bo", "a long sentence"), ("Ada", "")):
            assert signed_in(people, name, password) is None
    assert json.loads(run("list", "--json").output) == [
        {"name": "Ada", "role": "owner", "password": True, "tokens": ["phone"]}
    ]
    run("revoke", "Ada", "--name", "phone")
    with open_house(tmp_path) as house:
        assert not house.store.people.of_tokens([digest(token)])


def test_what_is_advised_can_be_copied_whatever_the_name(run: Run) -> None:
    with pytest.raises(UnknownNameError, match="earmark people add 'Anna Ö'"):
        run("token", "Anna Ö", "--name", "phone")
    advised = run("add", "Anna Ö", typed=TWICE).output.partition("earmark people ")[2]
    UUID(run(*shlex.split(advised)).output.strip())


def test_a_new_password_counts_and_ends_sessions(run: Run, tmp_path: Path) -> None:
    run("add", "Ada", "--role", "owner", typed=TWICE)
    run("password", "Ada", typed="quite another one\nquite another one\n")
    with open_house(tmp_path) as house:
        account = signed_in(house.store.people, "Ada", "quite another one")
        assert account
        assert account.epoch == 1
        assert signed_in(house.store.people, "Ada", "a long sentence") is None


def test_a_password_is_never_shown_or_stored(run: Run, tmp_path: Path) -> None:
    shown = run("add", "Ada", typed=TWICE).output
    assert "a long sentence" not in shown
    for file in tmp_path.iterdir():
        assert b"a long sentence" not in file.read_bytes()


def test_who_has_no_password_opens_nothing_with_one(run: Run, tmp_path: Path) -> None:
    run("add", "Ada", "--no-password")
    with open_house(tmp_path) as house:
        assert signed_in(house.store.people, "Ada", "nobody's password") is None


def test_what_cannot_be_done_is_said(run: Run) -> None:
    run("add", "Ada", "--role", "owner", "--no-password")
    with pytest.raises(EarmarkError, match="8 to 1,000 letters"):
        run("add", "Bo", typed="short\nshort\n")
    with pytest.raises(EarmarkError, match="'king' is not a role"):
        run("add", "Bo", "--role", "king", "--no-password")
    with pytest.raises(UnknownNameError, match="Did you mean 'Ada'"):
        run("token", "Adda", "--name", "phone")
    with pytest.raises(StoreError, match="nobody would own"):
        run("role", "Ada", "listener")
    assert json.loads(run("list", "--json").output)[0]["role"] == "owner"
