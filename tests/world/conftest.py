from __future__ import annotations

import pytest

from earmark.world import World, WorldConfig


@pytest.fixture(scope="session")
def world() -> World:
    return World(
        WorldConfig(
            seed=5, listeners=400, tracks=20_000, plays_per_listener=300, playlists=60, micro_genres=60
        )
    )
