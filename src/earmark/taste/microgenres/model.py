"""Micro-genres: found, named, kept from build to build, and laid out.

Method: spherical k-means over all that is known of artists (`earmark.taste.microgenres.views`); names by what is a
cluster's own (`earmark.taste.microgenres.naming`). Centres begin where the artists of the last build's micro-genres are
now; a cluster that shares enough artists with one of them keeps its id, and its name while that is supported.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.arrays import damaged, load_arrays, save_arrays
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.genres import GenreTree
from earmark.taste.microgenres.belonging import belonging, moved
from earmark.taste.microgenres.clusters import clustered, means
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.describing import Found, described
from earmark.taste.microgenres.genre import MicroGenre
from earmark.taste.microgenres.likely import Expected
from earmark.taste.microgenres.matching import matched, rows_of
from earmark.taste.microgenres.space import Space
from earmark.taste.microgenres.views import Floats
from earmark.taste.microgenres.vocabulary import Vocabulary
from earmark.threads import one_blas_thread

GENRES_FILE = "genres.json"
ARRAYS = (
    "artists",
    "place",
    "parts",
    "part_genres",
    "part_starts",
    "next_id",
    "centres",
    "sound_scale",
    "expects",
    "n_factors",
)
UNPLAYED = 0.1
"""What an artist whom nobody plays counts for a centre, beside 1 for one who is played without end."""


class MicroGenres:
    """All micro-genres of a build, and who belongs to them. Made by `fit` or `load`."""

    def __init__(
        self,
        config: MicroGenreConfig,
        genres: tuple[MicroGenre, ...],
        *,
        artists: Int32s,
        membership: Csr,
        place: Int32s,
        next_id: int,
        centres: Floats,
        space: Space,
    ) -> None:
        self.config = config
        self.genres = genres
        self.artists = artists
        """Record ids, as given to `fit`, ``(n_artists,)``."""
        self.membership = membership
        """How much each artist belongs to each micro-genre, ``(n_artists, n_genres)``; rows sum to 1 or are empty."""
        self.place = place
        """The micro-genre (position) of each artist; −1 for those of whom nothing is known, ``(n_artists,)``."""
        self.next_id = next_id
        """No micro-genre has had this id, nor any above it."""
        self._centres, self._space = centres, space

    def __len__(self) -> int:
        """How many micro-genres."""
        return len(self.genres)

    @classmethod
    def fit(
        cls,
        artists: Int32s,
        *,
        artist_names: Sequence[str],
        listening: Floats | None,
        terms: Csr,
        term_names: Sequence[str],
        tree: GenreTree,
        sound: Floats | None,
        weight: Floats,
        expected: Expected | None = None,
        before: MicroGenres | None = None,
        config: MicroGenreConfig | None = None,
        seed: int = 0,
    ) -> Self:
        """Find them; the same input gives the same bytes. Where little is known there are few, or none.

        Args:
            artists: record ids, each once, ``(n,)``.
            artist_names: what they are called.
            listening: learned vectors of artists, ``(n, n_factors)``; zeros for those whom nobody holds.
            terms: how much each artist is called what, not below 0, ``(n, n_terms)``.
            term_names: the terms.
            tree: of genres, by which terms are brought to one spelling and known to be genres.
            sound: figures or embeddings of what they sound like, ``(n, n_figures)``; zeros where nothing was heard.
            weight: how much each artist is played, not below 0, ``(n,)``.
            expected: of which genres artists are expected to be, of whom nobody says it.
            before: those of the last build.
            config: settings.
            seed: where the first centres are drawn from.

        Raises:
            ValueError: shapes do not fit, or a figure is below 0 that may not be, or is not finite.
        """
        config = config or MicroGenreConfig()
        n = len(artists)
        _check_rows(
            n,
            artist_names=len(artist_names),
            listening=n if listening is None else len(listening),
            terms=terms.shape[0],
            sound=n if sound is None else len(sound),
            weight=len(weight),
            expected=n if expected is None else expected.probable.shape[0],
        )
        _check_figures(terms=terms.data, weight=weight)
        if terms.shape[1] != len(term_names):
            raise ValueError(f"terms: {terms.shape[1]} columns, but {len(term_names)} names.")
        used = np.unique(terms.indices[terms.data > 0])
        vocabulary = Vocabulary.of([term_names[term] for term in used], tree)
        terms = sp.csr_array(terms[:, used] @ vocabulary.spellings)
        with one_blas_thread():
            space, points = Space.of(listening=listening, terms=terms, sound=sound, config=config, seed=seed)
            known = np.flatnonzero(points.any(axis=1))
            says = _says(weight, known)
            start = None if before is None else before.centres_among(artists, points, says)
            centres, found = clustered(
                points[known],
                says[known],
                config.wanted(len(known), 0 if start is None else len(start)),
                start=start,
                rounds=config.rounds,
                least=config.least_artists,
                seed=seed,
            )
            place = np.full(n, -1, np.int32)
            place[known] = found
            middle = np.zeros(n, np.float32)
            # Whom nobody is known to play stands for nothing: they may be what somebody plays in private.
            middle[known] = np.where(
                weight[known] > 0,
                np.einsum("ij,ij->i", points[known], centres[found]) * np.sqrt(says[known]),
                0,
            )
            next_id = 0 if before is None else before.next_id
            told = described(
                Found(centres, np.asarray(artists, np.int32), place, middle),
                artist_names=artist_names,
                terms=terms,
                vocabulary=vocabulary,
                tree=tree,
                expected=expected,
                continued={} if before is None else before.continued_by(artists, place, len(centres)),
                next_id=next_id,
                config=config,
            )
            return cls(
                config,
                told,
                artists=np.asarray(artists, np.int32),
                membership=belonging(points, centres, config.sharpness, config.memberships),
                place=place,
                next_id=max([next_id, *(one.id + 1 for one in told)]),
                centres=centres,
                space=space,
            )

    def centres_among(self, artists: NDArray[np.integer], points: Floats, weight: Floats) -> Floats:
        """The middles of these micro-genres among ``points`` of ``artists``, the largest first, without empty ones."""
        row = rows_of(artists, self.artists)
        place = np.where(row >= 0, self.place[row], -1) if len(self.artists) else np.full(len(row), -1)
        centres = means(points, weight, place, len(self))
        order = np.argsort(-np.bincount(place[place >= 0], minlength=len(self)), kind="stable")
        return centres[order[centres[order].any(axis=1)]]

    def continued_by(
        self, artists: NDArray[np.integer], place: NDArray[np.integer], n: int
    ) -> dict[int, MicroGenre]:
        """Which of these micro-genres each of ``n`` clusters continues, where ``place`` is that of each artist."""
        row = rows_of(artists, self.artists)
        shared = np.flatnonzero(row >= 0)
        pairs = matched(place[shared], self.place[row[shared]], n, len(self), self.config.alike)
        return {now: self.genres[then] for now, then in pairs.items()}

    def songs(
        self,
        artists: NDArray[np.integer],
        *,
        listening: Floats | None = None,
        sound: Floats | None = None,
    ) -> Csr:
        """How much songs belong to each micro-genre, ``(n_songs, n_genres)``; rows add up to 1 or are empty.

        A song is where its artist is, moved towards where those are who are heard by the same people or sound like it.

        Args:
            artists: the record id of each song's artist, ``(n_songs,)``; one that is not known says nothing.
            listening: learned vectors of the songs in the space of the artists', zeros for those whom nobody holds.
            sound: what the songs sound like, in the figures of the artists; zeros where nothing was heard.

        Raises:
            ValueError: vectors are of other lengths than those of the artists.
        """
        with one_blas_thread():
            points = self._space.points(len(artists), listening=listening, sound=sound, config=self.config)
            return moved(
                self._of_artists(artists),
                points,
                self._centres,
                self.config.song_pull,
                self.config.memberships,
            )

    def _of_artists(self, artists: NDArray[np.integer]) -> Csr:
        """The membership of each of some artists (record ids); empty rows for those who are not known."""
        row = rows_of(artists, self.artists)
        at = np.flatnonzero(row >= 0)
        pick = sp.csr_array(
            (np.ones(len(at), np.float32), (at, row[at])), shape=(len(artists), len(self.artists))
        )
        return sp.csr_array(pick @ self.membership)

    def save(self, folder: Path) -> None:
        """Write settings, arrays and ``genres.json`` into ``folder``; the same micro-genres give the same bytes."""
        save_arrays(
            folder,
            self.config,
            artists=self.artists,
            place=self.place,
            parts=self.membership.data,
            part_genres=self.membership.indices.astype(np.int32),
            part_starts=self.membership.indptr.astype(np.int64),
            next_id=np.array([self.next_id]),
            centres=self._centres,
            sound_scale=self._space.sound_scale,
            expects=self._space.expects,
            n_factors=np.array([self._space.n_factors]),
        )
        told = msgspec.json.format(msgspec.json.encode(self.genres), indent=2)
        (folder / GENRES_FILE).write_bytes(told + b"\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        config, arrays = load_arrays(folder, MicroGenreConfig, *ARRAYS)
        artists, place, parts, part_genres, part_starts, next_id = arrays[:6]
        centres, sound_scale, expects, n_factors = arrays[6:]
        path = folder / GENRES_FILE
        try:
            genres = msgspec.json.decode(path.read_bytes(), type=tuple[MicroGenre, ...])
        except (OSError, msgspec.DecodeError) as error:
            raise damaged(path, error) from error
        try:
            membership = sp.csr_array((parts, part_genres, part_starts), shape=(len(artists), len(genres)))
            loaded = cls(
                config,
                genres,
                artists=artists,
                membership=membership,
                place=place,
                next_id=next_id.item(),
                centres=centres,
                space=Space(sound_scale, expects, n_factors.item()),
            )
            loaded._check()
        except (ValueError, TypeError, IndexError) as error:
            raise damaged(folder / "parts.npy", error) from error
        return loaded

    def _check(self) -> None:
        """See that arrays fit each other, as those of a damaged build may not.

        Raises:
            ValueError: they do not.
        """
        self.membership.check_format(full_check=True)
        n, n_genres = self.membership.shape
        if self.artists.shape != (n,) or self.place.shape != (n,):
            raise ValueError("the arrays speak of different numbers of artists")
        if n and (self.place.min() < -1 or self.place.max() >= n_genres):
            raise ValueError("an artist is in a micro-genre that there is not")
        beside, dimensions = self._space.expects.shape
        n_figures = self._space.sound_scale.shape[1]
        if beside != self._space.n_factors + n_figures:
            raise ValueError("what is expected is not of the views that there are")
        if self._centres.shape != (n_genres, beside + dimensions):
            raise ValueError("the centres are of another space")


def _says(weight: Floats, known: NDArray[np.intp]) -> Floats:
    """How much each artist counts for a centre: who is played a thousand times as much is not worth a thousand."""
    played = np.asarray(weight, np.float64)
    usual = max(float(np.median(played[known])), 1e-9) if len(known) else 1.0
    return (UNPLAYED + (1 - UNPLAYED) * played / (played + usual)).astype(np.float32)


def _check_rows(n: int, **found: int) -> None:
    for what, rows in found.items():
        if rows != n:
            raise ValueError(f"{what}: expected {n} artists, got {rows}.")


def _check_figures(**found: NDArray[Any]) -> None:
    for what, figures in found.items():
        if not (np.isfinite(figures).all() and (np.asarray(figures) >= 0).all()):
            raise ValueError(f"{what}: a figure is below 0 or not finite.")
