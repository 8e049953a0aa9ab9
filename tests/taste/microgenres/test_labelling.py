from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from tests.taste.microgenres.scenes import Scenes, made

from earmark.errors import NotLearnedError
from earmark.taste.microgenres.labelling import Known, Labelling, LabellingConfig, borrowed

CONFIG = LabellingConfig()


def known(scenes: Scenes, **others: object) -> Known:
    everyone = np.arange(len(scenes.scene))
    given = {"words": scenes.terms, "listening": scenes.listening, "lent": scenes.terms, "lenders": everyone}
    return Known.of(**{**given, **others}, config=CONFIG, seed=0)  # type: ignore[arg-type]


def labels(scenes: Scenes) -> sp.csr_array:
    return sp.csr_array(np.eye(4, dtype=np.float32)[scenes.scene])


def test_who_is_like_those_with_a_label_is_expected_to_have_it() -> None:
    scenes = made()
    taught, asked = np.arange(40), np.arange(40, 80)

    expected = Labelling().fit(known(scenes), labels(scenes)[taught], taught).expected(asked)

    assert (expected.argmax(axis=1) == scenes.scene[asked]).all()


@pytest.mark.parametrize("missing", ["words", "listening"])
def test_one_view_is_enough(missing: str) -> None:
    scenes = made()
    taught, asked = np.arange(40), np.arange(40, 80)
    nothing = sp.csr_array(scenes.terms.shape)
    less = {"words": nothing, "lent": nothing} if missing == "words" else {"listening": None}

    expected = Labelling().fit(known(scenes, **less), labels(scenes)[taught], taught).expected(asked)

    assert (expected.argmax(axis=1) == scenes.scene[asked]).mean() > 0.95


def test_an_artist_without_tags_borrows_those_of_artists_near_in_listening() -> None:
    scenes = made()
    only_borrowed = LabellingConfig(terms=0, latent_terms=0, listening=0)
    taught, asked = np.arange(40), np.arange(40, 80)
    views = Known.of(
        words=sp.csr_array(scenes.terms.shape),
        listening=scenes.listening,
        lent=scenes.terms[:40],
        lenders=taught,
        config=only_borrowed,
        seed=0,
    )

    expected = Labelling(only_borrowed).fit(views, labels(scenes)[taught], taught).expected(asked)

    assert (expected.argmax(axis=1) == scenes.scene[asked]).all()


def test_nobody_borrows_from_themselves() -> None:
    heard, own_words = np.eye(3, dtype=np.float32) + 0.1, sp.csr_array(np.eye(3, dtype=np.float32))

    lent = borrowed(heard, own_words, np.arange(3), CONFIG).toarray()

    assert (np.diag(lent) == 0).all()
    assert (lent.sum(axis=1) > 0).all()


def test_it_solves_the_regression_in_closed_form() -> None:
    scenes = made(5)
    views = known(scenes)
    taught = np.arange(20)
    said = np.eye(4)[scenes.scene]

    expected = Labelling().fit(views, said.astype(np.float32), taught).expected(taught)

    kernel = views.likeness(taught, taught).astype(np.float64)
    usual = said.mean(axis=0)
    by_inverse = kernel @ np.linalg.inv(kernel + CONFIG.pull * np.eye(20)) @ (said - usual) + usual
    np.testing.assert_allclose(expected, by_inverse, atol=1e-5)


def test_of_too_many_teachers_the_most_played_teach() -> None:
    scenes = made()
    weight = np.where(scenes.scene < 2, 9.0, 1.0).astype(np.float32)
    few = LabellingConfig(most_teachers=40)

    expected = (
        Labelling(few).fit(known(scenes), labels(scenes), np.arange(80), weight).expected(np.arange(80))
    )

    assert set(expected.argmax(axis=1)) == {0, 1}


def test_without_teachers_nothing_is_expected() -> None:
    scenes = made()

    expected = Labelling().fit(known(scenes), labels(scenes)[:0], np.arange(0)).expected(np.arange(3))

    assert expected.shape == (3, 4)
    assert not expected.any()


def test_nothing_is_expected_before_it_is_learned() -> None:
    with pytest.raises(NotLearnedError):
        Labelling().expected(np.arange(3))
