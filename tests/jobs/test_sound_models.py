"""MusiCNN is set up whole or not at all, and whatever is in the way is said with what to do about it."""

from __future__ import annotations

import hashlib
import importlib.util
import zipfile
from pathlib import Path

import pytest
from tests.signals.audio.musicnn.bundles import bundle, small_musicnn

from earmark.errors import EarmarkError, UnreadableInputError
from earmark.jobs.sound_models import advice, set_up
from earmark.signals.audio.musicnn import published
from earmark.signals.audio.musicnn.checkpoint import read_arrays
from earmark.signals.audio.musicnn.graph import to_onnx
from earmark.signals.audio.musicnn.weights import Weights


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package like the published one, but of small weights, and known as the published one would be."""
    path = tmp_path / "packages" / published.WHEEL
    path.parent.mkdir()
    index, data = bundle(small_musicnn(0))
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(f"{published.FOLDER}/.index", index)
        package.writestr(f"{published.FOLDER}/.data-00000-of-00001", data)
        package.writestr(
            "musicnn-0.1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: musicnn\nVersion: 0.1.0\n"
        )
        package.writestr("musicnn-0.1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        package.writestr("musicnn-0.1.0.dist-info/RECORD", "")
    model = to_onnx(Weights.of(read_arrays(index, data)))
    monkeypatch.setattr(published, "WHEEL_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(published, "FILE_SHA256", hashlib.sha256(model).hexdigest())
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def left(home: Path) -> list[str]:
    return sorted(path.name for path in home.rglob("*") if path.is_file())


def test_who_listens_with_less_is_told(home: Path) -> None:
    assert "earmark models fetch" in str(advice(home))


def test_from_a_file(wheel: Path, home: Path) -> None:
    done = set_up(home, wheel)
    content = Path(done.file).read_bytes()
    assert done.file == str(home / "models" / published.FILE)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (done.bytes, done.sha256)
    assert set_up(home, wheel) == done
    assert advice(home) is None
    assert left(home) == [published.FILE]


def test_by_name_without_what_it_asks_for(wheel: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    assert set_up(home).made_of == "musicnn==0.1.0"
    assert left(home) == [published.FILE]


def test_where_it_cannot_be_fetched(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(EarmarkError, match=r"No matching distribution found for musicnn==0\.1\.0") as told:
        set_up(home)
    assert "--wheel" in told.value.remedy
    assert not left(home)


def test_where_there_is_no_pip(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EarmarkError, match="There is no pip"):
        set_up(home)


def test_other_bytes_are_refused(wheel: Path, home: Path) -> None:
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    with pytest.raises(UnreadableInputError, match=r"is not the musicnn.* that is published"):
        set_up(home, wheel)
    with pytest.raises(UnreadableInputError, match=r"nowhere\.whl cannot be read"):
        set_up(home, home / "nowhere.whl")
    assert not left(home)


def test_what_comes_out_otherwise_is_refused(
    wheel: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "FILE_SHA256", "0" * 64)
    with pytest.raises(UnreadableInputError, match="Nothing was written"):
        set_up(home, wheel)
    assert not left(home)


def test_where_nothing_may_be_written(wheel: Path, home: Path) -> None:
    (home / "models").write_text("a file, where a folder should be")
    with pytest.raises(EarmarkError, match="cannot be written"):
        set_up(home, wheel)
    assert left(home) == ["models"]
