"""Plays for tests: made by hand, or drawn from a listener with habits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from earmark.signals.collaborative.next_track.plays import Plays

NOON = 1_700_000_000.0
MINUTE = 60.0
HOUR = 3_600.0


def plays_of(
    songs: Iterable[int],
    *,
    started: Iterable[float] | None = None,
    lasted: float = 200.0,
    skipped: Iterable[int] = (),
    artists: dict[int, int] | None = None,
) -> Plays:
    """Plays of songs (record ids) in order, four minutes apart unless said otherwise; ``skipped`` are positions."""
    named = np.array(list(songs), np.int64)
    ids, song = np.unique(named, return_inverse=True)
    began = NOON + 240.0 * np.arange(len(named)) if started is None else np.array(list(started), float)
    sounded = np.ones(len(named), np.bool_)
    sounded[list(skipped)] = False
    made_by = [(artists or {}).get(one, one) for one in ids.tolist()]
    return Plays(
        ids.astype(np.int32),
        np.array(made_by, np.int32),
        song.astype(np.int64),
        began,
        began + np.where(sounded, lasted, 5.0),
        sounded,
    )


def habitual(seed: int, n: int = 400, n_songs: int = 40) -> Plays:
    """A listener who goes through fixed sequences, jumps between them, pauses and skips."""
    draw = np.random.default_rng(seed)
    order = draw.permutation(n_songs)
    at, songs, started, now = 0, [], [], NOON
    for _ in range(n):
        at = int(draw.integers(n_songs)) if draw.random() < 0.2 else (at + 1) % n_songs
        songs.append(100 + int(order[at]))
        now += 240.0 if draw.random() < 0.9 else float(draw.integers(1, 60)) * HOUR
        started.append(now)
    return plays_of(
        songs,
        started=started,
        skipped=np.flatnonzero(draw.random(n) < 0.15).tolist(),
        artists={100 + song: song // 4 for song in range(n_songs)},
    )
