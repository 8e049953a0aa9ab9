"""The entry point: wires the rooms together and hands them to the verbs."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from earmark._app.serving import serve
from earmark.cli.app import app
from earmark.cli.shared import Wiring
from earmark.errors import EarmarkError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.jobs.house import House


def open_house(home: Path | None) -> AbstractContextManager[House]:
    """The home folder, opened with the settings in force; the record is closed on leaving."""
    # Imported here, so that `earmark --help` does not pay for them.
    from earmark._app.settings import read_settings
    from earmark.jobs.house import House
    from earmark.store.sql_store import open_store

    @contextmanager
    def opened() -> Iterator[House]:
        settings = read_settings()
        folder = (home or settings.home).expanduser().resolve()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EarmarkError(
                f"The home folder {folder} cannot be made: {error.strerror}.", "Choose another with --home."
            ) from error
        store = open_store(settings.database_url or f"sqlite:///{folder / 'earmark.db'}")
        try:
            yield House(
                folder,
                store,
                settings.learn,
                settings.weekly,
                settings.tuning,
                settings.work,
                settings.sign_in,
                settings.scan,
                settings.read,
            )
        finally:
            store.close()

    return opened()


def log() -> None:
    """Log from now on as the settings say.

    Raises:
        EarmarkError: a setting does not fit.
    """
    from earmark._app.logging import set_up_logging
    from earmark._app.settings import read_settings

    set_up_logging(read_settings().log)


def main() -> None:
    """Run the command line."""
    # OpenMP's threads (LightGBM's) sleep while they wait. By default they spin, and where another process wants the
    # processors, that costs many times the work. It is read once, when the library is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    for stream in (sys.stdout, sys.stderr):
        # A terminal without the letters of a name shows their codes.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(obj=Wiring(open_house, serve, log), standalone_mode=True)
    except EarmarkError as error:
        sys.stderr.write(f"{error.what}\n{error.remedy}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Nothing half-written was kept.\n")
        sys.exit(130)
