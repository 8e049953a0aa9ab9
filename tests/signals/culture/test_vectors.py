from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.signals.culture.frames import GENRES, NOW, mention, mentions, no_genres, tags

from earmark.errors import NotLearnedError, UnknownNameError
from earmark.signals.culture.latent import latent, unit
from earmark.signals.culture.vectors import CulturalVectors, Evidence, VectorsConfig

MENTIONS = mentions(
    mention(1, 1, {"ambient": 2.0, "drone": 1.0}),
    mention(2, 1, {"ambient": 1.0}, source="b"),
    mention(3, 2, {"drone": 2.0, "slow": 1.0}),
    mention(4, 3, {"thrash": 2.0, "loud": 1.0}),
    mention(5, 4, {"thrash": 1.0, "fast": 1.0, "loud": 1.0}, song=40),
)
TAGS = tags((2, None, "people", "Ambient", 5.0), (5, None, "people", "only here", 5.0))


def learned(config: VectorsConfig | None = None) -> CulturalVectors:
    return CulturalVectors.fit(MENTIONS, TAGS, no_genres(), config, now=NOW)


def test_terms_are_shown_with_where_they_were_said() -> None:
    ambient, drone = learned().described(1)
    assert (ambient.term, drone.term) == ("ambient", "drone")
    assert ambient.weight**2 + drone.weight**2 == pytest.approx(1)
    assert ambient.evidence == (
        Evidence("a", 1, "at/1", NOW, "quote 1"),
        Evidence("b", 2, "at/2", NOW, "quote 2"),
    )


def test_tags_are_terms_and_their_source_is_the_evidence() -> None:
    terms = {one.term: one.evidence for one in learned().described(2)}
    assert terms["ambient"] == (Evidence("people"),)


def test_likeness_is_explained_by_shared_terms() -> None:
    vectors = learned()
    near, far = vectors.likeness(1, 2), vectors.likeness(1, 3)
    assert near.score > 0.5 > far.score
    assert {term for term, _ in near.shared} == {"ambient", "drone"}
    assert sum(share for _, share in near.shared) == pytest.approx(1)
    assert far.shared == ()
    assert [artist for artist, _ in vectors.nearest(1, 1)] == [2]


def test_a_rare_term_weighs_more_than_a_common_one() -> None:
    vectors = CulturalVectors.fit(
        mentions(*(mention(n, n, {"rock": 1.0}) for n in range(1, 9)), mention(9, 1, {"zither": 1.0})),
        tags(), no_genres(), now=NOW,
    )  # fmt: skip
    assert [one.term for one in vectors.described(1)] == ["zither", "rock"]


def test_songs_of_which_enough_is_said_have_vectors() -> None:
    vectors = learned(VectorsConfig(least_song_terms=3))
    assert vectors.songs.tolist() == [40]
    assert {one.term for one in vectors.described_song(40)} == {"thrash", "fast", "loud"}
    assert vectors.factors[vectors.song_row(40)] @ vectors.factors[vectors.row(3)] > 0.5
    assert learned(VectorsConfig(least_song_terms=4)).described_song(40) == ()


def test_genres_are_terms() -> None:
    genres = pl.DataFrame([(3, None, "thrash metal", 0.5)], schema=GENRES, orient="row")
    vectors = CulturalVectors.fit(MENTIONS, TAGS, genres, now=NOW)
    assert "thrash metal" in {one.term for one in vectors.described(3)}


def test_of_whom_nothing_is_said_nothing_is_told() -> None:
    vectors = learned()
    assert vectors.described(99) == ()
    with pytest.raises(UnknownNameError, match="artist 99"):
        vectors.likeness(1, 99)
    with pytest.raises(UnknownNameError, match="song 99"):
        vectors.song_row(99)


def test_one_whose_terms_nobody_shares_is_like_nobody() -> None:
    assert learned().nearest(5) == []


def test_an_empty_record_has_no_vectors(tmp_path: Path) -> None:
    vectors = CulturalVectors.fit(mentions(), tags(), no_genres(), now=NOW)
    assert len(vectors) == 0
    vectors.save(tmp_path)
    assert len(CulturalVectors.load(tmp_path)) == 0


def test_the_same_is_learned_from_rows_in_another_order(tmp_path: Path) -> None:
    for name, frame in (("one", MENTIONS), ("other", MENTIONS.reverse())):
        CulturalVectors.fit(frame, TAGS.reverse(), no_genres(), now=NOW).save(tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


def test_what_is_kept_is_what_was_learned(tmp_path: Path) -> None:
    vectors = learned()
    vectors.save(tmp_path)
    again = CulturalVectors.load(tmp_path)
    assert again.described(1) == vectors.described(1)
    assert again.likeness(1, 2) == vectors.likeness(1, 2)
    assert again.config == vectors.config


def test_damage_is_told(tmp_path: Path) -> None:
    learned().save(tmp_path)
    np.save(tmp_path / "factors.npy", np.zeros((1, 2), np.float32))
    with pytest.raises(NotLearnedError, match="not of one build"):
        CulturalVectors.load(tmp_path)
    (tmp_path / "terms.parquet").write_bytes(b"PAR1")
    with pytest.raises(NotLearnedError, match=r"terms\.parquet"):
        CulturalVectors.load(tmp_path)


def test_latent_space_is_that_of_the_singular_vectors() -> None:
    import scipy.sparse as sp

    rows = sp.csr_array(np.random.default_rng(3).random((7, 5)))
    found = latent(unit(rows), 7, 3)
    dense = unit(rows).toarray()
    _, _, right = np.linalg.svd(dense)
    placed = dense @ right[:3].T
    expected = placed / np.linalg.norm(placed, axis=1, keepdims=True)
    assert np.abs(found @ found.T - expected @ expected.T).max() < 1e-5


def test_rows_of_fewer_dimensions_than_are_looked_for_give_the_same_bytes() -> None:
    import scipy.sparse as sp

    rows = sp.csr_array(np.kron(np.eye(8), np.ones((6, 3))))
    assert len({latent(rows, 48, 20).tobytes() for _ in range(4)}) == 1
