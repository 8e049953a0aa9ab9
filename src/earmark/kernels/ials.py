"""Implicit-feedback matrix factorisation by alternating least squares, and one row's vector in closed form.

With confidences c of a row's entries and 1 everywhere else, a row's vector x solves, against the columns' Y,
(Y'Y + sum (\\|c\\| - 1) y y' + pull I) x = sum over c > 0 of c y (Hu, Koren & Volinsky 2008, with c < 0 for "not
liked, with confidence \\|c\\|"). Learning takes a few conjugate gradient steps from the row's last vector (Takács
et al. 2011); both sides stand in a basis in which Y'Y is diagonal, where Y'Y + pull I costs nothing to apply or to
precondition with. Folding in solves exactly, in float64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earmark.errors import EarmarkError
from earmark.kernels import _core
from earmark.kernels.sparse import Rows
from earmark.threads import in_order, one_blas_thread, over_blocks

ROWS_PER_BLOCK = 256
VECTORS_PER_PRODUCT = 2_048
STEPS = 2
"""Preconditioned steps in which a row comes nearer to its solution than in three plain ones."""
LANES = 16

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


class Alternation:
    """A matrix of confidences and the vectors of its rows and columns, solved in turn."""

    def __init__(
        self, rows: Rows, columns: Rows, row_pulls: Doubles, column_pulls: Doubles, start: Floats
    ) -> None:
        """Begin with the given vectors of the columns, and zeros for the rows.

        Args:
            rows: (n_rows, n_columns) confidences, none of them 0.
            columns: the same, transposed.
            row_pulls: (n_rows,) regularisation of each row, above 0.
            column_pulls: (n_columns,) likewise.
            start: (n_columns, n_factors) vectors of the columns, not all 0.

        Raises:
            ValueError: shapes do not fit.
        """
        lengths = len(row_pulls), len(column_pulls), len(start)
        if lengths != (rows.n_rows, rows.n_columns, rows.n_columns):
            raise ValueError(
                f"{lengths} pulls and vectors for {rows.n_rows} by {rows.n_columns} confidences."
            )
        self._rows, self._columns = rows, columns
        self._row_pulls, self._column_pulls = row_pulls.astype(np.float32), column_pulls.astype(np.float32)
        self.n_factors = start.shape[1]
        self._row_factors = _aligned(rows.n_rows, self.n_factors)
        self._column_factors = _aligned(rows.n_columns, self.n_factors)
        self._column_factors[:, : self.n_factors] = start

    @property
    def row_factors(self) -> Floats:
        """(n_rows, n_factors); a view that the next iteration changes."""
        return self._row_factors[:, : self.n_factors]

    @property
    def column_factors(self) -> Floats:
        """(n_columns, n_factors); a view that the next iteration changes."""
        return self._column_factors[:, : self.n_factors]

    def iterate(self, threads: int | None = None) -> None:
        """Solve the rows against the columns, then the columns against the rows; threads change no byte.

        Raises:
            EarmarkError: float32 cannot hold a solution.
        """
        with one_blas_thread():
            self._solve(self._rows, self._row_pulls, self._column_factors, self._row_factors, threads)
            self._solve(self._columns, self._column_pulls, self._row_factors, self._column_factors, threads)

    def _solve(self, rows: Rows, pulls: Floats, fixed: Floats, solved: Floats, threads: int | None) -> None:
        used, width = slice(self.n_factors), fixed.shape[1]
        values, basis = np.linalg.eigh(gram(fixed[:, used], threads))
        spectrum = np.zeros(width, np.float32)
        spectrum[used] = np.maximum(values, 0.0)
        turn = basis.astype(np.float32)

        def turn_fixed(start: int, stop: int) -> None:
            fixed[start:stop, used] = fixed[start:stop, used] @ turn

        def improve(start: int, stop: int) -> None:
            solved[start:stop, used] = solved[start:stop, used] @ turn
            _core.improve_factors(
                start, stop, rows.n_rows, rows.n_columns, width, STEPS,
                rows.starts, rows.indices, rows.weights, fixed, spectrum, pulls, solved,
            )  # fmt: skip
            if not np.isfinite(solved[start:stop]).all():
                raise EarmarkError(
                    "The factors cannot be solved: a vector grew beyond float32.",
                    "Lower alpha or the weights, or raise the regularization.",
                )

        over_blocks(turn_fixed, len(fixed), VECTORS_PER_PRODUCT, threads)
        over_blocks(improve, len(solved), ROWS_PER_BLOCK, threads)


def fold_in(
    rows: Rows, items: Floats, products: Doubles, pulls: Doubles, threads: int | None = None
) -> Floats:
    """The vector of each row, (n_rows, n_factors) float32, exactly: by Cholesky's method in float64.

    Args:
        rows: (n_rows, n_songs) confidences, none of them 0.
        items: Y, (n_songs, n_factors) float32, contiguous.
        products: Y'Y, as `gram` gives it.
        pulls: (n_rows,) regularisation of each row, above 0.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        EarmarkError: a row's confidences are too large for its equations to be solved soundly.
    """
    solved = np.empty((rows.n_rows, items.shape[1]), np.float32)

    def block(start: int, stop: int) -> None:
        _core.fold_in(
            start, stop, rows.n_rows, rows.n_columns, items.shape[1],
            rows.starts, rows.indices, rows.weights, items, products, pulls, solved,
        )  # fmt: skip
        sound = np.isfinite(solved[start:stop]).all(axis=1)
        if not sound.all():
            raise EarmarkError(
                f"The history in row {start + int(np.argmin(sound))} cannot be folded in: "
                "its weights are too large beside the regularization.",
                "Lower alpha or the weights, or raise the regularization.",
            )

    over_blocks(block, rows.n_rows, ROWS_PER_BLOCK, threads)
    return solved


def gram(vectors: Floats, threads: int | None = None) -> Doubles:
    """V'V of vectors V, summed in float64 a stretch at a time, lest V be held twice."""

    def part(start: int) -> Doubles:
        some = vectors[start : start + VECTORS_PER_PRODUCT].astype(np.float64)
        products: Doubles = some.T @ some
        return products

    total = np.zeros((vectors.shape[1], vectors.shape[1]))
    with one_blas_thread():
        for products in in_order(part, range(0, len(vectors), VECTORS_PER_PRODUCT), threads):
            total += products
    return total


def _aligned(n_vectors: int, n_factors: int) -> Floats:
    """Zeros, whose rows begin with a cache line and are padded to whole vectors of the processor."""
    width = -(-n_factors // LANES) * LANES
    room = np.zeros(n_vectors * width + LANES, np.float32)
    skipped = -(room.ctypes.data // room.itemsize) % LANES
    return room[skipped : skipped + n_vectors * width].reshape(n_vectors, width)
