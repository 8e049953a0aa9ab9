from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from earmark.engines.collections import Collections

TAGS = Collections(
    ["old", "new", "lone"],
    np.array([0, 0, 0, 1, 1, 2]),
    np.array([4, 4, 2, 4, 0, 1]),
    np.array([0, 1, -1, 0, 0, 1]),
)


def test_a_collection_holds_an_artist_once():
    held = TAGS.matrix(5)
    assert held.toarray().tolist() == [[0, 0, 1, 0, 1], [1, 0, 0, 0, 1], [0, 1, 0, 0, 0]]
    assert Collections.none().matrix(5).shape == (0, 5)


def test_only_the_listeners_own_entries_are_hidden_with_a_pair():
    hidden = sp.csr_array(([1, 1], ([0, 1], [4, 2])), shape=(2, 5))
    left = TAGS.without(hidden)
    # Listener 1 tagged artist 4 as old, too; what nobody's hand put there stays.
    assert left.matrix(5).toarray().tolist() == [[0, 0, 1, 0, 1], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]]
    assert left.listeners.tolist() == [1, -1, 0, 1]


def test_collections_of_few_artists_can_be_left_out():
    two = TAGS.of_at_least(2)
    assert two.names == ["old", "new"]
    assert two.matrix(5).toarray().tolist() == TAGS.matrix(5).toarray()[:2].tolist()
    turned = Collections(TAGS.names[::-1], 2 - TAGS.collections, TAGS.artists, TAGS.listeners).of_at_least(2)
    assert turned.names == ["new", "old"]
    assert turned.matrix(5).toarray().tolist() == two.matrix(5).toarray()[::-1].tolist()
    # Artist 4 stands in it twice.
    assert turned.listeners.tolist() == TAGS.listeners[:5].tolist()
    assert TAGS.of_at_least(3).names == []
