"""The micro-genres of one listener: how much of their attention each has, where it is going, and what proves it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import sqrt
from typing import Final

import msgspec
import polars as pl

from earmark.taste.microgenres.genre import MicroGenre

DAY_MS: Final = 86_400_000
LATELY_DAYS: Final = 90
LEAST_PLAYS: Final = 30
"""Fewer plays, lately or before, tell of no trend."""
SURE_Z: Final = 2.0
"""A trend is told from so many standard errors on (two proportions, pooled)."""
RISEN: Final = 1.25
"""And only where the share has grown, or shrunk, by this factor."""
PROOFS: Final = 5
LAST_LISTENS: Final = 3


class Trend(StrEnum):
    """Where a micro-genre is going: the last 90 days against all before."""

    RISING = "rising"
    STEADY = "steady"
    FADING = "fading"


class Proof(msgspec.Struct, frozen=True):
    """An artist, or a song ``by`` one, and how often it was played."""

    name: str
    by: str | None
    plays: int


class ProofListen(msgspec.Struct, frozen=True):
    """One play."""

    title: str
    artist: str
    at: int
    """Unix milliseconds."""


class GenreInTaste(msgspec.Struct, frozen=True):
    """A micro-genre as one listener has it. Each song counts for the micro-genre that it belongs to most."""

    id: int
    name: str
    """As the listener calls it, where they renamed it."""
    found_as: str
    """As it was named when it was found."""
    parent: str | None
    terms: tuple[str, ...]
    """What is said of its artists more than of others."""
    share: float
    """Of the listener's attention, 0 to 1: plays that sounded, each counting less the longer ago."""
    plays: int
    """That sounded."""
    songs: int
    artists: int
    lately: float | None
    """Share of plays in the last 90 days up to the listener's last; None for too few plays."""
    before: float | None
    """Share of all plays before those."""
    trend: Trend | None
    """None for too few plays to tell."""
    top_artists: tuple[Proof, ...]
    top_songs: tuple[Proof, ...]
    last_listens: tuple[ProofListen, ...]
    boosted: bool = False
    muted: bool = False
    said: str = ""
    """A sentence made from these figures."""


def genres_played(
    plays: pl.DataFrame,
    genre_of: Mapping[int, int],
    genres: Sequence[MicroGenre],
    *,
    names: Mapping[int, str],
    boosted: frozenset[int],
    muted: frozenset[int],
    rejected: frozenset[int],
) -> tuple[GenreInTaste, ...]:
    """The micro-genres that a listener plays, by share.

    Args:
        plays: one row for each play that sounded: ``song``, ``artist``, ``artist_name``, ``title``, ``started_at``,
            ``worth`` (what it counts for today, 0 to 1).
        genre_of: the micro-genre (id) of each song.
        genres: all that there are.
        names: the listener's own, by id.
        boosted, muted, rejected: ids; what is rejected is not told of, and its plays count nowhere.
    """
    known = pl.DataFrame(
        {"song": list(genre_of), "genre": list(genre_of.values())}, {"song": pl.Int32, "genre": pl.Int32}
    )
    placed = plays.join(known, on="song", how="left", maintain_order="left").filter(
        ~pl.col("genre").is_in(sorted(rejected)) | pl.col("genre").is_null()
    )
    if placed.is_empty():
        return ()
    attention = float(placed["worth"].sum()) or 1.0
    since = int(str(placed["started_at"].max())) - LATELY_DAYS * DAY_MS
    lately, before = placed.filter(pl.col("started_at") > since), placed.filter(pl.col("started_at") <= since)
    by_id = {genre.id: genre for genre in genres}
    known_plays = placed.drop_nulls("genre")
    top_artists = _most_played(known_plays, "artist", "artist_name", None)
    top_songs = _most_played(known_plays, "song", "title", "artist_name")
    last_listens = _last(known_plays)
    found = []
    for (number,), some in known_plays.group_by("genre", maintain_order=True):
        genre = by_id[int(str(number))]
        now, then = (
            _share(int((part["genre"] == number).sum()), len(part)) if len(part) >= LEAST_PLAYS else None
            for part in (lately, before)
        )
        one = GenreInTaste(
            id=genre.id,
            name=names.get(genre.id, genre.name),
            found_as=genre.name,
            parent=genre.parent,
            terms=tuple(term.term for term in genre.terms),
            share=float(some["worth"].sum()) / attention,
            plays=len(some),
            songs=some["song"].n_unique(),
            artists=some["artist"].n_unique(),
            lately=now,
            before=then,
            trend=_trend(now, len(lately), then, len(before)),
            top_artists=tuple(top_artists[genre.id]),
            top_songs=tuple(top_songs[genre.id]),
            last_listens=tuple(last_listens[genre.id]),
            boosted=genre.id in boosted,
            muted=genre.id in muted,
        )
        found.append(msgspec.structs.replace(one, said=_said(one, len(placed))))
    return tuple(sorted(found, key=lambda one: (-one.share, one.id)))


def _trend(now: float | None, n_now: int, then: float | None, n_then: int) -> Trend | None:
    if now is None or then is None:
        return None
    pooled = (now * n_now + then * n_then) / (n_now + n_then)
    error = sqrt(pooled * (1 - pooled) * (1 / n_now + 1 / n_then))
    z = (now - then) / error if error else 0.0
    if z >= SURE_Z and now >= then * RISEN:
        return Trend.RISING
    if z <= -SURE_Z and now * RISEN <= then:
        return Trend.FADING
    return Trend.STEADY


def _most_played(plays: pl.DataFrame, key: str, name: str, by: str | None) -> dict[int, list[Proof]]:
    """The artists or songs of each micro-genre that are played most, all at once, which is faster."""
    names = [pl.col(name).first(), *([pl.col(by).first()] if by else [])]
    top = (
        plays.group_by("genre", key)
        .agg(*names, plays=pl.len())
        .sort(["genre", "plays", key], descending=[False, True, False])
        .group_by("genre", maintain_order=True)
        .head(PROOFS)
    )
    found: dict[int, list[Proof]] = {}
    for row in top.iter_rows(named=True):
        found.setdefault(row["genre"], []).append(Proof(row[name], row[by] if by else None, row["plays"]))
    return found


def _last(plays: pl.DataFrame) -> dict[int, list[ProofListen]]:
    """The last plays of each micro-genre."""
    last = (
        plays.sort(["genre", "started_at", "song"], descending=[False, True, False])
        .group_by("genre", maintain_order=True)
        .head(LAST_LISTENS)
        .select("genre", "title", "artist_name", "started_at")
    )
    found: dict[int, list[ProofListen]] = {}
    for genre, *play in last.iter_rows():
        found.setdefault(genre, []).append(ProofListen(*play))
    return found


def _said(one: GenreInTaste, n_plays: int) -> str:
    who = " and ".join(proof.name for proof in one.top_artists[:2])
    share = f"{one.share:.0%}" if one.share >= 0.005 else "less than 1%"
    told = f"{one.name}: {one.plays:,} of {n_plays:,} plays ({share} of attention now), most of {who}"
    if one.trend is None or one.lately is None or one.before is None:
        return f"{told}."
    return f"{told}; {one.trend}: {one.lately:.1%} of the last {LATELY_DAYS} days, {one.before:.1%} before."


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def day(unix_ms: int) -> str:
    """The date in UTC."""
    return dt.datetime.fromtimestamp(unix_ms / 1000, dt.UTC).date().isoformat()
