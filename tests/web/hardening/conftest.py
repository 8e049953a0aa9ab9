"""A served house on SQLite: what happens at the edge is the same whatever keeps the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.conftest import Served, people_served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with people_served(f"sqlite:///{tmp_path / 'earmark.db'}", tmp_path) as served:
        yield served
