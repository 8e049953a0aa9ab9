"""What a listener keeps out of their taste: such a listen has no effect at all, as if it had never been.

It stays in the record, and comes back when the exclusion is undone. Everything that learns or answers asks the record
for listens, and gets none of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import polars as pl

from earmark.errors import UnfitError

DAY_MINUTES: Final = 1_440


class TheseListens(msgspec.Struct, frozen=True, tag="listens"):
    """Single listens, each a song (record id) and when it started (unix ms)."""

    listens: tuple[tuple[int, int], ...]


class AllOfSong(msgspec.Struct, frozen=True, tag="song"):
    """Every listen of a song (record id), in any version; what is said of it, and its places on playlists."""

    song: int


class AllByArtist(msgspec.Struct, frozen=True, tag="artist"):
    """The same of everything by an artist (record id)."""

    artist: int


class ThatPlaylist(msgspec.Struct, frozen=True, tag="playlist"):
    """That songs stand on a playlist (record id)."""

    playlist: int


class TheseHours(msgspec.Struct, frozen=True, tag="hours"):
    """Listens that started in some hours of the day.

    ``start`` and ``stop`` are minutes after midnight in ``zone`` (an IANA name); a stop before the start lies on the
    next morning. ``weekdays`` are those on which the hours begin, 1 for Monday to 7; none: every day.
    """

    start: int
    stop: int
    zone: str
    weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not (0 <= self.start < DAY_MINUTES and 0 <= self.stop <= DAY_MINUTES and self.start != self.stop):
            raise UnfitError(
                f"Hours from minute {self.start} to minute {self.stop} of the day are none.",
                "Give two different times of day, such as 22:00-06:30.",
            )
        if not all(1 <= day <= 7 for day in self.weekdays):
            raise UnfitError(f"{self.weekdays} are not days of the week.", "1 is Monday, 7 is Sunday.")


class TheseDays(msgspec.Struct, frozen=True, tag="days"):
    """Listens that started from ``start`` until before ``stop``, both unix ms."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.start >= self.stop:
            raise UnfitError("That span ends before it begins.", "Give the earlier day first.")


class ThatDevice(msgspec.Struct, frozen=True, tag="device"):
    """Listens on a device, by the name that its source gives it."""

    device: str


Exclusion = TheseListens | AllOfSong | AllByArtist | ThatPlaylist | TheseHours | TheseDays | ThatDevice


def left_out(
    listens: pl.DataFrame,
    exclusions: Mapping[int, Sequence[Exclusion]],
    songs_by: Mapping[int, Sequence[int]],
    devices: Mapping[str, int],
) -> pl.Series:
    """Which listens are excluded, ``(n_listens,)`` of bool.

    Args:
        listens: ``listener``, ``song``, ``started_at`` and ``device`` (a number) at least.
        exclusions: by listener (record id); whoever is not there excludes nothing.
        songs_by: the songs of each artist that an exclusion names.
        devices: the number of each device that one names.
    """
    out = [
        (pl.col("listener") == listener) & one
        for listener, some in exclusions.items()
        for one in _conditions(some, songs_by, devices)
    ]
    return listens.select(pl.any_horizontal(pl.lit(False), *out)).to_series()


def silent_songs(exclusions: Sequence[Exclusion], songs_by: Mapping[int, Sequence[int]]) -> set[int]:
    """The songs of which nothing counts that this listener played, said or listed."""
    songs = {one.song for one in exclusions if isinstance(one, AllOfSong)}
    for one in exclusions:
        if isinstance(one, AllByArtist):
            songs.update(songs_by.get(one.artist, ()))
    return songs


def _conditions(
    exclusions: Sequence[Exclusion], songs_by: Mapping[int, Sequence[int]], devices: Mapping[str, int]
) -> Iterator[pl.Expr]:
    songs = silent_songs(exclusions, songs_by)
    if songs:
        yield pl.col("song").is_in(pl.Series(sorted(songs), dtype=pl.Int32).implode())
    single = {pair for one in exclusions if isinstance(one, TheseListens) for pair in one.listens}
    if single:
        pairs = pl.Series(sorted(song * 2**45 + at for song, at in single), dtype=pl.Int128).implode()
        yield (pl.col("song").cast(pl.Int128) * 2**45 + pl.col("started_at")).is_in(pairs)
    named = {
        devices[one.device] for one in exclusions if isinstance(one, ThatDevice) and one.device in devices
    }
    if named:
        yield pl.col("device").is_in(sorted(named))
    for one in exclusions:
        if isinstance(one, TheseDays):
            yield pl.col("started_at").is_between(one.start, one.stop, closed="left")
        if isinstance(one, TheseHours):
            yield _within(one)


def _within(hours: TheseHours) -> pl.Expr:
    local = (
        pl.from_epoch("started_at", time_unit="ms")
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(hours.zone)
    )
    minute = local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()
    since_start = (minute - hours.start) % DAY_MINUTES
    within = since_start < (hours.stop - hours.start - 1) % DAY_MINUTES + 1
    if hours.weekdays:
        # What starts after midnight belongs to the evening before.
        begun_on = (local.dt.weekday().cast(pl.Int32) - 1 - (minute < hours.start).cast(pl.Int32)) % 7 + 1
        within &= begun_on.is_in(hours.weekdays)
    return within
