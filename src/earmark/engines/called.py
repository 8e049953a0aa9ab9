"""What artists are called: by tags, by texts, and by the names of playlists that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.genres import GenreTree, Kind
from earmark.store.snapshot import Frames

LONGEST_TERM: Final = 3
"""Words of a term that is looked for in a playlist's name."""
LEAST_PLAYLISTS: Final = 2
"""So many playlists must say a term of an artist."""
OF_LISTS: Final = frozenset({"march", "yoga", "drill"})
"""In a playlist's name these are more often a month, or what somebody does, than a genre."""
OF_PLAYLISTS: Final = 0.5
"""What a playlist's name says counts for, beside a tag: it is of the whole list, not of each artist."""


def artists_called(
    frames: Frames, artists: NDArray[np.integer], tree: GenreTree, *, sure: float
) -> tuple[Csr, list[str]]:
    """What artists (record ids, ascending) are called, ``(n_artists, n_terms)``, and the terms.

    What tags say by how many hands, texts by how near it stands, and playlists by how many of them, weighs by its
    logarithm: the hundredth to say so adds little. Texts count where they mean an artist with a
    probability of ``sure``.
    """
    return _matrix([_by_tags(frames), _by_texts(frames, sure), _by_playlists(frames, tree)], artists)


def words_beside_genres(frames: Frames, artists: NDArray[np.integer], tree: GenreTree, *, sure: float) -> Csr:
    """What artists are called beside genres that tags and texts say: by playlists' names, and otherwise in texts."""
    texts = _by_texts(frames, sure)
    genres = [term for term in texts["term"].unique().to_list() if tree.composed(term) is not None]
    return _matrix([texts.filter(~pl.col("term").is_in(genres)), _by_playlists(frames, tree)], artists)[0]


def _matrix(parts: Sequence[pl.DataFrame], artists: NDArray[np.integer]) -> tuple[Csr, list[str]]:
    told = (
        pl.concat(parts)
        .filter(pl.col("weight") > 0)
        .group_by("artist", "term")
        .agg(pl.col("weight").sort().sum().log1p())
        .sort("artist", "term")
    )
    called = told["term"].unique().sort()
    rows = np.searchsorted(artists, told["artist"].to_numpy())
    at = called.search_sorted(told["term"]).to_numpy() if len(told) else np.empty(0, np.int64)
    weights = told["weight"].to_numpy().astype(np.float32)
    return sp.csr_array((weights, (rows, at)), shape=(len(artists), len(called))), called.to_list()


def _by_tags(frames: Frames) -> pl.DataFrame:
    return frames.tags.select("artist", term="tag", weight=pl.col("weight").cast(pl.Float64))


def _by_texts(frames: Frames, sure: float) -> pl.DataFrame:
    return (
        frames.mentions.filter(pl.col("probability") >= sure)
        .select("artist", pl.col("probability").cast(pl.Float64), "terms")
        .explode("terms")
        .unnest("terms")
        .drop_nulls("term")
        .select("artist", "term", weight=pl.col("weight") * pl.col("probability"))
    )


def _by_playlists(frames: Frames, tree: GenreTree) -> pl.DataFrame:
    """Genres that the names of playlists say, of the artists whom they hold."""
    names = frames.playlists.select("playlist", "name")
    said = [
        (playlist, term) for playlist, name in names.iter_rows() for term in sorted(set(terms_in(name, tree)))
    ]
    held = frames.playlist_songs.join(frames.songs.select("song", "artist"), on="song")
    return (
        pl.DataFrame(said, {"playlist": pl.Int32, "term": pl.String}, orient="row")
        .join(held.select("playlist", "artist").unique(), on="playlist")
        .group_by("artist", "term")
        .len("playlists")
        .filter(pl.col("playlists") >= LEAST_PLAYLISTS)
        .select("artist", "term", weight=pl.col("playlists") * OF_PLAYLISTS)
    )


def terms_in(name: str, tree: GenreTree) -> Iterator[str]:
    """The genres that a playlist's name holds, the longest first, each word in one of them at most.

    Only what is written as the tree writes it: "jams" are no jam bands. Moods of lists are of who listens, and when.
    """
    words = name.lower().split()
    at = 0
    while at < len(words):
        for n in range(min(LONGEST_TERM, len(words) - at), 0, -1):
            said = " ".join(words[at : at + n])
            term = tree.term(said)
            as_written = term is not None and term.kind is Kind.GENRE and _bare(term.name) == _bare(said)
            if term is not None and as_written and term.name not in OF_LISTS:
                yield term.name
                at += n - 1
                break
        at += 1


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
