"""Sparse matrices checked once, in the form that the kernels read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Csr: TypeAlias = "sparse.csr_array[Any, tuple[int, int]] | sparse.csr_matrix[Any]"
"""A matrix of listeners or playlists (rows) by songs (columns)."""


@dataclass(frozen=True)
class Rows:
    """A CSR matrix whose indices are in range, sorted and without repeats, and whose weights are finite.

    ``starts`` (n_rows + 1,) int64, ``indices`` (n_entries,) int32, ``weights`` (n_entries,) float32.
    """

    starts: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.float32]
    n_columns: int

    @property
    def n_rows(self) -> int:
        """How many rows."""
        return len(self.starts) - 1

    @classmethod
    def of(cls, matrix: Csr | Rows, what: str) -> Rows:
        """Check and convert ``matrix``; ``what`` names it in errors. Rows are as they should be already.

        Raises:
            ValueError: an index is out of range, the row starts do not fit, or a weight is not finite.
        """
        if isinstance(matrix, Rows):
            return matrix
        if matrix.format != "csr" or matrix.ndim != 2:
            raise ValueError(f"{what}: expected a CSR matrix of two dimensions; convert it with .tocsr().")
        n_rows, n_columns = matrix.shape
        _check_shape(matrix, n_rows, n_columns, what)
        if not matrix.has_canonical_format:
            matrix = matrix.copy()
            matrix.sum_duplicates()
        with np.errstate(over="ignore"):
            weights = np.ascontiguousarray(matrix.data, dtype=np.float32)
        if not np.isfinite(weights).all():
            row = int(np.searchsorted(matrix.indptr, int(np.argmin(np.isfinite(weights))), side="right")) - 1
            raise ValueError(
                f"{what}: row {row} holds a weight that is not a finite float32; drop or mend it."
            )
        return cls(
            np.ascontiguousarray(matrix.indptr, dtype=np.int64),
            np.ascontiguousarray(matrix.indices, dtype=np.int32),
            weights,
            n_columns,
        )

    def csr(self) -> sparse.csr_array[Any, tuple[int, int]]:
        """The same as a matrix of scipy's."""
        return sparse.csr_array(
            (self.weights, self.indices, self.starts), shape=(self.n_rows, self.n_columns)
        )

    @classmethod
    def empty(cls, n_rows: int, n_columns: int) -> Rows:
        """A matrix without entries."""
        return cls(np.zeros(n_rows + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32), n_columns)

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """The rows of all parts, of which there is at least one, in that order."""
        ends = np.cumsum([0, *(part.starts[-1] for part in parts)])
        starts = [part.starts[1:] + end for part, end in zip(parts, ends, strict=False)]
        return cls(
            np.concatenate([ends[:1], *starts]),
            np.concatenate([part.indices for part in parts]),
            np.concatenate([part.weights for part in parts]),
            parts[0].n_columns,
        )

    def entries(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the entries of some rows stand, one row after the other, and where each row begins among them."""
        first = self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(self.starts[rows + 1] - first)])
        return np.repeat(first - starts[:-1], np.diff(starts)) + np.arange(starts[-1]), starts

    def take(self, rows: NDArray[np.integer]) -> Rows:
        """Some of the rows."""
        at, starts = self.entries(rows)
        return Rows(starts, self.indices[at], self.weights[at], self.n_columns)

    def transposed(self) -> Rows:
        """The same entries by column, rows ascending."""
        matrix = sparse.csr_array((self.weights, self.indices, self.starts), (self.n_rows, self.n_columns))
        turned = matrix.tocsc()
        return Rows(
            turned.indptr.astype(np.int64, copy=False),
            turned.indices.astype(np.int32, copy=False),
            turned.data,
            self.n_rows,
        )


def _check_shape(matrix: Csr, n_rows: int, n_columns: int, what: str) -> None:
    if n_columns >= 2**31 or n_rows >= 2**31:
        raise ValueError(f"{what}: {n_rows} by {n_columns} is beyond 32-bit ids.")
    starts, indices = matrix.indptr, matrix.indices
    if (
        len(starts) != n_rows + 1
        or starts[0] != 0
        or (np.diff(starts) < 0).any()
        or starts[-1] > len(indices)
    ):
        raise ValueError(f"{what}: the row starts (indptr) do not fit its {n_rows} rows.")
    used = indices[: starts[-1]]
    if len(used) and (used.min() < 0 or used.max() >= n_columns):
        raise ValueError(
            f"{what}: song ids must be from 0 to {n_columns - 1}, found {used.min()} to {used.max()}."
        )


def excluded_rows(exclude: Csr | Rows | None, n_rows: int, n_songs: int) -> Rows:
    """The songs that may not be returned, one row for each of ``n_rows`` listeners; None excludes nothing.

    Raises:
        ValueError: the shape is not (n_rows, n_songs).
    """
    if exclude is None:
        return Rows.empty(n_rows, n_songs)
    rows = Rows.of(exclude, "exclude")
    if (rows.n_rows, rows.n_columns) != (n_rows, n_songs):
        raise ValueError(
            f"exclude: expected {n_rows} rows by {n_songs} songs, got {rows.n_rows} by {rows.n_columns}."
        )
    return rows


def checked_ids(ids: NDArray[Any], n: int, what: str) -> NDArray[np.int32]:
    """``ids`` as contiguous int32, all from 0 to n - 1.

    Raises:
        ValueError: one is not, or they are not whole numbers in one dimension.
    """
    if ids.ndim != 1 or (len(ids) and ids.dtype.kind not in "iu"):
        raise ValueError(f"{what}: expected one dimension of whole numbers, got {ids.ndim} of {ids.dtype}.")
    if len(ids) and (ids.min() < 0 or ids.max() >= n):
        raise ValueError(f"{what}: ids must be from 0 to {n - 1}, found {ids.min()} to {ids.max()}.")
    return np.ascontiguousarray(ids, dtype=np.int32)


def check_count(value: int, what: str) -> None:
    """Whether ``value`` can be a length.

    Raises:
        ValueError: it is below 1 or beyond a million.
    """
    if not 1 <= value <= 1_000_000:
        raise ValueError(f"{what} must be from 1 to 1000000, got {value}.")
