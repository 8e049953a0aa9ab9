"""A learned signal on disk: settings as JSON and arrays as .npy, the same bytes for the same signal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from earmark.errors import NotLearnedError

Config = TypeVar("Config", bound=BaseModel)


def save_arrays(folder: Path, config: BaseModel, **arrays: NDArray[Any]) -> None:
    """Write ``config.json`` and one ``<name>.npy`` for each array into ``folder``, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(config.model_dump_json(indent=2) + "\n", encoding="utf-8")
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def load_arrays(folder: Path, config: type[Config], *names: str) -> tuple[Config, tuple[NDArray[Any], ...]]:
    """Read what `save_arrays` wrote.

    Raises:
        NotLearnedError: a file is missing, cut short or of another kind.
    """
    path = folder / "config.json"
    try:
        settings = config.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise damaged(path, error) from error
    return settings, tuple(load_array(folder, name) for name in names)


def load_array(folder: Path, name: str, *, mapped: bool = False) -> NDArray[Any]:
    """The array in ``<name>.npy``; if ``mapped``, each part of it is read when it is first looked at.

    Raises:
        NotLearnedError: the file is missing, cut short or of another kind.
    """
    path = folder / f"{name}.npy"
    try:
        array: NDArray[Any] = np.asarray(np.load(path, "r" if mapped else None, allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise damaged(path, error) from error
    return array


def damaged(path: Path, cause: Exception) -> NotLearnedError:
    """The error for a part of a build that cannot be used."""
    first_line = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    return NotLearnedError(
        f"A part of the build cannot be read: {path} ({first_line}).", "Learn again with: earmark learn"
    )
