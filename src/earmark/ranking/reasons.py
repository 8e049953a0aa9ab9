"""Why a song is in a mix: facts counted from what is stored, and the sentence that says them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.kernels.evidence import Evidence
from earmark.listening.listens import UnixMs
from earmark.ranking.artists import Discographies
from earmark.ranking.candidates import look_up
from earmark.ranking.recommender import Recommender
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Histories

FRESH_DAYS: Final = 60
"""For so long a song is new in a library."""
DAY_MS: Final = 86_400_000
LEAST_ALIKE: Final = 0.3
"""The cosine from which on it is said that one song sounds like another."""


class Ground(StrEnum):
    """What weighed most."""

    TOGETHER = "together"
    """Others hold the song together with songs that the listener plays."""
    ARTIST = "artist"
    """The listener plays the artist."""
    HELD = "held"
    """Many hold it, and nothing nearer to this listener is known yet."""
    SOUND = "sound"
    """Nobody holds it yet: it is placed by what it sounds like, and by what its tags say."""


class Seed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A song of the listener's own that speaks for the choice, and how often they played it."""

    song: int
    plays: int


class Reason(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The evidence for one entry; every number can be counted again from the record as it stood at the build.

    ``playlists`` and ``listeners`` hold the song and all seeds, the listener's own left out; without seeds,
    the song alone, or 0 where the bond with the artist is all there is. ``artist_plays`` and
    ``artist_songs`` are this listener's plays of the artist, and of how many songs. The seeds of a song that nobody
    holds are the ones that it sounds most like.
    """

    ground: Ground
    seeds: tuple[Seed, ...] = ()
    playlists: int = 0
    listeners: int = 0
    artist_plays: int = 0
    artist_songs: int = 0
    fresh: bool = False
    """Whether the library has had it for less than `FRESH_DAYS`."""
    mentions: int = 0
    """Texts of the last months that name the artist, where these are more than expected; else 0."""
    sources: int = 0
    """By so many publishers."""

    def phrase(self, title_of: Callable[[int], str], artist: str) -> str:
        """The reason as a sentence; ``title_of`` names a song by its record id."""
        said = self._phrase(title_of, artist)
        if not self.mentions:
            return said
        texts = f"{self.mentions:,} texts by {self.sources:,} publishers"
        return f"{said}; rising: more is written about {artist} than before, {texts} lately"

    def _phrase(self, title_of: Callable[[int], str], artist: str) -> str:
        holders = _holders(self.playlists, self.listeners)
        titles = [f"“{title_of(seed.song)}”" for seed in self.seeds]
        match self.ground:
            case Ground.TOGETHER:
                played = " and ".join(
                    f"{title} {_times(seed.plays)}" for title, seed in zip(titles, self.seeds, strict=True)
                )
                return f"because you played {played}; {holders} {'all three' if len(titles) == 2 else 'both'}"
            case Ground.ARTIST:
                bond = (
                    f"because you played {_songs(self.artist_songs)} by {artist} {_times(self.artist_plays)}"
                )
                return f"{bond}; {holders} it together with {' and '.join(titles)}" if titles else bond
            case Ground.HELD:
                return f"{holders} it, more than most songs that are new to you"
            case Ground.SOUND:
                bond = f"you played {_songs(self.artist_songs)} by {artist} {_times(self.artist_plays)}"
                said = [
                    *([f"sounds like {' and '.join(titles)}, which you play"] if titles else []),
                    *([bond] if self.artist_plays else []),
                ]
                return "; ".join([self._standing(), *said])

    def phrase_of_list(self, title_of: Callable[[int], str], artist: str) -> str:
        """The same where the songs spoken of stand on a playlist that is to be continued."""
        holders = _holders(self.playlists, self.listeners)
        titles = " and ".join(f"“{title_of(seed.song)}”" for seed in self.seeds)
        if titles and self.ground != Ground.SOUND:
            return f"goes with {titles}: {holders} {'all three' if len(self.seeds) == 2 else 'both'}"
        if self.ground == Ground.SOUND:
            alike = f"; sounds like {titles}" if titles else ""
            return f"{self._standing()}{alike}"
        if self.ground == Ground.ARTIST:
            return f"{artist} is on the list already, with {_songs(self.artist_songs)}"
        return f"{holders} it"

    def _standing(self) -> str:
        return "new in the library" if self.fresh else "in the library, where nobody has played it yet"


def explain(
    recommender: Recommender,
    histories: Histories,
    rows: Int32s,
    songs: Int32s,
    bond_leads: NDArray[np.bool_],
    *,
    now: UnixMs,
) -> Iterator[Reason]:
    """The reason for each pair of listener row and chosen column, in order.

    Args:
        recommender: the model that chose.
        histories: of the listeners.
        rows: ``(n_pairs,)`` rows of ``histories``, those of one listener side by side.
        songs: ``(n_pairs,)`` columns, of songs that some row holds or the library has, none closed to the listener.
        bond_leads: ``(n_pairs,)`` whether the bond with the artist weighed more than songs played together.
        now: by which it is told whether a song is new in the library.
    """
    found = recommender.evidence(histories, rows, songs)
    together = zip(
        _seeds(recommender, histories, rows, found),
        found.n_playlists.tolist(),
        found.n_listeners.tolist(),
        strict=True,
    )
    bonds = zip(*_plays_of_artist(recommender.signals.discographies, histories, rows, songs), strict=True)
    held = zip(
        recommender.signals.playlists_holding[songs].astype(np.int64).tolist(),
        recommender.signals.listeners_holding[songs].astype(np.int64).tolist(),
        strict=True,
    )
    alike = sounding_alike(recommender, histories, rows, songs)
    added_at = recommender.signals.sounds.first_had(songs)
    rises = recommender.signals.rises
    rising = rises.find(recommender.columns.artists[songs]).tolist()
    everything = zip(together, bonds, held, bond_leads.tolist(), added_at.tolist(), rising, strict=True)
    for at, (shared, bond, alone, leads, added, rise) in enumerate(everything):
        fresh = added > now - FRESH_DAYS * DAY_MS
        reason = _strongest(shared, bond, alone, alike.get(at, ()), leads=leads, fresh=fresh)
        if rise >= 0:
            mentions, sources = int(rises.mentions[rise]), int(rises.sources[rise])
            reason = msgspec.structs.replace(reason, mentions=mentions, sources=sources)
        yield reason


def _strongest(
    shared: tuple[tuple[Seed, ...], int, int],
    bond: tuple[int, int],
    alone: tuple[int, int],
    alike: tuple[Seed, ...],
    *,
    leads: bool,
    fresh: bool,
) -> Reason:
    """What weighed most: ``shared`` with own songs, the ``bond`` with the artist, or who holds it ``alone``."""
    plays, heard = bond
    if not sum(alone):
        return Reason(Ground.SOUND, alike, artist_plays=plays, artist_songs=heard, fresh=fresh)
    seeds, playlists, listeners = shared
    if not playlists + listeners:
        seeds = ()
    if plays and (leads or not seeds):
        return Reason(Ground.ARTIST, seeds, playlists, listeners, plays, heard)
    if seeds:
        return Reason(Ground.TOGETHER, seeds, playlists, listeners)
    return Reason(Ground.HELD, (), *alone)


def sounding_alike(
    recommender: Recommender, histories: Histories, rows: Int32s, songs: Int32s
) -> dict[int, tuple[Seed, ...]]:
    """For pairs, by place, whose song nobody holds: one or two of the listener's own songs that it sounds most like.

    Songs that sound less alike than `LEAST_ALIKE` are not spoken of.
    """
    sounds, space = recommender.signals.sounds, recommender.signals.space
    new = np.flatnonzero((recommender.popularity[songs] == 0) & sounds.heard[songs])
    played = sp.csr_array(histories.played)
    found: dict[int, tuple[Seed, ...]] = {}
    for row in np.unique(rows[new]).tolist():
        own = played.indices[played.indptr[row] : played.indptr[row + 1]]
        own = own[sounds.heard[own]]
        if not len(own):
            continue
        pairs = new[rows[new] == row]
        cosines = space.vectors[sounds.row_of[songs[pairs]]] @ space.vectors[sounds.row_of[own]].T
        nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :2]
        for at, line, best in zip(pairs.tolist(), cosines, nearest, strict=True):
            chosen = own[best[line[best] >= LEAST_ALIKE]]
            plays = look_up(histories.plays, np.full(len(chosen), row, np.int32), chosen).astype(np.int64)
            ids = recommender.columns.songs[chosen]
            found[at] = tuple(map(Seed, ids.tolist(), plays.tolist()))
    return found


def _seeds(
    recommender: Recommender, histories: Histories, rows: Int32s, found: Evidence
) -> Iterator[tuple[Seed, ...]]:
    """The listener's own songs that speak for each pair: two, one or none."""
    columns = np.stack([found.first, found.second])
    there = columns >= 0
    ids = recommender.columns.songs[columns]
    plays = [look_up(histories.plays, rows, np.maximum(column, 0)) for column in columns]
    first, second = (
        map(Seed, song.tolist(), n_plays.astype(np.int64).tolist())
        for song, n_plays in zip(ids, plays, strict=True)
    )
    # There is a second only where there is a first.
    for count, *seeds in zip(there.sum(axis=0).tolist(), first, second, strict=True):
        yield tuple(seeds[:count])


def _plays_of_artist(
    discographies: Discographies, histories: Histories, rows: Int32s, songs: Int32s
) -> tuple[list[int], list[int]]:
    """The listener's plays of each song's artist, and of how many songs."""
    artists = discographies.artist_of[songs]
    plays, heard = (
        look_up(discographies.per_artist(matrix), rows, artists).astype(np.int64).tolist()
        for matrix in (histories.plays, sp.csr_array(histories.plays > 0))
    )
    return plays, heard


def _songs(number: int) -> str:
    return "a song" if number == 1 else f"{number:,} songs"


def _times(plays: int) -> str:
    return {1: "once", 2: "twice"}.get(plays, f"{plays:,} times")


def _holders(playlists: int, listeners: int) -> str:
    counted = []
    if playlists:
        counted.append(f"{playlists:,} playlist{'s' if playlists > 1 else ''}")
    if listeners:
        counted.append(f"{listeners:,} other listener{'s' if listeners > 1 else ''}")
    return f"{' and '.join(counted)} {'holds' if playlists + listeners == 1 else 'hold'}"
