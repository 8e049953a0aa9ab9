"""What is like a song: two orders fused by place, checked against their definition by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.ranking.models import small_model

from earmark.ranking.kindred import SOFTENING, artists_like, songs_like


@pytest.fixture(params=[1, 2])
def signals(request: pytest.FixtureRequest):
    return small_model(request.param)[0].signals


def cosine(one, other):
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / lengths) if lengths else 0.0


def test_songs_stand_by_their_places_in_both_orders(signals):
    vectors, lists = signals.factors.item_factors, signals.neighbours.lists
    for column in range(0, len(signals.columns), 7):
        others = [c for c in range(len(vectors)) if c != column and signals.popularity[c] > 0]
        by_angle = [c for c in others if cosine(vectors[column], vectors[c]) > 0]
        by_angle.sort(key=lambda c: -cosine(vectors[column], vectors[c]))
        near = lists.ids[lists.starts[column] : lists.starts[column + 1]].tolist()
        fused = dict.fromkeys({*near, *by_angle}, 0.0)
        for order in (near, by_angle):
            for place, named in enumerate(order):
                fused[named] += (SOFTENING + 1) / (SOFTENING + 1 + place) / 2
        found, scores = songs_like(signals, column, 12)
        assert scores.tolist() == pytest.approx(sorted(fused.values(), reverse=True)[:12])
        # Two songs may be alike up to rounding, and change places.
        assert [fused[c] for c in found.tolist()] == pytest.approx(scores.tolist(), abs=0.01)


def test_artists_stand_by_the_angle_between_them(signals):
    vectors = signals.artist_factors
    for artist in range(len(vectors)):
        found, cosines = artists_like(signals, artist, 5)
        assert artist not in found
        assert cosines.tolist() == pytest.approx([cosine(vectors[artist], vectors[c]) for c in found])
        assert cosines.tolist() == sorted(cosines.tolist(), reverse=True)


def test_no_more_are_named_than_there_are_and_never_what_nobody_holds(signals):
    held = {int(c) for c in np.flatnonzero(signals.popularity)}
    for column in range(0, len(signals.columns), 7):
        found, _ = songs_like(signals, column, 10_000)
        assert len(set(found.tolist())) == len(found)
        assert set(found.tolist()) <= held - {column}
    found, _ = artists_like(signals, 0, 10_000)
    assert len(found) < len(signals.artist_factors)
