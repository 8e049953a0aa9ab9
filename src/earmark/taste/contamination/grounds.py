"""What is known beside the plays, and the figures by which plays are suspected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from earmark.taste.contamination.history import DAY_MS, HOUR_MS, MINUTE_MS, Floats, History, Ints, stretches
from earmark.taste.contamination.suspicion import Figures
from earmark.taste.contamination.words import Vocabulary, most_said, plain

PAUSE_MS = 20 * MINUTE_MS
"""A longer silence ends a stretch."""
SHORT_MS = 100_000
"""A play of less was hardly heard out: few songs are shorter."""
COMPARED = 400
"""So many of the other songs, those most played, stand for them all."""


@dataclass(frozen=True)
class Vectors:
    """Item vectors: ``songs`` ``(n,)`` record ids, ascending; ``vectors`` ``(n, f)`` float32, of any length."""

    songs: NDArray[np.int32]
    vectors: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.songs) or (np.diff(self.songs) <= 0).any():
            raise ValueError("vectors: expected one row for each song, songs ascending.")


@dataclass(frozen=True)
class Knowledge:
    """What is known of the songs of a history, each array in the order of its ``ids``.

    ``energy`` ``(n_songs,)``, NaN where nobody heard it; ``texts`` what titles, artists and tags say of each song, made
    `plain`; ``directions`` ``(n_songs, f)`` of unit length, zeros where there is no vector.
    """

    energy: Floats
    texts: list[str]
    directions: NDArray[np.float32]

    @classmethod
    def of(
        cls, history: History, songs: pl.DataFrame, sounds: pl.DataFrame | None, tags: pl.DataFrame | None,
        vectors: Vectors | None,
    ) -> Knowledge:  # fmt: skip
        """Gather it; columns as in a snapshot's ``songs``, ``sounds`` and ``tags``; None where there is none."""
        ids = pl.DataFrame({"song": history.ids})
        energy = np.full(len(history.ids), np.nan)
        if sounds is not None and not sounds.is_empty():
            heard = ids.join(sounds.select("song", "energy"), on="song", how="left", maintain_order="left")
            energy = heard["energy"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        texts = [f"{title} · {name}" for title, name in zip(history.titles, history.names, strict=True)]
        if tags is not None and not tags.is_empty():
            mine = ids.join(songs.select("song", "artist"), on="song", maintain_order="left")
            told = pl.concat(
                [
                    mine.join(tags.filter(pl.col("song").is_null()).select("artist", "tag"), on="artist"),
                    mine.join(tags.filter(pl.col("song").is_not_null()).select("song", "tag"), on="song"),
                ]
            )
            by_song = dict(told.group_by("song").agg(pl.col("tag").sort().str.join(" · ")).iter_rows())
            texts = [
                f"{text} · {by_song[song]}" if song in by_song else text
                for text, song in zip(texts, history.ids.tolist(), strict=True)
            ]
        return cls(energy, [plain(text) for text in texts], _directions(history, vectors))

    def words(self, vocabulary: Vocabulary) -> list[list[str]]:
        """The vocabulary's words in what is said of each song."""
        return vocabulary.of(self.texts)


def _directions(history: History, vectors: Vectors | None) -> NDArray[np.float32]:
    if vectors is None or not len(vectors.songs):
        return np.zeros((len(history.ids), 0), np.float32)
    at = np.minimum(np.searchsorted(vectors.songs, history.ids), len(vectors.songs) - 1)
    known = vectors.songs[at] == history.ids
    found = np.where(known[:, None], vectors.vectors[at], np.float32(0))
    length = np.sqrt(np.einsum("ij,ij->i", found, found))[:, None]
    return np.asarray(found / np.where(length > 0, length, 1), np.float32)


def figures(
    history: History, at: Ints, knowledge: Knowledge, words: list[list[str]] | None = None
) -> Figures:
    """What can be counted of suspected plays.

    Args:
        history: all plays.
        at: positions of the suspected, ascending, at least one.
        knowledge: of the history's songs.
        words: those of a vocabulary in what is said of each song; None to look for none.
    """
    song, day = history.song[at], history.day[at]
    inside = np.zeros(len(history), np.bool_)
    inside[at] = True
    times = np.bincount(song, minlength=len(history.ids))
    ended = history.ended[at]
    nights, first = np.unique(day, return_index=True)
    begins = history.clock[at][first] - nights * DAY_MS
    ends = np.maximum.reduceat(history.clock[at] + ended - history.started[at], first) - nights * DAY_MS
    stretch = stretches(history.started[at], ended, PAUSE_MS)
    edge = np.searchsorted(stretch, np.arange(int(stretch[-1]) + 1))
    longest = (np.maximum.reduceat(ended, edge) - history.started[at][edge]).max()
    by = history.by
    of_artist, of_artist_here = np.bincount(by), np.bincount(by[at], minlength=int(by.max()) + 1)
    alone = (of_artist == of_artist_here)[by[at]]
    said = np.array([bool(words[one]) for one in song.tolist()]) if words is not None else np.zeros(1)
    apart, usually = _apart(history, times, knowledge.directions)
    return Figures(
        listens=len(at),
        songs=int((times > 0).sum()),
        artists=int((of_artist_here > 0).sum()),
        days=len(nights),
        hours=float((ended - history.started[at]).sum() / HOUR_MS),
        begins=_time(float(np.median(begins))),
        ends=_time(float(np.median(ends))),
        longest_hours=float(longest / HOUR_MS),
        plays_per_song=float(len(at) / (times > 0).sum()),
        elsewhere=float(1 - len(at) / history.plays[times > 0].sum()),
        artists_elsewhere=float(1 - len(at) / of_artist[of_artist_here > 0].sum()),
        foreign=float(alone.mean()),
        only_then=float(history.only_that_day[at].mean()),
        short=float((ended - history.started[at] < SHORT_MS).mean()),
        skipped=float(history.skipped[at].mean()),
        skipped_elsewhere=None if inside.all() else float(history.skipped[~inside].mean()),
        words=() if words is None else most_said(words, times),
        named=float(said.mean()),
        energy=_mean(knowledge.energy[song]),
        energy_elsewhere=_mean(knowledge.energy[history.song[~inside]]),
        apart=apart,
        usually_apart=usually,
    )


def _time(since_noonless_midnight: float) -> str:
    """A time of day of ms since the midnight before the day began (days turn at noon)."""
    minutes = round(since_noonless_midnight / MINUTE_MS) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _apart(
    history: History, times: Ints, directions: NDArray[np.float32]
) -> tuple[float | None, float | None]:
    """Mean cosine distance from the nearest of the other songs, of suspected songs and of the others."""
    known = directions.any(axis=1)
    others = np.flatnonzero(known & (history.plays > times))
    mine = np.flatnonzero(known & (times > 0) & (history.plays == times))
    others = others[np.argsort(-(history.plays - times)[others], kind="stable")[:COMPARED]]
    if not len(mine) or len(others) < 2:
        return None, None
    among = directions[others] @ directions[others].T
    np.fill_diagonal(among, -1)
    return (
        float(1 - (directions[mine] @ directions[others].T).max(axis=1).mean()),
        float(1 - among.max(axis=1).mean()),
    )
