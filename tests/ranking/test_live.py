"""Answers at once: as fusing three of the lists by the ranking's own means gives them, and each listener's alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.ranking.models import RANKING, heard_model, small_model

from earmark.errors import NotLearnedError
from earmark.kernels.sparse import Rows
from earmark.ranking.asked import Asked
from earmark.ranking.askers import Askers
from earmark.ranking.candidates import pool
from earmark.ranking.features import features
from earmark.ranking.generators import named
from earmark.ranking.live import LISTED, LiveRanking
from earmark.ranking.recommender import BEGINNING, Purpose, Recommender
from earmark.signals.collaborative.histories import Histories


def fused_by_the_ranking(model: Recommender, histories: Histories) -> list[dict[int, float]]:
    """The score of each candidate of each listener."""
    asked = Asked.listeners(model.signals, histories)
    lists = named(asked, RANKING.candidates)
    pairs = pool(
        tuple(
            np.where(model.signals.renown[of_one] > 0, of_one, -1)
            if generator in LISTED
            else np.full_like(of_one, -1)
            for generator, of_one in sorted(lists.items())
        ),
        len(model.columns),
    )
    known = features(asked, pairs)
    begun = np.diff(asked.taste.indptr) <= BEGINNING
    discovery, continuation = (model.orders[purpose].fusion.score(known) for purpose in Purpose)
    scores = np.where(begun[pairs.rows], continuation, discovery)
    return [
        dict(zip(pairs.songs[start:stop].tolist(), scores[start:stop].tolist(), strict=True))
        for start, stop in pairwise(pairs.indptr)
    ]


@pytest.mark.parametrize(
    ("of", "seed"),
    [*((partial(small_model, n_songs=200), n) for n in range(6)), *((heard_model, n) for n in range(3))],
)
def test_few_lists_fused_by_the_ranking_itself_give_the_same(
    of: Callable[[int], tuple[Recommender, Histories]], seed: int
) -> None:
    learned, histories = of(seed)
    # The ranking itself looks at whatever was played lately.
    config = RANKING.model_copy(update={"played_lately": 10_000})
    model = Recommender(learned.signals, config, learned.orders)
    live = LiveRanking(model)
    for found, scores in zip(
        live.rank(live.askers(histories), 20).tolist(), fused_by_the_ranking(model, histories), strict=True
    ):
        # Vectors as bytes, and sums in another order, may change places with their like, nothing else.
        expected = sorted(scores.values(), reverse=True)[:20]
        np.testing.assert_allclose([scores[song] for song in found if song >= 0], expected, atol=0.02)


def test_who_else_asks_changes_nothing() -> None:
    model, histories = small_model(1, 200)
    live = LiveRanking(model)
    askers = live.askers(histories)
    together = live.rank(askers, 30)
    for row in range(len(askers)):
        one = live.askers(histories.rows(row, row + 1))
        assert live.rank(one, 30)[0].tolist() == together[row].tolist()
        assert live.rank(one, 5)[0].tolist() == together[row, :5].tolist()


def test_what_is_closed_is_not_named_and_no_song_comes_twice() -> None:
    model, histories = small_model(2, 200)
    live = LiveRanking(model)
    found = live.rank(live.askers(histories), 100)
    for row, columns in enumerate(found):
        songs = columns[columns >= 0]
        assert len(set(songs.tolist())) == len(songs)
        assert not histories.closed[[row]].toarray()[0][songs].any()


def test_askers_are_the_same_from_disk_and_in_any_arrangement(tmp_path: Path) -> None:
    model, histories = small_model(3, 200)
    askers = LiveRanking(model).askers(histories)
    askers.save(tmp_path)
    sizes = len(model.columns), len(model.columns.artist_ids)
    loaded = Askers.load(tmp_path, *sizes)
    rows = np.array([5, 0, 3])
    apart = Askers.joined([askers.take(rows[:1]), askers.take(rows[1:])])
    for one, other in ((loaded, askers), (apart, askers.take(rows)), (loaded.take(rows), apart)):
        for field in fields(Askers):
            _same(getattr(one, field.name), getattr(other, field.name), weighed=field.name != "closed")
    np.save(tmp_path / "closed-indices.npy", askers.closed.indices + np.int32(9_999))
    with pytest.raises(NotLearnedError, match="closed"):
        Askers.load(tmp_path, *sizes)
    np.save(tmp_path / "closed-indices.npy", askers.closed.indices)
    np.save(tmp_path / "orders.npy", askers.orders[1:])
    with pytest.raises(NotLearnedError, match="do not fit together"):
        Askers.load(tmp_path, *sizes)


def _same(one: object, other: object, *, weighed: bool) -> None:
    if not isinstance(one, Rows) or not isinstance(other, Rows):
        assert np.array_equal(one, other)  # type: ignore[arg-type]
        return
    assert one.starts.tolist() == other.starts.tolist()
    assert one.indices.tolist() == other.indices.tolist()
    assert not weighed or one.weights.tolist() == other.weights.tolist()
