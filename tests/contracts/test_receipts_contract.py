"""Keys of requests: claimed, answered, taken over; whatever database keeps them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.errors import StoreError
from earmark.listening.listens import UnixMs
from earmark.store.port import ListenerId, Store
from earmark.store.receipts import Claim, Standing
from earmark.store.sql_store import open_store

NOON = 1_700_000_000_000
LEASE = 30_000


def claim(
    store: Store, listener: ListenerId, key: str = "k", request: bytes = b"asked", at: int = 0
) -> Claim:
    return store.receipts.claim(listener, key, request, UnixMs(NOON + at), UnixMs(NOON + at + LEASE))


@pytest.fixture
def ada(store: Store) -> ListenerId:
    with store.writing() as writer:
        return writer.listener("Ada")


def test_the_first_does_it_and_later_ones_get_its_answer(store: Store, ada: ListenerId) -> None:
    first = claim(store, ada)
    assert first.standing is Standing.OURS
    assert claim(store, ada, at=1).standing is Standing.UNDER_WAY
    store.receipts.note(ada, "k", first.ticket, 201, b'{"n":1}')
    again = claim(store, ada, at=LEASE * 2)
    assert (again.standing, again.status, again.answer) == (Standing.ANSWERED, 201, b'{"n":1}')


def test_a_key_belongs_to_one_request_of_one_listener(store: Store, ada: ListenerId) -> None:
    with store.writing() as writer:
        bo = writer.listener("Bo")
    assert claim(store, ada).standing is Standing.OURS
    assert claim(store, ada, request=b"other").standing is Standing.ANOTHER
    assert claim(store, ada, key="k2", request=b"other").standing is Standing.OURS
    assert claim(store, bo, request=b"other").standing is Standing.OURS


def test_what_was_released_may_be_done_at_once(store: Store, ada: ListenerId) -> None:
    first = claim(store, ada)
    store.receipts.release(ada, "k", first.ticket)
    assert claim(store, ada, request=b"other").standing is Standing.OURS


def test_a_claim_whose_holder_was_killed_is_taken_over_by_one(store: Store, ada: ListenerId) -> None:
    lost = claim(store, ada)
    assert claim(store, ada, at=LEASE - 1).standing is Standing.UNDER_WAY
    second = claim(store, ada, at=LEASE)
    assert second.standing is Standing.OURS
    assert claim(store, ada, at=LEASE + 1).standing is Standing.UNDER_WAY
    # The first was only slow: what it says no longer counts.
    store.receipts.note(ada, "k", lost.ticket, 200, b"late")
    store.receipts.release(ada, "k", lost.ticket)
    assert claim(store, ada, at=LEASE + 2).standing is Standing.UNDER_WAY
    store.receipts.note(ada, "k", second.ticket, 200, b"done")
    assert claim(store, ada, at=LEASE + 3).answer == b"done"


def test_old_keys_are_forgotten(store: Store, ada: ListenerId) -> None:
    for at in (0, 10):
        claim(store, ada, key=str(at), at=at)
    assert store.receipts.prune(UnixMs(NOON + 10)) == 1
    assert claim(store, ada, key="0", request=b"other", at=11).standing is Standing.OURS
    assert claim(store, ada, key="10", at=11).standing is Standing.UNDER_WAY


def test_who_is_forgotten_leaves_no_key(store: Store, ada: ListenerId) -> None:
    claim(store, ada)
    with store.writing(alone=True) as writer:
        writer.forget(ada)
        assert writer.listener("Ada") != ada
    assert store.receipts.prune(UnixMs(NOON + 1)) == 0
    with pytest.raises(StoreError, match="forgotten"):
        claim(store, ada)


@dataclass
class _Known:
    request: bytes
    ticket: str
    free_at: int
    answer: bytes | None = None


ACTS = st.tuples(
    st.sampled_from(["claim", "note", "release"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from([b"x", b"y"]),
    st.integers(0, 2 * LEASE),
)


def test_any_order_of_claims_answers_and_releases() -> None:
    names = count()

    @given(acts=st.lists(ACTS, max_size=30))
    @settings(deadline=None)
    def each(acts: list[tuple[str, str, bytes, int]]) -> None:
        with store.writing() as writer:
            ada = writer.listener(f"Ada {next(names)}")
        known: dict[str, _Known] = {}
        tickets: dict[str, list[str]] = {"a": ["never"], "b": ["never"]}
        now = 0
        for act, key, request, passed in acts:
            now += passed
            there = known.get(key)
            ticket = tickets[key][passed % len(tickets[key])]
            ours = there is not None and there.ticket == ticket
            if act == "note":
                store.receipts.note(ada, key, ticket, 200, ticket.encode())
                if there and ours:
                    there.answer = ticket.encode()
                continue
            if act == "release":
                store.receipts.release(ada, key, ticket)
                if ours:
                    del known[key]
                continue
            found = claim(store, ada, key, request, now)
            if there is None or (there.request == request and not there.answer and there.free_at <= now):
                assert found.standing is Standing.OURS
                known[key] = _Known(request, found.ticket, now + LEASE)
                tickets[key].append(found.ticket)
            elif there.request != request:
                assert found.standing is Standing.ANOTHER
            elif there.answer:
                assert (found.standing, found.answer) == (Standing.ANSWERED, there.answer)
            else:
                assert found.standing is Standing.UNDER_WAY

    with closing(open_store("sqlite://")) as store:
        each()
