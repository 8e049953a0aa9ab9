"""A made matrix of listeners by songs, of any size, with tastes in it: what speed is measured on."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

GENRES = 400
GENRES_EACH = 4
"""Songs belong to one taste, listeners to a few."""
OWN_SHARE = 0.7
"""So much of what a listener plays is from their own tastes; the rest from anywhere."""
REPEATS = 1.48
"""Draws for each distinct song of a history, found by trial at 200 songs a listener."""


def made_matrix(n_listeners: int, n_songs: int, n_pairs: int, *, seed: int = 1) -> sp.csr_matrix:
    """Listeners by songs, ``(n_listeners, n_songs)`` float32 weights log(1 + plays), about ``n_pairs`` entries.

    Songs are as popular as a Zipf–Mandelbrot law says, (rank + 30) ** -0.9; how much a listener plays is
    log-normal (sigma 1). The same seed gives the same matrix.
    """
    random = np.random.default_rng(seed)
    popularity = (np.arange(1, n_songs + 1) + 30.0) ** -0.9
    genre = np.sort(random.integers(0, GENRES, n_songs))
    # Songs in the order of their genre, so that both a genre and everything are ranges to draw from.
    heights = np.concatenate([[0.0], np.cumsum(random.permutation(popularity))])
    bounds = heights[np.searchsorted(genre, np.arange(GENRES + 1))]
    draws = random.lognormal(0, 1, n_listeners)
    draws = np.rint(draws * (REPEATS * n_pairs / draws.sum())).astype(np.int64)
    rows = np.repeat(np.arange(n_listeners), draws)
    taste = random.integers(0, GENRES, (n_listeners, GENRES_EACH))[
        rows, random.integers(0, GENRES_EACH, len(rows))
    ]
    own = random.random(len(rows)) < OWN_SHARE
    low, high = np.where(own, bounds[taste], 0.0), np.where(own, bounds[taste + 1], heights[-1])
    drawn = np.searchsorted(heights, low + (high - low) * random.random(len(rows)), side="right") - 1
    pairs = rows * np.int64(n_songs) + random.permutation(n_songs)[np.minimum(drawn, n_songs - 1)]
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    rows, songs = np.divmod(pairs, n_songs)
    weights = np.log1p(random.geometric(0.3, len(pairs))).astype(np.float32)
    starts = np.searchsorted(rows, np.arange(n_listeners + 1))
    return sp.csr_matrix((weights, songs.astype(np.int32), starts), shape=(n_listeners, n_songs))
