"""What the world says of an artist, by the live build: terms with evidence, genres, opinion, who is alike."""

from __future__ import annotations

import msgspec
import numpy as np
import polars as pl

from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.signals.culture.signal import Opinion, Rise
from earmark.signals.culture.vectors import Described

LEAST_ALIKE = 0.1
"""Artists whose terms are less alike than this are not named."""


class AlikeArtist(msgspec.Struct, frozen=True):
    """An artist of whom the same is said."""

    artist: str
    likeness: float
    """Cosine, −1 to 1."""
    shared: tuple[str, ...]
    """Terms that both share, what they have most in common first."""


class InGenre(msgspec.Struct, frozen=True):
    """A micro-genre that the artist belongs to."""

    name: str
    parent: str | None
    share: float
    """0 to 1."""


class About(msgspec.Struct, frozen=True):
    """All that is known of an artist from what is written, tagged and heard together."""

    artist: str
    micro_genres: tuple[InGenre, ...]
    genres: tuple[tuple[str, float], ...]
    """Of the genre tree, with weights from 0 to 1."""
    likely: tuple[tuple[str, float], ...]
    """Genres that nobody says, the likeliest first: of an artist with tags, with how strongly they follow from them;
    of one without, with a probability, by who listens and what others are called whom the same people play."""
    terms: tuple[Described, ...]
    opinion: Opinion | None
    rise: Rise | None
    alike: tuple[AlikeArtist, ...]


def about_artist(house: House, artist: int, build: OpenedBuild, *, terms: int = 12, alike: int = 8) -> About:
    """What is known of an artist (record id) who is on record.

    Raises:
        NotLearnedError: a part of the build cannot be read.
    """
    told = build.culture.of_artist(artist, terms)
    near = [one for one in _nearest(build, artist, alike) if one[1] >= LEAST_ALIKE]
    names = dict(house.store.artists([artist, *(other for other, _ in near)]).iter_rows())
    vectors = build.culture.vectors
    return About(
        names[artist],
        _micro_genres(build, artist),
        told.genres,
        told.likely or _expected(build, artist),
        told.terms,
        told.opinion,
        told.rise,
        tuple(
            AlikeArtist(
                names[other],
                round(score, 4),
                tuple(term for term, _ in vectors.likeness(artist, other).shared),
            )
            for other, score in near
            if other in names
        ),
    )


def _expected(build: OpenedBuild, artist: int) -> tuple[tuple[str, float], ...]:
    found = build.expected_genres.filter(pl.col("artist") == artist)
    return tuple(
        (genre, round(value, 3)) for genre, value in found.select("genre", "probability").iter_rows()
    )


def _nearest(build: OpenedBuild, artist: int, n: int) -> list[tuple[int, float]]:
    if artist not in build.culture.vectors.artists:
        return []
    return build.culture.vectors.nearest(artist, n)


def _micro_genres(build: OpenedBuild, artist: int) -> tuple[InGenre, ...]:
    found = build.micro_genres
    rows = np.flatnonzero(found.artists == artist)
    if not len(rows):
        return ()
    row = found.membership[[int(rows[0])]]
    order = np.argsort(-row.data, kind="stable")
    return tuple(
        InGenre(found.genres[at].name, found.genres[at].parent, round(float(part), 4))
        for at, part in zip(row.indices[order].tolist(), row.data[order], strict=True)
    )
