"""`earmark next` as a user sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from earmark.jobs.house import House


@pytest.fixture
def shown(earmark: Any, learned: House) -> Callable[..., str]:
    """Run the verb for somebody, in a home whose live build had too little to learn an order from."""

    def run(*arguments: str) -> str:
        said = earmark(
            "next", "--listener", learned.store.listeners()[3].name, "--home", learned.home, *arguments
        )
        assert said.status == 0, said.err
        return said.out

    return run


def test_a_table_of_songs_with_reasons_and_what_was_not_learned(
    shown: Callable[..., str], learned: House
) -> None:
    said = shown("--songs", "7")
    assert f"To play now, for {learned.store.listeners()[3].name}" in said
    assert "new to you; " in said
    assert "you played it" in said
    assert "activation alone" in " ".join(said.split())


def test_json_has_every_count(shown: Callable[..., str]) -> None:
    queue = json.loads(shown("--json"))
    assert len(queue["entries"]) == 20
    for entry in queue["entries"]:
        assert entry["artist"] and entry["title"] and entry["why"]
        assert entry["reason"]["ground"] in {
            *("after", "beside", "artist", "habit"),
            *("together", "held"),
        }
