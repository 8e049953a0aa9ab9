"""Names for clusters of artists, from the terms that are truly their own.

Method: a term is a cluster's own by p · log(p / q), its part of the Kullback-Leibler divergence of the cluster from all
artists, where p is the share of the cluster's artists who carry it and q that of all. Both are of those who are called
anything at all. It must be carried by enough of them (``support`` and ``least_artists`` of the settings). A name
is a core, the kind of music, and before it a modifier that narrows it; no two clusters have the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.genres import GenreTree
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.vocabulary import CORE, MODIFIER, UNSURE, Vocabulary

CANDIDATES = 12
"""So many cores and modifiers of a cluster are tried in pairs."""
UNSURE_COUNTS = 0.4
"""A term of which it is not known what it is must be so much more a cluster's own."""


@dataclass(frozen=True)
class Carried:
    """Who carries what: ``share`` p and ``lift`` p / q of each cluster and term, ``(n_clusters, n_terms)``; ``own`` is
    p · log(p / q), and 0 where the term may not name the cluster."""

    share: NDArray[np.float32]
    lift: NDArray[np.float32]
    own: NDArray[np.float32]

    @classmethod
    def of(cls, terms: Csr, place: NDArray[np.integer], n_clusters: int, config: MicroGenreConfig) -> Carried:
        """Count them.

        Args:
            terms: ``(n_artists, n_terms)``, above 0 where an artist carries a term.
            place: the cluster of each artist, −1 for none.
            n_clusters: how many there are.
            config: how many must carry a term.
        """
        said = sp.csr_array((terms > 0).astype(np.float32))
        described = np.diff(said.indptr) > 0
        inside = np.flatnonzero((place >= 0) & described)
        ones = np.ones(len(inside), np.float32)
        membership = sp.csr_array((ones, (place[inside], inside)), shape=(n_clusters, len(place)))
        counts = (membership @ said).toarray()
        sizes = np.bincount(place[inside], minlength=n_clusters)
        q = np.bincount(said.indices, minlength=said.shape[1]) / max(int(described.sum()), 1)
        share = counts / np.maximum(sizes, 1)[:, None]
        lift = share / np.where(q > 0, q, 1)
        enough = (share >= config.support) & (counts >= config.least_artists) & (lift > 1)
        own = np.where(enough, share * np.log(np.where(enough, lift, 1)), 0)
        return cls(share.astype(np.float32), lift.astype(np.float32), own.astype(np.float32))


@dataclass(frozen=True)
class Named:
    """A name made of terms (columns); −1 where there is none."""

    modifier: int
    core: int


def named(
    carried: Carried,
    vocabulary: Vocabulary,
    tree: GenreTree,
    *,
    order: Sequence[int],
    kept: dict[int, Named],
) -> list[Named]:
    """A name for each cluster, all different; without any term where no term is its own.

    Args:
        carried: what is each cluster's own.
        vocabulary: what each term can be in a name.
        tree: of genres, by which a modifier that says nothing new is known.
        order: the clusters, in the order in which they choose.
        kept: names that some clusters have from before and keep.
    """
    names = dict(kept)
    taken = {_written(name, vocabulary) for name in kept.values()}
    for cluster in order:
        if cluster in names:
            continue
        names[cluster] = next(
            (
                name
                for name in _candidates(carried.own[cluster], vocabulary, tree)
                if _written(name, vocabulary) not in taken
            ),
            Named(-1, -1),
        )
        taken.add(_written(names[cluster], vocabulary))
    return [names[cluster] for cluster in range(len(carried.own))]


def supported(name: Named, own: NDArray[np.float32]) -> bool:
    """Whether all terms of a name are still a cluster's own; a name without terms never is."""
    terms = [term for term in (name.modifier, name.core) if term >= 0]
    return bool(terms) and all(own[term] > 0 for term in terms)


def composed(modifier: str | None, core: str) -> str:
    """Modifier and core as one phrase; what both say is said once ("symphonic metal" + "black metal")."""
    first = [] if modifier is None else modifier.split()
    while len(first) > 1 and first[-1] in core.split():
        first.pop()
    return " ".join([*first, core])


def _candidates(own: NDArray[np.float32], vocabulary: Vocabulary, tree: GenreTree) -> list[Named]:
    """Names that a cluster could have, best first: pairs by what both say, then single terms."""
    weight = own * np.where(vocabulary.kind == UNSURE, UNSURE_COUNTS, 1)
    cores = _best(np.where(vocabulary.kind == CORE, weight, 0)) or _best(weight)
    before = _best(np.where(vocabulary.kind >= MODIFIER, weight, 0)) or cores
    pairs = [
        (weight[modifier] + weight[core], Named(modifier, core))
        for core in cores
        for modifier in before
        if _narrows(modifier, core, vocabulary, tree)
    ]
    pairs.sort(key=lambda pair: -pair[0])
    return [name for _, name in pairs] + [Named(-1, core) for core in cores]


def _best(weight: NDArray[np.float32]) -> list[int]:
    order = np.argsort(-weight, kind="stable")[:CANDIDATES]
    return [int(term) for term in order if weight[term] > 0]


def _narrows(modifier: int, core: int, vocabulary: Vocabulary, tree: GenreTree) -> bool:
    """Whether a modifier says something that the core does not say already."""
    first, last = vocabulary.words[modifier], vocabulary.words[core]
    if set(first) <= set(last) or set(last) <= set(first) or "".join(first) == "".join(last):
        return False
    above, genre = vocabulary.genre[modifier], vocabulary.genre[core]
    if above is None or genre is None or vocabulary.kind[modifier] != CORE:
        return True
    related: Collection[str] = {genre, *tree.ancestors(genre)}
    return above not in related


def _written(name: Named, vocabulary: Vocabulary) -> tuple[str, ...]:
    """By which two names are the same: their words, in any order."""
    said = [vocabulary.words[term] for term in (name.modifier, name.core) if term >= 0]
    return tuple(sorted({word for some in said for word in some}))
