"""Recommendations as of now: the live build's songs, against what a listener has played and said up to this moment.

Between builds songs keep their vectors, and the listener's own is solved anew from everything in the record
(fold-in), whenever the record has changed. A new build is taken up without a restart.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.jobs.house import House
from earmark.jobs.locks import using
from earmark.jobs.opened_build import OpenedBuild
from earmark.signals.collaborative.histories import Histories
from earmark.store.port import ItemId, ListenerRecord, SongId
from earmark.threads import one_blas_thread

REACH: Final = 300
"""Songs among which a seed chooses."""
EVEN: Final = 20
"""A seed takes places as if the first so many were nearly as good as each other (k of reciprocal-rank fusion)."""
MOST_REMEMBERED: Final = 10_000
"""Listeners whose histories are kept in memory."""


class Recommended(msgspec.Struct, frozen=True):
    """A song, by the version that most people play. ``place`` is where it stands in the listener's own order."""

    song: SongId
    item: ItemId
    artist: str
    title: str
    release: str | None
    place: int


class Recommendations(msgspec.Struct, frozen=True):
    """Songs that a listener does not know yet, best first, and the build that chose them."""

    build: str
    seed: int | None
    songs: list[Recommended]


class _Opened:
    """A build in memory, and the histories of those who asked lately."""

    def __init__(self, build: OpenedBuild) -> None:
        self.build = build
        self.songs = build.snapshot.songs
        self.rows = np.searchsorted(self.songs["song"].to_numpy(), build.model.columns.songs)
        """Of ``songs``, by column."""
        self._histories: OrderedDict[int, tuple[int, Histories]] = OrderedDict()

    def history(self, listener: ListenerRecord) -> Histories:
        """What the listener has heard, read again if it changed."""
        known = self._histories.get(listener.id)
        if known is None or known[0] != listener.revision:
            known = (listener.revision, self.build.histories([listener]))
            self._histories[listener.id] = known
            while len(self._histories) > MOST_REMEMBERED:
                self._histories.popitem(last=False)
        return known[1]


class Live:
    """Answers from the live build."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._loading = threading.Lock()
        self._opened: _Opened | None = None

    def recommend(self, listener: ListenerRecord, n: int, seed: int | None = None) -> Recommendations:
        """Songs that the listener does not know yet.

        With a ``seed``, a draw from the best `REACH` without replacement, each song's chance falling with its place
        (Plackett–Luce); the same seed gives the same songs while the record and the build are the same.

        Raises:
            NotLearnedError: nothing was learned yet.
            BusyError: somebody is being forgotten just now.
        """
        opened = self._current()
        with one_blas_thread():
            reach = n if seed is None else max(n, REACH)
            ranked = opened.build.model.discover(opened.history(listener), reach)
        columns = ranked.songs[0][ranked.songs[0] >= 0]
        places = (np.arange(len(columns)) if seed is None else _drawn(len(columns), seed))[:n]
        shown = opened.songs[opened.rows[columns[places]]].select(
            "song", "item", "artist_name", "title", "release"
        )
        songs = [
            Recommended(song, item, artist, title, release, place)
            for (song, item, artist, title, release), place in zip(
                shown.iter_rows(), places.tolist(), strict=True
            )
        ]
        return Recommendations(opened.build.manifest.id, seed, songs)

    def build(self) -> OpenedBuild:
        """The live build.

        Raises:
            NotLearnedError: nothing was learned yet.
            BusyError: somebody is being forgotten just now.
        """
        return self._current().build

    def _current(self) -> _Opened:
        """The live build, opened anew if another went live."""
        live, opened = self._house.builds.live(), self._opened
        if opened is None or opened.build.manifest.id != live:
            with self._loading:
                opened = self._opened
                if opened is None or opened.build.manifest.id != live:
                    with using(self._house.home):
                        opened = self._opened = _Opened(OpenedBuild.live(self._house))
        return opened


def _drawn(n: int, seed: int) -> NDArray[np.intp]:
    """All places in an order drawn by the Gumbel trick: the largest of log(weight) + noise come first."""
    noise = np.random.default_rng(seed).gumbel(size=n)
    return np.argsort(noise - np.log(np.arange(n) + EVEN), kind="stable")[::-1]
