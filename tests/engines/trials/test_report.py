from __future__ import annotations

import msgspec
import numpy as np
import pytest

from earmark.engines.trials.report import Report, compared
from earmark.evaluation.intervals import mean_interval, paired_difference_interval
from earmark.evaluation.scores import Scores

RANDOM = np.random.default_rng(1)
BASE = RANDOM.random(200)
SCORES = {
    "ours": Scores({"ndcg": BASE + 0.1, "clicks": BASE}),
    "ours, shorter": Scores({"ndcg": BASE, "clicks": BASE}),
    "peer": Scores({"ndcg": BASE + RANDOM.normal(0, 0.01, 200), "clicks": BASE + 3}),
}


@pytest.fixture
def lines():
    return compared(SCORES, {"ours": {"coverage": 0.5}}, ours=("ours", "ours, shorter"), judge="ndcg", seed=3)


def test_every_system_has_a_line_in_the_order_given(lines):
    assert [line.system for line in lines] == list(SCORES)
    for line in lines:
        assert line.scores == {
            name: mean_interval(values, seed=3) for name, values in SCORES[line.system].values.items()
        }
    assert [line.character for line in lines] == [{"coverage": 0.5}, {}, {}]


def test_only_peers_are_compared_with_the_first_of_ours_row_by_row(lines):
    assert [line.ahead is None for line in lines] == [True, True, False]
    ahead = lines[2].ahead
    assert ahead == paired_difference_interval(BASE + 0.1, SCORES["peer"].values["ndcg"], seed=3)
    # Paired, the rows' own differences fall out: the lead is far surer than either mean.
    assert 0.09 < ahead.low < ahead.mean < ahead.high < 0.11
    assert lines[2].scores["ndcg"].high - lines[2].scores["ndcg"].low > 0.05


def test_where_less_is_better_a_lead_is_below_zero():
    *_, peer = compared(SCORES, {}, ours=("ours",), judge="clicks", seed=3)
    assert peer.ahead is not None
    assert peer.ahead.mean == pytest.approx(-3)


def test_rows_without_truth_are_left_out_of_every_line():
    some = BASE.copy()
    some[:50] = np.nan
    scores = {name: Scores({"ndcg": some}) for name in ("ours", "peer")}
    ours, peer = compared(scores, {}, ours=("ours",), judge="ndcg", seed=1)
    assert ours.scores["ndcg"].mean == pytest.approx(BASE[50:].mean())
    assert peer.ahead is not None
    assert peer.ahead.mean == 0


def test_a_report_survives_being_filed(lines):
    report = Report("task", "what was held out", 3, 200, "ndcg", lines, ("a note",))
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
