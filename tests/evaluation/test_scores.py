from __future__ import annotations

import numpy as np
import pytest
from tests.ranking.models import small_model
from tests.tables import tables

from earmark.evaluation.continuation import challenges
from earmark.evaluation.metrics import Truth, ndcg, recall
from earmark.evaluation.scores import Scores, character, score_continuation, score_lists
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
    assert scores.n_rows == 2
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
    assert Scores.none().n_rows == 0
    assert Scores.none().intervals(1) == {}


# --- playlists ---


def test_playlists_are_scored_as_in_the_challenge():
    columns = Columns.of(tables.songs(dict.fromkeys(range(1, 601), 1)))
    asked = challenges(["x", "y"], [np.array([1, 2, 3, 4]), np.array([5, 6, 999])], columns, seed=1)
    assert asked.kinds.tolist() == [0, 0]
    lists = np.full((2, 500), -1, np.int32)
    # Of three asked for, one stands first and one eleventh; of two, the one that can be known is not found.
    lists[0, :12] = columns.find(np.array([3, *range(100, 109), 2, 4]))
    lists[1, :5] = columns.find(np.arange(100, 105))
    scores = score_continuation(lists, asked)
    assert set(scores.values) == {"r_precision", "ndcg@500", "clicks"}
    assert scores.values["r_precision"].tolist() == pytest.approx([1 / 3, 0])
    assert scores.values["clicks"].tolist() == [0, 51]
    gain = 1 + 1 / np.log2(12) + 1 / np.log2(13)
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert scores.values["ndcg@500"].tolist() == pytest.approx([gain / ideal, 0])
    assert scores.n_rows == 2


def test_a_list_that_is_right_counts_the_unknown_songs_against_it():
    columns = Columns.of(tables.songs(dict.fromkeys(range(1, 31), 1)))
    asked = challenges(["x"], [np.array([1, 2, 3, 998, 999])], columns, seed=1)
    lists = np.full((1, 500), -1, np.int32)
    lists[0, :2] = columns.find(np.array([2, 3]))
    scores = score_continuation(lists, asked)
    assert scores.values["r_precision"].tolist() == [0.5]
    assert scores.values["clicks"].tolist() == [0]
    assert 0.5 < scores.values["ndcg@500"][0] < 1


# --- what lists are like ---


def test_character_tells_how_wide_how_new_and_how_even_lists_are():
    model, _ = small_model(0)
    signals = model.signals
    one = np.full((8, 500), -1, np.int32)
    one[:, 0] = signals.most_held[0]
    every = np.full((8, 500), -1, np.int32)
    every[:, :60] = signals.most_held
    narrow, wide = character(one, signals), character(every, signals)
    assert set(narrow) == {"coverage", "novelty_bits", "concentration"}
    assert narrow["coverage"] == pytest.approx(1 / 60)
    assert wide["coverage"] == 1
    # Eight listeners and 24 playlists could hold it.
    assert narrow["novelty_bits"] == pytest.approx(np.log2(32 / signals.popularity.max()))
    assert wide["novelty_bits"] > narrow["novelty_bits"]
    assert narrow["concentration"] > 0.9
    assert wide["concentration"] == pytest.approx(0)


def test_character_looks_at_the_first_hundred():
    model, _ = small_model(0, n_songs=300)
    lists = np.tile(model.signals.most_held, (2, 1)).astype(np.int32)
    shorter = lists.copy()
    shorter[:, 100:] = -1
    assert character(lists, model.signals) == character(shorter, model.signals)
    assert character(lists, model.signals)["coverage"] == pytest.approx(100 / 300)
