from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.kernels.trees import MOST_CUTS, MOST_LEAVES, ROWS_PER_BLOCK, TYPES, Trees, score_trees
from earmark.signals.collaborative.boosters import Boosted

F = np.float32


def made(seed: int, sizes: list[int], n_features: int, thresholds: np.ndarray) -> Trees:
    """Trees of so many splits each, with thresholds out of those given."""
    random = np.random.default_rng(seed)
    n = sum(sizes)
    return Trees(
        starts=np.cumsum([0, *sizes]),
        leaves=np.array([random.integers(0, at + 1) for size in sizes for at in range(size)], np.uint8),
        features=random.integers(0, n_features, n).astype(np.int32),
        thresholds=random.choice(thresholds, n).astype(F),
        values=random.normal(size=n + len(sizes)),
        n_features=n_features,
    )


def twin(trees: Trees, row: np.ndarray) -> float:
    """From split to split, as a tree is read: the next split of the leaf that the row is in."""
    total = 0.0
    for tree in range(len(trees)):
        first, last = trees.starts[tree], trees.starts[tree + 1]
        leaf = 0
        for split in range(first, last):
            if trees.leaves[split] == leaf and row[trees.features[split]] > trees.thresholds[split]:
                leaf = split - first + 1
        total += trees.values[first + tree + leaf]
    return total


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    sizes=st.lists(st.integers(0, 20), max_size=20),
    n_features=st.integers(1, 5),
    n_rows=st.sampled_from([0, 1, 127, 128, 129, 300]),
)
def test_trees_equal_their_twin(seed, sizes, n_features, n_rows):
    thresholds = np.array([-np.inf, -2, -0.5, -0.0, 0.0, 1e-40, 0.5, 1, 3e38], F)[1:]
    trees = made(seed, sizes, n_features, thresholds)
    values = np.concatenate([thresholds, [np.inf, -np.inf, 0.7, -1]]).astype(F)
    rows = np.random.default_rng(seed).choice(values, (n_rows, n_features))
    assert score_trees(trees, rows).tolist() == [twin(trees, row) for row in rows]


def test_the_largest_trees_equal_their_twin():
    trees = made(1, [MOST_LEAVES - 1, 0, MOST_LEAVES - 1], 2, np.arange(MOST_CUTS))
    rows = np.random.default_rng(2).uniform(-2, MOST_CUTS + 2, (500, 2)).astype(F)
    assert score_trees(trees, rows).tolist() == [twin(trees, row) for row in rows]


def grown(seed: int, leaves: int, max_bin: int) -> tuple[lightgbm.Booster, np.ndarray]:
    """Trees that LightGBM grew, and features as they come: continuous, counted, of two values, of one, tiny."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(4000, 8)).astype(F)
    features[:, 1] = np.log1p(random.integers(0, 30, 4000))
    features[:, 2] = random.random(4000) < 0.3
    features[:, 3] = 7
    features[:, 4] *= 1e-38
    features[:, 5] = np.where(random.random(4000) < 0.5, features[:, 5], -0.0)
    target = features[:, 0] * features[:, 1] + 2 * features[:, 2] + (features[:, 4] > 0) + features[:, 5] ** 2
    data = lightgbm.Dataset(features, target, params={"max_bin": max_bin, "verbose": -1})
    parameters = {"num_leaves": leaves, "min_data_in_leaf": 5, "seed": seed, "num_threads": 1, "verbose": -1}
    return lightgbm.train(parameters, data, 30), features


@pytest.mark.parametrize(("leaves", "max_bin"), [(2, 63), (15, 63), (15, 255), (64, 255), (256, 255)])
def test_scores_are_those_that_lightgbm_predicts_bit_for_bit(leaves, max_bin):
    booster, features = grown(leaves, leaves, max_bin)
    # Where it matters most: at the thresholds, and one step of a float32 to both sides.
    at = np.float32([split["threshold"] for split in _splits(booster)])
    near = np.stack([at, np.nextafter(at, F(np.inf)), np.nextafter(at, F(-np.inf))]).ravel()
    asked = np.concatenate(
        [features, np.random.default_rng(3).choice(near, (4000, 8)), np.zeros((1, 8)), -np.zeros((1, 8))]
    ).astype(F)
    assert Boosted.of(booster).score(asked).tolist() == booster.predict(asked).tolist()


def _splits(booster: lightgbm.Booster):
    waiting = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    while waiting:
        node = waiting.pop()
        if "threshold" in node:
            yield node
            waiting += [node["left_child"], node["right_child"]]


def test_threads_change_no_bit():
    trees = made(5, [14] * 50, 31, np.linspace(-2, 2, 60))
    rows = np.random.default_rng(6).normal(size=(3 * ROWS_PER_BLOCK + 17, 31)).astype(F)
    one, many = (score_trees(trees, rows, threads=threads) for threads in (1, 3))
    assert one.tobytes() == many.tobytes()
    assert one[-100:].tobytes() == score_trees(trees, rows[-100:]).tobytes()


def test_rows_in_another_order_of_memory_score_alike():
    trees = made(5, [14] * 5, 4, np.linspace(-2, 2, 60))
    rows = np.random.default_rng(6).normal(size=(300, 4)).astype(F)
    assert score_trees(trees, np.asfortranarray(rows)).tolist() == score_trees(trees, rows).tolist()
    assert score_trees(trees, rows[::2]).tolist() == score_trees(trees, rows)[::2].tolist()


def told(**arrays) -> Trees:
    """One tree of two splits over three features, but for what is given."""
    tree = {
        "starts": [0, 2], "leaves": [0, 1], "features": [1, 2], "thresholds": [0.5, 1.5], "values": [0, 1, 2]
    }  # fmt: skip
    return Trees(
        **{name: np.array(values, TYPES[name]) for name, values in (tree | arrays).items()}, n_features=3
    )


def test_what_is_not_a_number_is_refused_where_trees_look_at_it():
    rows = np.zeros((200, 3), F)
    rows[150, 0] = np.nan
    assert score_trees(told(), rows).tolist() == [0] * 200
    rows[150, 1] = np.nan
    with pytest.raises(ValueError, match="row 150 holds what is not a number"):
        score_trees(told(), rows)


def test_rows_that_do_not_fit_are_refused():
    trees = made(1, [3], 4, np.arange(5))
    with pytest.raises(ValueError, match="float32 features, got float64"):
        score_trees(trees, np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"rows of 4 features, got \(2, 5\)"):
        score_trees(trees, np.zeros((2, 5), F))
    with pytest.raises(ValueError, match=r"rows of 4 features, got \(4,\)"):
        score_trees(trees, np.zeros(4, F))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts": [0, 1]}, "starts do not divide 2 splits"),
        ({"starts": [1, 2]}, "starts do not divide"),
        ({"starts": [0, 3, 2]}, "starts do not divide"),
        ({"starts": []}, "starts do not divide"),
        ({"values": [1, 2]}, "do not fit 1 trees of 2 splits"),
        ({"features": [0]}, "do not fit 1 trees of 2 splits"),
        ({"thresholds": [[0, 1]]}, "thresholds: expected one dimension of float32"),
        ({"leaves": [0, 2]}, "before there is one"),
        ({"leaves": [1, 0]}, "before there is one"),
        ({"features": [0, 3]}, "features: ids must be from 0 to 2"),
        ({"features": [0, -1]}, "features: ids must be from 0 to 2"),
        ({"thresholds": [0, np.nan]}, "must be finite"),
        ({"values": [0, 1, np.inf]}, "must be finite"),
    ],
)
def test_what_is_no_tree_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        told(**wrong)


def test_arrays_of_another_type_are_refused():
    tree = told()
    for name in TYPES:
        arrays = {each: getattr(tree, each) for each in TYPES}
        arrays[name] = arrays[name].astype(np.float16)
        with pytest.raises(ValueError, match=f"{name}: expected one dimension of {np.dtype(TYPES[name])}"):
            Trees(**arrays, n_features=3)


def test_trees_too_large_for_bytes_are_refused():
    many = np.zeros(400)
    with pytest.raises(ValueError, match="more than 256 leaves"):
        told(
            starts=[0, 256], leaves=many[:256], features=many[:256], thresholds=many[:256], values=many[:257]
        )
    with pytest.raises(ValueError, match="feature 1 has 400 thresholds, more than 255"):
        told(
            starts=[0, 200, 400], leaves=many, features=many + 1, thresholds=range(400), values=[*many, 0, 0]
        )
