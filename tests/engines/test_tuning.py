from __future__ import annotations

from functools import cache
from itertools import count

import pytest
from tests.tables import tables

from earmark.engines.local import LearnSettings
from earmark.engines.progress import Unwatched
from earmark.engines.tuning import MOVES, Tuned, TuningConfig, counts_of, tune, with_tuned
from earmark.ranking.signals import SignalsConfig
from earmark.signals.collaborative.factors import FactorConfig
from earmark.signals.collaborative.likeminded import LikeMindedConfig
from earmark.store.snapshot import Frames

SMALL = LearnSettings(signals=SignalsConfig(factors=FactorConfig(factors=8, iterations=3)))


def seconds():
    """A clock that moves on by a second whenever somebody looks."""
    ticks = count()
    return lambda: float(next(ticks))


@cache
def record() -> Frames:
    return tables.world(7, n_listeners=8, n_songs=300, n_artists=40, n_listens=2_000)


@cache
def tuned(budget: float = 60.0) -> Tuned:
    return tune(record(), SMALL, budget, Unwatched(), clock=seconds())


def test_no_trial_begins_after_the_budget_is_spent():
    few, more = tuned(9.0), tuned()
    assert 1 <= len(few.trials) <= 9
    assert len(more.trials) > len(few.trials)
    assert more.trials[: len(few.trials)] == few.trials


def test_the_same_record_and_seed_are_tried_in_the_same_way():
    assert tune(record(), SMALL, 9.0, Unwatched(), clock=seconds()) == tuned(9.0)
    other = SMALL.model_copy(update={"seed": 2})
    assert tune(record(), other, 9.0, Unwatched(), clock=seconds()).trials != tuned(9.0).trials


def test_what_helped_is_kept_and_only_that():
    assert {trial.kept for trial in tuned().trials} == {True, False}
    assert all((trial.score > 1) == trial.kept for trial in tuned().trials)
    last = {trial.setting: trial.value for trial in tuned().trials if trial.kept}
    assert tuned().settings == last


def test_every_signal_has_its_turn():
    tried = {trial.setting for trial in tuned().trials}
    for moves in MOVES.values():
        assert tried & {name for name, _, _ in moves}


def test_what_a_person_has_set_is_left_alone():
    factors = FactorConfig(factors=8, iterations=3, alpha=7.0)
    settings = LearnSettings(signals=SignalsConfig(factors=factors))
    trials = tune(record(), settings, 40.0, Unwatched(), clock=seconds()).trials
    assert not {trial.setting for trial in trials} & {"factors.alpha", "factors.factors"}
    found = with_tuned(settings, {"factors.alpha": 40.0, "neighbours.shrink": 30.0})
    assert found.signals.factors.alpha == 7.0
    assert found.signals.neighbours.shrink == 30.0


def test_whole_numbers_stay_whole():
    found = with_tuned(LearnSettings(), {"likeminded.k": 141.4})
    assert found.signals.likeminded == LikeMindedConfig(k=141)
    assert isinstance(found.signals.likeminded.k, int)


def test_every_move_stays_within_what_the_settings_allow():
    for moves in MOVES.values():
        for name, least, most in moves:
            for bound in (least, most):
                moved = with_tuned(LearnSettings(), {name: bound})
                assert SignalsConfig.model_validate(moved.signals.model_dump()) == moved.signals


def test_where_nothing_can_be_held_out_nothing_is_tried():
    short = tables.world(5, n_listeners=3, n_songs=60, n_listens=60)
    lonely = Frames(
        short.listens,
        short.playlists.clear(),
        short.playlist_songs.clear(),
        short.songs,
        short.listeners,
        short.feedback,
    )
    assert tune(lonely, SMALL, 60.0, Unwatched()) == Tuned({}, counts_of(lonely), ())


@pytest.mark.parametrize(
    ("listens", "due"), [(1_000, False), (1_499, False), (1_501, True), (501, False), (499, True)]
)
def test_it_is_due_again_when_the_record_has_changed_much(listens, due):
    made_on = {"listens": 1_000, "songs": 50}
    assert Tuned({}, made_on, ()).is_due({"listens": listens, "songs": 50}, TuningConfig(changed=0.5)) == due
