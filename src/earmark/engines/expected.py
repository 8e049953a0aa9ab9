"""Which genres artists are expected to be of, of whom neither a tag nor a text says any.

Of most artists whom people play today that is so, but playlists that hold them have names, texts may say other things
of them, and the same people play others of whom genres are said. From those it is learned what all this says of genres
(`earmark.taste.microgenres.labelling`); what is expected is told as such, and never counts as said.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.engines.called import words_beside_genres
from earmark.engines.microgenres import HOLDERS, artist_holders
from earmark.ranking.signals import Signals
from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.genres import shipped
from earmark.store.snapshot import Frames
from earmark.taste.microgenres.labelling import Known, Labelling, LabellingConfig

EXPECTED_GENRES: Final = "expected-genres"
"""Table within a build."""
ROWS_AT_ONCE: Final = 4_096
_Rows = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]
"""Artists, genres, probabilities."""


class ExpectingConfig(BaseModel):
    """Which genres are expected of whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labelling: LabellingConfig = LabellingConfig()
    """How it is learned."""
    said: float = Field(default=0.2, gt=0, le=1)
    """From this weight on an artist is of a genre that is said of them."""
    least_artists: int = Field(default=5, ge=2)
    """A genre of fewer artists is not expected of anybody."""
    least: float = Field(default=0.3, gt=0, le=1)
    """What is less likely is not told."""
    most: int = Field(default=4, ge=1, le=50)
    """Genres told of an artist, the likeliest."""


def expected_genres(
    frames: Frames,
    signals: Signals,
    genres: pl.DataFrame,
    config: ExpectingConfig,
    *,
    sure: float,
    seed: int,
) -> pl.DataFrame:
    """``artist``, ``genre``, ``probability`` of artists without genres, by artist, the likeliest first.

    Args:
        frames: the snapshot.
        signals: learned from it.
        genres: what artists are said to be of, as `earmark.signals.culture.genres.reconcile` tells it.
        config: settings.
        sure: with this probability texts must mean an artist for what they say to count.
        seed: what is random is drawn from it.
    """
    artists = signals.columns.artist_ids
    said, names = _said(genres, artists, config)
    teachers = _most_held(np.flatnonzero(np.diff(said.indptr)), signals, config.labelling.most_teachers)
    spoken_of = np.isin(artists, genres.filter(pl.col("song").is_null())["artist"].to_numpy())
    words = words_beside_genres(frames, artists, shipped(), sure=sure)
    heard = artist_holders(signals) >= HOLDERS
    asked = np.flatnonzero(~spoken_of & (heard | (np.diff(words.indptr) > 0)))
    if not len(teachers) or not len(asked):
        return _table(artists, [], names)
    known = Known.of(
        words=words,
        listening=np.where(heard[:, None], signals.artist_factors, np.float32(0)),
        lent=said[teachers],
        lenders=teachers,
        config=config.labelling,
        seed=seed,
    )
    taught = Labelling(config.labelling).fit(known, sp.csr_array(said[teachers] > 0), teachers)
    found: list[_Rows] = []
    for start in range(0, len(asked), ROWS_AT_ONCE):
        some = asked[start : start + ROWS_AT_ONCE]
        found.append(_likeliest(some, taught.expected(some), config))
    return _table(artists, found, names)


def _said(
    genres: pl.DataFrame, artists: NDArray[np.integer], config: ExpectingConfig
) -> tuple[Csr, list[str]]:
    """How much artists are of the genres that enough of them are of, ``(n_artists, n_genres)``, and the genres."""
    told = genres.filter(
        pl.col("song").is_null(), pl.col("weight") >= config.said, pl.col("artist").is_in(artists.tolist())
    ).filter(pl.len().over("genre") >= config.least_artists)
    names = told["genre"].unique().sort()
    at = names.search_sorted(told["genre"]).to_numpy() if len(told) else np.empty(0, np.int64)
    rows = np.searchsorted(artists, told["artist"].to_numpy())
    weights = told["weight"].to_numpy().astype(np.float32)
    return sp.csr_array((weights, (rows, at)), shape=(len(artists), len(names))), names.to_list()


def _most_held(artists: NDArray[np.intp], signals: Signals, most: int) -> NDArray[np.intp]:
    """Those of the artists (rows) whom most listeners and playlists hold, ascending."""
    order = np.argsort(-artist_holders(signals)[artists], kind="stable")[:most]
    return np.sort(artists[order])


def _likeliest(artists: NDArray[np.intp], probable: NDArray[np.float32], config: ExpectingConfig) -> _Rows:
    order = np.argsort(-probable, axis=1, kind="stable")[:, : config.most]
    best = np.take_along_axis(probable, order, axis=1)
    row, place = np.nonzero(best >= config.least)
    return artists[row], order[row, place], np.minimum(best[row, place], 1)


def _table(artists: NDArray[np.integer], found: list[_Rows], names: list[str]) -> pl.DataFrame:
    schema = {"artist": pl.Int32, "genre": pl.String, "probability": pl.Float32}
    if not found:
        return pl.DataFrame(schema=schema)
    row, genre, probability = (np.concatenate(column) for column in zip(*found, strict=True))
    return pl.DataFrame(
        {"artist": artists[row], "genre": [names[at] for at in genre], "probability": probability}, schema
    )
