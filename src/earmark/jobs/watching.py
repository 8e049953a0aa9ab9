"""Keep the record as the music folders are: whatever changes in them is scanned within seconds.

A file that is still being copied changes again and again; it is waited for until it has been still for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from earmark.engines.progress import Progress
from earmark.errors import BusyError, EarmarkError, UnavailableError
from earmark.jobs.hearing import OpenEars, open_ears
from earmark.jobs.house import House
from earmark.jobs.scan_report import ScanReport
from earmark.jobs.scanning import ScanOptions, scan

LOOK_MS: Final = 1_000
"""Where nothing changes, what is waited for is looked at so often."""
STILL_SECONDS: Final = 2.0
"""A file that has not changed for so long is taken to be whole."""


def watch(
    house: House,
    libraries: Sequence[str],
    progress: Progress,
    told: Callable[[ScanReport], None],
    options: ScanOptions = ScanOptions(),  # noqa: B008
    *,
    ears: OpenEars = open_ears,
) -> None:
    """Scan the folders, and then whatever changes in them, until interrupted.

    Args:
        house: whose record.
        libraries: of `earmark.jobs.scanning.libraries_at`.
        progress: told of files that are done.
        told: hears what each scan found.
        options: of the first scan.
        ears: opens the models that hear.

    Raises:
        EarmarkError: as `scan` does the first time; the system watches no more folders.
    """
    settling, first = Settling(), True
    for changed in changes_in(libraries):
        # What scans themselves write is nothing new, should the home folder lie among the music.
        settling.note(path for path in changed if not Path(path).is_relative_to(house.home))
        if first:
            # What changes during the first scan is seen by the next: watching has begun.
            told(scan(house, libraries, progress, options, ears=ears))
            first = False
        ready = settling.settled()
        within = folders_of(ready, libraries)
        if not within:
            continue
        try:
            told(
                scan(
                    house, libraries, progress, ScanOptions(workers=options.workers), within=within, ears=ears
                )
            )
        except (BusyError, UnavailableError):
            # Another scan, or a record that cannot be written just now: there is time.
            settling.note(ready)


def changes_in(libraries: Sequence[str]) -> Iterator[set[str]]:
    """Paths that changed since the last time; every second, be there any or not.

    Raises:
        EarmarkError: the system watches no more folders.
    """
    from watchfiles import watch as watched

    try:
        for changes in watched(*libraries, watch_filter=None, yield_on_timeout=True, rust_timeout=LOOK_MS):
            yield {path for _, path in changes}
    except OSError as error:
        raise EarmarkError(
            f"The music folders cannot be watched: {error.strerror or error}.",
            "Raise the system's limit (Linux: sysctl fs.inotify.max_user_watches), or scan now and then without "
            "--watch.",
        ) from error


class Settling:
    """Paths that changed, until they have been still for a while."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._seen: dict[str, tuple[tuple[int, int] | None, float]] = {}

    def note(self, paths: Iterable[str]) -> None:
        """These have changed."""
        for path in paths:
            self._seen[path] = (_look(path), self._now())

    def settled(self) -> set[str]:
        """Those that have been as they are for long enough; they are told of once."""
        now, settled = self._now(), set[str]()
        for path, (seen, since) in list(self._seen.items()):
            if (looks := _look(path)) != seen:
                self._seen[path] = (looks, now)
            elif now - since >= STILL_SECONDS:
                settled.add(path)
                del self._seen[path]
        return settled


def folders_of(paths: Iterable[str], libraries: Sequence[str]) -> list[str]:
    """The folders in which these lie, or which they are, as far as they are there still; none within another.

    What is hidden, or lies in what is, is nobody's.
    """
    found: set[Path] = set()
    for path in map(Path, paths):
        library = next((Path(one) for one in libraries if path.is_relative_to(one)), None)
        if library is not None and not any(part[0] == "." for part in path.relative_to(library).parts):
            above = (one for one in (path, *path.parents) if one.is_dir() or one == library)
            found.add(next(above))
    return sorted(str(one) for one in found if not found & {*one.parents})


def _look(path: str) -> tuple[int, int] | None:
    """Size and time of a file; None if it is no more."""
    try:
        about = Path(path).stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns
