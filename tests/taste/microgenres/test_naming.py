from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from tests.taste.microgenres.scenes import TREE

from earmark.taste.microgenres.carried import Carried
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.naming import Named, composed, named, supported
from earmark.taste.microgenres.vocabulary import CORE, MODIFIER, UNSURE, Vocabulary

CONFIG = MicroGenreConfig()


def names(clusters: list[list[str]], *, kept: dict[int, tuple[str, str]] | None = None) -> list[str]:
    """Names of clusters, each a list of what its artists are called, terms apart by commas."""
    called = [
        [term.strip() for term in artist.split(",") if term.strip()] for some in clusters for artist in some
    ]
    given = sorted({term for some in called for term in some})
    vocabulary = Vocabulary.of(given, TREE)
    column = {name: at for at, name in enumerate(vocabulary.names)}
    terms = np.zeros((len(called), len(given)), np.float32)
    for row, some in enumerate(called):
        terms[row, [given.index(term) for term in some]] = 1
    place = np.repeat(np.arange(len(clusters)), [len(some) for some in clusters])
    carried = Carried(sp.csr_array(sp.csr_array(terms) @ vocabulary.spellings), place, len(clusters), CONFIG)
    found = named(
        carried,
        vocabulary,
        TREE,
        order=range(len(clusters)),
        kept={at: Named(column[first], column[last]) for at, (first, last) in (kept or {}).items()},
        breadth=CONFIG.breadth,
    )
    return [
        composed(vocabulary.names[name.modifier] if name.modifier >= 0 else None, vocabulary.names[name.core])
        if name.core >= 0
        else ""
        for name in found
    ]


OTHERS = ["pop, female vocals"] * 8


def test_a_name_is_of_a_modifier_and_a_core_that_are_its_own() -> None:
    assert names([["ambient, dub techno"] * 5, OTHERS]) == ["ambient dub techno", "female vocals pop"]


def test_what_everybody_is_called_is_nobodys_own() -> None:
    found = names([["rock, shoegaze, dreamy"] * 4, ["rock, bebop, saxophone"] * 4])

    assert found == ["dreamy shoegaze", "saxophone bebop"]


def test_too_few_carry_it() -> None:
    two_of_four = ["shoegaze, dreamy"] * 2 + ["dreamy"] * 2
    three_of_thirty = ["shoegaze, dreamy"] * 3 + ["dreamy"] * 27

    assert names([two_of_four, OTHERS])[0] == "dreamy"
    assert names([three_of_thirty, OTHERS])[0] == "dreamy"
    assert names([["shoegaze, dreamy"] * 3 + ["dreamy"] * 3, OTHERS])[0] == "dreamy shoegaze"


def test_no_two_have_the_same_name() -> None:
    found = names([["ambient, dub techno"] * 5, ["dub techno, ambient, german"] * 4, OTHERS])

    assert found[0] == "ambient dub techno"
    assert len({frozenset(name.split()) for name in found}) == 3


def test_a_genre_above_the_core_does_not_narrow_it() -> None:
    assert names([["black metal, metal, norwegian"] * 5, OTHERS])[0] == "norwegian black metal"
    assert names([["metalcore, hardcore punk"] * 5, OTHERS])[0] in {"metalcore", "hardcore punk"}


def test_nor_does_the_place_where_a_genre_is_at_home() -> None:
    assert names([["j-pop, japanese, dreamy"] * 5, OTHERS])[0] == "dreamy j-pop"
    assert names([["shoegaze, japanese"] * 5, OTHERS])[0] == "japanese shoegaze"


def test_a_word_of_many_genres_is_none_of_them() -> None:
    assert names([["house, progressive"] * 5, OTHERS])[0] == "progressive house"


def test_spellings_are_one_term_and_notes_to_oneself_none() -> None:
    spelled = ["Post-Rock, seen live", "post rock, seen live", "postrock, my favourite", "instrumental"]

    assert names([spelled, OTHERS])[0].endswith("post-rock")


def test_a_name_kept_is_given_to_no_other() -> None:
    clusters = [["ambient, dub techno"] * 5, ["ambient, dub techno, german"] * 5, OTHERS]

    found = names(clusters, kept={1: ("ambient", "dub techno")})

    assert found[1] == "ambient dub techno"
    assert found[0] != found[1]


def test_without_any_genre_what_there_is_gives_the_name() -> None:
    assert names([["zorgle"] * 4, OTHERS])[0] == "zorgle"
    assert names([["", "", ""], OTHERS])[0] == ""


@pytest.mark.parametrize(
    ("modifier", "core", "name"),
    [
        ("ambient", "dub techno", "ambient dub techno"),
        ("symphonic metal", "black metal", "symphonic black metal"),
        (None, "shoegaze", "shoegaze"),
        ("metal", "black metal", "metal black metal"),
    ],
)
def test_what_both_say_is_said_once(modifier: str | None, core: str, name: str) -> None:
    assert composed(modifier, core) == name


def test_a_name_is_supported_while_all_its_terms_are_its_own() -> None:
    own = np.array([0.3, 0.0, 0.2], np.float32)

    assert supported(Named(0, 2), own)
    assert supported(Named(-1, 2), own)
    assert not supported(Named(1, 2), own)
    assert not supported(Named(-1, -1), own)


def test_what_terms_can_be_in_a_name() -> None:
    vocabulary = Vocabulary.of(["Dub Techno", "dreamy", "zorgle", "seen live", "finnish polka"], TREE)

    kinds = dict(zip(vocabulary.names, vocabulary.kind.tolist(), strict=True))
    assert kinds["dub techno"] == CORE
    assert kinds["dreamy"] == kinds["finnish"] == MODIFIER
    assert kinds["zorgle"] == UNSURE
    assert "seen live" not in kinds
    assert vocabulary.spellings.sum(axis=1).tolist() == [1, 1, 1, 0, 2]
