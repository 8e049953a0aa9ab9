from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.signals.collaborative.next_track.listeners import plays_of

from earmark.signals.collaborative.next_track.mixing import LEAST_NEW, MOST_NEW, mixed, share_of_new
from earmark.signals.collaborative.next_track.moment import Moment


@given(
    n_known=st.integers(0, 40),
    n_new=st.integers(0, 40),
    n=st.integers(1, 40),
    share=st.floats(LEAST_NEW, MOST_NEW),
)
def test_both_kinds_keep_their_order_and_fill_each_others_places(n_known, n_new, n, share):
    known, new = [("known", i) for i in range(n_known)], [("new", i) for i in range(n_new)]
    songs = mixed(known, new, n, share)
    assert len(songs) == min(n, n_known + n_new)
    kept = {kind: [one for one in songs if one[0] == kind] for kind in ("known", "new")}
    assert kept["known"] == known[: len(kept["known"])]
    assert kept["new"] == new[: len(kept["new"])]
    if n_known >= n and n_new >= n:
        assert len(kept["new"]) == round(n * share)


def test_new_songs_are_spread_evenly_and_never_first():
    songs = mixed(["known"] * 20, ["new"] * 20, 20, 0.2)
    assert np.flatnonzero([one == "new" for one in songs]).tolist() == [4, 8, 12, 16]


@pytest.mark.parametrize(
    ("songs", "share"),
    [([1] * 100, LEAST_NEW), (range(100), MOST_NEW), ([*range(25), *[3] * 75], 0.25)],
)
def test_as_much_is_new_as_the_listener_tries_within_bounds(songs, share):
    plays = plays_of(songs)
    manner = Moment.of(plays, len(plays), plays.started[-1] + 300).manner
    assert share_of_new(manner) == pytest.approx(share)
