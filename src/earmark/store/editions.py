"""Store the mixes that were made, as they were made."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from earmark.store.port import EditionRecord
from earmark.store.rows import fetch, hold_listeners, insert, new_ids
from earmark.store.wanted import wanted_ids

_AT_ONCE: Final = 4_096
_THEIRS: Final = """
    SELECT e.listener_id, e.mix, e.week FROM wanted_id w CROSS JOIN edition e WHERE e.listener_id = w.id"""


def add_editions(connection: Connection, editions: Iterable[EditionRecord]) -> None:
    """Store editions; one that exists for (listener, mix, week) stays as it was made."""
    remaining = iter(editions)
    while chunk := list(islice(remaining, _AT_ONCE)):
        _add(connection, chunk)


def _add(connection: Connection, editions: list[EditionRecord]) -> None:
    fresh: dict[tuple[int, str, str], EditionRecord] = {}
    for edition in editions:
        fresh.setdefault((edition.listener, edition.mix, edition.week), edition)
    listeners = sorted({edition.listener for edition in editions})
    hold_listeners(connection, listeners)
    for there in fetch(connection, _THEIRS, wanted=wanted_ids(listeners)):
        fresh.pop(there, None)
    numbered = list(zip(new_ids(connection, "edition", len(fresh)), fresh.values(), strict=True))
    insert(
        connection,
        "edition",
        (
            (number, made.listener, made.mix, made.week, made.made_at, made.build, made.still_learning)
            for number, made in numbered
        ),
    )
    insert(
        connection,
        "entry",
        (
            (number, position, entry.item, entry.song, entry.reason)
            for number, made in numbered
            for position, entry in enumerate(made.entries)
        ),
    )


def made(connection: Connection, mix: str, week: str) -> set[int]:
    """The listeners who have an edition of this week."""
    said = fetch(connection, "SELECT listener_id FROM edition WHERE mix = ? AND week = ?", (mix, week))
    return {listener for (listener,) in said}
