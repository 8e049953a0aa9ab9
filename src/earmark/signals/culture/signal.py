"""All that a build learns of what the world says: terms, genres, opinion, what is rising, and lyrics."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

import msgspec
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from earmark.signals.culture.genres import ReconcilingConfig, reconcile, shipped
from earmark.signals.culture.keeping import load_config, load_table, save_parts
from earmark.signals.culture.likely_genres import LikelyGenresConfig, likely_genres
from earmark.signals.culture.said import DAY_MS, called_in_texts
from earmark.signals.culture.trends import TrendsConfig, artist_events, rising, term_events
from earmark.signals.culture.vectors import CulturalVectors, Described, Evidence, VectorsConfig

TABLES: Final = ("genres", "likely", "opinions", "rising", "rising_behind", "rising_terms", "lyrics")
VECTORS: Final = "vectors"
CALLED: Final = ("artist", "song", "source", "tag", "weight")


class CultureConfig(BaseModel):
    """How culture is learned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vectors: VectorsConfig = VectorsConfig()
    """How terms become vectors."""
    genres: ReconcilingConfig = ReconcilingConfig()
    """How what tags and texts say is brought to the tree of genres."""
    likely: LikelyGenresConfig = LikelyGenresConfig()
    """Which genres are likely, though nobody says them."""
    trends: TrendsConfig = TrendsConfig()
    """What counts as rising."""
    doubt: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """Documents without an opinion that stand beside those that have one."""


class Opinion(msgspec.Struct, frozen=True):
    """What documents make of an artist's music."""

    value: float
    """−1 (bad) to 1 (good)."""
    documents: int
    sources: int


class Rise(msgspec.Struct, frozen=True):
    """That an artist is rising."""

    ratio: float
    """Of what is said lately to what was expected."""
    mentions: int
    """In the last period."""
    sources: int
    evidence: tuple[Evidence, ...]
    """The latest first."""


class OfArtist(msgspec.Struct, frozen=True):
    """All that the world says of an artist."""

    terms: tuple[Described, ...]
    genres: tuple[tuple[str, float], ...]
    """With weights, 0 to 1."""
    likely: tuple[tuple[str, float], ...]
    """Genres that nobody says, with how strongly they follow from what is said."""
    opinion: Opinion | None
    rise: Rise | None


class Culture:
    """What the world says about music, learned from a snapshot."""

    def __init__(self, config: CultureConfig | None = None) -> None:
        self.config = config or CultureConfig()
        self.vectors = CulturalVectors(self.config.vectors)
        """Terms by artist and song, and likeness."""
        self.genres = pl.DataFrame()
        """As `earmark.signals.culture.genres.reconcile` makes it."""
        self.likely = pl.DataFrame()
        """As `earmark.signals.culture.likely_genres` tells it: of artists who have tags."""
        self.opinions = pl.DataFrame()
        """``artist``, ``opinion``, ``documents``, ``sources``."""
        self.rising = pl.DataFrame()
        """``artist``, ``ratio``, ``mentions``, ``sources``, ``expected``, ``evidence`` (documents), from the top."""
        self.rising_behind = pl.DataFrame()
        """``artist``, ``document``, ``source``, ``address``, ``published_at``, ``quote`` of that evidence."""
        self.rising_terms = pl.DataFrame()
        """``term`` and the same columns as ``rising``."""
        self.lyrics = pl.DataFrame()
        """What lyrics say, by ``song``, as in the snapshot."""

    @classmethod
    def fit(
        cls,
        mentions: pl.DataFrame,
        tags: pl.DataFrame,
        lyrics: pl.DataFrame,
        config: CultureConfig | None = None,
        *,
        now: int,
    ) -> Self:
        """Learn from the frames of a snapshot; any of them may be empty.

        Args:
            mentions: what documents say of whom.
            tags: what people and files call artists and songs.
            lyrics: what lyrics say, by ``song``.
            config: how culture is learned.
            now: milliseconds since 1970 UTC; texts fade towards it, and the last period of trends ends with it.
        """
        learned = cls(config)
        settings = learned.config
        called = [tags.select(CALLED), called_in_texts(mentions, now, settings.vectors.said).select(CALLED)]
        learned.genres = reconcile(pl.concat(called), shipped(), settings.genres)
        learned.likely = likely_genres(tags, learned.genres, shipped(), settings.likely)
        learned.vectors = CulturalVectors.fit(mentions, tags, learned.genres, settings.vectors, now=now)
        learned.opinions = opinions(mentions, now, settings)
        least = settings.vectors.said.least_probability
        learned.rising = rising(artist_events(mentions, least), now, settings.trends).rename(
            {"thing": "artist"}
        )
        learned.rising_terms = rising(term_events(mentions, least), now, settings.trends).rename(
            {"thing": "term"}
        )
        learned.rising_behind = _behind(learned.rising, mentions)
        learned.lyrics = lyrics
        return learned

    def of_artist(self, artist: int, n: int = 20) -> OfArtist:
        """All that the world says of an artist, the ``n`` heaviest terms and genres; empty where nothing is said."""
        genres = self.genres.filter(pl.col("artist") == artist, pl.col("song").is_null()).head(n)
        likely = self.likely.filter(pl.col("artist") == artist)
        found = (
            self.opinions.row(by_predicate=pl.col("artist") == artist) if self._has_opinion(artist) else None
        )
        return OfArtist(
            self.vectors.described(artist, n),
            tuple(genres.select("genre", "weight").iter_rows()),
            tuple(likely.select("genre", "strength").iter_rows()),
            None if found is None else Opinion(*found[1:]),
            self.rise(artist),
        )

    def rise(self, artist: int) -> Rise | None:
        """That an artist is rising, with the evidence; None for one who is not."""
        found = self.rising.filter(pl.col("artist") == artist)
        if found.is_empty():
            return None
        row = found.row(0, named=True)
        behind = self.rising_behind.filter(pl.col("artist") == artist)
        pieces = behind.select("source", "document", "address", "published_at", "quote")
        return Rise(
            row["ratio"],
            row["mentions"],
            row["sources"],
            tuple(Evidence(*piece) for piece in pieces.iter_rows()),
        )

    def save(self, folder: Path) -> None:
        """Write all of it into ``folder``, made if need be."""
        save_parts(folder, self.config, {}, {name: getattr(self, name) for name in TABLES})
        self.vectors.save(folder / VECTORS)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        loaded = cls(load_config(folder, CultureConfig))
        for name in TABLES:
            setattr(loaded, name, load_table(folder, name))
        loaded.vectors = CulturalVectors.load(folder / VECTORS)
        return loaded

    def _has_opinion(self, artist: int) -> bool:
        return not self.opinions.filter(pl.col("artist") == artist).is_empty()


def opinions(mentions: pl.DataFrame, now: int, config: CultureConfig) -> pl.DataFrame:
    """What documents make of each artist, in the columns of ``Culture.opinions``, by artist.

    Each document counts once, by how sure it is that the artist is meant and by its age.
    """
    said = config.vectors.said
    age = (pl.lit(now) - pl.col("published_at")).clip(0).fill_null(0) / (said.half_life_days * DAY_MS)
    judged = (
        mentions.filter(pl.col("probability") >= said.least_probability, pl.col("opinion").is_not_null())
        .with_columns(pl.col("opinion", "probability").cast(pl.Float64), faded=pl.lit(0.5).pow(age))
        .sort("artist", "document", "song", "release")
        .group_by("artist", "document", "source", "faded", maintain_order=True)
        .agg(
            value=(pl.col("opinion") * pl.col("times")).sum() / pl.col("times").sum(),
            sure=pl.col("probability").max(),
        )
        .with_columns(weight=pl.col("faded") * pl.col("sure"))
    )
    return (
        judged.group_by("artist", maintain_order=True)
        .agg(
            opinion=(pl.col("value") * pl.col("weight")).sum() / (pl.col("weight").sum() + config.doubt),
            documents=pl.len().cast(pl.Int32),
            sources=pl.col("source").n_unique().cast(pl.Int32),
        )
        .sort("artist")
    )


def _behind(risen: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """The documents behind what is rising, as they were given as evidence."""
    pieces = risen.select("artist", document="evidence").explode("document").with_row_index("place")
    told = mentions.sort(
        "artist", "document", "probability", "quote", descending=[False, False, True, False]
    ).unique(["artist", "document"], keep="first", maintain_order=True)
    return (
        pieces.join(told, on=["artist", "document"])
        .sort("place")
        .select("artist", "document", "source", "address", "published_at", "quote")
    )
