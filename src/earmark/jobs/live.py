"""Recommendations as of now: the live build's songs, against what listeners have played and said up to this moment.

Between builds songs keep their vectors, and a listener's own is solved anew from everything in the record
(fold-in), whenever the record has changed. A new build is taken up without a restart. Whoever asks at the same time is
answered together: what is looked up and what is searched costs little more for twenty than for one.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.errors import EarmarkError, UnknownNameError
from earmark.jobs.house import House
from earmark.jobs.locks import using
from earmark.jobs.opened_build import OpenedBuild
from earmark.listening.edits import DAY_MS
from earmark.listening.listens import clock
from earmark.ranking.askers import Askers
from earmark.ranking.live import LiveRanking
from earmark.store.port import ItemId, ListenerId, SongId
from earmark.threads import one_blas_thread

REACH: Final = 300
"""Songs among which a seed chooses."""
EVEN: Final = 20
"""A seed takes places as if the first so many were nearly as good as each other (k of reciprocal-rank fusion)."""
MOST_REMEMBERED: Final = 10_000
"""Listeners who have changed since the build and are kept in memory."""
RETRY_S: Final = 5
"""After so long a build that could not be opened is tried again."""

LOOKED_S: Final = 0.2
"""Whether another build went live is looked at so often."""

_encode: Final = msgspec.json.Encoder().encode
_log: Final = logging.getLogger(__name__)


class Ask(NamedTuple):
    """Who asks, for how many songs, and by which draw."""

    listener: ListenerId
    n: int
    seed: int | None = None


class Recommended(msgspec.Struct, frozen=True, gc=False):
    """A song, by the version that most people play. ``place`` is where it stands in the listener's own order."""

    song: SongId
    item: ItemId
    artist: str
    title: str
    release: str | None
    place: int


class Recommendations(msgspec.Struct, frozen=True, gc=False):
    """Songs that a listener does not know yet, best first, and the build that chose them."""

    build: str
    seed: int | None
    songs: list[Recommended]


class _Opened:
    """A build in memory, and those who have changed since and asked lately."""

    def __init__(self, build: OpenedBuild) -> None:
        self.build = build
        self.ranking = LiveRanking(build.model)
        self.askers = build.askers
        self._row_of = dict(zip(self.askers.listeners.tolist(), range(len(self.askers)), strict=True))
        self._revision_of: dict[int, int] = dict(build.snapshot.revisions.iter_rows())
        for one in build.steered:
            # What a build keeps of listeners is what they played; what they want besides is worked out now.
            self._revision_of.pop(one, None)
        self._changed: OrderedDict[int, tuple[tuple[int, int], Askers]] = OrderedDict()
        self.told = self._encoded()
        self.name = _encode(build.manifest.id)
        self.items = build.snapshot.songs["item"].to_numpy()[self._rows]
        """The item by which each column is shown."""

    def asking(self, revisions: Mapping[ListenerId, int]) -> tuple[Askers, list[ListenerId]]:
        """What is known of listeners who are at these revisions, and the order in which they stand there."""
        same: list[ListenerId] = []
        others: list[ListenerId] = []
        for one, revision in revisions.items():
            unchanged = one in self._row_of and self._revision_of.get(one) == revision
            (same if unchanged else others).append(one)
        parts = [self.askers.take(np.array([self._row_of[one] for one in same]))] if same else []
        parts += self._of_changed({one: revisions[one] for one in others})
        return Askers.joined(parts), same + others

    def _of_changed(self, revisions: Mapping[ListenerId, int]) -> list[Askers]:
        today = clock() // DAY_MS  # A dislike fades from day to day.
        stale = sorted(
            one
            for one, revision in revisions.items()
            if self._changed.get(one, (None, None))[0] != (revision, today)
        )
        if stale:
            # What was stored since their revisions were read may be among it; then they are stale once more.
            fresh = self.ranking.askers(self.build.histories(stale))
            for row, one in enumerate(stale):
                self._changed[one] = ((revisions[one], today), fresh.take(np.array([row])))
        found = [self._changed[one][1] for one in revisions]
        for one in revisions:
            self._changed.move_to_end(one)
        while len(self._changed) > MOST_REMEMBERED:
            self._changed.popitem(last=False)
        return found

    def _encoded(self) -> list[bytes]:
        """Each column as `Recommended` in JSON, up to the place: most of an answer, whoever asks."""
        songs = self.build.snapshot.songs[self._rows]
        shown = songs.select("song", "item", "artist_name", "title", "release").iter_rows()
        return [
            _encode(Recommended(song, item, artist, title, release, 0)).removesuffix(b"0}")
            for song, item, artist, title, release in shown
        ]

    @cached_property
    def _rows(self) -> NDArray[np.int64]:
        """Of the snapshot's songs, by column."""
        songs = self.build.snapshot.songs["song"].to_numpy()
        rows: NDArray[np.int64] = np.searchsorted(songs, self.build.model.columns.songs)
        return rows


class Chosen(NamedTuple):
    """The same as it is found: each song's column, and where it stands in the listener's own order."""

    opened: _Opened
    ask: Ask
    columns: Sequence[int]
    places: Sequence[int]

    @property
    def build(self) -> str:
        """Which chose them."""
        return self.opened.build.manifest.id

    @property
    def items(self) -> list[int]:
        """The item by which each is shown."""
        items: list[int] = self.opened.items[self.columns].tolist()
        return items

    def document(self) -> bytes:
        """`Recommendations` in JSON."""
        told, parts = self.opened.told, [b""] * (2 * len(self.columns))
        parts[::2] = [told[column] for column in self.columns]
        parts[1::2] = [b"%d}," % place for place in self.places]
        seed = b"null" if self.ask.seed is None else b"%d" % self.ask.seed
        songs = b"".join(parts).removesuffix(b",")
        return b'{"build":%b,"seed":%b,"songs":[%b]}' % (self.opened.name, seed, songs)


class Live:
    """Answers from the live build."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._opening: threading.Thread | None = None
        self._answering = threading.Lock()
        self._opened: _Opened | None = None
        self._looked = 0.0

    def recommend(self, asks: Sequence[Ask]) -> list[Chosen | UnknownNameError]:
        """Songs that each listener does not know yet, or that there is no such listener.

        With a seed, a draw from the best `REACH` without replacement, each song's chance falling with its place
        (Plackett–Luce); the same seed gives the same songs while the record and the build are the same.

        Raises:
            NotLearnedError: nothing was learned yet.
            BusyError: somebody is being forgotten just now.
            StoreError: the record cannot be read.
        """
        with one_blas_thread(), self._answering:
            opened = self._current()
            revisions = self._house.store.revisions(sorted({ask.listener for ask in asks}))
            ranked: dict[int, NDArray[np.int32]] = {}
            if revisions:
                reach = max(max(ask.n, 0 if ask.seed is None else REACH) for ask in asks)
                askers, order = opened.asking(revisions)
                ranked = dict(zip(order, opened.ranking.rank(askers, reach), strict=True))
            chosen = [_chosen(ask, ranked.get(ask.listener)) for ask in asks]
        return [
            Chosen(opened, ask, columns, places)
            if ask.listener in ranked
            else UnknownNameError(f"There is no listener {ask.listener}.", "See who there is: earmark status")
            for ask, (columns, places) in zip(asks, chosen, strict=True)
        ]

    def build(self) -> OpenedBuild:
        """The live build.

        Raises:
            NotLearnedError: there is none.
            BusyError: somebody is being forgotten just now.
        """
        return self._current().build

    def _current(self) -> _Opened:
        """The live build, opened; while one that went live just now is being opened, the one before it."""
        opened, now = self._opened, time.monotonic()
        if opened is not None and now < self._looked + LOOKED_S:
            return opened
        live = self._house.builds.live()
        self._looked = now
        if opened is None or live is None:
            self._opened = None
            return self._open()
        if opened.build.manifest.id != live and self._opening is None:
            self._opening = threading.Thread(target=self._open_behind, name="opening a build", daemon=True)
            self._opening.start()
        return opened

    def _open(self) -> _Opened:
        with using(self._house.home):
            self._opened = _Opened(OpenedBuild.live(self._house))
        # What was read stays as long as the build does: the collector need not look through all of it, again and again.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        return self._opened

    def _open_behind(self) -> None:
        try:
            with one_blas_thread():
                self._open()
        except EarmarkError as error:
            _log.error(
                "a new build cannot be opened, and the one before it goes on", extra={"why": error.what}
            )
            self._looked = time.monotonic() + RETRY_S
        finally:
            self._opening = None


def _chosen(ask: Ask, ranked: NDArray[np.int32] | None) -> tuple[list[int], Sequence[int]]:
    """The columns of the songs that are told, and where each stands in the listener's own order."""
    if ranked is None:
        return [], []
    if ask.seed is None:
        columns = ranked[: ask.n]
        told: list[int] = columns[columns >= 0].tolist()
        return told, range(len(told))
    columns = ranked[: max(ask.n, REACH)]
    columns = columns[columns >= 0]
    drawn = _drawn(len(columns), ask.seed)[: ask.n]
    return columns[drawn].tolist(), drawn.tolist()


def _drawn(n: int, seed: int) -> NDArray[np.intp]:
    """All places in an order drawn by the Gumbel trick: the largest of log(weight) + noise come first."""
    noise = np.random.default_rng(seed).gumbel(size=n)
    return np.argsort(noise - np.log(np.arange(n) + EVEN), kind="stable")[::-1]
