from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.errors import NotLearnedError, TooLittleError
from earmark.ranking.sound_index import SoundIndex, path_between


def unit(n: int, n_dimensions: int = 12, seed: int = 1) -> np.ndarray:
    """In clusters, as sounds are."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(8, n_dimensions))
    vectors = centres[random.integers(8, size=n)] + random.normal(0, 0.5, (n, n_dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def anything(rows: np.ndarray) -> np.ndarray:
    return np.ones(len(rows), np.bool_)


def test_what_is_nearest_is_found_without_looking_at_all() -> None:
    vectors = unit(4_000)
    index = SoundIndex.of(vectors)
    found, cosines = zip(*(index.nearest(vectors[row], 20, anything) for row in range(100)), strict=True)
    exact = np.argsort(-(vectors[:100] @ vectors.T), axis=1)[:, :20]
    assert np.mean([len({*one} & {*other}) / 20 for one, other in zip(found, exact, strict=True)]) > 0.98
    for row, (rows, near) in enumerate(zip(found, cosines, strict=True)):
        assert rows[0] == row
        np.testing.assert_allclose(near, vectors[rows] @ vectors[row], rtol=1e-5)
        assert (np.diff(near) <= 1e-5).all()


def test_few_that_fit_are_found_however_far_they_are() -> None:
    vectors = unit(3_000)
    index = SoundIndex.of(vectors)
    farthest = np.argsort(vectors @ vectors[0])[:3]
    found, _ = index.nearest(vectors[0], 10, lambda rows: np.isin(rows, farthest))
    assert sorted(found.tolist()) == sorted(farthest.tolist())
    assert index.nearest(vectors[0], 10, lambda rows: np.zeros(len(rows), np.bool_))[0].size == 0


def test_of_nothing_nothing_is_found() -> None:
    index = SoundIndex.of(np.zeros((0, 0), np.float32))
    assert index.nearest(np.zeros(0, np.float32), 5, anything)[0].size == 0


def test_the_same_vectors_give_the_same_bytes_and_come_back(tmp_path) -> None:
    vectors = unit(500)
    for name in ("one", "other"):
        SoundIndex.of(vectors).save(tmp_path / name)
    one, other = (next((tmp_path / name).iterdir()).read_bytes() for name in ("one", "other"))
    assert one == other
    back = SoundIndex.load(tmp_path / "one", vectors)
    index = SoundIndex.of(vectors)
    for row in (0, 77):
        rows = [some.nearest(vectors[row], 10, anything)[0].tolist() for some in (back, index)]
        assert rows[0] == rows[1]
    with pytest.raises(NotLearnedError, match="500"):
        SoundIndex.load(tmp_path / "one", vectors[1:])
    next((tmp_path / "one").iterdir()).write_bytes(one[:100])
    with pytest.raises(NotLearnedError):
        SoundIndex.load(tmp_path / "one", vectors)
    with pytest.raises(NotLearnedError):
        SoundIndex.load(tmp_path / "nowhere", vectors)


# --- ways ---


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.integers(3, 12))
def test_a_way_begins_and_ends_where_it_should_and_goes_nowhere_twice(seed: int, n: int) -> None:
    vectors = unit(60, seed=seed % 7)
    first, last = np.random.default_rng(seed).choice(60, 2, replace=False).tolist()
    way = path_between(SoundIndex.of(vectors), vectors, first, last, n)
    assert len(set(way.tolist())) == len(way) == n
    assert (way[0], way[-1]) == (first, last)


def test_on_an_arc_the_way_is_the_arc() -> None:
    angles = np.linspace(0, np.pi / 2, 91)
    on_it = np.stack([np.cos(angles), np.sin(angles), np.zeros(91)], axis=1)
    off = np.stack([np.cos(angles) * 0.8, np.sin(angles) * 0.8, np.full(91, 0.6)], axis=1)
    vectors = np.concatenate([on_it, off]).astype(np.float32)
    way = path_between(SoundIndex.of(vectors), vectors, 0, 90, 7)
    assert way.tolist() == [0, 15, 30, 45, 60, 75, 90]


def test_a_way_changes_more_gradually_than_songs_at_random() -> None:
    vectors = unit(2_000)
    index = SoundIndex.of(vectors)
    random = np.random.default_rng(5)
    largest, drawn = [], []
    for first, last in random.choice(2_000, (20, 2), replace=False):
        way = path_between(index, vectors, int(first), int(last), 10)
        largest.append((1 - (vectors[way[1:]] * vectors[way[:-1]]).sum(1)).max())
        some = random.choice(2_000, 8)
        others = [first, *some, last]
        drawn.append((1 - (vectors[others[1:]] * vectors[others[:-1]]).sum(1)).max())
    assert np.mean(largest) < 0.5 * np.mean(drawn)


def test_a_way_of_more_songs_than_there_are_is_refused() -> None:
    vectors = unit(5)
    with pytest.raises(TooLittleError, match="6"):
        path_between(SoundIndex.of(vectors), vectors, 0, 1, 6)
    assert sorted(path_between(SoundIndex.of(vectors), vectors, 0, 1, 5).tolist()) == list(range(5))
