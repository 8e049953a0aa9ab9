from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from earmark.listening.listens import UnixMs
from earmark.world import WorldConfig


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"tracks": 10}, "greater than or equal to 100"),
        ({"listeners": -1}, "greater than or equal to 0"),
        ({"plays_per_listener": 0.0}, "greater than or equal to 1"),
        ({"micro_genres": 1}, "greater than or equal to 2"),
        ({"years": 0.0}, "greater than or equal to 0.1"),
        ({"seed": -3}, "greater than or equal to 0"),
        ({"tracks": 300, "micro_genres": 40}, "at least ten tracks for each"),
        ({"ends_at": UnixMs(1_100_000_000_000), "years": 10.0}, "take fewer years or a later end"),
        ({"colour": "blue"}, "Extra inputs are not permitted"),
    ],
)
def test_out_of_bounds_settings_are_refused_in_words(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        WorldConfig(**settings)


def test_weeks_are_whole_and_at_least_one() -> None:
    assert WorldConfig(years=3.0).weeks == 157
    assert WorldConfig(years=0.1).weeks == 5
