"""What sounds like a song, and ways from one song to another, in the live build."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from earmark.errors import TooLittleError
from earmark.jobs.kindred import KnownSong, named_songs
from earmark.jobs.opened_build import OpenedBuild
from earmark.music.sound import Mode, camelot, key_name
from earmark.ranking.sound import ENERGY, TEMPO
from earmark.ranking.sound_index import Rows, path_between
from earmark.ranking.sound_wishes import Wishes
from earmark.store.port import SongId

FEWEST_STEPS = 3
MOST_STEPS = 100


class SoundingSong(KnownSong, frozen=True, kw_only=True):
    """A song, and what it sounds like.

    ``likeness`` is a cosine, from −1 to 1: to the song that was asked about, on a path to the song before. Figures that
    could not be heard are null.
    """

    tempo: float | None
    key: str | None
    camelot: str | None
    energy: float | None


def sounds_like(build: OpenedBuild, song: SongId, n: int, wishes: Wishes | None = None) -> list[SoundingSong]:
    """The ``n`` songs that sound most like a song, among those that meet the wishes.

    Raises:
        TooLittleError: the song was not heard.
        UnfitError: the wishes cannot be met by anything.
    """
    signals = build.model.signals
    row = _row(build, song)
    fit = (wishes or Wishes()).met_by(signals.sounds)
    fit[row] = False
    found, cosines = build.sound_index.nearest(signals.space.vectors[row], n, lambda rows: fit[rows])
    return _told(build, found, [round(one, 4) for one in cosines.tolist()])


def path(build: OpenedBuild, first: SongId, last: SongId, n: int) -> list[SoundingSong]:
    """``n`` songs from one to another, each sounding like the one before.

    Raises:
        TooLittleError: one of them was not heard, or too few songs were for so many steps.
    """
    vectors = build.model.signals.space.vectors
    rows = path_between(build.sound_index, vectors, _row(build, first), _row(build, last), n)
    steps = np.einsum("ij,ij->i", vectors[rows[1:]], vectors[rows[:-1]])
    return _told(build, rows, [None, *(round(one, 4) for one in steps.tolist())])


def _row(build: OpenedBuild, song: SongId) -> int:
    (column,) = build.model.columns.find(np.array([song])).tolist()
    row = int(build.model.signals.sounds.row_of[column]) if column >= 0 else -1
    if row < 0:
        raise TooLittleError(
            "It is not known what this song sounds like.",
            "Scan a file of it (earmark scan PATH), then learn: earmark learn",
        )
    return row


def _told(build: OpenedBuild, rows: Rows, likenesses: Sequence[float | None]) -> list[SoundingSong]:
    sounds = build.model.signals.sounds
    named = named_songs(build, sounds.columns[rows], likenesses)
    told = []
    for one, row in zip(named, rows.tolist(), strict=True):
        key = int(sounds.keys[row])
        tonic, mode = key % 12, Mode.MINOR if key >= 12 else Mode.MAJOR
        tempo, energy = (_known(sounds.figures[row, figure]) for figure in (TEMPO, ENERGY))
        told.append(
            SoundingSong(
                **msgspec.structs.asdict(one),
                tempo=None if tempo is None else round(2.0**tempo, 1),
                key=key_name(tonic, mode) if key >= 0 else None,
                camelot=camelot(tonic, mode) if key >= 0 else None,
                energy=None if energy is None else round(energy, 3),
            )
        )
    return told


def _known(figure: np.floating) -> float | None:
    return None if np.isnan(figure) else float(figure)
