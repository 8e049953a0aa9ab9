"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from earmark.whole_files import write_whole


def test_a_file_is_written_in_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "one"
    for content in (b"first", b"", b"third"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_whatever_stops_it_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"before")

    def stopped(file: int) -> None:
        del file
        assert path.read_bytes() == b"before"
        raise error

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(type(error)):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
