from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest
from tests.logs import put_back

from earmark._app.main import main


class Said(NamedTuple):
    """What a command left: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


@pytest.fixture
def earmark(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run the command line as the entry point would."""

    def run(*arguments: object, columns: int = 120) -> Said:
        monkeypatch.setattr(sys, "argv", ["earmark", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended, put_back():
            main()
            sys.exit(0)
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run
