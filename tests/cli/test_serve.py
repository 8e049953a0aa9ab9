"""What `earmark serve` says before it serves."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from socket import gethostname

import pytest
from typer.testing import CliRunner

from earmark._app.main import open_house
from earmark.cli.app import app
from earmark.cli.shared import Wiring
from earmark.jobs.people import add_account, digest
from earmark.store.people import Role

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(*words: str) -> str:
        wiring = Wiring(open_house, lambda *_: None, lambda: None)
        result = CliRunner().invoke(app, ["serve", "--home", str(tmp_path), *words], obj=wiring)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_as_long_as_nobody_is_owner_it_says_where_to_become_it(run: Run, tmp_path: Path) -> None:
    keys = []
    for _ in range(2):
        found = re.search(r"^http://127\.0\.0\.1:8687/setup\?key=([\w-]{43})$", run(), re.MULTILINE)
        assert found
        keys.append(found[1])
    with open_house(tmp_path) as house:
        people = house.store.people
        assert [people.offers_set_up(digest(key)) for key in keys] == [False, True]
        assert all(
            key.encode() not in path.read_bytes() for key in keys for path in tmp_path.glob("earmark.db*")
        )
        add_account(people, "Ada", Role.OWNER, None)
    assert "setup" not in run()


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("0.0.0.0", f"http://{gethostname()}:8687/setup"),
        ("::1", "http://[::1]:8687/setup"),
        ("music.lan", "http://music.lan:8687/setup"),
    ],
)
def test_the_address_is_one_that_a_browser_takes(run: Run, host: str, said: str) -> None:
    assert said in run("--host", host)
