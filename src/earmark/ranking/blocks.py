"""A sparse matrix some of whose columns are full: these are multiplied as a dense one, tens of times faster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.kernels.sparse import Csr

FULL: Final = 0.25
"""A column in which so many of the rows say something is full."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Blocks:
    """Rows of features, ``(n_rows, n_columns)``: the columns ``full`` are in ``dense``, the others in ``sparse``."""

    sparse: Csr
    turned: Csr
    dense: Floats
    full: NDArray[np.bool_]

    @classmethod
    def of(cls, matrix: Csr) -> Blocks:
        """The same numbers, in two blocks."""
        matrix = sp.csr_array(matrix)
        said = np.bincount(matrix.indices, minlength=matrix.shape[1])
        full = said > FULL * matrix.shape[0]
        by_column = sp.csc_array(matrix)
        sparse = sp.csr_array(by_column[:, ~full])
        dense = np.ascontiguousarray(by_column[:, full].toarray(), np.float32)
        return cls(sparse, sp.csr_array(sparse.T), dense, full)

    def times(self, columns: Floats) -> Floats:
        """The matrix times ``(n_columns, n)``."""
        product: Floats = self.sparse @ columns[~self.full] + self.dense @ columns[self.full]
        return product

    def turned_times(self, rows: Floats) -> Floats:
        """Its transpose times ``(n_rows, n)``."""
        product = np.empty((len(self.full), rows.shape[1]), np.float32)
        product[~self.full] = self.turned @ rows
        product[self.full] = self.dense.T @ rows
        return product

    def squares(self) -> Floats:
        """The sum of each column's squares, ``(n_columns,)``."""
        sums = np.empty(len(self.full), np.float32)
        sums[~self.full] = np.asarray(self.sparse.multiply(self.sparse).sum(axis=0), np.float32)
        sums[self.full] = np.square(self.dense).sum(axis=0)
        return sums
