from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import sparse
from tests.tables import tables

from earmark.ranking.content import Content, SongContentConfig, Terms, likeness, song_content
from earmark.signals.collaborative.columns import Columns


def rows(dense) -> sparse.csr_array:
    return sparse.csr_array(np.asarray(dense, np.float32))


def counts(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.poisson(0.4, (int(random.integers(2, 12)), int(random.integers(1, 9)))).astype(np.float32)


# --- terms ---


def weigh_twin(dense: np.ndarray, least_items: int) -> np.ndarray:
    items = (dense > 0).sum(0)
    kept = items >= least_items
    weighed = np.log(1 + dense[:, kept]) * np.log(len(dense) / items[kept])
    lengths = np.sqrt((weighed**2).sum(1, keepdims=True))
    return weighed / np.sqrt(np.where(lengths > 0, lengths, 1))


@given(st.integers(0, 10**6), st.integers(1, 3))
def test_terms_weigh_as_their_twin(seed, least_items):
    dense = counts(seed)
    terms = Terms.of(rows(dense), least_items=least_items)
    weighed = terms.weigh(rows(dense))
    assert weighed.dtype == np.float32
    assert weighed.has_sorted_indices
    np.testing.assert_allclose(weighed.toarray(), weigh_twin(dense, least_items), rtol=1e-5, atol=1e-6)


def test_a_rare_term_says_more_and_one_of_a_single_item_nothing():
    # Golden: ln 2 · ln(4 / 2) and ln 2 · ln(4 / 3), divided by the root of their length.
    dense = [[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]]
    terms = Terms.of(rows(dense))
    assert terms.kept.tolist() == [0, 1]
    weighed = terms.weigh(rows(dense)).toarray()
    length = np.hypot(0.199_406_2, 0.480_453_0)
    np.testing.assert_allclose(weighed[0], [0.199_406_2 / length**0.5, 0.480_453_0 / length**0.5], rtol=1e-5)
    np.testing.assert_allclose(weighed[2], [0.199_406_2**0.5, 0], rtol=1e-5)
    assert not weighed[3].any()


def test_other_items_are_weighed_by_what_was_seen_before():
    dense = counts(7)
    terms = Terms.of(rows(dense), least_items=1)
    whole = terms.weigh(rows(dense)).toarray()
    np.testing.assert_array_equal(terms.weigh(rows(dense[:1])).toarray(), whole[:1])


# --- groups ---


def test_groups_stand_side_by_side():
    content = Content.of({"artist": rows([[1, 0], [0, 1]]), "tags": rows([[0, 0, 2], [3, 0, 0]])})
    assert len(content) == 2
    assert content.groups == {"artist": slice(0, 2), "tags": slice(2, 5)}
    assert content.features.dtype == np.float32
    assert content.features.toarray().tolist() == [[1, 0, 0, 0, 2], [0, 1, 3, 0, 0]]


@pytest.mark.parametrize("groups", [{}, {"artist": rows([[1]]), "tags": rows([[1], [1]])}])
def test_groups_of_different_items_are_refused(groups):
    with pytest.raises(ValueError, match="must speak of the same items"):
        Content.of(groups)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_is_refused_by_the_name_of_its_group(wrong):
    with pytest.raises(ValueError, match=r"content: tags: row 1 holds a weight that is not a finite"):
        Content.of({"artist": rows([[1], [1]]), "tags": rows([[1], [wrong]])})


# --- songs ---


def songs(*named: tuple[int, int, str, str | None]) -> tuple[Columns, pl.DataFrame]:
    """The songs table of ``(song, artist, title, release)``."""
    table = tables.songs({song: artist for song, artist, _, _ in named}).with_columns(
        title=pl.Series([title for _, _, title, _ in sorted(named)]),
        release=pl.Series([release for *_, release in sorted(named)], dtype=pl.String),
    )
    return Columns.of(table), table


SONGS = songs(
    (1, 1, "Rain at Night", "First"),
    (2, 1, "Late Rain", "FIRST!"),
    (3, 2, "rain at night", "First"),
    (4, 2, "Gym", None),
    (5, 3, "Alone", "Elsewhere"),
)


def alike(columns: Columns, content: Content, group: str | None, one: int, other: int) -> bool:
    part = content.features if group is None else content.features[:, content.groups[group]]
    products = (part @ part.T).toarray()
    at = columns.find(np.array([one, other]))
    return bool(products[at[0], at[1]] > 0)


@pytest.mark.parametrize(
    ("group", "pairs"),
    [
        ("artist", {(1, 2), (3, 4)}),
        # One name on the sleeves of two artists is two releases; spelling does not matter.
        ("release", {(1, 2)}),
        ("title", {(1, 2), (1, 3), (2, 3)}),
    ],
)
def test_songs_share_their_artist_their_release_and_words_of_their_titles(group, pairs):
    columns, table = SONGS
    content = song_content(columns, table)
    assert list(content.groups) == ["artist", "release", "title"]
    found = {
        (one, other)
        for one in range(1, 6)
        for other in range(one + 1, 6)
        if alike(columns, content, group, one, other)
    }
    assert found == pairs


def test_rows_of_content_stand_in_the_order_of_the_columns():
    frames = tables.world(5)
    columns = Columns.of(frames.songs)
    content = song_content(columns, frames.songs)
    part = content.features[:, content.groups["artist"]]
    shared = (part @ part.T).toarray() > 0
    n_songs = np.bincount(columns.artist_of)[columns.artist_of]
    same = columns.artist_of[:, None] == columns.artist_of
    np.testing.assert_array_equal(shared, same & (n_songs > 1))
    backwards = song_content(columns, frames.songs.reverse())
    np.testing.assert_array_equal(backwards.features.toarray(), content.features.toarray())


def test_a_group_counts_as_much_as_the_setting_says():
    columns, table = SONGS
    plain = song_content(columns, table, SongContentConfig(artist=1, release=1, title=1))
    louder = song_content(columns, table, SongContentConfig(artist=2, release=0, title=1))
    assert list(louder.groups) == ["artist", "title"]
    for group, times in (("artist", 2), ("title", 1)):
        ours, theirs = (some.features[:, some.groups[group]].toarray() for some in (louder, plain))
        np.testing.assert_allclose(ours, times * theirs, rtol=1e-6)


def test_songs_without_any_release_are_known_by_the_rest():
    columns, table = songs((1, 1, "One", None), (2, 1, "Two", None))
    content = song_content(columns, table)
    assert content.groups["release"] == slice(content.groups["artist"].stop, content.groups["artist"].stop)
    assert np.isfinite(content.features.data).all()


@pytest.mark.parametrize("wrong", [{"artist": -1}, {"title": 101}, {"mood": 1}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        SongContentConfig(**wrong)


# --- likeness ---


@given(st.integers(0, 10**6))
def test_likeness_is_the_cosine_of_a_taste_and_an_item(seed):
    random = np.random.default_rng(seed)
    features = counts(seed)
    liked = random.random((4, len(features))) < 0.4
    items = random.permutation(len(features))[:3].astype(np.int32)
    found = likeness(rows(liked), Content.of({"tags": rows(features)}), items)
    assert found.dtype == np.float32
    for row, own in enumerate(liked):
        unit = [one / max(np.linalg.norm(one), 1e-30) for one in features]
        taste = sum((unit[item] for item in np.flatnonzero(own)), np.zeros(features.shape[1]))
        taste = taste / max(np.linalg.norm(taste), 1e-30)
        np.testing.assert_allclose(found[row], [taste @ unit[item] for item in items], atol=1e-6)
