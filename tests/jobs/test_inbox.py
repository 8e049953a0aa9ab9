from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from earmark.errors import EarmarkError, StoreError
from earmark.jobs import inbox as inboxes
from earmark.jobs.inbox import Inbox
from earmark.listening.listens import Listen, UnixMs
from earmark.music.items import Track
from earmark.store.port import ListenerId, Store
from earmark.store.sql_store import open_store

NOON = 1_700_000_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path / 'earmark.db'}")) as opened:
        yield opened


def plays(first: int, n: int) -> list[Listen]:
    return [Listen(Track("A", f"Song {k}"), UnixMs(NOON + k * 300_000)) for k in range(first, first + n)]


def listener(store: Store, name: str) -> ListenerId:
    with store.writing() as writer:
        return writer.listener(name)


def test_what_many_tell_at_once_is_stored_once_and_each_is_told(store: Store) -> None:
    who = [listener(store, f"L{n}") for n in range(5)]
    with Inbox(store) as inbox, ThreadPoolExecutor(8) as pool:
        # Everybody tells everything twice.
        tellings = pool.map(lambda n: inbox.tell(who[n % 5], plays(n // 10 * 7, 7)), range(200))
        for telling in tellings:
            telling.result(timeout=30)
            assert telling.done()
        assert store.counts().listens == 5 * 20 * 7


def test_what_is_answered_for_is_in_the_record(store: Store, tmp_path: Path) -> None:
    ada = listener(store, "Ada")
    with Inbox(store) as inbox:
        inbox.tell(ada, plays(0, 3)).result(timeout=30)
        with closing(open_store(f"sqlite:///{tmp_path / 'earmark.db'}")) as other:
            assert other.counts().listens == 3


def test_who_was_forgotten_takes_nobody_with_them(store: Store) -> None:
    ada, bo = listener(store, "Ada"), listener(store, "Bo")
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    with Inbox(store) as inbox:
        gone, stays = inbox.tell(ada, plays(0, 3)), inbox.tell(bo, plays(0, 2))
        stays.result(timeout=30)
        with pytest.raises(StoreError, match="was forgotten"):
            gone.result(timeout=30)
    assert store.counts().listens == 2


def test_what_cannot_be_stored_takes_nothing_with_it(store: Store) -> None:
    ada = listener(store, "Ada")
    with Inbox(store) as inbox, store.writing() as writer:
        # While this transaction is open, all three wait for one of their own.
        writer.listener("Bo")
        before, broken, after = (
            inbox.tell(ada, listens)
            for listens in (plays(0, 2), [Listen(Track("A", "B"), UnixMs(1 << 70))], plays(2, 2))
        )
        writer.finish()
    before.result(timeout=30)
    after.result(timeout=30)
    with pytest.raises(OverflowError):
        broken.result(timeout=30)
    assert store.counts().listens == 4


def test_all_that_was_handed_over_is_stored_before_it_closes(store: Store) -> None:
    ada = listener(store, "Ada")
    with Inbox(store) as inbox:
        tellings = [inbox.tell(ada, plays(n, 1)) for n in range(50)]
    assert all(telling.done() for telling in tellings)
    assert store.counts().listens == 50
    with pytest.raises(EarmarkError, match="stopping"):
        inbox.tell(ada, plays(0, 1))


def test_who_told_lately_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bo = listener(store, "Ada"), listener(store, "Bo")
    # However long that takes.
    monkeypatch.setattr(inboxes, "LONGEST_PAUSE_S", 60.0)
    took: list[float] = []
    with Inbox(store, took.append) as inbox:
        for who in (ada, bo):
            inbox.tell(who, plays(0, 1)).result(timeout=30)
        inbox._took_s = 600.0
        first = inbox.tell(ada, plays(1, 1))
        while not inbox._waiting.empty():
            Event().wait(0.01)
        inbox.tell(bo, plays(1, 1)).result(timeout=30)
        assert first.done()
        # One transaction for both, begun as soon as both were there.
        assert len(took) == 3
        # Nobody comes beside Ada now, and she waits no longer than a transaction takes.
        inbox._took_s = 0.001
        inbox.tell(ada, plays(2, 1)).result(timeout=30)
