from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from tests.taste.microgenres.scenes import made

from earmark.taste.microgenres.likely import Expected, likely_genres

GENRES = ["hip hop", "r&b", "techno"]
PLACE = np.repeat([0, 1, 2], 4)


def expected(rows: list[list[float]]) -> Expected:
    return Expected(sp.csr_array(np.array(rows, np.float32)), GENRES)


def test_a_cluster_is_likely_what_is_most_its_own_and_most_of_it() -> None:
    rap, soul, club = [0.8, 0, 0], [0.7, 0.6, 0], [0.5, 0, 0.9]

    assert likely_genres(expected([rap] * 4 + [soul] * 4 + [club] * 4), PLACE, 3, 3) == [
        "hip hop",
        "r&b",
        "techno",
    ]


def test_what_is_expected_of_few_or_of_everybody_is_not_told() -> None:
    rap, nothing = [0.8, 0, 0], [0, 0, 0]
    two_of_four = [rap, rap, nothing, nothing]
    unsure = [[0.3, 0, 0.39]] * 4

    assert likely_genres(expected([rap] * 12), PLACE, 3, 3) == [None] * 3, "all are: no cluster's own"
    assert likely_genres(expected(two_of_four + unsure + [nothing] * 4), PLACE, 3, 3) == [None] * 3
    assert likely_genres(expected([nothing] * 12), PLACE, 3, 3) == [None] * 3


def test_a_micro_genre_of_which_nothing_is_said_is_named_after_what_is_likely() -> None:
    scenes = made()
    terms = scenes.terms.toarray()
    untold = scenes.scene == 3
    terms[untold] = 0
    probable = sp.csr_array(np.outer(untold, [0.0, 0.0, 0.7]).astype(np.float32))

    found = scenes.fit(terms=sp.csr_array(terms), expected=Expected(probable, GENRES))
    where = np.bincount(found.place[untold]).argmax()
    genre = found.genres[where]

    assert (genre.core, genre.likely, genre.parent) == (None, None, None), "everybody's is nobody's"

    some = probable.toarray()
    some[~untold, 0] = 0.9
    found = scenes.fit(terms=sp.csr_array(terms), expected=Expected(sp.csr_array(some), GENRES))
    genre = found.genres[np.bincount(found.place[untold]).argmax()]
    first, second = (scenes.names[list(scenes.artists).index(one)] for one in genre.artists[:2])
    assert (genre.core, genre.likely, genre.parent) == (None, "techno", "techno")
    assert genre.name == f"techno like {first} and {second}"
    assert {one.likely for one in found.genres if one.core is not None} == {None}


def test_as_many_artists_must_be_expected_as_there_are() -> None:
    with pytest.raises(ValueError, match="expected: expected 80 artists, got 1"):
        made().fit(expected=expected([[1, 0, 0]]))
