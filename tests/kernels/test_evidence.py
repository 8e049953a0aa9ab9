from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from earmark.kernels import evidence
from earmark.kernels.evidence import Postings, find_evidence
from earmark.kernels.neighbours import find_neighbours

F = np.float32


def made(seed: int, n_rows: int, n_songs: int, density: float) -> sparse.csr_array:
    random = np.random.default_rng(seed)
    popular = np.linspace(2, 0.2, n_songs) * density
    return sparse.csr_array(
        np.where(
            random.random((n_rows, n_songs)) < popular, random.random((n_rows, n_songs)) + 0.1, 0
        ).astype(F)
    )


def evidence_twin(history, lists, groups, pairs):
    """``groups``: (rows by songs as booleans, owner of each row)."""
    found = []
    near = [
        dict(zip(lists.ids[start:stop].tolist(), lists.similarities[start:stop], strict=True))
        for start, stop in itertools.pairwise(lists.starts)
    ]
    for listener, song in pairs:
        contributions = []
        for seed in np.flatnonzero(history[listener] > 0):
            similarities = [near[song].get(int(seed), F(0)), near[seed].get(int(song), F(0))]
            contribution = history[listener, seed] * max(similarities)
            if contribution > 0:
                contributions.append((-contribution, int(seed)))
        seeds = [seed for _, seed in sorted(contributions)[:2]]

        def count(songs, listener=listener):
            return [int((held[:, songs].all(1) & (owners != listener)).sum()) for held, owners in groups]

        counts = count([song, *seeds]) if seeds else [0, 0]
        if len(seeds) == 2 and counts == [0, 0]:
            counts = count([song, seeds[0]])
            seeds = seeds[:1]
        found.append([*[*seeds, -1, -1][:2], *counts])
    return np.array(found).reshape(-1, 4).T


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    density=st.sampled_from([0.02, 0.15, 0.5]),
    share=st.sampled_from([0, 8, 10**9]),
    asymmetry=st.sampled_from([0.3, 0.5]),
)
def test_evidence_equals_its_twin_by_lists_and_by_bitsets(seed, density, share, asymmetry):
    history = made(seed, 30, 40, density)
    history.data[::7] *= -1
    playlists = made(seed + 1, 90, 40, density)
    random = np.random.default_rng(seed)
    owners = random.integers(-1, 30, 90)
    lists = find_neighbours(abs(history), 5, shrink=1.0, asymmetry=asymmetry)
    pairs = np.stack([np.sort(random.integers(0, 30, 60)), random.integers(0, 40, 60)], 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "BITSET_SHARE", share)
        posted = Postings.of(playlists, owners, 30), Postings.of(history, np.arange(30), 30)
    found = find_evidence(history, lists, pairs[:, 0], pairs[:, 1], playlists=posted[0], listeners=posted[1])
    groups = [(playlists.toarray() != 0, owners), (history.toarray() != 0, np.arange(30))]
    np.testing.assert_array_equal(np.array(found), evidence_twin(history.toarray(), lists, groups, pairs))


def test_long_and_short_lists_meet_by_galloping():
    n = 5000
    held = np.zeros((n, 3), F)
    held[:, 0] = 1
    held[[5, 4000, n - 1], 1] = 1
    held[[5, n - 1], 2] = 1
    listener_rows = sparse.csr_array(held)
    history = sparse.csr_array(np.array([[1, 1, 0]], F))
    lists = find_neighbours(listener_rows, 2)
    nobody = Postings.of(sparse.csr_array((0, 3), dtype=F), np.zeros(0, np.int64), 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "BITSET_SHARE", 0)
        posted = Postings.of(listener_rows, np.where(np.arange(n) == 5, 0, -1), 1)
    found = find_evidence(history, lists, np.array([0]), np.array([2]), playlists=nobody, listeners=posted)
    # Rows 5 and n - 1 hold all three, and row 5 is the listener's own.
    assert [int(part[0]) for part in found] == [1, 0, 0, 1]


def test_pairs_in_any_order_and_repeated_give_the_same_evidence_at_any_thread_count():
    history, playlists = made(1, 400, 60, 0.2), made(2, 300, 60, 0.2)
    posted = {
        "playlists": Postings.of(playlists, np.full(300, -1), 400),
        "listeners": Postings.of(history, np.arange(400), 400),
    }
    lists = find_neighbours(history, 10)
    random = np.random.default_rng(3)
    who, what = np.sort(random.integers(0, 400, 9000)), random.integers(0, 60, 9000)
    shuffle = random.permutation(9000)
    sorted_ = find_evidence(history, lists, who, what, **posted, threads=1)
    shuffled = find_evidence(history, lists, who[shuffle], what[shuffle], **posted, threads=2)
    for one, other in zip(sorted_, shuffled, strict=True):
        np.testing.assert_array_equal(one[shuffle], other)


def test_bad_pairs_and_shapes_are_refused():
    history = made(1, 4, 6, 0.9)
    lists = find_neighbours(history, 3)
    posted = Postings.of(history, np.arange(4), 4)
    groups = {"playlists": posted, "listeners": posted}
    with pytest.raises(ValueError, match="pair_songs: ids must be from 0 to 5"):
        find_evidence(history, lists, np.array([0]), np.array([6]), **groups)
    with pytest.raises(ValueError, match="pair_listeners: ids must be from 0 to 3"):
        find_evidence(history, lists, np.array([-1]), np.array([0]), **groups)
    with pytest.raises(ValueError, match="1 listeners for 2 candidates"):
        find_evidence(history, lists, np.array([0]), np.array([0, 1]), **groups)
    with pytest.raises(ValueError, match="owners must be counted among the 3"):
        find_evidence(history[:3], lists, np.array([0]), np.array([0]), **groups)
    with pytest.raises(ValueError, match="history has 5 songs"):
        find_evidence(history[:, :5], lists, np.array([0]), np.array([0]), **groups)
    with pytest.raises(ValueError, match="owners: expected one for each of 4 rows"):
        Postings.of(history, np.arange(3), 4)
    with pytest.raises(ValueError, match="owners: ids must be from 0 to 2"):
        Postings.of(history, np.arange(4), 3)


def test_rows_may_be_given_to_other_owners():
    matrix = made(3, 40, 30, 0.2)
    owners = np.random.default_rng(1).integers(-1, 12, 40)
    nobodys = Postings.of(matrix, np.full(40, -1), 0)
    fresh, given = Postings.of(matrix, owners, 12), nobodys.owned_by(owners, 12)
    for one, other in zip(fresh._arguments(), given._arguments(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert nobodys.n_listeners == 0
    with pytest.raises(ValueError, match="one for each of 40 rows"):
        nobodys.owned_by(owners[1:], 12)
