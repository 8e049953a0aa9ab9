"""Extend a playlist: what the live build would put after the songs of a playlist file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from earmark.errors import EarmarkError
from earmark.jobs.house import House
from earmark.jobs.locks import using
from earmark.jobs.opened_build import OpenedBuild
from earmark.listening.listens import clock
from earmark.listening.playlists import Playlist
from earmark.ranking.asked import Asked
from earmark.ranking.reasons import Reason, explain
from earmark.ranking.recommender import Purpose, Ranked, Recommender
from earmark.signals.collaborative.columns import Int32s
from earmark.sources import registry
from earmark.threads import one_blas_thread


class Added(msgspec.Struct, frozen=True):
    """A song that goes on with the list."""

    artist: str
    title: str
    reason: str


class Extension(msgspec.Struct, frozen=True):
    """What a playlist was extended by. ``unknown`` are its own tracks that the live build does not know."""

    playlist: str
    known: int
    unknown: tuple[str, ...]
    added: tuple[Added, ...]


def extend(house: House, path: Path, n: int) -> Extension:
    """The ``n`` songs that go best with the playlist in a file (the first, if it holds several).

    Raises:
        EarmarkError: nothing is learned yet, the file holds no playlist, or the build knows nothing of it.
    """
    playlist = _first_playlist(path)
    with using(house.home), one_blas_thread():
        model = OpenedBuild.live(house).model
        songs, unknown = _known(house, model, playlist)
        asked = Asked.playlists(model.signals, [songs], [playlist.name])
        if not len(songs) and not asked.called.nnz:
            raise EarmarkError(
                f"The live build knows none of the {len(playlist.tracks)} tracks of {path}, nor a word of its name.",
                "Import music like it (histories or playlists), then learn again: earmark learn",
            )
        ranked = model.rank(asked, Purpose.CONTINUATION, n)
        return Extension(playlist.name, len(songs), unknown, _added(house, model, asked, ranked))


def _first_playlist(path: Path) -> Playlist:
    for batch in registry.read("playlists", path):
        if batch.playlists:
            return batch.playlists[0]
    raise EarmarkError(f"{path} holds no playlist.", "Hand over an M3U, XSPF, JSPF or JSON-lines playlist.")


def _known(house: House, model: Recommender, playlist: Playlist) -> tuple[Int32s, tuple[str, ...]]:
    """The columns of its songs in order, and the tracks that have none."""
    columns: list[int] = []
    unknown: list[str] = []
    songs = house.store.known_songs(playlist.tracks)
    places = model.columns.find(np.array([-1 if song is None else song for song in songs], np.int64))
    for track, at in zip(playlist.tracks, places.tolist(), strict=True):
        if at < 0:
            unknown.append(f"{track.artist} – {track.title}")
        elif at not in columns:
            columns.append(at)
    return np.array(columns, np.int32), tuple(unknown)


def _added(house: House, model: Recommender, asked: Asked, ranked: Ranked) -> tuple[Added, ...]:
    columns = ranked.songs[0][ranked.songs[0] >= 0]
    rows = np.zeros(len(columns), np.int32)
    leads = ranked.bond_share[0][: len(columns)] > 0.5
    reasons: list[Reason] = list(explain(model, asked.histories, rows, columns, leads, now=clock()))
    ids = model.columns.songs[columns].tolist()
    named = {seed.song for reason in reasons for seed in reason.seeds}
    every = [*ids, *sorted(named)]
    shown = house.store.songs(every)
    titles = dict(zip(every, shown["title"].to_list(), strict=True))
    artists = dict(zip(every, shown["artist_name"].to_list(), strict=True))
    return tuple(
        Added(artists[song], titles[song], reason.phrase_of_list(titles.__getitem__, artists[song]))
        for song, reason in zip(ids, reasons, strict=True)
    )
