"""A listener's taste in its first form: what they play, how new, how mainstream, and when."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import polars as pl

from earmark.listening.evidence import EvidenceConfig, weigh
from earmark.listening.feedback import Verdict

TOP = 20
NEW_FOR_DAYS = 90
DAY_MS = 86_400_000
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Favourite(msgspec.Struct, frozen=True):
    """An artist or a song: all plays, and the share of the listener's present attention."""

    name: str
    by: str | None
    plays: int
    share: float
    """Of all plays, each counting less the longer ago it was; from 0 to 1."""
    last_played: str
    """A date."""


class Judged(msgspec.Struct, frozen=True):
    """Something that the listener judged outright."""

    verdict: str
    artist: str
    title: str | None


class Taste(msgspec.Struct, frozen=True):
    """The profile. Shares are from 0 to 1 and None where there is nothing to count."""

    listener: str
    listens: int
    songs: int
    artists: int
    first_listen: str | None
    last_listen: str | None
    top_artists: tuple[Favourite, ...]
    top_songs: tuple[Favourite, ...]
    new_share: float | None
    """Of the plays in the last 90 days, those of songs first heard in the same 90 days."""
    skip_share: float | None
    mainstream: float | None
    """Share of plays that went to the tenth of all known songs that most listeners and playlists hold."""
    time_zone: str
    """Where the listener lives, an IANA name; the hours and weekdays are told in its time."""
    hours: tuple[int, ...]
    """Plays by hour of the day, in the listener's time zone."""
    weekdays: tuple[int, ...]
    """Plays by day of the week, Monday first."""
    said: tuple[Judged, ...]
    private_listens: int
    """Kept, and counted nowhere else on this page."""


def profile(
    name: str,
    *,
    listens: pl.DataFrame,
    feedback: pl.DataFrame,
    own_playlists: pl.DataFrame,
    songs: pl.DataFrame,
    artists: pl.DataFrame,
    holders: pl.DataFrame | None,
    config: EvidenceConfig,
    time_zone: str = "UTC",
) -> Taste:
    """The taste of one listener.

    Args:
        name: the listener's name.
        listens, feedback: theirs, in the columns of a snapshot.
        own_playlists: ``listener``, ``song`` of playlists of theirs.
        songs: ``song``, ``artist``, ``artist_name``, ``title`` of every song that these mention.
        artists: ``artist``, ``artist_name`` of every artist on whom there is a verdict.
        holders: ``song``, ``holders``: how many rows hold each song of the live build; None if none is live.
        config: how plays are weighed.
        time_zone: an IANA name, for hours and weekdays.
    """
    open_ = listens.filter(~pl.col("private"))
    evidence = weigh(listens, feedback, own_playlists, songs, config).join(songs, on="song")
    last = open_.group_by("song").agg(last=pl.col("started_at").max())
    played = evidence.filter(pl.col("plays") > 0).join(last, on="song")
    attention = float(played.select(pl.col("strength").sum()).item()) or 1.0
    by_artist = (
        played.group_by("artist")
        .agg(
            pl.col("artist_name").first(),
            pl.col("plays").sum(),
            pl.col("strength").sum(),
            pl.col("last").max(),
        )
        .sort(["strength", "artist"], descending=[True, False])
    )
    by_song = played.sort(["strength", "song"], descending=[True, False])
    local = open_.select(
        at=pl.from_epoch("started_at", time_unit="ms")
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(ZoneInfo(time_zone).key)
    ).select(hour=pl.col("at").dt.hour(), weekday=pl.col("at").dt.weekday())
    return Taste(
        listener=name,
        listens=len(open_),
        songs=len(played),
        artists=len(by_artist),
        first_listen=_date(open_["started_at"].min()),
        last_listen=_date(open_["started_at"].max()),
        top_artists=tuple(
            Favourite(row["artist_name"], None, row["plays"], row["strength"] / attention, _day(row["last"]))
            for row in by_artist.head(TOP).iter_rows(named=True)
        ),
        top_songs=tuple(
            Favourite(
                row["title"], row["artist_name"], row["plays"], row["strength"] / attention, _day(row["last"])
            )
            for row in by_song.head(TOP).iter_rows(named=True)
        ),
        new_share=_new_share(open_),
        skip_share=_share(_total(evidence, "skips"), _total(evidence, "plays") + _total(evidence, "skips")),
        mainstream=None if holders is None else _mainstream(played, holders),
        time_zone=time_zone,
        hours=_counted(local["hour"], range(24)),
        weekdays=_counted(local["weekday"], range(1, 8)),
        said=_said(feedback, songs, artists),
        private_listens=len(listens) - len(open_),
    )


def _new_share(listens: pl.DataFrame) -> float | None:
    if listens.is_empty():
        return None
    since = pl.col("started_at").max() - NEW_FOR_DAYS * DAY_MS
    lately = listens.select(
        late=pl.col("started_at") >= since, new=pl.col("started_at").min().over("song") >= since
    ).filter("late")
    return _share(len(lately.filter("new")), len(lately))


def _mainstream(played: pl.DataFrame, holders: pl.DataFrame) -> float | None:
    most_held = holders.sort(["holders", "song"], descending=[True, False]).head(max(1, len(holders) // 10))
    in_it = played.join(most_held, on="song", how="semi")
    return _share(_total(in_it, "plays"), _total(played, "plays"))


def _said(feedback: pl.DataFrame, songs: pl.DataFrame, artists: pl.DataFrame) -> tuple[Judged, ...]:
    named = (
        feedback.filter(pl.col("verdict") != Verdict.SAVE.value)
        .join(songs.select("song", "title", of="artist_name"), on="song", how="left")
        .join(artists, on="artist", how="left")
        .with_columns(who=pl.coalesce("of", "artist_name"))
        .sort("verdict", "who", "title")
    )
    return tuple(
        Judged(verdict, who, title)
        for verdict, who, title in named.select("verdict", "who", "title").iter_rows()
    )


def _counted(values: pl.Series, names: range) -> tuple[int, ...]:
    found = dict(values.value_counts().iter_rows())
    return tuple(found.get(name, 0) for name in names)


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame.select(pl.col(column).sum()).item())


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _date(moment: object) -> str | None:
    return None if moment is None else _day(int(str(moment)))


def _day(unix_ms: int) -> str:
    return dt.datetime.fromtimestamp(unix_ms / 1000, dt.UTC).date().isoformat()
