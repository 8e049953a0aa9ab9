"""Recommendations as of now: the live build's songs, against what a listener has played and said up to this moment.

Between builds songs keep their vectors, and the listener's own is solved anew from everything in the record
(fold-in), whenever the record has changed. A new build is taken up without a restart.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from earmark.engines.builds import Manifest
from earmark.jobs.house import House
from earmark.jobs.learning import settings_of, snapshot_of
from earmark.jobs.weekly import live_manifest
from earmark.listening.evidence import EvidenceConfig
from earmark.ranking.recommender import Recommender
from earmark.signals.collaborative.histories import Histories, read_histories
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


@dataclass(frozen=True)
class _Model:
    """A build in memory."""

    manifest: Manifest
    recommender: Recommender
    songs: pl.DataFrame
    evidence: EvidenceConfig

    @cached_property
    def shown(self) -> NDArray[np.int64]:
        """The row of ``songs`` of each column."""
        rows: NDArray[np.int64] = np.searchsorted(
            self.songs["song"].to_numpy(), self.recommender.columns.songs
        )
        return rows


class Live:
    """The live build, and the histories of those who asked lately."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._loading = threading.Lock()
        self._loaded: _Model | None = None
        self._histories: OrderedDict[tuple[str, int], tuple[int, Histories]] = OrderedDict()

    @property
    def build(self) -> str:
        """The id of the build that answers.

        Raises:
            NotLearnedError: there is none.
        """
        return self._model().manifest.id

    def recommend(self, listener: ListenerRecord, n: int, seed: int | None = None) -> list[Recommended]:
        """Songs that the listener does not know yet, best first.

        With a ``seed``, a draw from the best `REACH` without replacement, each song's chance falling with its place
        (Plackett–Luce); the same seed gives the same songs while the record and the build are the same.

        Raises:
            NotLearnedError: nothing was learned yet.
        """
        model = self._model()
        with one_blas_thread():
            reach = n if seed is None else max(n, REACH)
            ranked = model.recommender.discover(self._history(model, listener), reach)
        columns = ranked.songs[0][ranked.songs[0] >= 0]
        places = np.arange(len(columns)) if seed is None else _drawn(len(columns), seed)
        places = places[:n]
        rows = model.songs[model.shown[columns[places]]].select(
            "song", "item", "artist_name", "title", "release"
        )
        return [
            Recommended(song, item, artist, title, release, place)
            for (song, item, artist, title, release), place in zip(
                rows.iter_rows(), places.tolist(), strict=True
            )
        ]

    def _model(self) -> _Model:
        live = self._house.builds.live()
        loaded = self._loaded
        if loaded is None or loaded.manifest.id != live:
            with self._loading:
                loaded = self._loaded
                if loaded is None or loaded.manifest.id != live:
                    loaded = self._loaded = self._load()
        return loaded

    def _load(self) -> _Model:
        manifest = live_manifest(self._house)
        settings = settings_of(manifest)
        folder = self._house.builds.path(manifest.id)
        recommender = Recommender.load(folder, settings.signals, settings.ranking)
        return _Model(manifest, recommender, snapshot_of(self._house, manifest).songs, settings.evidence)

    def _history(self, model: _Model, listener: ListenerRecord) -> Histories:
        key = (model.manifest.id, listener.id)
        known = self._histories.get(key)
        if known is None or known[0] != listener.revision:
            known = (listener.revision, self._read(model, listener))
            self._histories[key] = known
            while len(self._histories) > MOST_REMEMBERED:
                self._histories.popitem(last=False)
        return known[1]

    def _read(self, model: _Model, listener: ListenerRecord) -> Histories:
        store, ids = self._house.store, [listener.id]
        return read_histories(
            np.array(ids),
            store.listens(ids),
            store.feedback(ids),
            store.playlist_songs(ids).select("listener", "song"),
            model.songs,
            columns=model.recommender.columns,
            config=model.evidence,
        )


def _drawn(n: int, seed: int) -> NDArray[np.intp]:
    """All places in an order drawn by the Gumbel trick: the largest of log(weight) + noise come first."""
    noise = np.random.default_rng(seed).gumbel(size=n)
    return np.argsort(noise - np.log(np.arange(n) + EVEN), kind="stable")[::-1]
