"""From clusters of artists to micro-genres: what of the last build each continues, its name, parent, terms, place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.genres import GenreTree
from earmark.taste.microgenres.carried import Carried
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.genre import MicroGenre, OwnTerm
from earmark.taste.microgenres.likely import Expected, likely_genres
from earmark.taste.microgenres.map import laid_out
from earmark.taste.microgenres.naming import Named, composed, named, supported
from earmark.taste.microgenres.views import Floats
from earmark.taste.microgenres.vocabulary import Vocabulary

OWN_TERMS = 8
MIDDLE_ARTISTS = 8


@dataclass(frozen=True)
class Found:
    """Clusters of artists.

    Shapes: ``centres`` ``(n_clusters, n_columns)``; ``artists`` record ids, ``place`` the cluster of each artist, −1
    for none, and ``middle`` how much each artist stands for it, ``(n_artists,)``; one of 0 only where nobody else does.
    """

    centres: Floats
    artists: Int32s
    place: Int32s
    middle: Floats

    def representatives(self) -> list[NDArray[np.intp]]:
        """The artists (positions) who stand most for each cluster, first."""
        order = np.lexsort((self.artists, -self.middle, self.place))
        bounds = np.searchsorted(self.place[order], np.arange(len(self.centres) + 1))
        return [
            some[self.middle[some] > 0] if self.middle[some].any() else some
            for start, stop in pairwise(bounds)
            for some in [order[start : min(stop, start + MIDDLE_ARTISTS)]]
        ]


def described(
    found: Found,
    *,
    artist_names: Sequence[str],
    terms: Csr,
    vocabulary: Vocabulary,
    tree: GenreTree,
    expected: Expected | None,
    continued: dict[int, MicroGenre],
    next_id: int,
    config: MicroGenreConfig,
) -> tuple[MicroGenre, ...]:
    """Each cluster as a micro-genre.

    Args:
        found: the clusters.
        artist_names: what the artists are called.
        terms: how much each artist is called what, ``(n_artists, n_terms)``.
        vocabulary: the terms.
        tree: of genres.
        expected: of which genres artists are expected to be, of whom nobody says it.
        continued: micro-genres of the last build that clusters continue.
        next_id: the id of the first cluster that continues none.
        config: what a name must be supported by.
    """
    n = len(found.centres)
    carried = Carried(terms, found.place, n, config)
    sizes = np.bincount(found.place[found.place >= 0], minlength=n)
    names = named(
        carried,
        vocabulary,
        tree,
        order=np.argsort(-sizes, kind="stable").tolist(),
        kept=_kept(continued, carried, vocabulary),
        breadth=config.breadth,
    )
    spots = laid_out(found.centres, {at: (one.x, one.y) for at, one in continued.items()})
    middles = found.representatives()
    likely = [None] * n if expected is None else likely_genres(expected, found.place, n, config.least_artists)
    fresh = iter(range(next_id, next_id + n))
    told = []
    for at, name in enumerate(names):
        modifier, core = (
            vocabulary.names[term] if term >= 0 else None for term in (name.modifier, name.core)
        )
        told.append(
            MicroGenre(
                id=continued[at].id if at in continued else next(fresh),
                name=_like(likely[at], [artist_names[one] for one in middles[at][:2]])
                if core is None
                else composed(modifier, core),
                modifier=modifier,
                core=core,
                parent=_parent(name, carried.own[at], vocabulary) or (likely[at] if core is None else None),
                terms=_own_terms(carried, at, vocabulary),
                x=round(float(spots[at, 0]), 4),
                y=round(float(spots[at, 1]), 4),
                size=int(sizes[at]),
                artists=tuple(found.artists[middles[at]].tolist()),
                likely=likely[at] if core is None else None,
            )
        )
    return tuple(told)


def _kept(continued: dict[int, MicroGenre], carried: Carried, vocabulary: Vocabulary) -> dict[int, Named]:
    """The names that clusters keep: those whose terms are still their own."""
    column = {term: at for at, term in enumerate(vocabulary.names)}
    kept = {
        at: Named(*(-1 if term is None else column.get(term, -2) for term in (one.modifier, one.core)))
        for at, one in continued.items()
    }
    return {
        at: name
        for at, name in kept.items()
        if name.modifier > -2 and name.core > -2 and supported(name, carried.own[at])
    }


def _like(genre: str | None, artists: Sequence[str]) -> str:
    like = "like " + " and ".join(artists)
    return like if genre is None else f"{genre} {like}"


def _parent(name: Named, own: NDArray[np.float32], vocabulary: Vocabulary) -> str | None:
    """The genre of the core, or else of what is most a cluster's own and has one."""
    if name.core >= 0 and vocabulary.genre[name.core] is not None:
        return vocabulary.genre[name.core]
    order = np.argsort(-own, kind="stable")
    return next(
        (vocabulary.genre[term] for term in order if own[term] > 0 and vocabulary.genre[term] is not None),
        None,
    )


def _own_terms(carried: Carried, at: int, vocabulary: Vocabulary) -> tuple[OwnTerm, ...]:
    own = carried.own[at]
    order = np.argsort(-own, kind="stable")[:OWN_TERMS]
    return tuple(
        OwnTerm(
            vocabulary.names[term],
            round(float(carried.lift[at, term]), 3),
            round(float(carried.share[at, term]), 3),
        )
        for term in order
        if own[term] > 0
    )
