"""What listeners were truly shown: where, in which place, by which choice; so that what follows can be credited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.named import see_that_is_there
from earmark.store.port import ItemId, ListenerId
from earmark.store.rows import fetch, hold_listeners, insert
from earmark.store.walks import Walk

RECOMMENDATIONS: Final = "recommendations"
"""Stands for a mix where what was shown came from the recommendations of the moment."""


class Exposure(msgspec.Struct, frozen=True, gc=False):
    """One item that was shown once."""

    shown_at: UnixMs
    slot: str
    """Where: a name that the client gives to the place, such as ``home`` or ``car``."""
    position: int
    """Which place there, from 0."""
    item: ItemId
    mix: str
    """`RECOMMENDATIONS`, or the mix that it was an entry of."""
    edition: str | None
    """Which edition of the mix; None for recommendations."""
    policy: str
    """What chose it."""
    propensity: float | None
    """With which probability that chose it for this place, from 0 to 1; None where nobody knows."""
    build: str | None
    """By which build it was chosen, where that is known."""


EXPOSURES: Final = Walk[Exposure, tuple[int, str, int]](
    lambda one: (one.shown_at, one.slot, one.position), (1 << 60, "\U0010ffff", 1 << 30)
)
"""By moment, slot and position."""


class Exposures(Protocol):
    """Every call is a transaction of its own. A place of a slot shows one item at a moment."""

    def add(self, listener: ListenerId, shown: Sequence[Exposure]) -> int:
        """Note what was shown; what is noted already for the same moment and place stays. Returns how many are new.

        Raises:
            StoreError: the listener was forgotten.
        """

    def page(
        self, listener: ListenerId, *, beyond: tuple[int, str, int] = EXPOSURES.first, n: int
    ) -> list[Exposure]:
        """At most ``n``, by moment, slot and position, the latest first, that come after the one so named."""


_PAGE: Final = """
    SELECT shown_at, slot, position, item_id, mix, edition, policy, propensity, build FROM exposure
    WHERE listener_id = ? AND (shown_at, slot, position) < (?, ?, ?)
    ORDER BY shown_at DESC, slot DESC, position DESC LIMIT ?"""


class SqlExposures:
    """`Exposures` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, listener: ListenerId, shown: Sequence[Exposure]) -> int:
        """Note what was shown; what is noted already for the same moment and place stays. Returns how many are new.

        Raises:
            StoreError: the listener was forgotten.
        """
        rows = sorted(
            (
                listener,
                one.shown_at,
                one.slot,
                one.position,
                one.item,
                one.mix,
                one.edition,
                one.policy,
                one.propensity,
                one.build,
            )
            for one in {(one.shown_at, one.slot, one.position): one for one in reversed(shown)}.values()
        )
        with self._database.transaction(Intent.WRITE) as connection:
            hold_listeners(connection, [listener])
            see_that_is_there(connection, listener)
            return insert(connection, "exposure", rows, if_absent=True)

    def page(
        self, listener: ListenerId, *, beyond: tuple[int, str, int] = EXPOSURES.first, n: int
    ) -> list[Exposure]:
        """At most ``n``, by moment, slot and position, the latest first, that come after the one so named."""
        with self._database.transaction(Intent.READ) as connection:
            return [Exposure(*row) for row in fetch(connection, _PAGE, (listener, *beyond, n))]
