"""A listener's taste: what they play down to micro-genres, what it is like, and what they said and changed about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
import polars as pl

from earmark.listening.edits import Boost, EditRecord, Mute, Reject, Rename
from earmark.listening.evidence import DAY_MS, EvidenceConfig, judged, sounded
from earmark.listening.feedback import Verdict
from earmark.taste.genres_played import GenreInTaste, day, genres_played
from earmark.taste.microgenres.genre import MicroGenre
from earmark.taste.traits.known_plays import SongFacts
from earmark.taste.traits.telling import traits_of_one
from earmark.taste.traits.trait import Traits

TOP: Final = 20


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


class EditTold(msgspec.Struct, frozen=True):
    """An edit of their taste by the listener."""

    id: int
    what: str
    """In words."""
    made: str
    """A date."""
    undone: str | None
    """A date, or None while it is in effect."""


class Taste(msgspec.Struct, frozen=True):
    """The profile. Shares are from 0 to 1 and None where there is nothing to count."""

    listener: str
    listens: int
    songs: int
    artists: int
    first_listen: str | None
    last_listen: str | None
    micro_genres: tuple[GenreInTaste, ...]
    """By share; none before something is learned."""
    traits: Traits
    """What the music is like, against the listener's own past and against others."""
    top_artists: tuple[Favourite, ...]
    top_songs: tuple[Favourite, ...]
    skip_share: float | None
    time_zone: str
    """Where the listener lives, an IANA name; the hours and weekdays are told in its time."""
    said: tuple[Judged, ...]
    edits: tuple[EditTold, ...]
    """Those undone, too."""
    private_listens: int
    """Kept, and counted nowhere else on this page."""
    excluded_listens: int
    """Kept, and without any effect, here as elsewhere."""
    sentences: tuple[str, ...]
    """The profile in plain words; each figure in them stands above."""


def profile(
    name: str,
    *,
    listens: pl.DataFrame,
    feedback: pl.DataFrame,
    facts: SongFacts,
    songs: pl.DataFrame,
    artists: pl.DataFrame,
    genres: Sequence[MicroGenre],
    genre_of: Mapping[int, int],
    community: pl.DataFrame | None,
    edits: Sequence[EditRecord],
    edits_told: Sequence[EditTold],
    excluded: int,
    config: EvidenceConfig,
    time_zone: str = "UTC",
) -> Taste:
    """The taste of one listener.

    Args:
        name: the listener's name.
        listens, feedback: theirs, in the columns of a snapshot.
        facts: what is known of the songs that they played.
        songs: ``song``, ``artist``, ``artist_name``, ``title`` of every song that these mention.
        artists: ``artist``, ``artist_name`` of every artist on whom there is a verdict.
        genres: the micro-genres of the live build; none without one.
        genre_of: the micro-genre of each song that belongs to one.
        community: the traits of others (`earmark.taste.traits.measuring.traits_of_many`); None where there are none.
        edits, edits_told: of this listener, and in words.
        excluded: listens that they exclude, which are not among ``listens``.
        config: how plays are weighed.
        time_zone: an IANA name, for hours and weekdays.
    """
    open_ = listens.filter(~pl.col("private"))
    rejected = _ids(edits, Reject)
    plays = _worth(open_, judged((Verdict.HATE,), feedback, songs), config).join(
        songs, on="song", maintain_order="left"
    )
    counting = plays.filter(
        ~pl.col("song").is_in([song for song, one in genre_of.items() if one in rejected])
    )
    attention = float(counting["worth"].sum()) or 1.0
    found = genres_played(
        plays,
        genre_of,
        genres,
        names={
            one.edit.genre: one.edit.name for one in edits if _holds(one) and isinstance(one.edit, Rename)
        },
        boosted=_ids(edits, Boost),
        muted=_ids(edits, Mute),
        rejected=rejected,
    )
    traits = traits_of_one(listens, facts, community, time_zone=time_zone, evidence=config)
    n_sounded = int(open_.select(sounded(config).sum()).item() or 0)
    taste = Taste(
        listener=name,
        listens=len(open_),
        songs=counting["song"].n_unique(),
        artists=counting["artist"].n_unique(),
        first_listen=_date(open_["started_at"].min()),
        last_listen=_date(open_["started_at"].max()),
        micro_genres=found,
        traits=traits,
        top_artists=_favourites(counting, attention, "artist", "artist_name", None),
        top_songs=_favourites(counting, attention, "song", "title", "artist_name"),
        skip_share=(len(open_) - n_sounded) / len(open_) if len(open_) else None,
        time_zone=time_zone,
        said=_said(feedback, songs, artists),
        edits=tuple(edits_told),
        private_listens=len(listens) - len(open_),
        excluded_listens=excluded,
        sentences=(),
    )
    return msgspec.structs.replace(taste, sentences=tuple(_sentences(taste)))


def _worth(listens: pl.DataFrame, hated: pl.DataFrame, config: EvidenceConfig) -> pl.DataFrame:
    """Plays that sounded, of songs that are not hated, and what each counts for today."""
    days = (pl.col("started_at").max() - pl.col("started_at")) / DAY_MS
    return (
        listens.with_columns(worth=0.5 ** (days / config.half_life_days))
        .filter(sounded(config))
        .join(hated, on=["listener", "song"], how="anti", maintain_order="left")
        .select("song", "started_at", "worth")
    )


def _favourites(
    plays: pl.DataFrame, attention: float, key: str, name: str, by: str | None
) -> tuple[Favourite, ...]:
    top = (
        plays.group_by(key)
        .agg(
            pl.col("artist_name", "title").first(),
            pl.col("worth").sort().sum(),
            plays=pl.len(),
            last=pl.col("started_at").max(),
        )
        .sort(["worth", key], descending=[True, False])
        .head(TOP)
    )
    return tuple(
        Favourite(
            row[name], row[by] if by else None, row["plays"], row["worth"] / attention, day(row["last"])
        )
        for row in top.iter_rows(named=True)
    )


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


def _sentences(taste: Taste) -> Iterable[str]:
    if not taste.listens:
        left_out = f" All {taste.excluded_listens:,} listens are excluded." if taste.excluded_listens else ""
        yield f"Nothing is left to tell {taste.listener}'s taste from.{left_out} Mixes are still learning."
        return
    yield (
        f"{taste.listener} played {taste.songs:,} songs by {taste.artists:,} artists in {taste.listens:,} listens "
        f"from {taste.first_listen} to {taste.last_listen}."
    )
    yield from (genre.said for genre in taste.micro_genres[:TOP])
    yield from (trait.said for trait in taste.traits.traits if trait.ever.value is not None)
    yield from (spread.said for spread in (taste.traits.hours, taste.traits.weekdays) if spread.plays)


def _holds(record: EditRecord) -> bool:
    return record.undone_at is None


def _ids(edits: Sequence[EditRecord], kind: type[Boost | Mute | Reject]) -> frozenset[int]:
    return frozenset(one.edit.genre for one in edits if _holds(one) and isinstance(one.edit, kind))


def _date(moment: object) -> str | None:
    return None if moment is None else day(int(str(moment)))
