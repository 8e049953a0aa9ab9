"""Who may work on a home folder at once: many may use it, one may learn, and whoever forgets is alone.

Locks are the system's, on files in the home folder, so a run that is killed holds none. Without them, a run that
cut its snapshot before a listener was forgotten could bring them back with its build.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earmark.errors import BusyError, writing_to

IN_USE = ".in-use.lock"
LEARNING = ".learning.lock"
SCANNING = ".scanning.lock"
READING = ".reading.lock"


@contextmanager
def using(home: Path) -> Iterator[None]:
    """Use what the home folder holds; many may at once.

    Raises:
        BusyError: somebody is being forgotten just now.
    """
    with _held(home / IN_USE, fcntl.LOCK_SH, "A listener is being forgotten in this home folder."):
        yield


@contextmanager
def learning(home: Path) -> Iterator[None]:
    """Make a build; one at a time.

    Raises:
        BusyError: another run is learning, or somebody is being forgotten.
    """
    with using(home), _held(home / LEARNING, fcntl.LOCK_EX, "Another run is learning in this home folder."):
        yield


@contextmanager
def scanning(home: Path) -> Iterator[None]:
    """Take in what lies in music folders; one at a time.

    Raises:
        BusyError: another run is scanning.
    """
    with _held(home / SCANNING, fcntl.LOCK_EX, "Another run is scanning music into this home folder."):
        yield


@contextmanager
def reading(home: Path) -> Iterator[None]:
    """Take in texts about music; one at a time.

    Raises:
        BusyError: another run is reading.
    """
    with _held(home / READING, fcntl.LOCK_EX, "Another run is reading texts into this home folder."):
        yield


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Have the home folder to oneself.

    Raises:
        BusyError: another run is at work.
    """
    with _held(home / IN_USE, fcntl.LOCK_EX, "Another run is at work in this home folder."):
        yield


@contextmanager
def _held(path: Path, how: int, trouble: str) -> Iterator[None]:
    with writing_to(path):
        file = path.open("a")
    with file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(trouble, "Wait until it has ended, and run the command again.") from error
        yield
