from __future__ import annotations

import math

import pytest
from tests.ranking.models import RANKING, small_model

from earmark.ranking.features import SOFTENING, Feature


@pytest.mark.parametrize("seed", range(3))
def test_features_equal_their_twin_pair_by_pair(seed):
    model, histories = small_model(seed)
    candidates, features = model.features(histories)
    near = model.neighbours.score(histories.taste, histories.closed, RANKING.depth)[0].tolist()
    fitting = model.factors.score(model.factors.fold_in(histories.weight), histories.closed, RANKING.depth)[
        0
    ].tolist()
    strength, recent, skips, closed = (
        getattr(histories, name).toarray() for name in ("strength", "recent", "skips", "closed")
    )
    artist_of = model.columns.artist_of
    assert len(candidates) > 100

    def place(songs, song):
        return songs.index(song) if song in songs else RANKING.depth

    for pair, (row, song) in enumerate(zip(candidates.rows.tolist(), candidates.songs.tolist(), strict=True)):
        same = artist_of == artist_of[song]
        plays = strength[row, same].sum()
        left = int(same.sum() - closed[row, same].sum())
        expected = {
            Feature.ARTIST_PLAYS: math.log1p(plays),
            Feature.ARTIST_NOW: math.log1p(recent[row, same].sum()),
            Feature.ARTIST_BREADTH: math.log1p((strength[row, same] > 0).sum()),
            Feature.ARTIST_KNOWN: float(plays > 0),
            Feature.ARTIST_LEFT: math.log(left) if plays > 0 else 0,
            Feature.ARTIST_SKIPS: math.log1p(skips[row, same].sum()),
            Feature.LISTENERS: math.log1p((model.members.listeners[:, [song]]).sum()),
            Feature.PLAYLISTS: math.log1p((model.members.playlists[:, [song]]).sum()),
            Feature.NEIGHBOURS: -math.log(place(near[row], song) + SOFTENING),
            Feature.FACTORS: -math.log(place(fitting[row], song) + SOFTENING),
        }
        assert features[pair].tolist() == pytest.approx(
            [expected[one] for one in Feature], rel=1e-5, abs=1e-6
        )
