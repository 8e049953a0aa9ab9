"""Made records of one listener, with something in them that is not their taste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
BEGINS = 19_000 * DAY_MS
SCHEMA = {
    "listener": pl.Int32,
    "song": pl.Int32,
    "item": pl.Int32,
    "started_at": pl.Int64,
    "ms_played": pl.Int32,
    "ending": pl.UInt8,
    "private": pl.Boolean,
}
N_OWN = 200


@dataclass
class Record:
    """Rows (song, started_at, ms played), and what songs are called: ``{song: (artist, name, title)}``."""

    rows: list[tuple[int, int, int]]
    names: dict[int, tuple[int, str, str]]

    def listens(self, *, private: bool = False) -> pl.DataFrame:
        return pl.DataFrame(
            [(1, song, song, at, lasted, 0, private) for song, at, lasted in self.rows], SCHEMA, orient="row"
        ).sort("listener", "started_at", "item")

    def songs(self) -> pl.DataFrame:
        schema = {"song": pl.Int32, "artist": pl.Int32, "artist_name": pl.String, "title": pl.String,
                  "item": pl.Int32, "release": pl.String, "duration_ms": pl.Int32}  # fmt: skip
        return pl.DataFrame(
            [(song, *of, song, None, None) for song, of in sorted(self.names.items())],
            schema,
            orient="row",
        )  # fmt: skip

    def add(self, *rows: tuple[int, int, int]) -> list[tuple[int, int]]:
        self.rows += rows
        return sorted((at, song) for song, at, _ in rows)


def own_life(seed: int, *, days: int = 200, evenings: float = 19.0) -> Record:
    """Somebody who plays 40 artists an hour or two nearly every day, with favourites, skips and phases."""
    random = np.random.default_rng(seed)
    names = {song: (song % 40, f"Artist {song % 40}", f"Song {song}") for song in range(1, N_OWN + 1)}
    liked = random.dirichlet(np.full(N_OWN, 0.4))
    record = Record([], names)
    for day in range(days):
        if random.random() < 0.15:
            continue
        at = BEGINS + day * DAY_MS + int((evenings + random.normal(0, 1.5)) * HOUR_MS)
        for song in random.choice(np.arange(1, N_OWN + 1), int(random.integers(8, 30)), p=liked):
            lasted = int(
                random.uniform(2_000, 25_000) if random.random() < 0.2 else random.uniform(150_000, 260_000)
            )
            record.rows.append((int(song), at, lasted))
            at += lasted + 1_000
    return record


def sleep(
    record: Record, *, nights: int = 14, tracks: int = 6, hour: float = 22.7, hours: float = 7.5,
    length_ms: int = 240_000, title: str = "Untitled {}",
) -> list[tuple[int, int]]:  # fmt: skip
    """Nights of a loop, the fourth and ninth of them broken off after half an hour."""
    songs = list(range(1_000, 1_000 + tracks))
    record.names |= {song: (1_000, "Someone", title.format(song)) for song in songs}
    rows = []
    for night in range(nights):
        at = BEGINS + (80 + night) * DAY_MS + int(hour * HOUR_MS)
        ends = at + int((0.5 if night in (3, 8) else hours) * HOUR_MS)
        turn = 0
        while at < ends:
            rows.append((songs[turn % tracks], at, min(length_ms, ends - at)))
            at += length_ms + 1_500
            turn += 1
    return record.add(*rows)


def children(record: Record, *, title: str, seed: int = 5) -> list[tuple[int, int]]:
    """Forty afternoons of some of twenty short songs by four artists."""
    random = np.random.default_rng(seed)
    record.names |= {
        song: (2_000 + song % 4, f"Singer {song % 4}", title.format(song)) for song in range(2_000, 2_020)
    }
    rows = []
    for day in range(20, 140, 3):
        at = BEGINS + day * DAY_MS + int(16.4 * HOUR_MS)
        for song in random.integers(2_000, 2_020, 10):
            rows.append((int(song), at, 110_000))
            at += 112_000
    return record.add(*rows)


def guest(record: Record, *, seed: int = 6) -> list[tuple[int, int]]:
    """Four weeks in which another person plays sixty artists of theirs, and some that the owner plays, by day."""
    random = np.random.default_rng(seed)
    record.names |= {
        song: (3_000 + song % 60, f"Band {song % 60}", f"Track {song}") for song in range(3_000, 3_200)
    }
    rows = []
    for day in range(90, 118):
        at = BEGINS + day * DAY_MS + int(8.5 * HOUR_MS)
        for song in random.choice(np.arange(3_000, 3_200), 30):
            shared = random.random() < 0.1
            rows.append((int(random.integers(1, N_OWN)) if shared else int(song), at, 200_000))
            at += 201_000
    return record.add(*rows)


def party(record: Record, *, seed: int = 7) -> list[tuple[int, int]]:
    """An evening of a hundred songs, most by others, many broken off, on a day that was silent else."""
    random = np.random.default_rng(seed)
    record.names |= {
        song: (4_000 + song % 70, f"Star {song % 70}", f"Hit {song}") for song in range(4_000, 4_100)
    }
    begins = BEGINS + 150 * DAY_MS + 20 * HOUR_MS
    record.rows = [row for row in record.rows if not begins - 6 * HOUR_MS < row[1] < begins + 12 * HOUR_MS]
    at, rows = begins, []
    for song in range(4_000, 4_100):
        lasted = int(random.uniform(20_000, 90_000)) if random.random() < 0.4 else 200_000
        rows.append((song, at, lasted))
        at += lasted + 1_000
    return record.add(*rows)
