"""What a process remembers of the catalogue is right, whoever forgets meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Item, Track
from earmark.store import remembered
from earmark.store.port import Store
from earmark.store.remembered import Ids, Remembered
from earmark.store.sql_store import open_store

NOON = 1_700_000_000_000


@pytest.fixture(params=["sqlite", "postgres"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """One record, opened by two processes."""
    in_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'earmark.db'}" if in_file else request.getfixturevalue("postgres")
    with closing(open_store(url)) as ours, closing(open_store(url)) as theirs:
        yield ours, theirs


def play(store: Store, name: str, title: str, *, minutes: int = 0) -> None:
    with store.writing() as writer:
        listen = Listen(Track("A", title), UnixMs(NOON + minutes * 60_000))
        writer.add_listens([writer.listener(name)], [listen], Origin("o"))


def test_what_another_process_forgot_is_made_anew(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    play(ours, "Ada", "Only hers")
    with theirs.writing(alone=True) as writer:
        writer.forget(theirs.find_listener("Ada").id)
    assert theirs.counts().tracks == 0
    play(ours, "Bo", "Only hers")
    (item,) = ours.listens([ours.find_listener("Bo").id])["item"]
    assert ours.items([item])["title"].to_list() == ["Only hers"]


def test_what_was_not_committed_is_not_remembered(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    with pytest.raises(RuntimeError), ours.writing() as writer:
        writer.items([Track("A", "Never stored")])
        raise RuntimeError
    with theirs.writing() as writer:
        writer.items([Track("B", "Stored meanwhile")])
    with ours.writing() as writer:
        ((item, _),) = writer.items([Track("A", "Never stored")])
    assert ours.items([item])["title"].to_list() == ["Never stored"]


def test_what_is_met_again_is_the_same_and_later_words_are_added(two: tuple[Store, Store]) -> None:
    told = [Track("A", "B"), Track("A", "B"), Track("a", "B", "Album"), Track("A", "B (live)")]
    found = []
    for store in two * 2:
        for track in told:
            with store.writing() as writer:
                found.append(writer.items([track])[0])
    one, _, same, live = found[:4]
    assert found == [one, one, same, live] * 4
    assert one == same
    assert live[1] == one[1] and live[0] != one[0]
    assert two[0].items([one[0]])["release"].to_list() == ["Album"]


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_REMEMBERED", 3)
    memory = Remembered()
    items: list[dict[Item, Ids]] = [{Track("A", str(n)): (n, n)} for n in range(5)]
    for one in items:
        memory.keep(0, one)
    assert [ids for ids, _ in memory.as_of(0).values()] == [2, 3, 4]
    memory.keep(0, {Track("B", str(n)): (n, n) for n in range(10)})
    assert [ids for ids, _ in memory.as_of(0).values()] == [7, 8, 9]
    # Whoever wrote before somebody was forgotten has nothing to say any more.
    assert not memory.as_of(1)
    memory.keep(0, items[0])
    assert not memory.as_of(1)
