from __future__ import annotations

import unicodedata
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.world.names import (
    PARENT_LIMIT,
    SIBLING_LIMIT,
    artist_name,
    genre_name,
    person_name,
    song_title,
    version_suffix,
)


def plain(name: str) -> str:
    """As a listener might type it: no accents, no case."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


@pytest.mark.parametrize("salt", [0, 1, 977])
def test_artists_differ_even_without_accents_and_case(salt: int) -> None:
    assert len({plain(artist_name(number, salt)) for number in range(40_000)}) == 40_000


def test_people_differ() -> None:
    assert len({plain(person_name(number, 3)) for number in range(100_000)}) == 100_000


def test_people_beyond_the_plain_names_get_two_surnames() -> None:
    assert person_name(5_000_000, 1) != person_name(5_000_000 % 1_900_000, 1)
    assert "-" in person_name(5_000_000, 1)


@given(st.integers(0, 2**31))
def test_titles_of_one_artist_differ(salt: int) -> None:
    assert len({song_title(number, salt) for number in range(300)}) == 300


@given(st.integers(0, 2**31))
def test_versions_of_one_song_differ(salt: int) -> None:
    assert len({version_suffix(ordinal, salt) for ordinal in range(12)}) == 12


def test_neighbours_do_not_share_a_surname_ending() -> None:
    names = [person_name(number, 1) for number in range(200)]
    repeats = sum(a[-3:] == b[-3:] for a, b in pairwise(names))
    assert repeats < 60


def test_genres_have_two_words_and_differ() -> None:
    names = [
        genre_name(parent, sibling) for parent, sibling in product(range(PARENT_LIMIT), range(SIBLING_LIMIT))
    ]
    assert len(set(names)) == len(names)
    assert all(len(name.split()) == 2 for name in names)
    # The largest world that a config allows needs no more.
    assert PARENT_LIMIT >= 45 and SIBLING_LIMIT >= 45
