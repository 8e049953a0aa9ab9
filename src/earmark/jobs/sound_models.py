"""Set up the network that hears best: fetch its published weights, and write them as the file that Earmark opens."""

from __future__ import annotations

import importlib.util
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from earmark.errors import EarmarkError, writing_to
from earmark.signals.audio.embedding import better_network
from earmark.signals.audio.musicnn import published
from earmark.signals.audio.musicnn.published import REQUIREMENT, WHEEL
from earmark.whole_files import write_whole

FOLDER: Final = "models"
"""Where it lies in the home folder."""
LONGEST_SECONDS: Final = 1_800
BY_HAND: Final = (
    f"Fetch {WHEEL} yourself (pip download --no-deps {REQUIREMENT}), then: earmark models fetch --wheel PATH"
)


class SetUp(msgspec.Struct, frozen=True):
    """What was set up: the file, its SHA-256, how many bytes, and what it was made of."""

    file: str
    sha256: str
    bytes: int
    made_of: str


def set_up(home: Path, wheel: Path | None = None) -> SetUp:
    """Write MusiCNN into the home folder, whole or not at all.

    Args:
        home: the home folder.
        wheel: the published package, if it is at hand; otherwise pip fetches it from where it fetches packages.

    Raises:
        EarmarkError: it cannot be fetched, is not what is published, or cannot be written.
    """
    with _package(wheel) as package:
        model = published.convert(package)
    path = home / FOLDER / published.FILE
    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, model)
    return SetUp(str(path), published.FILE_SHA256, len(model), str(wheel) if wheel else REQUIREMENT)


def advice(home: Path) -> str | None:
    """What to tell somebody who listens with less than could be had; None if MusiCNN is set up."""
    if better_network(home / FOLDER) is not None:
        return None
    return (
        "The network that comes with Earmark listens. MusiCNN finds more of what sounds alike (29 MB, fetched once): "
        "earmark models fetch"
    )


@contextmanager
def _package(wheel: Path | None) -> Iterator[Path]:
    if wheel is not None:
        yield wheel
        return
    with TemporaryDirectory(prefix="earmark-") as folder:
        yield _fetched(Path(folder))


def _fetched(folder: Path) -> Path:
    """The package, fetched by name alone: what it asks for (TensorFlow) is not needed.

    Raises:
        EarmarkError: there is no pip, or it cannot fetch it.
    """
    if importlib.util.find_spec("pip") is None:
        raise EarmarkError(
            f"There is no pip in this Python ({sys.executable}) to fetch {WHEEL} with.", BY_HAND
        )
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    command = [sys.executable, "-m", "pip", "download", *quiet, "--no-deps", "--only-binary=:all:"]
    try:
        done = subprocess.run(
            [*command, "--dest", str(folder), REQUIREMENT],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise EarmarkError(
            f"pip could not fetch {REQUIREMENT} within {LONGEST_SECONDS // 60} minutes.", BY_HAND
        ) from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise EarmarkError(
            f"pip could not fetch {REQUIREMENT} ({shlex.join(command[1:4])} ended with {done.returncode}): "
            + " ".join(said or done.stderr.splitlines()[-1:]),
            BY_HAND,
        )
    return folder / WHEEL
