"""Plays beside what is known of their songs: how they sound, from when they are, who else holds them, at which hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from earmark.listening.evidence import EvidenceConfig, sounded
from earmark.taste.traits.trait import TraitsConfig

DAY_MS = 86_400_000
INSTRUMENTAL_FROM = 0.5
SOUND = ("tempo", "energy", "valence", "acousticness", "instrumentalness")


@dataclass(frozen=True)
class SongFacts:
    """What is known of songs; None where nothing is.

    - ``songs``: ``song``, ``artist`` of all of them.
    - ``sounds``: as ``Snapshot.sounds``.
    - ``years``: ``song``, ``year`` of release.
    - ``languages``: ``song``, ``language`` of the lyrics (ISO 639-1).
    - ``holders``: ``song``, ``holders``: how many listeners and playlists of the live build hold each.
    """

    songs: pl.DataFrame
    sounds: pl.DataFrame | None = None
    years: pl.DataFrame | None = None
    languages: pl.DataFrame | None = None
    holders: pl.DataFrame | None = None

    def by_song(self) -> pl.DataFrame:
        """One row a song with all columns, null where nothing is known."""
        sounds = _or_none(self.sounds, dict.fromkeys(SOUND, pl.Float32)).select("song", *SOUND)
        years = _or_none(self.years, {"year": pl.Int32}).select("song", "year")
        languages = _or_none(self.languages, {"language": pl.String}).select("song", "language")
        return (
            self.songs.select("song", "artist")
            .join(sounds, on="song", how="left")
            .join(years.unique("song", keep="first", maintain_order=True), on="song", how="left")
            .join(languages.unique("song", keep="first", maintain_order=True), on="song", how="left")
            .join(self._most_held(), on="song", how="left")
            .with_columns(
                instrumental=pl.col("instrumentalness") >= INSTRUMENTAL_FROM,
                mainstream=pl.lit(None, pl.Boolean)
                if self.holders is None
                else pl.col("held").fill_null(value=False),
            )
        )

    def _most_held(self) -> pl.DataFrame:
        if self.holders is None:
            return pl.DataFrame(schema={"song": pl.Int32, "held": pl.Boolean})
        top = self.holders.sort(["holders", "song"], descending=[True, False])
        return top.head(max(1, len(top) // 10)).select("song", held=pl.lit(value=True))


def known_plays(
    listens: pl.DataFrame,
    facts: SongFacts,
    time_zones: Mapping[int, str],
    config: TraitsConfig,
    evidence: EvidenceConfig,
) -> pl.DataFrame:
    """Plays that sounded and are not private, with what is known of each.

    Args:
        listens: ``Snapshot.listens``.
        facts: of at least all songs in them.
        time_zones: IANA names by listener; who is not named lives in UTC.
        config, evidence: what is new, and what sounded.

    Returns:
        ``listener``, ``song``, the columns of `SongFacts.by_song`, ``lately`` bool, ``new`` bool or null, ``hour``
        (0 to 23), ``weekday`` (1 is Monday), ``night`` and ``weekend`` bool.
    """
    plays = listens.filter(~pl.col("private") & sounded(evidence)).select("listener", "song", "started_at")
    first_on_record = (
        listens.filter(~pl.col("private")).group_by("listener").agg(since=pl.col("started_at").min())
    )
    first_heard = listens.group_by("listener", "song").agg(heard=pl.col("started_at").min())
    new_ms, lately_ms = config.new_days * DAY_MS, config.lately_days * DAY_MS
    at = pl.col("started_at")
    return (
        _with_clock(plays, time_zones)
        .join(first_on_record, on="listener")
        .join(first_heard, on=["listener", "song"])
        .join(facts.by_song(), on="song")
        .with_columns(
            lately=at > at.max().over("listener") - lately_ms,
            # Whatever is played first on record may have been known for long.
            new=pl.when(at - pl.col("since") >= new_ms).then(at - pl.col("heard") <= new_ms),
            night=pl.col("hour") < 6,
            weekend=pl.col("weekday") >= 6,
        )
        .drop("since", "heard")
    )


def _with_clock(plays: pl.DataFrame, time_zones: Mapping[int, str]) -> pl.DataFrame:
    by_zone: dict[str, list[int]] = {}
    for listener in plays["listener"].unique().sort().to_list():
        by_zone.setdefault(time_zones.get(listener, "UTC"), []).append(listener)
    utc = pl.from_epoch("started_at", time_unit="ms").dt.replace_time_zone("UTC")
    parts = []
    for zone, listeners in by_zone.items():
        some = plays if len(by_zone) == 1 else plays.filter(pl.col("listener").is_in(listeners))
        local = some.with_columns(local=utc.dt.convert_time_zone(ZoneInfo(zone).key))
        parts.append(
            local.with_columns(hour=pl.col("local").dt.hour(), weekday=pl.col("local").dt.weekday()).drop(
                "local"
            )
        )
    empty = plays.clear().with_columns(hour=pl.lit(None, pl.Int8), weekday=pl.lit(None, pl.Int8))
    return pl.concat([empty, *parts])


def _or_none(frame: pl.DataFrame | None, columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(schema={"song": pl.Int32, **columns}) if frame is None else frame
