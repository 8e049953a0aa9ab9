from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from tests.tables import tables

from earmark.engines.progress import Unwatched
from earmark.engines.tuning import Tuned, TuningConfig, counts_of
from earmark.errors import EarmarkError
from earmark.jobs.house import House
from earmark.jobs.tuning import tuned_settings

SMALL = tables.world(7, n_listeners=8, n_songs=300, n_artists=40, n_listens=2_000)


def remembered(house: House) -> Tuned:
    return msgspec.json.decode(house.tuned.read_bytes(), type=Tuned)


def with_budget(house: House, seconds: float) -> House:
    return replace(house, tuning=TuningConfig(budget_seconds=seconds))


def test_without_a_budget_nothing_is_tried_and_nothing_is_written(house):
    assert tuned_settings(house, SMALL, Unwatched(), None) == house.learning
    assert not house.tuned.exists()


def test_what_was_chosen_is_remembered_and_not_chosen_again(house):
    tuned_settings(with_budget(house, 0.5), SMALL, Unwatched(), None)
    assert remembered(house).counts == counts_of(SMALL)
    assert remembered(house).trials
    fixed = Tuned({"neighbours.shrink": 30.0}, counts_of(SMALL), ())
    house.tuned.write_bytes(msgspec.json.encode(fixed))
    found = tuned_settings(with_budget(house, 0.5), SMALL, Unwatched(), None)
    assert found.signals.neighbours.shrink == 30.0
    assert remembered(house) == fixed


@pytest.mark.parametrize(("asked", "usual"), [(None, 0.5), (0.5, 0.0)])
def test_it_is_chosen_again_when_the_record_has_grown_and_when_asked(house, asked, usual):
    before = Tuned({"neighbours.asymmetry": 0.45}, {"listens": 1}, ())
    house.tuned.write_bytes(msgspec.json.encode(before))
    tuned_settings(with_budget(house, usual), SMALL, Unwatched(), asked)
    assert remembered(house).trials
    assert "neighbours.asymmetry" in remembered(house).settings


def test_a_budget_of_nothing_uses_what_was_chosen_before(house):
    house.tuned.write_bytes(msgspec.json.encode(Tuned({"neighbours.shrink": 30.0}, {"listens": 1}, ())))
    found = tuned_settings(with_budget(house, 60.0), SMALL, Unwatched(), 0)
    assert found.signals.neighbours.shrink == 30.0


def test_a_damaged_memory_is_named_with_the_remedy(house):
    house.tuned.write_bytes(b'{"settings": ')
    with pytest.raises(EarmarkError, match=r"tuned\.json cannot be read") as error:
        tuned_settings(house, SMALL, Unwatched(), None)
    assert "Delete it" in error.value.remedy
