"""What a build keeps: settings as JSON, arrays as .npy, tables as Parquet; the same bytes for the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from earmark.errors import NotLearnedError

Config = TypeVar("Config", bound=BaseModel)


def save_parts(
    folder: Path, config: BaseModel, arrays: Mapping[str, NDArray[Any]], tables: Mapping[str, pl.DataFrame]
) -> None:
    """Write ``config.json``, one ``<name>.npy`` for each array and one ``<name>.parquet`` for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(config.model_dump_json(indent=2) + "\n", encoding="utf-8")
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    for name, table in tables.items():
        save_table(folder, name, table)


def save_table(folder: Path, name: str, table: pl.DataFrame) -> None:
    """Write ``<name>.parquet``; the same table gives the same bytes."""
    table.write_parquet(folder / f"{name}.parquet", compression="zstd")


def load_config(folder: Path, kind: type[Config]) -> Config:
    """The settings in ``config.json``.

    Raises:
        NotLearnedError: the file is missing, damaged or of another kind.
    """
    path = folder / "config.json"
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise _damaged(path, error) from error


def load_array(folder: Path, name: str) -> NDArray[Any]:
    """The array in ``<name>.npy``.

    Raises:
        NotLearnedError: the file is missing or damaged.
    """
    path = folder / f"{name}.npy"
    try:
        return np.asarray(np.load(path, allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path, error) from error


def load_table(folder: Path, name: str) -> pl.DataFrame:
    """The table in ``<name>.parquet``.

    Raises:
        NotLearnedError: the file is missing or damaged.
    """
    path = folder / f"{name}.parquet"
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, cause: Exception) -> NotLearnedError:
    first_line = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    return NotLearnedError(
        f"A part of the build cannot be read: {path} ({first_line}).", "Learn again with: earmark learn"
    )
