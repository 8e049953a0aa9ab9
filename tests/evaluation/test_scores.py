from __future__ import annotations

import numpy as np
import pytest
from tests.tables import tables

from earmark.evaluation.metrics import Truth, ndcg, recall
from earmark.evaluation.scores import Scores, score_lists
from earmark.evaluation.splits import FoundLater
from earmark.signals.collaborative.columns import Columns


def found_later(*songs):
    return FoundLater(
        np.arange(1, len(songs) + 1, dtype=np.int32),
        np.cumsum([0, *(len(one) for one in songs)]),
        np.array([song for one in songs for song in one], np.int32),
    )


def test_lists_of_columns_are_scored_by_the_songs_they_stand_for():
    columns = Columns.of(tables.songs(dict.fromkeys(range(1, 601), 1)))
    found = found_later([5, 6, 7], [], [8, 999])
    lists = np.full((3, 500), -1, np.int32)
    lists[0, :120] = columns.find(np.array([5, *range(200, 230), 6, *range(300, 388)]))
    lists[1, :10] = columns.find(np.arange(10, 20))
    lists[2, :40] = columns.find(np.array([*range(40, 79), 8]))
    scores = score_lists(lists, found, columns)
    # 999 was found though the model cannot know it: it counts against.
    assert scores.values["recall@30"][0] == pytest.approx(1 / 3)
    assert scores.values["recall@100"][[0, 2]].tolist() == pytest.approx([2 / 3, 1 / 2])
    assert np.isnan(scores.values["recall@500"][1])
    assert scores.n_listeners == 2
    songs = np.where(lists >= 0, columns.songs[lists], -1)
    truth = Truth.of([[5, 6, 7], [], [8, 999]])
    np.testing.assert_array_equal(scores.values["ndcg@30"], ndcg(songs, truth, 30))
    np.testing.assert_array_equal(scores.values["recall@500"], recall(songs, truth, 500))


def test_intervals_hold_the_mean_of_each_metric():
    columns = Columns.of(tables.songs(dict.fromkeys(range(1, 601), 1)))
    found = found_later(*([song] for song in range(1, 41)))
    lists = np.tile(columns.find(np.arange(1, 21)), (40, 1))
    intervals = score_lists(lists, found, columns).intervals(seed=3)
    assert set(intervals) == {"recall@30", "recall@100", "recall@500", "ndcg@30"}
    assert intervals["recall@30"].mean == 0.5
    assert intervals["recall@30"].low < 0.5 < intervals["recall@30"].high


def test_without_listeners_there_is_nothing():
    assert Scores.none().n_listeners == 0
    assert Scores.none().intervals(1) == {}
