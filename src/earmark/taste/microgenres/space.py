"""The space in which micro-genres are found: all views of an artist or song, side by side.

What something is called is most of what tells where it belongs, and of most songs, and of artists who have come newly,
nothing is said. Then it is expected from who listens and how it sounds: by ridge regression (Hoerl & Kennard 1970) from
these to what the described artists are called. What is expected is shorter than what is said, the less is known the
more, and so counts for less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.signals.collaborative.histories import Csr
from earmark.taste.microgenres import views
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.views import Floats


@dataclass(frozen=True)
class Space:
    """How rows of views become points, directions of ``n_factors + n_dimensions + n_figures`` columns.

    ``sound_scale`` ``(2, n_figures)``: mean and spread of each figure. ``expects`` ``(n_factors + n_figures,
    n_dimensions)``: what something is called, from the directions of listening and sound.
    """

    sound_scale: Floats
    expects: Floats
    n_factors: int

    @classmethod
    def of(
        cls,
        *,
        listening: Floats | None,
        terms: Csr,
        sound: Floats | None,
        config: MicroGenreConfig,
        seed: int,
    ) -> tuple[Space, Floats]:
        """The space of artists, and their points; see `earmark.taste.microgenres.model.MicroGenres.fit`."""
        n = terms.shape[0]
        held = np.zeros((n, 0), np.float32) if listening is None else listening
        heard = np.zeros((n, 0), np.float32) if sound is None else sound
        scale = views.sound_scale(heard)
        beside = np.hstack([views.directions(held), views.sound_directions(heard, scale)])
        called = views.latent(views.tf_idf(terms), config.term_dimensions, seed)
        said = np.asarray(called.any(axis=1), np.bool_)
        teaches = np.flatnonzero(said & beside.any(axis=1))
        taught = beside[teaches].astype(np.float64)
        products = taught.T @ taught + config.expectation_pull * np.eye(beside.shape[1])
        expects = np.linalg.solve(products, taught.T @ called[teaches]).astype(np.float32)
        space = cls(scale, expects, held.shape[1])
        return space, space._joined(beside, np.where(said[:, None], called, beside @ expects), config)

    def points(
        self, n: int, *, listening: Floats | None, sound: Floats | None, config: MicroGenreConfig
    ) -> Floats:
        """The points of ``n`` things of which nothing is said, ``(n, n_columns)``; zeros where nothing is known either.

        Raises:
            ValueError: vectors are of another number or length than those learned from.
        """
        n_figures = self.sound_scale.shape[1]
        for what, rows, length in (("listening", listening, self.n_factors), ("sound", sound, n_figures)):
            if rows is not None and rows.shape != (n, length):
                raise ValueError(f"{what}: expected ({n}, {length}), got {rows.shape}.")
        held = np.zeros((n, self.n_factors)) if listening is None else listening
        heard = np.zeros((n, n_figures)) if sound is None else sound
        beside = np.hstack([views.directions(held), views.sound_directions(heard, self.sound_scale)])
        return self._joined(beside, beside @ self.expects, config)

    def _joined(self, beside: Floats, called: NDArray[np.float32], config: MicroGenreConfig) -> Floats:
        held, heard = beside[:, : self.n_factors], beside[:, self.n_factors :]
        return views.joined((held, called, heard), (config.listening, config.terms, config.sound))
