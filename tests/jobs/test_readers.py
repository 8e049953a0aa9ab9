"""Readers in processes of their own: in the order in which texts come, and none lost but those that do harm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from tests.jobs import readings

from earmark.errors import EarmarkError
from earmark.jobs import readers
from earmark.jobs.crew import Crew, Lost
from earmark.jobs.readers import OpenReader, Read, Readers, Task, begin
from earmark.music.documents import Document, Reading

NAMES = [("Velvet Harbour", 1, None, None), ("Low Tide", 2, None, None)]


def page(n: int, text: str = "Of Low Tide.") -> Document:
    return Document(f"{n}", "a.org", "", text)


@contextmanager
def crew_of(size: int, open_: OpenReader = readings.toys, seconds: float = 60) -> Iterator[Readers]:
    with Crew[Task, list[Reading]](size, begin, (open_, NAMES), seconds, 1_024) as crew:
        yield Readers(crew, size)


def texts_of(read: Sequence[Read]) -> list[str]:
    return [one.document.address for one in read]


def test_what_goes_in_comes_out_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PORTION", 3)
    with crew_of(2) as at_work:
        assert list(at_work.read([])) == []
        read = list(at_work.read(page(n) for n in range(20)))
        assert texts_of(read) == [f"{n}" for n in range(20)]
        assert all(isinstance(one.reading, Reading) and one.reading.mentions[0].artist == 2 for one in read)
        again = list(at_work.read([page(21, "Velvet Harbour")]))
        assert isinstance(again[0].reading, Reading)
        assert again[0].reading.mentions[0].artist == 1


def test_long_texts_make_a_portion_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(readers, "PORTION_LETTERS", 100)
    give = Crew.give
    monkeypatch.setattr(
        Crew, "give", lambda self, task: asked.append(len(task.documents)) or give(self, task)
    )
    with crew_of(1) as at_work:
        list(at_work.read(page(n, "x" * 60) for n in range(5)))
    assert asked == [2, 2, 1]


def test_no_more_texts_are_asked_for_than_can_be_read_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PORTION", 2)
    asked = 0

    def pages() -> Iterator[Document]:
        nonlocal asked
        for n in range(100):
            asked += 1
            yield page(n)

    with crew_of(1) as at_work:
        reading = at_work.read(pages())
        assert texts_of([next(reading)]) == ["0"]
        assert asked <= 8


def test_a_text_that_does_harm_is_lost_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PORTION", 4)
    told = {2: "crash me", 6: "eat all", 9: "\ud800 is half a letter"}
    with crew_of(1) as at_work:
        read = list(at_work.read(page(n, told.get(n, "Low Tide")) for n in range(11)))
    assert texts_of(read) == [f"{n}" for n in range(11)]
    lost = {int(one.document.address): one.reading.cause for one in read if isinstance(one.reading, Lost)}
    assert set(lost) == {2, 6, 9}
    assert "SIGSEGV" in lost[2]
    assert "memory" in lost[6]


def test_a_text_that_takes_too_long_is_lost_alone() -> None:
    with crew_of(1, seconds=1.5) as at_work:
        read = list(at_work.read([page(0), page(1, "hang me"), page(2)]))
    assert [isinstance(one.reading, Lost) for one in read] == [False, True, False]


def test_a_reader_that_cannot_be_made_is_told_of() -> None:
    with (
        crew_of(1, readings.broken) as at_work,
        pytest.raises(EarmarkError, match="2 names, which is too few"),
    ):
        list(at_work.read([page(0)]))
