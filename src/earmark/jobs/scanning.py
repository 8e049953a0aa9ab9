"""Scan: what lies in the music folders goes into the record, and what is new in it is heard.

First the folders are gone through, and each file's size and time compared with the record (`earmark.jobs.survey`): what
is as it was costs no more than that. The others are read and heard by a crew of processes (`earmark.jobs.crew`), and
each result is stored as it comes, so a scan may be stopped or killed at any moment: the next one does what is left. A
file is known by its path and its sound by a digest, so that what was moved keeps its record, and what was tagged anew
is not heard again.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from earmark.engines.progress import Progress
from earmark.errors import UnreadableInputError
from earmark.jobs.crew import Crew, Lost
from earmark.jobs.hearing import (
    Ask,
    AskWhoHears,
    Hear,
    Look,
    OpenEars,
    Sounding,
    Told,
    Unreadable,
    begin,
    open_ears,
)
from earmark.jobs.house import House
from earmark.jobs.locks import scanning
from earmark.jobs.lyrics import read_new_lyrics
from earmark.jobs.scan_ledger import LONGEST_HELD_SECONDS, Ledger
from earmark.jobs.scan_report import ScanReport, Sounds, left_out
from earmark.jobs.schedule import ask_for_build
from earmark.jobs.survey import Survey, survey
from earmark.listening.libraries import LibraryFile
from earmark.listening.listens import clock
from earmark.sources.folder.covers import Covers
from earmark.sources.folder.reading import Described
from earmark.threads import default_threads

MS_PER_SECOND: Final = 1_000
MS_PER_MINUTE: Final = 60_000
LEAST_BYTES_A_SECOND: Final = 50
"""No format packs more than silence into fewer."""


class ScanOptions(msgspec.Struct, frozen=True):
    """How one scan differs from others."""

    again: bool = False
    """Try files again that failed before, though they have not changed."""
    workers: int | None = None
    """Processes at once, in place of the setting."""


def libraries_at(paths: Sequence[Path]) -> list[str]:
    """The folders, or files, that are to be scanned: absolute, without links, none within another.

    Raises:
        UnreadableInputError: one is not there.
    """
    found: set[Path] = set()
    for path in paths:
        try:
            found.add(path.expanduser().resolve(strict=True))
        except (OSError, RuntimeError) as error:
            raise UnreadableInputError(
                f"{path}: there is no such folder, or it cannot be entered.",
                "Check the path, and whether the disk is there. Nothing was changed.",
            ) from error
    return sorted(str(one) for one in found if not found & {*one.parents})


def scan(
    house: House,
    libraries: Sequence[str],
    progress: Progress,
    options: ScanOptions = ScanOptions(),  # noqa: B008
    *,
    within: Sequence[str] | None = None,
    ears: OpenEars = open_ears,
) -> ScanReport:
    """Make the record of what lies in these folders, and hear what is new in them.

    Args:
        house: whose record.
        libraries: of `libraries_at`.
        progress: told of files that are done.
        options: how.
        within: look only at these folders within the libraries.
        ears: opens the models that hear.

    Raises:
        EarmarkError: another scan is running, a model is missing, or the record refuses; what was stored before stays.
    """
    began = time.monotonic()
    size = options.workers or house.scan.workers or default_threads()
    limits = (house.scan.file_seconds, house.scan.process_megabytes)
    with (
        scanning(house.home),
        Crew[Ask, Told](size, begin, (ears, house.models, house.covers), *limits) as crew,
    ):
        # The first process begins while the folders are gone through.
        crew.give(AskWhoHears())
        with progress.stage("looking"):
            found = survey(house.store.files, within or libraries, libraries, again=options.again)
        run = _Scan(house, crew, found)
        run.go(progress)
        run.read_lyrics(progress)
        return run.report(time.monotonic() - began)


class _Scan:
    """One scan, after the survey."""

    def __init__(self, house: House, crew: Crew[Ask, Told], found: Survey) -> None:
        self._house, self._crew, self._found = house, crew, found
        self._files, self._ledger = house.store.files, Ledger(house.store)
        self._n: Counter[str] = Counter()
        self._by = ""
        self._hears: deque[Hear] = deque()
        self._given: set[bytes] = set()
        """Sounds that are being heard in this scan, or were."""
        self._claimed: set[str] = set()
        """Paths whose records went over to files that were moved."""

    def go(self, progress: Progress) -> None:
        """Read and hear what is to be, and let go of what is gone."""
        self._by = self._who_hears()
        for one in self._found.as_they_were:
            if one.digest is None or one.heard_by == self._by:
                self._n["unchanged"] += 1
            elif self._is_too_long(one.duration_ms, one.mark.size):
                self._n["left out before"] += 1
            else:
                self._hear(Hear(one.path, one.digest))
        looks = deque(self._found.looks)
        try:
            with progress.stage("reading and hearing", len(looks) + len(self._hears), "files") as advance:
                while looks or self._hears or self._crew.busy:
                    while self._crew.free and (looks or self._hears):
                        self._crew.give(self._hears.popleft() if self._hears else looks.popleft())
                    advance(sum(self._take(ask, told) for ask, told in self._crew.done(LONGEST_HELD_SECONDS)))
                    self._ledger.write_when_due()
        finally:
            self._ledger.write()
        self._let_go()

    def _who_hears(self) -> str:
        while True:
            for _, told in self._crew.done(LONGEST_HELD_SECONDS):
                assert isinstance(told, str), told
                return told

    def _take(self, ask: Ask, told: Told | Lost) -> bool:
        """Note what came of a file; returns whether all is done with it."""
        match ask, told:
            case Look(), Described():
                return self._looked_at(ask, told)
            case Look(), Lost():
                self._ledger.read(LibraryFile(path=ask.path, mark=ask.mark, fault=told.cause))
                self._leave_out(ask.path, told.cause)
            case Hear(), Sounding(sound, embedding, None, trouble) if (
                sound is not None and embedding is not None
            ):
                self._ledger.heard(ask.digest, self._by, sound, embedding)
                self._n["heard"] += 1
                if trouble is not None:
                    self._leave_out(ask.path, trouble)
            case Hear(), Sounding(fault=str(cause)) | Lost(cause):
                self._ledger.fault(ask.path, cause)
                self._leave_out(ask.path, cause)
            case Look() | Hear(), Unreadable(cause):
                self._leave_out(ask.path, cause)
            case _:
                raise AssertionError((ask, told))
        return True

    def _looked_at(self, ask: Look, told: Described) -> bool:
        """A file was read; returns whether its sound need not be heard."""
        file = told.file
        for path, cause in told.troubles:
            self._leave_out(path, cause)
        self._n["by path"] += told.by_path
        if file.digest is None:
            self._ledger.read(file)
            self._leave_out(file.path, file.fault or "")
            return True
        before = self._found.before.get(file.path)
        if before is not None:
            if before.mark != file.mark:
                self._n["retagged" if before.digest == file.digest else "changed"] += 1
        elif (moved_from := self._moved_from(file.digest)) is not None:
            self._n["moved"] += 1
            self._claimed.add(moved_from)
            self._ledger.moved(moved_from, file.path)
        else:
            self._n["new"] += 1
        self._ledger.read(file)
        if self._files.heard_by(file.digest) == self._by:
            return True
        if self._is_too_long(file.duration_ms, file.mark.size):
            self._leave_out(
                file.path, f"is longer than {self._house.scan.longest_minutes:g} minutes: read, but not heard"
            )
            return True
        return not self._hear(Hear(file.path, file.digest))

    def _moved_from(self, digest: bytes) -> str | None:
        """Where a file with this sound was that is no more, and that no other file came from."""
        held = (path for path in self._files.holding(digest) if path not in self._claimed)
        return next((path for path in held if _is_gone(path)), None)

    def _is_too_long(self, duration_ms: int | None, size: int) -> bool:
        """Whether a file of so many bytes lasts too long to be heard; what a damaged header claims is not believed."""
        if duration_ms is None or duration_ms / MS_PER_SECOND * LEAST_BYTES_A_SECOND > size:
            return False
        return duration_ms > self._house.scan.longest_minutes * MS_PER_MINUTE

    def _hear(self, ask: Hear) -> bool:
        """Have a sound heard, once however many files have it; returns whether it is to be."""
        if ask.digest in self._given:
            return False
        self._given.add(ask.digest)
        self._hears.append(ask)
        return True

    def _leave_out(self, path: str, cause: str) -> None:
        self._found.left_out.append(left_out(path, cause))

    def _let_go(self) -> None:
        """Let go of files that are gone, of sounds that no file has any more, and of covers that none shows."""
        gone = sorted(self._found.gone - self._claimed)
        if not (gone or self._n["changed"] or self._n["retagged"] or self._n["moved"]):
            return
        with self._house.store.writing() as writer:
            self._n["gone"] = writer.drop_files(gone)
            writer.drop_unheld_sounds()
        Covers(self._house.covers).keep_only(self._files.covers())

    def read_lyrics(self, progress: Progress) -> None:
        """Read the words that came with what was read, and those that another reader had read before."""
        self._n["lyrics"] = read_new_lyrics(self._house.store, progress)

    def report(self, seconds: float) -> ScanReport:
        """What was found and done; a build is asked for if anything changed."""
        sounds = Sounds()
        for one in self._files.figures():
            sounds.add(one)
        report = ScanReport(
            files=self._found.files,
            new=self._n["new"],
            changed=self._n["changed"],
            retagged=self._n["retagged"],
            moved=self._n["moved"],
            gone=self._n["gone"],
            unchanged=self._n["unchanged"],
            heard=self._n["heard"],
            lyrics=self._n["lyrics"],
            by_path=self._n["by path"],
            left_out_before=self._n["left out before"] + self._found.failed,
            left_out=tuple(sorted(self._found.left_out, key=lambda one: one.path)),
            sounds=sounds.found(),
            build_asked_for=False,
            seconds=seconds,
        )
        asked = report.changed_anything and ask_for_build(self._house.store, clock())
        return msgspec.structs.replace(report, build_asked_for=asked)


def _is_gone(path: str) -> bool:
    """Whether a file is surely no more: where nobody may look, it may be there still."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
