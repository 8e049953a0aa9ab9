"""Artists of a genre whose tag is hidden from them, found by their other tags (HetRec 2011, tags of Last.fm).

Artists are halved. From one half, with all its tags, each method learns; in the other half a genre's tag is taken away
from all who have it, and the ten artists likest the genre are asked for: P@10 is the share who had the tag. Then the
halves change places. Genres are tags that the tree knows and that ten of the artists who are searched have; one half
of them is for choosing settings, by `--choose`, and the figures are of the other half. Searched are artists with five
tags or more, and beside it all with any; and once more with tags in one spelling and without noise, as the product
has them, where "hip hop" cannot tell "hip-hop".

Peer: positive pointwise mutual information, factorised (Levy & Goldberg 2014), artists as sums of their tags' vectors.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from earmark.signals.culture.genres import GenreTree
from earmark.signals.culture.likely_genres import spelling
from earmark.signals.culture.tag_completion import TagCompletion, TagCompletionConfig
from hetrec import HetRec
from measured import report

SEED = 0
FOUND = 10
LEAST_TAGS = 5
CHOICES = [(pull, evening) for pull in (2.0, 8.0, 32.0, 128.0) for evening in (0.0, 0.5, 1.0)]
Method = Callable[[sp.csr_array, int], np.ndarray]
"""From counts of artists whose tag is hidden, and the tag: how like the genre each is."""
Learner = Callable[[sp.csr_array], Method]


def counts(data: HetRec, spelled: Callable[[str], str | None]) -> tuple[sp.csr_array, list[str]]:
    """How many people gave each artist each tag, ``(n_artists, n_tags)``, and the tags as spelled; None drops one."""
    written = {tag: spelled(name) for tag, name in data.called.items()}
    called = sorted({name for name in written.values() if name})
    place = {name: at for at, name in enumerate(called)}
    tags = np.array([place.get(written[int(tag)] or "", -1) for tag in data.given[2]])
    given = np.unique(np.stack([data.given[0], data.given[1], tags])[:, tags >= 0], axis=1)
    _, artists = np.unique(given[1], return_inverse=True)
    shape = (int(artists.max()) + 1, len(called))
    matrix = sp.csr_array((np.ones(len(artists), np.float32), (artists, given[2])), shape=shape)
    return matrix, called


def completion(taught: sp.csr_array, config: TagCompletionConfig) -> Method:
    """Ours: each tag by ridge regression from all others."""
    known = np.flatnonzero((taught > 0).sum(axis=0) >= 2)
    place = {int(tag): at for at, tag in enumerate(known)}
    learned = TagCompletion(config).fit(taught[:, known])

    def like(hidden: sp.csr_array, tag: int) -> np.ndarray:
        return learned.complete(hidden[:, known], np.array([place[tag]]))[:, 0]

    return like


def factorised(taught: sp.csr_array, dimensions: int, counted: bool) -> Method:
    """The peer: vectors of tags from factorised pointwise mutual information."""

    def weighed(matrix: sp.csr_array) -> sp.csr_array:
        made = matrix.copy()
        made.data = np.log1p(made.data) if counted else np.ones_like(made.data)
        return made

    common = weighed(taught).sum(axis=0)

    def informative(matrix: sp.csr_array) -> sp.csr_array:
        made = weighed(matrix).tocoo()
        row, column = made.coords
        share = made.data / np.maximum(made.sum(axis=1), 1e-9)[row]
        with np.errstate(divide="ignore"):
            values = np.log(share * common.sum() / common[column])
        kept = (values > 0) & np.isfinite(values)
        return sp.csr_array((values[kept], (row[kept], column[kept])), shape=made.shape)

    _, spread, turned = sla.svds(informative(taught).astype(np.float64), k=dimensions, rng=SEED)
    tags = turned.T

    def like(hidden: sp.csr_array, tag: int) -> np.ndarray:
        artists = informative(hidden) @ tags
        lengths = np.linalg.norm(artists, axis=1)
        return (artists @ (tags[tag] * spread)) / np.maximum(lengths, 1e-9)

    return like


def precision(method: Method, searched: sp.csr_array, genres: Iterable[int]) -> list[float]:
    """P@10 of each genre that ten of the searched have."""
    by_tag = searched.tocsc()
    found = []
    for genre in genres:
        have = by_tag.indices[by_tag.indptr[genre] : by_tag.indptr[genre + 1]]
        if len(have) >= FOUND:
            hidden = by_tag.copy()
            hidden.data[hidden.indptr[genre] : hidden.indptr[genre + 1]] = 0
            hidden.eliminate_zeros()
            best = np.argsort(-method(sp.csr_array(hidden.tocsr()), genre), kind="stable")[:FOUND]
            found.append(float(np.isin(best, have).mean()))
    return found


def main() -> None:
    """Measure ours and the peer, or the settings to choose from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--choose", action="store_true", help="print P@10 of settings on the genres for choosing"
    )
    choosing = parser.parse_args().choose
    data, tree = HetRec.read(), GenreTree.load()
    as_written = Trial(*counts(data, str.strip), tree)
    if choosing:
        settings = [TagCompletionConfig(pull=pull, evening=evening) for pull, evening in CHOICES]
        tried = [
            {
                **config.model_dump(),
                **as_written.measured(
                    lambda rows, c=config: completion(rows, c), as_written.chosen_on, LEAST_TAGS
                ),
            }
            for config in settings
        ]
        report("hidden_genres: settings", {"tried": tried})
        return
    one_spelling = Trial(*counts(data, lambda tag: spelling(tag, tree)), tree)
    methods: dict[str, Learner] = {
        "earmark": lambda rows: completion(rows, TagCompletionConfig()),
        "PPMI-SVD, 100 dimensions": lambda rows: factorised(rows, 100, False),
        "PPMI-SVD, 300 dimensions, counts": lambda rows: factorised(rows, 300, True),
    }
    figures = {
        name: {
            "five_tags_or_more": as_written.measured(learn, as_written.told_on, LEAST_TAGS),
            "any_tag": as_written.measured(learn, as_written.told_on, 1),
            "one_spelling": one_spelling.measured(learn, one_spelling.told_on, LEAST_TAGS),
        }
        for name, learn in methods.items()
    }
    report("hidden_genres", {"figures": figures})


class Trial:
    """Halves of artists, and halves of genres: those to choose settings on, and those to tell figures of."""

    def __init__(self, matrix: sp.csr_array, called: list[str], tree: GenreTree) -> None:
        random = np.random.default_rng(SEED)
        self.matrix, self.tagged = matrix, np.diff(matrix.indptr)
        self.half = random.random(matrix.shape[0]) < 0.5
        popular = (matrix > 0).sum(axis=0) >= 2 * FOUND
        genres = random.permutation(
            [at for at, tag in enumerate(called) if popular[at] and tree.canonical(tag)]
        )
        self.chosen_on, self.told_on = np.array_split(genres, 2)

    def measured(self, learn: Learner, asked: Iterable[int], least: int) -> dict[str, float]:
        """Mean P@10 over genres and both halves, of artists with so many tags."""
        scores = [
            score
            for taught, searched in ((~self.half, self.half), (self.half, ~self.half))
            for score in precision(
                learn(self.matrix[taught]), self.matrix[searched & (self.tagged >= least)], asked
            )
        ]
        return {"p_at_10": round(float(np.mean(scores)), 4), "queries": len(scores)}


if __name__ == "__main__":
    main()
