"""Store listens, each play once: the ledger of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from earmark.listening.duplicates import Fate, Fates, settle
from earmark.listening.listens import Listen, Origin
from earmark.listening.plays import Plays
from earmark.store.catalogue import Catalogue
from earmark.store.devices import Devices
from earmark.store.plays import Columns, Handed, add_rows, hide_rows, remove_rows, stored_around
from earmark.store.port import Settled
from earmark.store.rows import Held, fetch, insert, new_id

AT_ONCE: Final = 2_000_000
"""Listens settled together: what they need meanwhile is some hundred bytes each."""


class ListenLedger:
    """Takes listens, and on `settle` stores those that tell of a play for the first time."""

    def __init__(self, connection: Connection, catalogue: Catalogue, held: Held) -> None:
        self._connection = connection
        self._held = held
        self._handed = Handed(catalogue)
        self._devices = Devices(connection)
        self._origins: dict[str, int] = {}
        self._resolutions: dict[int, int] = {}

    def add(self, listeners: Sequence[int], listens: Sequence[Listen], origin: Origin) -> None:
        """Take down ``listens[i]`` as played by ``listeners[i]``."""
        if listens:
            devices = self._devices.numbers(listen.device for listen in listens)
            self._handed.add(listeners, listens, self._origin(origin), devices)

    def settle(self) -> tuple[Settled, set[int]]:
        """Store what was handed over; also returns the listeners for whom something changed."""
        handed = self._handed.take()
        new = repeated = same_play = 0
        changed: set[int] = set()
        for incoming in handed.by_listeners(AT_ONCE) if handed else ():
            self._held.hold(np.unique(incoming.listener).tolist())
            stored = stored_around(self._connection, incoming, max(self._resolutions.values()))
            fates = settle(self._as_plays(stored), self._as_plays(incoming))
            added, theirs = self._store(stored, incoming, fates)
            again = int(np.count_nonzero(fates.fate == Fate.REPEATED))
            new += added
            repeated += again
            same_play += len(fates.fate) - added - again
            changed |= theirs
        return Settled(new, repeated, same_play), changed

    def _store(self, stored: Columns, incoming: Columns, fates: Fates) -> tuple[int, set[int]]:
        """Write what the fates decide; returns the number of new plays and the listeners with any change."""
        new = np.flatnonzero(fates.fate == Fate.NEW)
        better = np.flatnonzero(fates.replaces)
        worse = fates.stored[better]
        hidden = _hide(stored, incoming, fates)
        _keep_devices(stored, incoming, fates)
        remove_rows(self._connection, stored.rows(worse))
        add_rows(self._connection, incoming.rows(better))
        added = add_rows(self._connection, incoming.rows(new))
        hide_rows(self._connection, stored.rows(np.setdiff1d(hidden, worse)))
        changed = (incoming.listener[new], incoming.listener[better], stored.listener[hidden])
        return added, set(np.unique(np.concatenate(changed)).tolist())

    def _as_plays(self, columns: Columns) -> Plays:
        resolutions = np.zeros(max(self._resolutions, default=0) + 1, np.int32)
        for number, resolution in self._resolutions.items():
            resolutions[number] = resolution
        return Plays(
            listener=columns.listener,
            song=columns.song,
            item=columns.item,
            started_at=columns.started_at,
            ms_played=columns.ms_played,
            origin=columns.origin,
            resolution_ms=resolutions[columns.origin],
        )

    def _origin(self, origin: Origin) -> int:
        if origin.name not in self._origins:
            self._look_up_origins()
        if origin.name not in self._origins:
            row = (new_id(self._connection, "origin"), origin.name, origin.resolution_ms)
            insert(self._connection, "origin", [row], if_absent=True)
            # If another writer was first, theirs is the one.
            self._look_up_origins()
        return self._origins[origin.name]

    def _look_up_origins(self) -> None:
        said = fetch(self._connection, "SELECT id, name, resolution_ms FROM origin")
        self._origins = {name: number for number, name, _ in said}
        self._resolutions = {number: resolution for number, _, resolution in said}


def _hide(stored: Columns, incoming: Columns, fates: Fates) -> NDArray[np.intp]:
    """Mark plays as private where anybody who tells of them says so; returns the stored ones newly so."""
    told = np.flatnonzero((fates.fate != Fate.NEW) & incoming.private)
    in_record = fates.stored[told] >= 0
    incoming.private[fates.incoming[told[~in_record]]] = True
    known = fates.stored[told[in_record]]
    hidden = np.unique(known[~stored.private[known]])
    stored.private[hidden] = True
    incoming.private[fates.replaces] |= stored.private[fates.stored[fates.replaces]]
    return hidden


def _keep_devices(stored: Columns, incoming: Columns, fates: Fates) -> None:
    """A play that is told of anew by a source that names no device keeps the one that was known."""
    known = stored.device[fates.stored[fates.replaces]]
    told = incoming.device[fates.replaces]
    incoming.device[fates.replaces] = np.where(told == 0, known, told)
