"""Every operation that `/api/openapi.json` describes, asked what nobody would think of; new ones are found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.homes import opened
from tests.web.servers import serving

from earmark.engines.local import LearnSettings
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.people import add_account, new_token
from earmark.mixes.selection import WeeklyConfig
from earmark.store.people import Role
from earmark.store.sql_store import open_store
from earmark.web.app import LISTENBRAINZ
from earmark.web.listenbrainz import limits

CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = {"with a token": 8, "with none": 3}


class Server:
    """A service with something learned, and the token of its owner."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self.session = requests.Session()
        self.session.trust_env = False
        document = self.session.get(f"{url}/api/openapi.json").json()
        self.operations = [one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()]


@contextmanager
def serving_owner(house: House) -> Iterator[Server]:
    """The house served, to its seventh listener, or to somebody new."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(limits, "LIMIT", 10**9)
        names = [one.name for one in house.store.listeners()[7:8]] or ["Ada"]
        add_account(house.store.people, names[0], Role.OWNER, None)
        with serving(house) as url:
            one = Server(url, new_token(house.store.people, names[0], "player"))
            yield one
            one.session.close()


@pytest.fixture(scope="module")
def server(learned_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("described") / "home"
    shutil.copytree(learned_home, home)
    with opened(home) as house, serving_owner(house) as one:
        yield one


@pytest.mark.parametrize("how", EXAMPLES)
def test_every_operation_answers_as_it_is_described(
    how: str, server: Server, subtests: pytest.Subtests
) -> None:
    try_all(server, server.token if how == "with a token" else "none", EXAMPLES[how], subtests)


def test_telling_of_plays_is_never_said_to_be_refused_for_asking_often(server: Server) -> None:
    paths = server.session.get(f"{server.url}/api/openapi.json").json()["paths"]
    for prefix in LISTENBRAINZ:
        assert "429" not in paths[f"{prefix}/submit-listens"]["post"]["responses"]
        assert "429" in paths[f"{prefix}/validate-token"]["get"]["responses"]


def test_so_it_does_where_nothing_was_learned_on_postgresql(
    postgres: str, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    with closing(open_store(postgres)) as store:
        house = House(tmp_path, store, LearnSettings(), WeeklyConfig(), TuningConfig())
        with serving_owner(house) as server:
            try_all(server, server.token, 4, subtests)


def try_all(server: Server, token: str, examples: int, subtests: pytest.Subtests) -> None:
    """Ask every operation for so many things, always the same."""
    assert len(server.operations) > 30
    for operation in server.operations:

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            case.call_and_validate(
                base_url=server.url,
                session=server.session,
                headers={"Authorization": f"Bearer {token}"},
                checks=CHECKED,
                timeout=30,
            )

        with subtests.test(operation=operation.label):
            answers()
