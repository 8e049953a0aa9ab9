"""Fixtures for every room: homes with a made world in them, and settings under which programs learn quickly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.homes import SETTINGS

pytest_plugins = ("tests.homes",)


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Programs that tests start learn as the tests' homes do."""
    with pytest.MonkeyPatch.context() as environment:
        # Settings are chosen by trials for as long as a budget lasts: a minute, if nobody says otherwise.
        environment.setenv("EARMARK_TUNING__BUDGET_SECONDS", "0")
        environment.setenv("EARMARK_LEARN__NEXT_TRACK__MOMENTS", str(SETTINGS.next_track.moments))
        yield
