"""Requests with a key are done once, and answered the same each time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import Response
from tests.web.api.test_listens import NOW, PATH, play, walked
from tests.web.conftest import Served
from tests.web.servers import serving

from earmark.engines.local import LearnSettings
from earmark.engines.tuning import TuningConfig
from earmark.errors import StoreError
from earmark.jobs.house import House
from earmark.jobs.inbox import Inbox
from earmark.jobs.people import add_account, new_token
from earmark.listening.listens import UnixMs
from earmark.mixes.selection import WeeklyConfig
from earmark.store.people import Role
from earmark.store.port import Store
from earmark.store.sql_store import open_store
from earmark.web.api.idempotency import LEASE_MS, KeyedRequest
from earmark.web.api.problems import ProblemError
from earmark.web.replies import reply
from earmark.web.service import Service


def tell(client: httpx.Client, key: str | None, *plays: dict[str, Any], query: str = "") -> httpx.Response:
    headers = [] if key is None else [(b"Idempotency-Key", key.encode())]
    return client.post(PATH + query, content=json.dumps({"listens": plays}), headers=headers)


def house_of(store: Store, home: Path) -> House:
    return House(home, store, LearnSettings(), WeeklyConfig(), TuningConfig())


def test_the_same_request_gets_the_same_answer_and_is_not_done_again(served: Served) -> None:
    with served.client() as client:
        first = tell(client, "k", play(0), play(1, started_at=0))
        (heard,) = walked(client)
        assert client.delete(f"{PATH}/{heard['id']}").status_code == 204
        again = tell(client, '"k"', play(0), play(1, started_at=0))
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["content-type"] == first.headers["content-type"]
        assert walked(client) == []
        tell(client, None, play(0))
        assert len(walked(client)) == 1


def test_a_key_is_for_one_request_of_one_listener(served: Served) -> None:
    with served.client() as client, served.client(served.bo) as bo:
        assert tell(client, "k", play(0)).status_code == 200
        for answer in (tell(client, "k", play(1)), tell(client, "k", play(0), query="?x=1")):
            assert (answer.status_code, answer.json()["remedy"]) == (422, "Make a new key for a new request.")
        assert tell(bo, "k", play(1)).status_code == 200
        assert [len(walked(one)) for one in (client, bo)] == [1, 1]


@pytest.mark.parametrize("key", ["", "x" * 201, 'a"b', "é", '"', "a b"])
def test_keys_that_are_none_are_refused(served: Served, key: str) -> None:
    with served.client() as client:
        answer = tell(client, key, play(0))
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert walked(client) == []


def test_what_was_refused_leaves_its_key_free(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The disk is full.", "Free some space.")

    with served.client() as client:
        assert client.post(PATH, content=b"{}", headers={"Idempotency-Key": "k"}).status_code == 422
        with monkeypatch.context() as failing:
            failing.setattr(Inbox, "_stored", refuse)
            assert tell(client, "k", play(0)).status_code == 503
        assert tell(client, "k", play(0)).status_code == 200
        assert len(walked(client)) == 1


def test_many_at_once_are_stored_once_and_acknowledged_alike(served: Served) -> None:
    with served.client() as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: tell(client, "k", *(play(n) for n in range(5))), range(16)))
        assert {one.status_code for one in answers} <= {200, 409}
        assert {one.content for one in answers if one.status_code == 200} == {b'{"accepted":5,"refused":[]}'}
        assert len(walked(client)) == 5


def test_what_was_done_by_a_process_that_was_killed_is_done_again_without_a_trace(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0]
    with ExitStack() as opening:
        stores = [opening.enter_context(closing(open_store(postgres))) for _ in range(2)]
        add_account(stores[0].people, "Ada", Role.OWNER, None)
        headers = {"Authorization": f"Bearer {new_token(stores[0].people, 'Ada', 'player')}"}
        first, second = (
            opening.enter_context(
                httpx.Client(
                    base_url=opening.enter_context(
                        serving(house_of(store, tmp_path), lambda: UnixMs(NOW + passed[0]))
                    ),
                    headers=headers,
                )
            )
            for store in stores
        )
        # It stores the plays, and dies before it can say so.
        monkeypatch.setattr(stores[0].receipts, "note", lambda *_: None)
        tell(first, "k", play(0), play(1))
        answer = tell(second, "k", play(0), play(1))
        assert (answer.status_code, answer.json()["remedy"]) == (409, "Ask again in a moment.")
        passed[0] = LEASE_MS
        for _ in range(2):
            assert tell(second, "k", play(0), play(1)).json() == {"accepted": 2, "refused": []}
        assert tell(second, "k", play(2)).status_code == 422
        assert len(walked(second)) == 2


@dataclass
class _Told:
    """What the model knows of a key: its request, until when it is claimed, and what was answered."""

    request: str
    until: int
    answer: bytes | None = None


ASKED = st.tuples(
    st.sampled_from(["a", "b", None]),
    st.sampled_from(["x", "y"]),
    st.sampled_from(["done", "done", "fails", "killed before", "killed after"]),
    st.integers(0, LEASE_MS),
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Service, list[int]]]:
    at = [NOW]
    with closing(open_store("sqlite://")) as store:
        yield Service(house_of(store, tmp_path), Inbox(store), lambda: UnixMs(at[0])), at


class _KilledError(BaseException):
    """The process ends here."""


def test_any_order_of_keys_requests_and_mishaps(
    service: tuple[Service, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    served, at = service
    receipts, names = served.house.store.receipts, count()
    note, release = receipts.note, receipts.release

    @given(st.lists(ASKED, max_size=25))
    @settings(deadline=None)
    def each(asked: list[tuple[str | None, str, str, int]]) -> None:
        account = add_account(served.house.store.people, f"Ada {next(names)}", Role.LISTENER, None)
        known: dict[str, _Told] = {}
        done: set[str] = set()
        for key, request, outcome, passed in asked:
            at[0] += passed
            monkeypatch.setattr(receipts, "note", _dies if outcome == "killed after" else note)
            monkeypatch.setattr(receipts, "release", release if outcome == "fails" else _dies)
            there = known.get(key) if key else None
            free = there is None or (there.request == request and not there.answer and there.until <= at[0])
            keyed = KeyedRequest(served, account, key, request.encode())
            try:
                answer = keyed.answer(_act(request, outcome, done))
            except ProblemError as problem:
                assert there is not None
                assert not free
                assert problem.status == (409 if there.request == request else 422)
                assert there.request != request or not there.answer
                continue
            except (StoreError, _KilledError):
                assert free
                if key:
                    known.pop(key, None)
                    if outcome != "fails":
                        known[key] = _Told(request, at[0] + LEASE_MS)
                continue
            # What is acknowledged has been done, and is told in the same words each time.
            assert request in done
            assert bytes(answer.body) == f'{{"did":"{request}"}}'.encode()
            if key and free:
                known[key] = _Told(request, 0, bytes(answer.body))

    each()


def _dies(*_: object) -> None:
    raise _KilledError


def _act(request: str, outcome: str, done: set[str]) -> Callable[[], Response]:
    def act() -> Response:
        if outcome == "killed before":
            raise _KilledError
        if outcome == "fails":
            raise StoreError("The disk is full.", "Free some space.")
        done.add(request)
        return reply({"did": request})

    return act
