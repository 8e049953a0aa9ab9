"""What else a library holds that its listener might like: the live build's ranking of the songs in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from earmark.engines.builds import Manifest
from earmark.engines.local import LearnSettings
from earmark.jobs.house import House
from earmark.jobs.learning import settings_of, snapshot_of
from earmark.jobs.locks import using
from earmark.jobs.weekly import current_histories, live_manifest
from earmark.ranking.recommender import Recommender
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
            model = self._model
            snapshot, evidence = snapshot_of(self._house, self._manifest), self._settings.evidence
            histories = current_histories(self._house, model, snapshot, evidence, [listener])
            columns = model.columns.find(np.array(songs, np.int64))
            ranked = model.discover(histories.only(columns[columns >= 0]), self._house.weekly.ranked)
            found = ranked.songs[0][ranked.songs[0] >= 0]
            return [SongId(song) for song in model.columns.songs[found].tolist()]

    @cached_property
    def _manifest(self) -> Manifest:
        return live_manifest(self._house)

    @cached_property
    def _settings(self) -> LearnSettings:
        return settings_of(self._manifest)

    @cached_property
    def _model(self) -> Recommender:
        build = self._house.builds.path(self._manifest.id)
        return Recommender.load(build, self._settings.signals, self._settings.ranking)
