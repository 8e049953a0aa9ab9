"""Lists of songs fused into one for each row: what each list, the song itself and the bond with its artist say.

Rank fusion whose weights are known needs no table of features: what a song's holders say is one number a song, what a
bond with an artist says one number a bond, and what a place in a list says one number a place. So a row's songs are
scored by a few additions each, and what is worked out beforehand does not depend on who asks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.sparse import Rows, check_count, checked_ids
from earmark.threads import over_blocks

ROWS_PER_BLOCK = 64
Floats = NDArray[np.float32]
Int32s = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What is known of songs and artists before anybody asks.

    Raises:
        ValueError: shapes do not fit, an id is out of range, or a number is not finite.
    """

    merits: Floats
    """(n_orders, n_songs) what each order says of a song, whoever asks."""
    renown: Floats
    """(n_songs,) how widely a song is held; what nobody holds (0) is never named."""
    artist_of: Int32s
    """(n_songs,)."""
    by_artist: Rows
    """(n_artists, n_songs) each artist's songs in the order in which they are looked at; the weights do not count."""
    most_held: Int32s
    """Songs that everybody is asked about, the first ones first."""

    def __post_init__(self) -> None:
        n_songs = len(self.renown)
        shapes = self.merits.ndim, self.merits.shape[-1], len(self.artist_of)
        if shapes != (2, n_songs, n_songs):
            raise ValueError(
                f"catalogue: merits {self.merits.shape} and {shapes[2]} artists for {n_songs} songs."
            )
        if not (np.isfinite(self.merits).all() and np.isfinite(self.renown).all()):
            raise ValueError("catalogue: merits and renown must be finite.")
        for name, n in (("artist_of", self.by_artist.n_rows), ("most_held", n_songs)):
            object.__setattr__(self, name, checked_ids(getattr(self, name), n, name))
        checked_ids(self.by_artist.indices, n_songs, "by_artist")
        for name in ("merits", "renown"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), np.float32))


@dataclass(frozen=True, eq=False)
class Ties:
    """Each row's ties to artists."""

    bonds: Rows
    """(n_rows, n_artists) what the bond adds to each song of the artist, by the row's order."""
    liking: Floats
    """(n_ties,) how much the artist is liked; whose is not above 0, their songs are not named for it."""
    reach: Int32s
    """(n_ties,) how many of the artist's songs are looked at."""


@dataclass(frozen=True, eq=False)
class Listing:
    """What is fused for each row."""

    ties: Ties
    closed: Rows
    """(n_rows, n_songs) songs that may not be named; the weights do not count."""
    orders: Int32s
    """(n_rows,) by which order of the catalogue's each row is scored."""
    named: Int32s
    """(n_rows, width) the lists side by side, each padded with -1."""


def fuse_lists(
    catalogue: Catalogue,
    listing: Listing,
    gains: Floats,
    n: int,
    *,
    n_artists: int,
    depth: int,
    n_popular: int,
    threads: int | None = None,
) -> Int32s:
    """The n best songs of each row, (n_rows, n) padded with -1: by score descending, then id ascending.

    A row is asked about the songs of its lists; of the ``n_artists`` artists whom it likes best, the ``depth`` songs of
    greatest liking times renown; and of the most held ones the first ``n_popular`` that are open to it.

    Args:
        catalogue: songs and artists.
        listing: of each row.
        gains: (n_orders, width) what each place in the lists adds.
        n: songs to keep of each row.
        n_artists: as said.
        depth: as said.
        n_popular: as said.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: shapes do not fit or an id is out of range.
    """
    for value, what in ((n, "n"), (n_artists, "n_artists"), (depth, "depth")):
        check_count(value, what)
    ties, closed, orders, named = listing.ties, listing.closed, listing.orders, listing.named
    n_orders, n_songs = catalogue.merits.shape
    n_rows, width = named.shape
    shapes = (
        ties.bonds.n_rows,
        closed.n_rows,
        len(orders),
        ties.bonds.n_columns,
        closed.n_columns,
        gains.shape,
    )
    if shapes != (n_rows, n_rows, n_rows, catalogue.by_artist.n_rows, n_songs, (n_orders, width)):
        raise ValueError(f"fused: {shapes} do not fit {n_rows} rows, {width} places and the catalogue.")
    if not len(ties.bonds.indices) == len(ties.liking) == len(ties.reach):
        raise ValueError("fused: ties, liking and reach differ in length.")
    if named.size and (named.min() < -1 or named.max() >= n_songs):
        raise ValueError(f"fused: a song is not within 0 to {n_songs}.")
    orders = checked_ids(orders, n_orders, "orders")
    named, gains = np.ascontiguousarray(named, np.int32), np.ascontiguousarray(gains, np.float32)
    liking, reach = np.ascontiguousarray(ties.liking, np.float32), np.ascontiguousarray(ties.reach, np.int32)
    ids = np.empty((n_rows, n), np.int32)

    def block(start: int, stop: int) -> None:
        _core.fuse_lists(
            start, stop, n_rows, n_songs, catalogue.by_artist.n_rows, n_orders, width,
            n, n_artists, depth, n_popular, len(catalogue.most_held),
            catalogue.merits, catalogue.artist_of, catalogue.renown,
            catalogue.by_artist.starts, catalogue.by_artist.indices, catalogue.most_held,
            ties.bonds.starts, ties.bonds.indices, ties.bonds.weights, liking, reach,
            closed.starts, closed.indices, orders, named, gains, ids,
        )  # fmt: skip

    over_blocks(block, n_rows, ROWS_PER_BLOCK, threads)
    return ids
