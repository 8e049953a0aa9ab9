"""Artists whom nobody has played, placed by their tags (HetRec 2011, Last.fm), beside peers on the same artists.

Of the artists with at least three listeners and a tag a tenth is drawn by the seed: 448. All their plays are hidden,
their tags stay. For every listener who played any of them the 448 are ranked; nDCG@20 with binary relevance, mean over
listeners. Since a listener may have tagged a hidden artist, all figures are given twice: with all tags, and with each
listener's own tags of the hidden artists left out of what is ranked for them.

With `--validation`, those 448 and their plays are left out altogether, and another 448 are hidden: all settings, ours
and the peers', were chosen so, with the seeds of the test.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from earmark.evaluation.intervals import paired_difference_interval
from earmark.evaluation.metrics import PerListener, Truth, mean, ndcg
from earmark.ranking.cold import ColdConfig, ColdFactors
from earmark.ranking.content import Content, Terms
from earmark.signals.collaborative.factors import FactorConfig, Factors
from earmark.threads import one_blas_thread
from hetrec import HetRec
from measured import report

LEAST_LISTENERS = 3
SHARE = 0.1
DEPTH = 20
GOAL = 0.600
KNOWN = {"plain ridge": 0.581, "tag neighbours": 0.526}
"""What the peers were once found to reach, on artists drawn by another hand."""
OURS = "earmark"
FACTORS = FactorConfig(factors=384, regularization=50.0, alpha=5.0)
COLD = ColdConfig(pull=300.0)
NEAREST = 200

Matrix = sp.csr_array[Any, tuple[int, int]]
Scores = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Counts:
    """How often each listener played each artist, ``(n_listeners, n_artists)``, and every tag that was given:
    ``(listener, artist, tag)`` from 0, ``(3, n_given)``."""

    plays: Matrix
    given: np.ndarray[Any, Any]

    @classmethod
    def read(cls) -> Counts:
        """Read the tables of counts and of tags; what is said of artists whom nobody plays is left out."""
        tables = HetRec.read()
        who, artist, plays = tables.plays
        given = tables.given
        listeners, artists = np.unique(who), np.unique(artist)
        given = given[:, np.isin(given[0], listeners) & np.isin(given[1], artists)]
        tags = np.unique(given[2], return_inverse=True)[1]
        at = np.searchsorted(listeners, who), np.searchsorted(artists, artist)
        return cls(
            sp.csr_array((plays, at), shape=(len(listeners), len(artists))),
            np.stack([np.searchsorted(listeners, given[0]), np.searchsorted(artists, given[1]), tags]),
        )

    @cached_property
    def tags(self) -> Matrix:
        """How often each artist was given each tag, ``(n_artists, n_tags)``."""
        return _counted(self.given[1], self.given[2], (self.plays.shape[1], int(self.given[2].max()) + 1))


@dataclass(frozen=True)
class Task:
    """``weights`` ``(n_listeners, n_artists)`` to learn from, and ``asked``, the artists hidden from them.

    ``features`` ``(n_artists, n_features)`` from all tags. Row i of ``others`` holds the features of the hidden artist
    ``own_artist[i]`` (a position in ``asked``) without the tags by listener ``own_listener[i]``.
    """

    weights: Matrix
    asked: np.ndarray[Any, Any]
    truth: Truth
    content: Content
    others: Content
    own_listener: np.ndarray[Any, Any]
    own_artist: np.ndarray[Any, Any]

    @classmethod
    def of(cls, counts: Counts, *, seed: int, validation: bool) -> Task:
        """Draw the artists to hide."""
        listeners = np.diff(counts.plays.tocsc().indptr)
        eligible = np.flatnonzero((listeners >= LEAST_LISTENERS) & (np.diff(counts.tags.indptr) > 0))
        n = int(len(eligible) * SHARE)
        hidden = asked = np.sort(np.random.default_rng(seed).permutation(eligible)[:n])
        if validation:
            others = np.setdiff1d(eligible, asked)
            asked = np.sort(np.random.default_rng(1000 + seed).permutation(others)[:n])
            hidden = np.union1d(hidden, asked)
        open_ = np.ones(counts.plays.shape[1], np.float32)
        open_[hidden] = 0
        weights = sp.csr_array(counts.plays.astype(np.float32).log1p() @ sp.diags_array(open_))
        weights.eliminate_zeros()
        weights.sort_indices()
        held = counts.plays[:, asked]
        held.sort_indices()
        terms = Terms.of(counts.tags)
        place = np.full(counts.plays.shape[1], -1)
        place[asked] = np.arange(n)
        by, artist, tag = counts.given[:, place[counts.given[1]] >= 0]
        pairs, pair = np.unique(np.stack([by, place[artist]]), axis=1, return_inverse=True)
        own = _counted(pair.ravel(), tag, (pairs.shape[1], counts.tags.shape[1]))
        return cls(
            weights,
            asked,
            Truth(held.indptr.astype(np.int64), held.indices),
            Content.of({"tags": terms.weigh(counts.tags)}),
            Content.of({"tags": terms.weigh(sp.csr_array(counts.tags[asked][pairs[1]] - own))}),
            pairs[0],
            pairs[1],
        )

    @property
    def held(self) -> Matrix:
        """Ones where a listener plays an artist who is not hidden."""
        return sp.csr_array((self.weights > 0).astype(np.float32))

    def by_vectors(self, listeners: Scores, features: Callable[[Content], Scores]) -> tuple[Scores, Scores]:
        """Inner products of listeners and artists, with all tags and without the listener's own."""
        everything = listeners @ features(self.content)[self.asked].T
        without = everything.copy()
        own = features(self.others)
        without[self.own_listener, self.own_artist] = np.einsum("ij,ij->i", listeners[self.own_listener], own)
        return everything, without


def ours(task: Task, seed: int) -> tuple[Scores, Scores]:
    """Cold vectors by the factorisation's own loss."""
    model = Factors(FACTORS.model_copy(update={"seed": seed})).fit(task.weights)
    listeners = model.fold_in(task.weights)
    confidences = sp.csr_array(task.weights * np.float32(FACTORS.alpha))
    return task.by_vectors(listeners, ColdFactors(COLD).fit(task.content, confidences, listeners).factors)


@dataclass(frozen=True)
class Ridge:
    """Ridge regression from tags to the learned vectors of the artists, each artist counting the same; tags weighed as
    ours are, or, as is usual, by TF-IDF with rows of length 1."""

    factors: FactorConfig
    pull: float
    unit: bool

    def __call__(self, task: Task, seed: int) -> tuple[Scores, Scores]:
        """Learn and score."""
        model = Factors(self.factors.model_copy(update={"seed": seed})).fit(task.weights)
        features = self._features(task.content)
        known = np.flatnonzero((task.held.sum(axis=0) > 0) & (np.diff(features.indptr) > 0))
        x, y = features[known].astype(np.float64), model.item_factors[known].astype(np.float64)
        products = (x.T @ x).toarray()
        learned = np.linalg.solve(products + self.pull * np.eye(len(products)), x.T @ y).astype(np.float32)
        return task.by_vectors(model.fold_in(task.weights), lambda content: self._features(content) @ learned)

    def _features(self, content: Content) -> Matrix:
        return _unit(content.features) if self.unit else content.features


PLAIN_RIDGE = Ridge(FactorConfig(factors=256, regularization=20.0, alpha=3.0), 3.0, unit=True)
RIDGE_ON_OURS = Ridge(FactorConfig(factors=128, regularization=10.0, alpha=3.0), 30.0, unit=False)


def tag_neighbours(task: Task, seed: int) -> tuple[Scores, Scores]:
    """What listeners play among the known artists nearest to a hidden one, by the cosine of their tags."""
    del seed
    held, unit = task.held, _unit(task.content.features)
    known = np.flatnonzero(held.sum(axis=0) > 0)

    def votes(features: Matrix) -> Matrix:
        likeness = (_unit(features) @ unit[known].T).toarray()
        least = -np.partition(-likeness, NEAREST, axis=1)[:, NEAREST : NEAREST + 1]
        return sp.csr_array(np.where(likeness > least, likeness, 0))

    plays = sp.csr_array(task.weights[:, known])
    everything = (plays @ votes(task.content.features[task.asked]).T).toarray()
    without = everything.copy()
    own = votes(task.others.features)
    without[task.own_listener, task.own_artist] = plays[task.own_listener].multiply(own).sum(axis=1)
    return everything, without


def most_tagged(task: Task, seed: int) -> tuple[Scores, Scores]:
    """The artists of whom tags say most, the same for everyone."""
    del seed
    said, own = (np.asarray(some.features.sum(axis=1)) for some in (task.content, task.others))
    everything = np.tile(said[task.asked], (task.weights.shape[0], 1))
    without = everything.copy()
    without[task.own_listener, task.own_artist] = own
    return everything, without


SYSTEMS: Mapping[str, Callable[[Task, int], tuple[Scores, Scores]]] = {
    OURS: ours,
    "plain ridge": PLAIN_RIDGE,
    "plain ridge, tags weighed as ours": RIDGE_ON_OURS,
    "tag neighbours": tag_neighbours,
    "most tagged": most_tagged,
}
VIEWS = ("all tags", "own tags left out")


def main() -> None:
    """Try every system with several seeds and print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=3, help="draw artists with so many seeds")
    arguments.add_argument(
        "--validation", action="store_true", help="hide other artists than those of the test"
    )
    chosen = arguments.parse_args()
    counts = Counts.read()
    found: dict[str, list[tuple[PerListener, PerListener]]] = {system: [] for system in SYSTEMS}
    spent = dict.fromkeys(SYSTEMS, 0.0)
    tasks = [Task.of(counts, seed=seed, validation=chosen.validation) for seed in range(chosen.seeds)]
    with one_blas_thread():
        for seed, task in enumerate(tasks):
            for system, answer in SYSTEMS.items():
                began = time.process_time()
                everything, without = answer(task, seed)
                spent[system] += time.process_time() - began
                found[system].append((_ndcg(everything, task.truth), _ndcg(without, task.truth)))
    means = {
        view: {
            system: {
                "ndcg@20": round(float(np.mean([mean(one[at]) for one in found[system]])), 4),
                "of_seeds": [round(mean(one[at]), 4) for one in found[system]],
            }
            for system in SYSTEMS
        }
        for at, view in enumerate(VIEWS)
    }
    report(
        "cold artists from tags (HetRec 2011)",
        {
            "judged_on": "validation" if chosen.validation else "test",
            "seeds": list(range(chosen.seeds)),
            "hidden_artists": [len(task.asked) for task in tasks],
            "listeners_asked": [int((task.truth.sizes > 0).sum()) for task in tasks],
            "goal": GOAL,
            "peers_known_figures": KNOWN,
            "ndcg@20": means,
            "ratio": {
                view: {
                    system: round(means[view][OURS]["ndcg@20"] / means[view][system]["ndcg@20"], 3)
                    for system in SYSTEMS
                    if system != OURS
                }
                for view in VIEWS
            },
            "ahead": {
                "what": "our nDCG@20 less the peer's, all tags: mean and 95 % interval over listeners",
                **{
                    f"seed {seed}": {
                        system: asdict(
                            paired_difference_interval(
                                found[OURS][seed][0], found[system][seed][0], seed=seed
                            )
                        )
                        for system in SYSTEMS
                        if system != OURS
                    }
                    for seed in range(chosen.seeds)
                },
            },
            "cpu_s": {system: round(seconds, 1) for system, seconds in spent.items()},
            "settings": {
                "factors": FACTORS.model_dump(),
                "cold": COLD.model_dump(),
                "plain ridge": _settings(PLAIN_RIDGE),
                "plain ridge, tags weighed as ours": _settings(RIDGE_ON_OURS),
                "tag neighbours": {"nearest": NEAREST},
            },
        },
    )


def _settings(ridge: Ridge) -> dict[str, Any]:
    return {"factors": ridge.factors.model_dump(), "pull": ridge.pull, "unit": ridge.unit}


def _ndcg(scores: Scores, truth: Truth) -> PerListener:
    return ndcg(np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH], truth, DEPTH)


def _unit(features: Matrix) -> Matrix:
    lengths = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)))
    return sp.csr_array(sp.diags_array(1 / np.maximum(lengths, 1e-9)) @ features)


def _counted(rows: Scores, columns: Scores, shape: tuple[int, int]) -> Matrix:
    """How often each pair occurs."""
    counts = sp.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    counts.sum_duplicates()
    return counts


if __name__ == "__main__":
    main()
