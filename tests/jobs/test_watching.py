from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.homes import opened
from tests.jobs import hearings
from tests.signals.audio.sounds import tone, write

from earmark.engines.progress import Unwatched
from earmark.errors import BusyError
from earmark.jobs import watching
from earmark.jobs.house import House
from earmark.jobs.scan_config import ScanConfig
from earmark.jobs.scan_report import ScanReport
from earmark.jobs.watching import STILL_SECONDS, Settling, changes_in, folders_of, watch


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settling(clock: Clock) -> Settling:
    return Settling(clock)


def test_a_file_that_is_still_being_copied_is_waited_for(
    tmp_path: Path, clock: Clock, settling: Settling
) -> None:
    path = tmp_path / "a.mp3"
    for n in range(4):
        path.write_bytes(bytes(n + 1))
        settling.note([str(path)])
        clock.now += STILL_SECONDS - 0.1
        assert settling.settled() == set()
    clock.now += 0.2
    assert settling.settled() == {str(path)}
    assert settling.settled() == set()


def test_a_change_that_nobody_told_of_is_waited_for_too(
    tmp_path: Path, clock: Clock, settling: Settling
) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"1")
    settling.note([str(path), str(tmp_path / "gone.mp3")])
    path.write_bytes(b"12")
    clock.now += STILL_SECONDS
    assert settling.settled() == {str(tmp_path / "gone.mp3")}
    clock.now += STILL_SECONDS
    assert settling.settled() == {str(path)}


def test_folders_are_looked_at_that_are_there_each_once(tmp_path: Path) -> None:
    library = tmp_path / "music"
    (library / "a" / "b").mkdir(parents=True)
    (library / "c").mkdir()
    changed = ["a/b/1.mp3", "a/2.mp3", "c", "c/3.mp3", "d/gone/4.mp3"]
    libraries = [str(library), str(tmp_path / "other")]
    assert folders_of([f"{library}/{path}" for path in changed[:4]], libraries) == [
        f"{library}/a",
        f"{library}/c",
    ]
    assert folders_of([f"{library}/{path}" for path in changed], libraries) == [str(library)]
    assert folders_of([str(tmp_path / "other" / "5.mp3")], libraries) == [str(tmp_path / "other")]
    strange = [tmp_path / "elsewhere.mp3", library / ".hidden.mp3", library / ".git" / "a" / "1.mp3"]
    assert folders_of([str(path) for path in strange], libraries) == []


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "home").mkdir()
    with opened(tmp_path / "home") as house:
        yield replace(house, scan=ScanConfig(workers=1))


def test_what_changes_is_taken_in_until_interrupted(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The home folder lies among the music.
    library, reports = tmp_path, list[ScanReport]()
    for folder in ("a", "b"):
        write_in(library / folder / "1.wav", 220 if folder == "a" else 330)
    clock = Clock()
    monkeypatch.setattr(watching, "Settling", lambda: Settling(clock))
    busy = ["once"]

    def scan(*arguments: object, **named: object) -> ScanReport:
        if named.get("within") and busy:
            busy.clear()
            raise BusyError("Another run is scanning.", "Wait.")
        return scanned(*arguments, **named)  # type: ignore[arg-type]

    scanned = watching.scan
    monkeypatch.setattr(watching, "scan", scan)

    def changes(_: object) -> Iterator[set[str]]:
        yield set()
        new = write_in(library / "a" / "2.wav", 440)
        yield {str(new)}
        for _ in range(4):
            clock.now += STILL_SECONDS
            yield set()
        yield {str(house.home / "earmark.db-wal")}
        clock.now += STILL_SECONDS
        (library / "b" / "1.wav").unlink()
        yield {str(library / "b" / "1.wav")}
        clock.now += STILL_SECONDS
        yield set()

    monkeypatch.setattr(watching, "changes_in", changes)
    watch(house, [str(library)], Unwatched(), reports.append, ears=hearings.toys)
    assert [(one.files, one.new, one.gone, one.heard) for one in reports] == [
        (2, 2, 0, 2),
        (2, 1, 0, 1),
        (0, 0, 1, 0),
    ]
    assert len(house.store.files.known(str(library))) == 2


def write_in(path: Path, hz: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path, tone(hz, seconds=0.1))


def test_the_system_tells_of_what_changes(tmp_path: Path) -> None:
    changes, seen = changes_in([str(tmp_path)]), set[str]()
    assert next(changes) == set()
    (tmp_path / "new").mkdir()
    (tmp_path / "a.mp3").write_bytes(b"1")
    while str(tmp_path / "a.mp3") not in seen or str(tmp_path / "new") not in seen:
        seen |= next(changes)
    changes.close()  # type: ignore[attr-defined]


def test_a_system_that_watches_no_more_folders_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    import watchfiles

    from earmark.errors import EarmarkError

    def full(*_: object, **__: object) -> Iterator[set[str]]:
        raise OSError(28, os.strerror(28))
        yield set()

    monkeypatch.setattr(watchfiles, "watch", full)
    with pytest.raises(EarmarkError, match="cannot be watched: No space left"):
        next(changes_in(["/"]))
