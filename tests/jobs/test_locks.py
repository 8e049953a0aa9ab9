"""Who may work on a home folder at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from earmark.errors import EarmarkError
from earmark.jobs.locks import alone, learning, using

HOLDING = """
import sys
from pathlib import Path
from earmark.jobs import locks
with getattr(locks, sys.argv[1])(Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("held", "wanted", "allowed"),
    [
        (using, using, True),
        (using, learning, True),
        (learning, using, True),
        (learning, learning, False),
        (using, alone, False),
        (learning, alone, False),
        (alone, using, False),
        (alone, learning, False),
        (alone, alone, False),
    ],
)
def test_who_keeps_whom_out(held, wanted, allowed: bool, tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, held.__name__, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    try:
        if allowed:
            with wanted(tmp_path):
                pass
        else:
            with pytest.raises(EarmarkError, match="Wait"), wanted(tmp_path):
                pass
    finally:
        other.kill()
        other.communicate()
    # A killed run holds nothing.
    with wanted(tmp_path):
        pass
