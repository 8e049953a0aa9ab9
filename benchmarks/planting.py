"""Plays that are not a person's taste, planted into their real history at seeded places, to be looked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
NIGHTS = 14
FIRST_NEW = 1_000_000_000
"""Record ids from here on are of made songs and artists."""
SLEEPY = (
    "Soft Rain",
    "White Noise {}",
    "Deep Sleep {}",
    "Ocean Waves",
    "Brown Noise {}",
    "Rain on a Tent",
    "Fan Sound {}",
)
CHILDISH = (
    "The Wheels on the Bus",
    "Counting Sheep Lullaby",
    "Nursery Rhyme {}",
    "Old Farm Animals",
    "ABC {}",
    "Itsy Spider",
)


@dataclass(frozen=True)
class Planted:
    """A history with something planted: all listens, all songs, and which (song, started_at) were planted."""

    listens: pl.DataFrame
    songs: pl.DataFrame
    planted: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class World:
    """Real people's listens and songs, in a snapshot's columns, and songs by how many of the people play them."""

    listens: pl.DataFrame
    songs: pl.DataFrame

    def of(self, listener: int) -> pl.DataFrame:
        """One person's listens."""
        return self.listens.filter(pl.col("listener") == listener)


def sleep_noise(
    world: World, listener: int, seed: int, *, named: bool, restless: bool = False, zone: float = 0.0
) -> Planted:
    """Fourteen nights of few tracks in a loop, some broken off; nothing of the person's own is taken away.

    Args:
        world: all people.
        listener, seed: whose history, and which draw.
        named: whether titles tell.
        restless: whether nights have an hour's pause and skips, and naps of half an hour by day.
        zone: hours by which the nights are late, as where a clock is set to another zone.
    """
    random = np.random.default_rng([seed, listener, 1])
    n_tracks = int(random.choice([1, 2, 4, 9, 20, 45, 90]))
    longest = 6 * HOUR_MS if n_tracks <= 2 else 9 * MINUTE_MS
    lengths = np.exp(random.uniform(np.log(100_000), np.log(longest), n_tracks)).astype(np.int64)
    songs = _made(random, n_tracks, SLEEPY if named else None, int(random.choice([1, 3, n_tracks])), lengths)
    nights = _days(world.of(listener), random, NIGHTS, spread=float(random.choice([1.0, 1.3, 3.0])))
    hour, steady = random.uniform(21, 25), random.uniform(0.1, 0.8)
    shuffled = bool(random.random() < 0.5)
    rows = []
    for night in nights:
        at = int(night + (hour + zone + random.normal(0, steady)) * HOUR_MS)
        lasts = random.uniform(0.2, 1.0) if random.random() < 0.15 else random.uniform(5, 9)
        if restless:
            rows += _restless(random, songs["song"].to_list(), lengths, at, lasts, shuffled=shuffled)
            continue
        rows += _loop(
            random, songs["song"].to_list(), lengths, at, at + int(lasts * HOUR_MS), shuffled=shuffled
        )
    return _plant(world, listener, songs, rows)


def childrens_songs(world: World, listener: int, seed: int, *, named: bool) -> Planted:
    """Two to six months in which, every few days, some of 15 to 60 songs for children play for half an hour."""
    random = np.random.default_rng([seed, listener, 2])
    n_tracks = int(random.integers(15, 60))
    lengths = random.uniform(70_000, 190_000, n_tracks).astype(np.int64)
    songs = _made(
        random, n_tracks, CHILDISH if named else None, int(random.choice([2, 6, n_tracks // 2])), lengths
    )
    liked = random.dirichlet(np.full(n_tracks, 0.6))
    rows = []
    for day in _days(world.of(listener), random, int(random.integers(20, 60)), spread=3.0):
        at = int(day + (random.choice([7.5, 16.5, 18.5]) + random.normal(0, 0.5)) * HOUR_MS)
        order = random.choice(n_tracks, int(random.integers(5, 18)), p=liked)
        for track in order:
            lasted = int(lengths[track] * (random.uniform(0.1, 0.8) if random.random() < 0.15 else 1))
            rows.append((int(songs["song"][int(track)]), at, lasted))
            at += lasted + int(random.integers(500, 4_000))
    return _plant(world, listener, songs, _beside(world.of(listener), rows))


def party(world: World, listener: int, seed: int) -> Planted:
    """An evening of the songs that most other people play, some of them known to the person, many broken off."""
    random = np.random.default_rng([seed, listener, 3])
    others = world.listens.filter(pl.col("listener") != listener)
    holders = (
        others.group_by("song")
        .agg(n=pl.col("listener").n_unique(), plays=pl.len())
        .sort(["n", "plays", "song"], descending=True)
    )
    hits = holders.head(1_500)["song"].to_numpy()
    length = dict(world.songs.select("song", pl.col("duration_ms").fill_null(210_000)).iter_rows())
    mine = world.of(listener)
    rows: list[tuple[int, int, int]] = []
    for day in _days(mine, random, 40, spread=5.0):
        at = begins = int(day + random.uniform(19.5, 22) * HOUR_MS)
        ends = begins + int(random.uniform(3, 6) * HOUR_MS)
        rows = []
        for song in random.permutation(hits):
            lasted = int(length[int(song)] * (random.uniform(0.05, 0.6) if random.random() < 0.4 else 1))
            rows.append((int(song), at, lasted))
            at += lasted + int(random.integers(500, 3_000))
            if at > ends:
                break
        if mine.filter(pl.col("started_at").is_between(begins - HOUR_MS, at + HOUR_MS)).is_empty():
            break
    return _plant(world, listener, world.songs.clear(), _beside(mine, rows))


def shared_speaker(world: World, listener: int, seed: int) -> Planted:
    """Three to six weeks of another person's real plays, at their own weekdays and hours, wherever it was silent."""
    random = np.random.default_rng([seed, listener, 4])
    mine = world.of(listener)
    others = sorted(set(world.listens["listener"].unique().to_list()) - {listener})
    weeks = int(random.integers(3, 7))
    for _ in range(200):
        theirs = world.of(int(random.choice(others)))
        begins = int(
            random.uniform(
                int(theirs["started_at"].min()), int(theirs["started_at"].max()) - weeks * 7 * DAY_MS
            )
        )
        some = theirs.filter(pl.col("started_at").is_between(begins, begins + weeks * 7 * DAY_MS))
        if len(some) >= 150:
            break
    target = int(
        random.uniform(int(mine["started_at"].min()), int(mine["started_at"].max()) - weeks * 7 * DAY_MS)
    )
    shift = round((target - begins) / (7 * DAY_MS)) * 7 * DAY_MS
    rows = [
        (song, at + shift, lasted)
        for song, at, lasted in some.select("song", "started_at", "ms_played").iter_rows()
    ]
    return _plant(world, listener, world.songs.clear(), _beside(mine, rows))


def _made(
    random: np.random.Generator, n: int, titles: tuple[str, ...] | None, n_artists: int, lengths: np.ndarray
) -> pl.DataFrame:
    n_artists = max(1, min(n_artists, n))
    made = []
    for track in range(n):
        artist = track % n_artists
        title = (
            titles[track % len(titles)].format(track)
            if titles
            else "".join(random.choice(list("abdeiklmnorstuv"), 7)).title()
        )
        made.append(
            (
                FIRST_NEW + track,
                FIRST_NEW + artist,
                f"Planted {artist}",
                title,
                FIRST_NEW + track,
                None,
                int(lengths[track]),
            )
        )
    schema = {"song": pl.Int32, "artist": pl.Int32, "artist_name": pl.String, "title": pl.String,
              "item": pl.Int32, "release": pl.String, "duration_ms": pl.Int32}  # fmt: skip
    return pl.DataFrame(made, schema, orient="row")


def _days(mine: pl.DataFrame, random: np.random.Generator, n: int, *, spread: float) -> list[int]:
    """Midnights (UTC) of n days within a stretch of n × spread days, somewhere in the history."""
    first, last = int(mine["started_at"].min()) // DAY_MS, int(mine["started_at"].max()) // DAY_MS
    reach = min(int(np.ceil(n * spread)), last - first - 1)
    begins = int(random.integers(first, last - reach))
    return [
        (begins + int(day)) * DAY_MS for day in sorted(random.choice(reach, min(n, reach), replace=False))
    ]


def _loop(
    random: np.random.Generator, songs: list[int], lengths: np.ndarray, at: int, ends: int, *, shuffled: bool
) -> list[tuple[int, int, int]]:
    rows: list[tuple[int, int, int]] = []
    while at < ends:
        for track in random.permutation(len(songs)) if shuffled else range(len(songs)):
            lasted = min(int(lengths[track]), ends - at)
            rows.append((songs[track], at, lasted))
            at += lasted + int(random.integers(0, 3_000))
            if at >= ends:
                break
    return rows


def _restless(
    random: np.random.Generator,
    songs: list[int],
    lengths: np.ndarray,
    at: int,
    hours: float,
    *,
    shuffled: bool,
) -> list[tuple[int, int, int]]:
    """A night with a pause in it and skips, and now and then a nap on the day after."""
    half = int(hours * HOUR_MS / 2)
    rows = _loop(random, songs, lengths, at, at + half, shuffled=shuffled)
    rows += _loop(random, songs, lengths, at + half + HOUR_MS, at + 2 * half, shuffled=shuffled)
    rows = [(song, at, min(lasted, 9_000) if random.random() < 0.04 else lasted) for song, at, lasted in rows]
    if random.random() < 0.2:
        nap = at + int(random.uniform(15, 18) * HOUR_MS)
        rows += _loop(random, songs, lengths, nap, nap + HOUR_MS // 2, shuffled=shuffled)
    return rows


def _beside(mine: pl.DataFrame, rows: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Those of the rows that begin and end while nothing of one's own plays: a speaker plays one thing at a time."""
    started = mine["started_at"].to_numpy()
    ended = np.maximum.accumulate(started + mine["ms_played"].fill_null(210_000).to_numpy())
    kept = []
    for song, at, lasted in rows:
        before = int(np.searchsorted(started, at, side="right"))
        free = not before or ended[before - 1] <= at
        if free and (before == len(started) or started[before] >= at + lasted):
            kept.append((song, at, lasted))
    return kept


def _plant(world: World, listener: int, songs: pl.DataFrame, rows: list[tuple[int, int, int]]) -> Planted:
    new = pl.DataFrame(
        [(listener, song, song, at, lasted, 0, False) for song, at, lasted in rows],
        world.listens.schema,
        orient="row",
    )
    listens = pl.concat([world.of(listener), new]).sort("listener", "started_at", "item")
    return Planted(listens, pl.concat([world.songs, songs]), frozenset((song, at) for song, at, _ in rows))
