"""What listens, verdicts and a listener's own playlists say about their liking of a song.

A play that sounded counts once, and less the longer ago it was (exponential decay from that listener's own
last listen, so that somebody who paused for a year is not forgotten). A play broken off early counts
against. Private and excluded plays say only that the song was heard. Verdicts outweigh plays.
"""

from __future__ import annotations

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from earmark.listening.feedback import Verdict
from earmark.listening.listens import Ending

DAY_MS = 86_400_000
GRAIN = 1_000_000
"""Decayed plays are summed as whole millionths: sums of integers do not depend on the threads' order."""


class EvidenceConfig(BaseModel):
    """How much each kind of evidence says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_life_days: float = Field(365.0, gt=0)
    """After so many days a play says half as much."""
    recent_half_life_days: float = Field(30.0, gt=0)
    """The same for what a listener is into right now."""
    sounded_ms: int = Field(30_000, ge=0)
    """A play of known length that was shorter is a skip; a longer one counts, and so does one of unknown
    length, unless its source calls it skipped."""
    loved: float = Field(5.0, ge=0, allow_inf_nan=False)
    """A love is worth so many plays of today."""
    saved: float = Field(2.0, ge=0, allow_inf_nan=False)
    """A save, or a place on one of the listener's own playlists, is worth so many plays of today."""
    against: float = Field(-0.5, le=0, allow_inf_nan=False)
    """Weight of a song that was skipped at least twice and never sounded."""
    hated: float = Field(-2.0, le=0, allow_inf_nan=False)
    """Weight of a hated song."""


def sounded(config: EvidenceConfig) -> pl.Expr:
    """Whether a listen, in the columns of ``Snapshot.listens``, was heard out or long enough to count."""
    length, ending = pl.col("ms_played"), pl.col("ending")
    untold = length.is_null() & (ending != int(Ending.SKIPPED))
    return (ending == int(Ending.COMPLETED)) | untold | (length.fill_null(-1) >= config.sounded_ms)


def judged(verdicts: tuple[Verdict, ...], feedback: pl.DataFrame, songs: pl.DataFrame) -> pl.DataFrame:
    """Pairs (``listener``, ``song``) on which a verdict stands, through the song or through its artist."""
    return judging(verdicts, feedback, songs).sort("listener", "song").collect()


def judging(verdicts: tuple[Verdict, ...], feedback: pl.DataFrame, songs: pl.DataFrame) -> pl.LazyFrame:
    """The same, to be asked together with other things, in any order."""
    chosen = feedback.lazy().filter(pl.col("verdict").is_in([v.value for v in verdicts]))
    by_song = chosen.filter(pl.col("song").is_not_null()).select("listener", "song")
    if not feedback["song"].null_count():
        return by_song.unique()
    by_artist = (
        chosen.filter(pl.col("song").is_null())
        .select("listener", "artist")
        .join(songs.lazy().select("artist", "song"), on="artist")
        .select("listener", "song")
    )
    return pl.concat([by_song, by_artist]).unique()


def heard(listens: pl.DataFrame, feedback: pl.DataFrame, own_playlists: pl.DataFrame) -> pl.DataFrame:
    """Pairs (``listener``, ``song``) that are known: played at all, judged, or on a playlist of their own."""
    return hearing(listens, feedback, own_playlists).sort("listener", "song").collect()


def hearing(listens: pl.DataFrame, feedback: pl.DataFrame, own_playlists: pl.DataFrame) -> pl.LazyFrame:
    """The same, to be asked together with other things, in any order."""
    pairs = ["listener", "song"]
    parts = [
        listens.lazy().select(pairs),
        feedback.lazy().filter(pl.col("song").is_not_null()).select(pairs),
        own_playlists.lazy().select(pairs),
    ]
    return pl.concat(parts).unique()


def weigh(
    listens: pl.DataFrame,
    feedback: pl.DataFrame,
    own_playlists: pl.DataFrame,
    songs: pl.DataFrame,
    config: EvidenceConfig,
) -> pl.DataFrame:
    """Sum up the evidence for every (listener, song) that may teach.

    Args:
        listens: ``Snapshot.listens`` of the listeners concerned.
        feedback: ``Snapshot.feedback`` of the same.
        own_playlists: ``listener``, ``song`` of playlists that they own.
        songs: ``Snapshot.songs``.
        config: the weights.

    Returns:
        ``listener``, ``song``, ``plays`` (that sounded), ``skips``, ``strength`` (decayed plays and
        verdicts), ``recent`` (faster decay), ``weight`` (log(1 + strength), or the negative weight of a
        dislike), sorted by (listener, song).
    """
    return weighing(listens, feedback, own_playlists, songs, config).collect()


def weighing(
    listens: pl.DataFrame,
    feedback: pl.DataFrame,
    own_playlists: pl.DataFrame,
    songs: pl.DataFrame,
    config: EvidenceConfig,
) -> pl.LazyFrame:
    """The same, to be asked together with other things."""
    pairs = ["listener", "song"]
    said = _verdict_strength(feedback, own_playlists, songs, config)
    against = judging((Verdict.HATE,), feedback, songs).with_columns(hated=pl.lit(True))
    silent = judging((Verdict.EXCLUDE,), feedback, songs)
    return (
        _played(listens, config)
        .join(said, on=pairs, how="full", coalesce=True)
        .join(against, on=pairs, how="full", coalesce=True)
        .join(silent, on=pairs, how="anti")
        .with_columns(
            pl.col("plays", "skips").fill_null(0),
            pl.col("strength", "recent", "said").fill_null(0.0),
            pl.col("hated").fill_null(False),
        )
        .with_columns(strength=pl.col("strength") + pl.col("said"), recent=pl.col("recent") + pl.col("said"))
        .with_columns(
            weight=pl.when("hated")
            .then(config.hated)
            .when(pl.col("strength") > 0)
            .then(pl.col("strength").log1p())
            .when((pl.col("skips") >= 2) & (pl.col("plays") == 0))
            .then(config.against)
            .otherwise(0.0)
        )
        .with_columns(pl.when("hated").then(0.0).otherwise(pl.col("strength", "recent")).name.keep())
        .select(*pairs, "plays", "skips", "strength", "recent", "weight")
        .sort(pairs)
    )


def _played(listens: pl.DataFrame, config: EvidenceConfig) -> pl.LazyFrame:
    """Plays and skips per (listener, song), with their decayed sums."""
    counts = sounded(config)
    days = (pl.col("started_at").max().over("listener") - pl.col("started_at")) / DAY_MS
    return (
        listens.lazy()
        .filter(~pl.col("private"))
        .select(
            "listener",
            "song",
            sounded=counts,
            worth=(counts * GRAIN * 0.5 ** (days / config.half_life_days)).round().cast(pl.Int64),
            recent=(counts * GRAIN * 0.5 ** (days / config.recent_half_life_days)).round().cast(pl.Int64),
        )
        .group_by("listener", "song")
        .agg(
            plays=pl.col("sounded").sum().cast(pl.Int64),
            skips=(~pl.col("sounded")).sum().cast(pl.Int64),
            strength=pl.col("worth").sum() / GRAIN,
            recent=pl.col("recent").sum() / GRAIN,
        )
    )


def _verdict_strength(
    feedback: pl.DataFrame, own_playlists: pl.DataFrame, songs: pl.DataFrame, config: EvidenceConfig
) -> pl.LazyFrame:
    """What loves, saves and own playlists add, in plays."""
    worth = {Verdict.LOVE: config.loved, Verdict.SAVE: config.saved}
    per_song = feedback.filter(pl.col("song").is_not_null())
    said = [judging((v,), per_song, songs).with_columns(said=pl.lit(w)) for v, w in worth.items()]
    if per_song.height < feedback.height:
        per_artist = feedback.filter(pl.col("song").is_null())
        # What is said of an artist is shared out among the songs, lest a long discography count a hundredfold.
        share = songs.lazy().select("song", share=1.0 / pl.len().over("artist"))
        said += [
            judging((v,), per_artist, songs)
            .join(share, on="song")
            .select("listener", "song", said=pl.col("share") * w)
            for v, w in worth.items()
        ]
    listed = own_playlists.lazy().select("listener", "song").unique().with_columns(said=pl.lit(config.saved))
    return (
        pl.concat([*said, listed])
        .group_by("listener", "song")
        .agg((pl.col("said") * GRAIN).round().cast(pl.Int64).sum() / GRAIN)
    )
