"""What else a library holds that its listener might like: the live build's ranking of the songs in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from earmark.jobs.house import House
from earmark.jobs.locks import using
from earmark.jobs.opened_build import OpenedBuild
from earmark.mixes.weekly import NAME
from earmark.store.port import ListenerRecord, SongId
from earmark.threads import one_blas_thread


class Shelves:
    """Ranks what libraries hold. The live build is loaded when it is first needed, and for all listeners once."""

    def __init__(self, house: House) -> None:
        self._house = house

    def ranked(self, listener: ListenerRecord, songs: Sequence[SongId]) -> list[SongId]:
        """Those of ``songs`` that the listener never heard in any version, was never given and never hid, best first.

        Songs that nobody's plays or playlists hold are not among them: nothing is known that would speak for them.

        Raises:
            NotLearnedError: no build is live, or it is damaged.
        """
        with using(self._house.home), one_blas_thread():
            model = self._build.model
            histories = self._build.histories([listener.id], mix=NAME)
            columns = model.columns.find(np.array(songs, np.int64))
            ranked = model.discover(histories.only(columns[columns >= 0]), self._house.weekly.ranked)
            found = ranked.songs[0][ranked.songs[0] >= 0]
            return [SongId(song) for song in model.columns.songs[found].tolist()]

    @cached_property
    def _build(self) -> OpenedBuild:
        return OpenedBuild.live(self._house)
