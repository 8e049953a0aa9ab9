"""Artists and songs as weighted terms, and how alike two are.

Method: amounts of what is said (`earmark.signals.culture.said`) are weighed against how many artists share a term
(inverse document frequency, Spärck Jones 1972) and brought to unit length; latent semantic analysis (Deerwester et al.
1990), a truncated singular value decomposition, makes terms of one meaning count for each other. Likeness is the cosine
there, and is explained by the terms that both share, with what was read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

import msgspec
import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import NotLearnedError, UnknownNameError
from earmark.signals.culture.keeping import load_array, load_config, load_table, save_parts
from earmark.signals.culture.latent import Csr, Floats, latent, unit
from earmark.signals.culture.said import EVIDENCE, SaidConfig, amounts, said_by_tags, said_in_texts
from earmark.threads import one_blas_thread

Ints = NDArray[np.int32]


class VectorsConfig(BaseModel):
    """How terms become vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: SaidConfig = SaidConfig()
    """What counts for how much."""
    factors: int = Field(default=200, ge=1, le=2_000)
    """Dimensions of latent semantic analysis; fewer where there are fewer artists or terms."""
    rarity: float = Field(default=0.5, ge=0, le=2)
    """The power of inverse document frequency."""
    least_artists: int = Field(default=2, ge=1)
    """A term of fewer artists makes nobody alike, and is only shown."""
    least_song_terms: int = Field(default=3, ge=1)
    """A song of which fewer terms are said has no vector of its own."""


class Evidence(msgspec.Struct, frozen=True):
    """Where a term was said."""

    source: str
    """Who said it: a publisher, or a source of tags."""
    document: int | None = None
    address: str | None = None
    published_at: int | None = None
    """Milliseconds since 1970 UTC."""
    quote: str | None = None


class Described(msgspec.Struct, frozen=True):
    """A term of an artist or a song."""

    term: str
    weight: float
    """Of all that is said, 0 to 1; the squares of all weights sum to 1."""
    evidence: tuple[Evidence, ...]


class Likeness(msgspec.Struct, frozen=True):
    """How alike two artists are, and why."""

    score: float
    """Cosine, −1 to 1."""
    shared: tuple[tuple[str, float], ...]
    """Terms that both share, each with its share of what they have in common, the largest first."""


class CulturalVectors:
    """What the world says about artists and songs, as vectors.

    Rows are artists, by record id, and then songs, by record id.
    """

    def __init__(self, config: VectorsConfig | None = None) -> None:
        self.config = config or VectorsConfig()
        self.artists: Ints = np.empty(0, np.int32)
        """Record ids, ascending."""
        self.songs: Ints = np.empty(0, np.int32)
        """Record ids, ascending, of songs of which enough is said."""
        self.terms: tuple[str, ...] = ()
        self.weights: Csr = sp.csr_array(np.empty((0, 0), np.float32))
        """``(n_artists + n_songs, n_terms)``, rows of unit length."""
        self.factors: Floats = np.empty((0, 0), np.float32)
        """``(n_artists + n_songs, n_factors)``, rows of unit length, or of zeros where no term is shared."""
        self.evidence = pl.DataFrame(schema=EVIDENCE)
        """The best of it, by artist, song (null for the artist as such), term and weight from the top."""

    @classmethod
    def fit(
        cls,
        mentions: pl.DataFrame,
        tags: pl.DataFrame,
        genres: pl.DataFrame,
        config: VectorsConfig | None = None,
        *,
        now: int,
    ) -> Self:
        """Learn from all that is said.

        Args:
            mentions, tags: as in a snapshot.
            genres: ``artist``, ``song`` (null for the artist as such), ``genre`` and ``weight``.
            config: how terms become vectors.
            now: milliseconds since 1970 UTC; texts fade towards it.
        """
        learned = cls(config)
        said = learned.config.said
        texts, given = said_in_texts(mentions, now, said), said_by_tags(tags)
        brought = (
            given.clear()
            if genres.is_empty()
            else said_by_tags(
                genres.select("artist", "song", source=pl.lit("genres"), tag="genre", weight="weight")
            )
        )
        parts = [(texts, said.texts), (given, said.tags), (brought, said.genres)]
        by_artist = _joined([(amounts(part, "artist"), weight) for part, weight in parts], "artist")
        of_songs = [(part.drop_nulls("song"), weight) for part, weight in parts]
        by_song = _joined([(amounts(part, "song"), weight) for part, weight in of_songs], "song").filter(
            pl.len().over("song") >= learned.config.least_song_terms
        )
        learned.artists, learned.songs = (
            frame[name].unique().sort().to_numpy().astype(np.int32)
            for frame, name in ((by_artist, "artist"), (by_song, "song"))
        )
        learned.terms = tuple(pl.concat([by_artist["term"], by_song["term"]]).unique().sort())
        artists = _matrix(by_artist, "artist", learned.artists, learned.terms)
        songs = _matrix(by_song, "song", learned.songs, learned.terms)
        learned._learn(artists, songs)
        learned.evidence = (
            pl.concat([texts, given])
            .sort(
                ["artist", "song", "term", "weight", "source", "document"],
                descending=[False] * 3 + [True] + [False] * 2,
            )
            .group_by("artist", "song", "term", maintain_order=True)
            .head(said.evidence)
        )
        return learned

    def __len__(self) -> int:
        """How many artists there are."""
        return len(self.artists)

    def row(self, artist: int) -> int:
        """The row of an artist.

        Raises:
            UnknownNameError: nothing is said of the artist.
        """
        return _at(self.artists, artist, "artist")

    def song_row(self, song: int) -> int:
        """The row of a song.

        Raises:
            UnknownNameError: too little is said of the song.
        """
        return len(self.artists) + _at(self.songs, song, "song")

    def described(self, artist: int, n: int = 20) -> tuple[Described, ...]:
        """The terms of an artist that say most, with where each was said; empty where nothing is.

        What is said of an artist's songs is said of the artist, too.
        """
        if artist not in self.artists:
            return ()
        return self._described(self.row(artist), pl.col("artist") == artist, n)

    def described_song(self, song: int, n: int = 20) -> tuple[Described, ...]:
        """The terms of a song that say most; empty where too little is said of it."""
        if song not in self.songs:
            return ()
        return self._described(self.song_row(song), pl.col("song") == song, n)

    def likeness(self, a: int, b: int, n: int = 5) -> Likeness:
        """How alike two artists are, and by which terms.

        Raises:
            UnknownNameError: nothing is said of one of them.
        """
        one, other = self.row(a), self.row(b)
        both = self.weights[[one]].multiply(self.weights[[other]]).tocsr()
        total = float(both.sum()) or 1.0
        order = np.lexsort((both.indices, -both.data))[:n]
        return Likeness(
            float(self.factors[one] @ self.factors[other]),
            tuple((self.terms[both.indices[at]], float(both.data[at]) / total) for at in order),
        )

    def nearest(self, artist: int, n: int = 10) -> list[tuple[int, float]]:
        """The artists who are most alike, with the cosine, from the top; none where nothing is said.

        Raises:
            UnknownNameError: nothing is said of the artist.
        """
        row = self.row(artist)
        with one_blas_thread():
            scores = self.factors[: len(self.artists)] @ self.factors[row]
        scores[row] = -np.inf
        order = np.lexsort((self.artists, -scores))[:n]
        return [(int(self.artists[at]), float(scores[at])) for at in order if scores[at] > 0]

    def save(self, folder: Path) -> None:
        """Write all of it into ``folder``, made if need be."""
        arrays = {
            "artists": self.artists,
            "songs": self.songs,
            "weights": self.weights.data,
            "indices": self.weights.indices.astype(np.int32),
            "starts": self.weights.indptr.astype(np.int64),
            "factors": self.factors,
        }
        tables = {
            "terms": pl.DataFrame({"term": self.terms}, schema={"term": pl.String}),
            "evidence": self.evidence,
        }
        save_parts(folder, self.config, arrays, tables)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing, damaged, or of another build than the others.
        """
        loaded = cls(load_config(folder, VectorsConfig))
        loaded.artists, loaded.songs, loaded.factors = (
            load_array(folder, name) for name in ("artists", "songs", "factors")
        )
        loaded.terms = tuple(load_table(folder, "terms")["term"])
        loaded.evidence = load_table(folder, "evidence")
        data, indices, starts = (load_array(folder, name) for name in ("weights", "indices", "starts"))
        rows = len(loaded.artists) + len(loaded.songs)
        if len(starts) != rows + 1 or len(loaded.factors) != rows or starts[-1] != len(data):
            raise NotLearnedError(
                f"The parts of {folder} are not of one build: {rows} rows, but {len(loaded.factors)} vectors.",
                "Learn again with: earmark learn",
            )
        loaded.weights = sp.csr_array((data, indices, starts), shape=(rows, len(loaded.terms)))
        return loaded

    def _learn(self, artists: Csr, songs: Csr) -> None:
        held = np.bincount(artists.indices, minlength=len(self.terms))
        # A term of songs alone is as rare as one of a single artist.
        rarity = np.log1p(len(self.artists) / np.maximum(held, 1)) ** self.config.rarity
        both = sp.csr_array(sp.vstack([artists, songs], format="csr"))
        both.data = both.data * rarity[both.indices]
        self.weights = unit(both).astype(np.float32)
        self.weights.sort_indices()
        shared = np.flatnonzero(held >= self.config.least_artists)
        self.factors = latent(self.weights[:, shared], len(self.artists), self.config.factors)

    def _described(self, row: int, of: pl.Expr, n: int) -> tuple[Described, ...]:
        terms = self.weights[[row]]
        order = np.lexsort((terms.indices, -terms.data))[:n]
        chosen = {self.terms[terms.indices[at]]: float(terms.data[at]) for at in order}
        behind: dict[str, list[Evidence]] = {}
        found = self.evidence.filter(of, pl.col("term").is_in(list(chosen))).sort("weight", descending=True)
        for piece in found.iter_rows(named=True):
            behind.setdefault(piece["term"], []).append(
                Evidence(
                    piece["source"],
                    piece["document"],
                    piece["address"],
                    piece["published_at"],
                    piece["quote"],
                )
            )
        most = self.config.said.evidence
        return tuple(
            Described(term, weight, tuple(behind.get(term, ())[:most])) for term, weight in chosen.items()
        )


def _joined(parts: list[tuple[pl.DataFrame, float]], by: str) -> pl.DataFrame:
    """Amounts of several kinds, each times its weight, summed up: ``by``, ``term``, ``amount``, none of them zero."""
    weighed = [frame.with_columns(pl.col("amount") * weight) for frame, weight in parts if weight]
    empty = pl.DataFrame(schema={by: pl.Int32, "term": pl.String, "amount": pl.Float64})
    together = pl.concat([empty, *weighed]).sort(by, "term", "amount")
    return (
        together.group_by(by, "term")
        .agg(pl.col("amount").sum())
        .filter(pl.col("amount") > 0)
        .sort(by, "term")
    )


def _matrix(frame: pl.DataFrame, by: str, ids: Ints, terms: tuple[str, ...]) -> Csr:
    columns = pl.Series(terms, dtype=pl.String).search_sorted(frame["term"]).to_numpy()
    rows = np.searchsorted(ids, frame[by].to_numpy())
    return sp.csr_array((frame["amount"].to_numpy(), (rows, columns)), shape=(len(ids), len(terms)))


def _at(ids: Ints, wanted: int, kind: str) -> int:
    at = int(np.searchsorted(ids, wanted))
    if at == len(ids) or ids[at] != wanted:
        raise UnknownNameError(
            f"Nothing is said of {kind} {wanted}.",
            "Read texts about music first: earmark read FEED|URL|FOLDER",
        )
    return at
