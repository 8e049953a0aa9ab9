"""A build, opened: what it learned, from what, by which settings, and what listeners have heard up to now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final, Self

import numpy as np
import polars as pl

from earmark.engines.builds import Manifest
from earmark.engines.culture import FOLDER as CULTURE
from earmark.engines.expected import EXPECTED_GENRES
from earmark.engines.local import ASKERS, GENRE_OF, MICRO_GENRES, SOUND_INDEX, LearnSettings
from earmark.engines.traits import TRAITS, song_facts
from earmark.errors import NotLearnedError
from earmark.jobs.house import House
from earmark.jobs.learning import settings_of, snapshot_of
from earmark.listening.listens import clock
from earmark.ranking.askers import Askers
from earmark.ranking.recommender import Recommender
from earmark.ranking.sound_index import SoundIndex
from earmark.signals.collaborative.arrays import load_array
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Histories, read_histories
from earmark.signals.culture.keeping import load_table
from earmark.signals.culture.signal import Culture
from earmark.store.port import AsIf, ListenerId
from earmark.store.snapshot import Frames, Snapshot
from earmark.taste.effects import Effect, with_effects
from earmark.taste.microgenres.model import MicroGenres
from earmark.taste.traits.known_plays import SongFacts

ASKED_ONE_BY_ONE: Final = 256
"""So few listeners are read from the record; for more, those who have not changed are read from the snapshot."""


def live_manifest(house: House) -> Manifest:
    """The manifest of the live build.

    Raises:
        NotLearnedError: there is none.
    """
    build = house.builds.live()
    if build is None:
        raise NotLearnedError("Nothing has been learned yet.", "Run `earmark learn` first.")
    return house.builds.manifest(build)


class OpenedBuild:
    """A build of a house; each part of it is read when it is first asked for, and then kept.

    Asking for a part raises NotLearnedError if it is missing, damaged, or of another version.
    """

    def __init__(self, house: House, manifest: Manifest) -> None:
        self._house = house
        self.manifest = manifest

    @classmethod
    def live(cls, house: House) -> Self:
        """The live one.

        Raises:
            NotLearnedError: there is none.
        """
        return cls(house, live_manifest(house))

    @cached_property
    def settings(self) -> LearnSettings:
        """By which it was learned."""
        return settings_of(self.manifest)

    @cached_property
    def snapshot(self) -> Snapshot:
        """From which it was learned."""
        return snapshot_of(self._house, self.manifest)

    @cached_property
    def model(self) -> Recommender:
        """What it learned."""
        folder = self._house.builds.path(self.manifest.id)
        return Recommender.load(folder, self.settings.signals, self.settings.ranking)

    @cached_property
    def askers(self) -> Askers:
        """What live answers need of our own listeners, as they were then."""
        columns, folder = self.model.columns, self._house.builds.path(self.manifest.id)
        return Askers.load(folder / ASKERS, len(columns), len(columns.artist_ids))

    @cached_property
    def micro_genres(self) -> MicroGenres:
        """The micro-genres that it found."""
        return MicroGenres.load(self._house.builds.path(self.manifest.id) / MICRO_GENRES)

    @cached_property
    def culture(self) -> Culture:
        """What it learned of what the world says."""
        return Culture.load(self._house.builds.path(self.manifest.id) / CULTURE)

    @cached_property
    def expected_genres(self) -> pl.DataFrame:
        """``artist``, ``genre``, ``probability`` of artists of whom nobody says any, the likeliest first."""
        return load_table(self._house.builds.path(self.manifest.id), EXPECTED_GENRES)

    @cached_property
    def genre_of(self) -> Int32s:
        """The micro-genre (id) that each song belongs to most, ``(n_songs,)``; −1 where none."""
        return load_array(self._house.builds.path(self.manifest.id), GENRE_OF)

    @cached_property
    def community_traits(self) -> pl.DataFrame:
        """What the music of everybody in the build is like (`earmark.taste.traits.measuring.traits_of_many`)."""
        return load_table(self._house.builds.path(self.manifest.id), TRAITS)

    def song_facts(self, songs: pl.DataFrame) -> SongFacts:
        """What the build knows of some songs (``song``, ``artist``)."""
        return song_facts(songs, self.snapshot.sounds, self.snapshot.lyrics, self.model.signals)

    @property
    def steered(self) -> set[ListenerId]:
        """Listeners whose own edits say what they want beside what they played."""
        return set(self._house.store.edits.steering())

    @cached_property
    def sound_index(self) -> SoundIndex:
        """What sounds alike, to be searched."""
        folder = self._house.builds.path(self.manifest.id) / SOUND_INDEX
        return SoundIndex.load(folder, self.model.signals.space.vectors)

    def histories(
        self, ids: Sequence[ListenerId], *, mix: str | None = None, edits: AsIf | None = None
    ) -> Histories:
        """What listeners of ours have heard up to now, as their edits of taste want it: from the snapshot where nothing
        has changed since, else from the record. Their ids are to ascend.

        Songs that earlier editions of ``mix``, if one is named, gave them are closed to them, too. With ``edits``,
        these are taken for all that they made: as it would be.
        """
        histories = self._as_played(ids, mix, edits)
        if edits is None:
            edits = self._house.store.edits.steering(ids)
        now, columns = clock(), self.model.columns
        return with_effects(
            histories, {one: Effect.of(some, columns, self.genre_of, now) for one, some in edits.items()}
        )

    def _as_played(self, ids: Sequence[ListenerId], mix: str | None, edits: AsIf | None) -> Histories:
        store = self._house.store
        if len(ids) <= ASKED_ONE_BY_ONE:
            changed, same = list(ids), pl.Series("listener", [], dtype=pl.Int32)
        else:
            then = dict(self.snapshot.revisions.iter_rows())
            now = store.revisions(ids)
            changed = [one for one in ids if then.get(one) != now.get(one)]
            same = pl.Series("listener", sorted(set(ids) - set(changed)), dtype=pl.Int32)
        own = store.playlist_songs(changed, edits=edits).select("listener", "song")
        parts = [(store.listens(changed, edits=edits), store.feedback(changed, edits=edits), own)]
        if len(same):
            frames = _only(self.snapshot.frames(), same)
            parts.append((frames.listens, frames.feedback, frames.own_playlists()))
        listens, feedback, playlists = (pl.concat(column) for column in zip(*parts, strict=True))
        return read_histories(
            np.array(ids),
            listens,
            feedback,
            playlists,
            self.snapshot.songs,
            columns=self.model.columns,
            config=self.settings.evidence,
            given=None if mix is None else store.songs_given(ids, mix).select("listener", "song"),
        )


def _only(frames: Frames, listeners: pl.Series) -> Frames:
    mine = pl.col("listener").is_in(listeners.implode())
    return replace(
        frames,
        listens=frames.listens.filter(mine),
        playlists=frames.playlists.filter(mine),
        feedback=frames.feedback.filter(mine),
    )
