from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from earmark.errors import NotLearnedError
from earmark.signals.collaborative.boosters import GrowthConfig, lambdamart, load_booster, save_booster


def grown(seed: int = 1, threads: int = 1) -> lightgbm.Booster:
    random = np.random.default_rng(3)
    features = random.random((600, 4))
    loved = (features[:, 0] + 0.5 * random.random(600) > 1).astype(np.int8)
    parameters = lambdamart(GrowthConfig(least_in_leaf=5), depth=10, seed=seed, threads=threads)
    lists = lightgbm.Dataset(features, loved, group=[20] * 30, params={"verbose": -1})
    return lightgbm.train(parameters, lists, 10)


def written(booster: lightgbm.Booster, path) -> bytes:
    save_booster(booster, path)
    return path.read_bytes()


def test_a_seed_grows_the_same_trees_at_any_number_of_threads_and_another_seed_others(tmp_path):
    path = tmp_path / "trees.txt"
    assert written(grown(threads=1), path) == written(grown(threads=2), path)
    assert written(grown(seed=1), path) != written(grown(seed=2), path)


def test_trees_come_back_as_they_were(tmp_path):
    path = tmp_path / "trees.txt"
    written(grown(), path)
    asked = np.random.default_rng(4).random((50, 4))
    np.testing.assert_array_equal(load_booster(path).predict(asked), grown().predict(asked))


@pytest.mark.parametrize("length", [0, 1, 64, 300, -1])
def test_a_file_that_was_cut_short_is_refused_and_named(tmp_path, length):
    path = tmp_path / "trees.txt"
    path.write_bytes(written(grown(), path)[:length])
    with pytest.raises(NotLearnedError, match=r"trees\.txt"):
        load_booster(path)


def test_a_missing_file_is_refused_and_named(tmp_path):
    with pytest.raises(NotLearnedError, match=r"trees\.txt"):
        load_booster(tmp_path / "trees.txt")
