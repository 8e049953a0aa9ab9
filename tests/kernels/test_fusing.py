from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.kernels.fusing import ROWS_PER_BLOCK, Catalogue, Listing, Ties, fuse_lists
from earmark.kernels.sparse import Rows

F = np.float32
LENGTHS = (6, 4)
HOW = {"n_artists": 3, "depth": 5, "n_popular": 4}


def ragged(random, n_rows: int, n_columns: int, most: int, weights=None) -> Rows:
    rows = [
        np.sort(random.permutation(n_columns)[: random.integers(0, min(most, n_columns) + 1)])
        for _ in range(n_rows)
    ]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    flat = np.concatenate([*rows, np.empty(0, np.int64)]).astype(np.int32)
    said = np.ones(len(flat), F) if weights is None else weights(len(flat))
    return Rows(starts.astype(np.int64), flat, said, n_columns)


def some(seed: int, n_rows: int, n_songs: int):
    """Everything that is asked, with ties, closed songs, unheld songs and −1 on every list."""
    random = np.random.default_rng(seed)
    n_artists = max(1, n_songs // 4)

    def numbers(n: int) -> np.ndarray:
        return random.integers(-3, 4, n).astype(F)

    artist_of = random.integers(0, n_artists, n_songs).astype(np.int32)
    songs = np.lexsort((random.permutation(n_songs), artist_of)).astype(np.int32)
    by_artist = Rows(
        np.searchsorted(artist_of[songs], np.arange(n_artists + 1)), songs, np.empty(0, F), n_songs
    )
    renown = np.maximum(numbers(n_songs), 0)
    catalogue = Catalogue(
        random.integers(-3, 4, (2, n_songs)).astype(F),
        renown,
        artist_of,
        by_artist,
        np.argsort(-renown, kind="stable")[:20],
    )
    bonds = ragged(random, n_rows, n_artists, 9, numbers)
    n_ties = len(bonds.indices)
    ties = Ties(bonds, numbers(n_ties), random.integers(0, 6, n_ties).astype(np.int32))
    named = np.concatenate(
        [
            np.array([random.permutation(n_songs)[:length] for _ in range(n_rows)]).reshape(n_rows, length)
            for length in LENGTHS
        ],
        axis=1,
    ).astype(np.int32)
    named[random.random(named.shape) < 0.3] = -1
    gains = random.integers(0, 4, (2, sum(LENGTHS))).astype(F)
    orders = random.integers(0, 2, n_rows).astype(np.int32)
    return catalogue, Listing(ties, ragged(random, n_rows, n_songs, 12), orders, named), gains


def twin(catalogue, listing, gains, n, *, n_artists, depth, n_popular):
    """The same, a song at a time."""
    ties, closed, orders, named = listing.ties, listing.closed, listing.orders, listing.named
    found = np.full((len(named), n), -1)
    for row in range(len(named)):
        shut = set(closed.indices[closed.starts[row] : closed.starts[row + 1]].tolist())

        def is_open(song, shut=shut):
            return song >= 0 and song not in shut and catalogue.renown[song] > 0

        own = range(ties.bonds.starts[row], ties.bonds.starts[row + 1])
        bond_of = {int(ties.bonds.indices[tie]): ties.bonds.weights[tie] for tie in own}
        scores: dict[int, float] = {}

        def name(song, scores=scores, bond_of=bond_of, row=row):
            bond = bond_of.get(int(catalogue.artist_of[song]), F(0))
            scores.setdefault(int(song), float(catalogue.merits[orders[row], song] + bond))

        for place, song in enumerate(named[row].tolist()):
            if is_open(song):
                name(song)
                scores[song] += float(gains[orders[row], place])
        liked = sorted((tie for tie in own if ties.liking[tie] > 0), key=lambda tie: (-ties.liking[tie], tie))
        offered = []
        for tie in liked[:n_artists]:
            artist = ties.bonds.indices[tie]
            of_artist = catalogue.by_artist.indices[slice(*catalogue.by_artist.starts[artist : artist + 2])]
            offered += [
                (-float(ties.liking[tie] * catalogue.renown[song]), song)
                for song in of_artist[: ties.reach[tie]].tolist()
                if is_open(song)
            ]
        for _, song in sorted(offered)[:depth]:
            name(song)
        for song in [song for song in catalogue.most_held.tolist() if is_open(song)][:n_popular]:
            name(song)
        best = sorted(scores, key=lambda song: (-scores[song], song))[:n]
        found[row, : len(best)] = best
    return found


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    n_rows=st.sampled_from([0, 1, 7, ROWS_PER_BLOCK + 3]),
    n_songs=st.sampled_from([7, 65, 300]),
    n=st.sampled_from([1, 8, 400]),
)
def test_fused_lists_equal_their_twin_ties_included(seed, n_rows, n_songs, n):
    asked = some(seed, n_rows, n_songs)
    assert fuse_lists(*asked, n, **HOW).tolist() == twin(*asked, n, **HOW).tolist()


def test_threads_and_neighbours_change_nothing():
    catalogue, listing, gains = some(3, 3 * ROWS_PER_BLOCK, 300)
    together = fuse_lists(catalogue, listing, gains, 20, **HOW, threads=1).tolist()
    assert fuse_lists(catalogue, listing, gains, 20, **HOW, threads=4).tolist() == together
    one, ties = np.array([100]), listing.ties
    at, _ = ties.bonds.entries(one)
    own = Ties(ties.bonds.take(one), ties.liking[at], ties.reach[at])
    alone = Listing(own, listing.closed.take(one), listing.orders[one], listing.named[one])
    assert fuse_lists(catalogue, alone, gains, 20, **HOW)[0].tolist() == together[100]


def test_what_does_not_fit_is_refused():
    catalogue, listing, gains = some(1, 4, 65)
    short = dataclasses.replace(listing.ties, reach=listing.ties.reach[1:])
    for part, some_gains, message in (
        ({"orders": listing.orders[:3]}, gains, "do not fit"),
        ({"orders": listing.orders + 2}, gains, "orders: ids must be from 0 to 1"),
        ({"named": np.full_like(listing.named, 65)}, gains, "not within 0 to 65"),
        ({"ties": short}, gains, "differ in length"),
        ({}, gains[:, 1:], "do not fit"),
    ):
        with pytest.raises(ValueError, match=message):
            fuse_lists(catalogue, dataclasses.replace(listing, **part), some_gains, 5, **HOW)
    for part, message in (
        ({"artist_of": catalogue.artist_of + 99}, "artist_of: ids"),
        ({"most_held": np.array([65])}, "most_held: ids"),
        ({"renown": np.full(65, np.nan, F)}, "finite"),
        ({"renown": np.ones(64, F)}, "for 64 songs"),
    ):
        with pytest.raises(ValueError, match=message):
            dataclasses.replace(catalogue, **part)
