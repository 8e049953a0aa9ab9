from __future__ import annotations

import subprocess
import sys

import lightgbm
import numpy as np
import pytest

from earmark.errors import NotLearnedError
from earmark.signals.collaborative.boosters import Boosted, GrowthConfig, lambdamart


def grown(seed: int = 1, threads: int = 1) -> lightgbm.Booster:
    random = np.random.default_rng(3)
    features = random.random((600, 4))
    loved = (features[:, 0] + 0.5 * random.random(600) > 1).astype(np.int8)
    parameters = lambdamart(GrowthConfig(least_in_leaf=5), depth=10, seed=seed, threads=threads)
    lists = lightgbm.Dataset(features, loved, group=[20] * 30, params={"verbose": -1})
    return lightgbm.train(parameters, lists, 10)


def asked() -> np.ndarray:
    return np.random.default_rng(4).random((50, 4)).astype(np.float32)


def written(boosted: Boosted, path) -> bytes:
    boosted.save(path)
    return path.read_bytes()


def test_a_seed_grows_the_same_trees_at_any_number_of_threads_and_another_seed_others(tmp_path):
    path = tmp_path / "trees.txt"
    one, two, other = (Boosted.of(grown(**how)) for how in ({"threads": 1}, {"threads": 2}, {"seed": 2}))
    assert written(one, path) == written(two, path)
    assert written(one, path) != written(other, path)


def test_what_was_grown_is_kept():
    booster = grown()
    boosted = Boosted.of(booster)
    assert len(boosted.trees) == booster.num_trees()
    assert boosted.names == tuple(booster.feature_name())
    assert boosted.gains.tolist() == booster.feature_importance("gain").tolist()
    assert boosted.score(asked()).tolist() == booster.predict(asked()).tolist()


def test_trees_beyond_the_best_are_left_behind():
    booster = grown()
    booster.best_iteration = 4
    boosted = Boosted.of(booster)
    assert len(boosted.trees) == 4
    assert boosted.gains.tolist() == booster.feature_importance("gain", iteration=4).tolist()
    assert boosted.score(asked()).tolist() == booster.predict(asked(), num_iteration=4).tolist()


def test_a_tree_that_found_nothing_to_split_is_kept_as_its_one_leaf():
    lists = lightgbm.Dataset(np.zeros((100, 2)), np.arange(100), params={"verbose": -1})
    booster = lightgbm.train({"verbose": -1}, lists, 3)
    boosted = Boosted.of(booster)
    rows = np.ones((3, 2), np.float32)
    assert len(boosted.trees.leaves) == 0
    assert boosted.score(rows).tolist() == booster.predict(rows).tolist()
    assert boosted.score(rows)[0] == pytest.approx(49.5)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"min_data_per_group": 1, "cat_smooth": 0}, "compares by '=='"),
        ({"zero_as_missing": True}, "missing values told as 'Zero'"),
        ({}, "missing values told as 'NaN'"),
    ],
)
def test_splits_that_do_more_than_compare_numbers_are_refused(parameters, said):
    grow = parameters | {"verbose": -1, "min_data_in_leaf": 5}
    random = np.random.default_rng(1)
    features = random.integers(0, 5, (500, 1)).astype(np.float64)
    target = features[:, 0] % 2 + 0.1 * random.random(500)
    if "NaN" in said:
        features[:100] = np.nan
    data = lightgbm.Dataset(
        features, target, params=grow, categorical_feature=[0] if "==" in said else "auto"
    )
    booster = lightgbm.train(grow, data, 2)
    with pytest.raises(ValueError, match=said):
        Boosted.of(booster)


def test_trees_come_back_as_they_were(tmp_path):
    path = tmp_path / "trees.txt"
    boosted = Boosted.of(grown())
    whole = written(boosted, path)
    loaded = Boosted.load(path)
    assert loaded.score(asked()).tolist() == boosted.score(asked()).tolist()
    assert loaded.names == boosted.names
    assert loaded.gains.tolist() == boosted.gains.tolist()
    assert written(loaded, path) == whole


SCORES = """
import sys
from pathlib import Path
import numpy as np
from earmark.signals.collaborative.boosters import Boosted
Boosted.load(Path(sys.argv[1])).score(np.zeros((5, 4), np.float32))
assert "lightgbm" not in sys.modules
"""


def test_scoring_does_not_load_what_grows_trees(tmp_path):
    path = tmp_path / "trees.txt"
    written(Boosted.of(grown()), path)
    subprocess.run([sys.executable, "-c", SCORES, str(path)], check=True)


@pytest.mark.parametrize("length", [0, 1, 64, 65, 300, -1])
def test_a_file_that_was_cut_short_is_refused_and_named(tmp_path, length):
    path = tmp_path / "trees.txt"
    path.write_bytes(written(Boosted.of(grown()), path)[:length])
    with pytest.raises(NotLearnedError, match=r"trees\.txt"):
        Boosted.load(path)


@pytest.mark.parametrize("told", [b"", b"tree\nversion=v4\n", b"{}", b'{"names": 1}'])
def test_a_file_of_another_kind_is_refused_and_named(tmp_path, told):
    from hashlib import sha256

    path = tmp_path / "trees.txt"
    path.write_bytes(sha256(told).hexdigest().encode() + b"\n" + told)
    with pytest.raises(NotLearnedError, match=r"trees\.txt"):
        Boosted.load(path)


def test_a_missing_file_is_refused_and_named(tmp_path):
    with pytest.raises(NotLearnedError, match=r"trees\.txt"):
        Boosted.load(tmp_path / "trees.txt")
