"""Grow the trees that tell which names in a text are meant, and write them where `Disambiguator` finds them.

Posts of music blogs teach (`linking_examples`). What is learned are splits of figures: neither a name nor a word of
any text is in the trees. Calibration is Platt's (1999): a logistic curve over scores by trees that did not see the
post.

    python linking_training.py ../src/earmark/signals/culture/linking/models     # EARMARK_DATA is the data
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from earmark.kernels.trees import score_trees
from earmark.signals.collaborative.boosters import Boosted
from earmark.signals.culture.linking.disambiguation import Disambiguator
from earmark.signals.culture.linking.features import FEATURES, Floats
from earmark.signals.culture.linking.finder import Finder
from linking_examples import Examples, examples, gold, substituted, works_examples
from linking_names import Catalogue, catalogue
from linking_posts import Post, posts

Doubles = NDArray[np.float64]
FOLDS: Final = 10
CALIBRATING_FOLDS: Final = 4
SUBSTITUTIONS: Final = 3
HALF_MEANT: Final = 0.15
"""What a name that hardly could be anything else, but is not marked, teaches."""
LIKELY_MEANT: Final = 0.75
"""How many of such are meant: for calibration."""
FOREIGN_WEIGHT: Final = 0.02
"""Of titles by others."""
RISING: Final = frozenset({"titled", "times", "herald_before", "ever_heralded"})
FALLING: Final = frozenset(
    {"small_here", "rarest", "manner", "joined", "format", "within_longer", "month", "begins_sentence"}
)
"""Features with more of which a name can only be meant more, or less, likely."""
GROWTH: Final[dict[str, Any]] = {
    "objective": "cross_entropy",
    "num_leaves": 8,
    "learning_rate": 0.07,
    "min_data_in_leaf": 15,
    "lambda_l2": 5.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_bin": 63,
    "monotone_constraints": [(name in RISING) - (name in FALLING) for name in FEATURES],
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
TREES: Final = {"artists": 160, "works": 100}


def grow(figures: Floats, targets: Doubles, weights: Doubles, trees: int, seed: int) -> Boosted:
    """Trees for names that are meant as far as ``targets`` say, ``(n,)`` from 0 to 1."""
    import lightgbm

    rows = lightgbm.Dataset(figures, targets, weight=weights, feature_name=list(FEATURES))
    return Boosted.of(lightgbm.train({**GROWTH, "seed": seed}, rows, trees))


def calibrated(boosted: Boosted, slope: float, offset: float) -> Boosted:
    """Trees whose scores are those of others, times a slope, plus an offset."""
    trees = boosted.trees
    values = trees.values * slope
    values[: int(trees.starts[1]) + 1] += offset
    return replace(boosted, trees=replace(trees, values=values))


def platt(scores: Doubles, targets: Doubles, weights: Doubles) -> tuple[float, float]:
    """The slope and offset that make scores log-odds (Platt 1999)."""

    def loss(line: Doubles) -> float:
        odds = line[0] * scores + line[1]
        return float(np.sum(weights * (np.logaddexp(0, odds) - targets * odds)))

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(slope), float(offset)


class Teacher:
    """Posts as examples, several ways each."""

    def __init__(self, these: list[Post], everything: Catalogue, seed: int) -> None:
        self.posts, self.catalogue, self._seed = these, everything, seed
        self.finder = Finder(everything.artists)
        self.marked = gold(these, everything.ids)
        texts, titles = [post.text for post in these], [post.title for post in these]
        self.titled = examples(self.finder, texts, titles, self.marked)
        self.untitled = examples(self.finder, texts, [""] * len(texts), self.marked)
        self.others = [
            examples(self.finder, *substituted(self.finder, these, self.marked, everything, seed + at))
            for at in range(SUBSTITUTIONS)
        ]
        self.works = works_examples(these, self.marked, everything, seed)

    def artists(self, taught: NDArray[np.bool_]) -> Disambiguator:
        """What some posts teach of artists' names, ``(n_posts,)``."""
        return Disambiguator(self.artists_trees(taught).trees)

    def artists_trees(self, taught: NDArray[np.bool_]) -> Boosted:
        """The same as trees that can be saved; calibrated within those posts."""
        fold = np.random.default_rng(self._seed).permutation(len(self.posts)) % CALIBRATING_FOLDS
        scores = [np.zeros(len(one.marked)) for one in (self.titled, self.untitled)]
        for held in range(CALIBRATING_FOLDS):
            trees = self._grown(taught & (fold != held)).trees
            for told, one in zip(scores, (self.titled, self.untitled), strict=True):
                own = (fold == held)[one.posts]
                told[own] = score_trees(trees, one.features[own], threads=1)
        held_out = [taught[one.posts] for one in (self.titled, self.untitled)]
        told = np.concatenate([score[own] for score, own in zip(scores, held_out, strict=True)])
        targets = [
            _targets(one, LIKELY_MEANT)[own]
            for one, own in zip((self.titled, self.untitled), held_out, strict=True)
        ]
        line = platt(told, np.concatenate(targets), np.ones(len(told)))
        return calibrated(self._grown(taught), *line)

    def _grown(self, taught: NDArray[np.bool_]) -> Boosted:
        parts = [self.titled, self.untitled, *self.others]
        weights = [1.0, 1.0, *[2 / SUBSTITUTIONS] * SUBSTITUTIONS]
        own = [taught[one.posts] for one in parts]
        return grow(
            np.concatenate([one.features[some] for one, some in zip(parts, own, strict=True)]),
            np.concatenate([_targets(one, HALF_MEANT)[some] for one, some in zip(parts, own, strict=True)]),
            np.concatenate([np.full(some.sum(), weight) for weight, some in zip(weights, own, strict=True)]),
            TREES["artists"],
            self._seed,
        )

    def works_trees(self, taught: NDArray[np.bool_]) -> Boosted:
        """What some posts teach of titles; these are few, so that they are not calibrated further."""
        own = taught[self.works.posts]
        weights = np.where(self.works.hardly_else, 1.0, FOREIGN_WEIGHT)
        targets = _targets(self.works, LIKELY_MEANT)
        return grow(self.works.features[own], targets[own], weights[own], TREES["works"], self._seed)


def _targets(these: Examples, unmarked: float) -> Doubles:
    return np.where(these.marked, 1.0, np.where(these.hardly_else, unmarked, 0.0))


def main() -> None:
    """Grow both kinds of trees on all posts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--seed", type=int, default=0)
    asked = arguments.parse_args()
    data = Path(os.environ["EARMARK_DATA"])
    teacher = Teacher(list(posts(data / "text" / "blog")), catalogue(data), asked.seed)
    every = np.ones(len(teacher.posts), np.bool_)
    asked.folder.mkdir(exist_ok=True)
    for name, trees in (("artists", teacher.artists_trees(every)), ("works", teacher.works_trees(every))):
        path = asked.folder / f"{name}.json"
        trees.save(path)
        print(name, len(trees.trees), "trees", sha256(path.read_bytes()).hexdigest())
        best = sorted(zip(trees.gains, trees.names, strict=True), reverse=True)[:15]
        print(" ", ", ".join(f"{feature} {gain:.0f}" for gain, feature in best))


if __name__ == "__main__":
    main()
