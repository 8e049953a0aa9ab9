"""Names for clusters of artists: a core, the kind of music, and before it a modifier that narrows it.

Both are terms of the cluster's own (`earmark.taste.microgenres.carried`). That pair is chosen that is most its own,
times a power of the share of its artists who carry either: two terms of the same artists say little about the rest. No
two clusters have the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.signals.culture.genres import GenreTree
from earmark.taste.microgenres.carried import Carried
from earmark.taste.microgenres.vocabulary import CORE, MODIFIER, UNSURE, Vocabulary

CANDIDATES = 12
"""So many cores and modifiers of a cluster are tried in pairs."""
UNSURE_COUNTS = 0.4
"""A term of which it is not known what it is must be so much more a cluster's own."""


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
    breadth: float,
) -> list[Named]:
    """A name for each cluster, all different; without any term where no term is its own.

    Args:
        carried: what is each cluster's own.
        vocabulary: what each term can be in a name.
        tree: of genres, by which a modifier that says nothing new is known.
        order: the clusters, in the order in which they choose.
        kept: names that some clusters have from before and keep.
        breadth: how much more a name counts that holds for more artists.
    """
    names = dict(kept)
    taken = {_written(name, vocabulary) for name in kept.values()}
    for cluster in order:
        if cluster in names:
            continue
        names[cluster] = next(
            (
                name
                for name in _candidates(carried, cluster, vocabulary, tree, breadth)
                if _written(name, vocabulary) not in taken
            ),
            Named(-1, -1),
        )
        taken.add(_written(names[cluster], vocabulary))
    return [names[cluster] for cluster in range(len(carried))]


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


def _candidates(
    carried: Carried, cluster: int, vocabulary: Vocabulary, tree: GenreTree, breadth: float
) -> list[Named]:
    """Names that a cluster could have, best first: pairs by what both say, then single terms."""
    weight = carried.own[cluster] * np.where(vocabulary.kind == UNSURE, UNSURE_COUNTS, 1)
    cores = _best(np.where(vocabulary.kind == CORE, weight, 0)) or _best(weight)
    before = _best(np.where(vocabulary.kind >= MODIFIER, weight, 0)) or cores
    terms = np.array(sorted({*cores, *before}), np.intp)
    holds = carried.either(cluster, terms) ** breadth
    at = {term: column for column, term in enumerate(terms.tolist())}
    pairs = [
        (
            (weight[modifier] + weight[core]) * holds[at[modifier], at[core]],
            _ordered(modifier, core, vocabulary, tree),
        )
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
    genre, other = vocabulary.genre[core], vocabulary.genre[modifier]
    if genre is not None and vocabulary.names[modifier] in tree.ancestors(genre):
        return False  # Places stand above genres, too: "japanese j-pop".
    return other is None or genre is None or (other != genre and genre not in tree.ancestors(other))


def _ordered(modifier: int, core: int, vocabulary: Vocabulary, tree: GenreTree) -> Named:
    """The pair as it is said: of two genres the one that stands deeper in the tree is the core."""
    first, last = vocabulary.genre[modifier], vocabulary.genre[core]
    if first is not None and last is not None and len(tree.ancestors(first)) > len(tree.ancestors(last)):
        return Named(core, modifier)
    return Named(modifier, core)


def _written(name: Named, vocabulary: Vocabulary) -> tuple[str, ...]:
    """By which two names are the same: their words, in any order."""
    said = [vocabulary.words[term] for term in (name.modifier, name.core) if term >= 0]
    return tuple(sorted({word for some in said for word in some}))
