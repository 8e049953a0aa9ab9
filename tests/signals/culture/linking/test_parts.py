"""The parts of linking, each alone: letters, tokens, spellings, words, overlaps, trees."""

from hashlib import sha256
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.signals.culture.linking.disambiguation import Disambiguator, shipped_trees
from earmark.signals.culture.linking.features import FEATURES, features
from earmark.signals.culture.linking.finder import Finder
from earmark.signals.culture.linking.lexicon import FIRST_NAME, FUNCTION, MUSIC, Lexicon, numbers_of
from earmark.signals.culture.linking.names import Manner, Name, spellings, title_spellings
from earmark.signals.culture.linking.overlaps import without_overlaps
from earmark.signals.culture.linking.spelling import alike
from earmark.signals.culture.linking.tokens import tokens

PACKAGE = "earmark.signals.culture.linking"
texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=60)


@settings(deadline=None)
@given(texts)
def test_each_letter_knows_where_it_stood(text: str) -> None:
    plain, places = alike(text)
    if places is None:
        assert len(plain) == len(text)
    else:
        assert len(places) == len(plain)
        assert (np.diff(places) >= 0).all()
        assert not len(places) or 0 <= places.min() <= places.max() < len(text)


@settings(deadline=None)
@given(st.lists(texts, max_size=4), texts)
def test_tokens_lie_in_their_texts_in_order(several: list[str], title: str) -> None:
    told = tokens(several, [title] * len(several)) if several else None
    if told is None:
        return
    for number, text in enumerate(several):
        own = (told.documents == number) & (told.starts >= 0)
        starts, ends = told.starts[own][:-1], told.ends[own][:-1]  # The last is the sign between texts.
        assert (ends > starts).all()
        assert (starts[1:] >= ends[:-1]).all()
        assert not len(ends) or ends[-1] <= len(text)


def test_tokens_are_words_and_signs() -> None:
    text = "Rock'n'roll, Zoë! 青い"
    told = tokens([text])
    words = [text[start:end] for start, end in zip(told.starts, told.ends, strict=True)]
    # The last is the sign between texts.
    assert words == ["Rock", "'", "n", "'", "roll", ",", "Zoë", "!", "青", "い", ""]
    assert told.capitalised[:8].tolist() == [True, False, False, False, False, False, True, False]
    assert told.altered.nonzero()[0].tolist() == [6]
    assert told.alone.nonzero()[0].tolist() == [8, 9]


def test_words_are_known_whatever_their_case() -> None:
    common, kinds = Lexicon.load().look_up(numbers_of(["The", "the", "Xyzzyplugh", "guitarist", "Mary"]))
    assert common[0] == common[1] > 10
    assert common[2] == 0
    assert kinds[0] & FUNCTION
    assert kinds[3] & MUSIC
    assert kinds[4] & FIRST_NAME


@pytest.mark.parametrize(
    ("name", "spelling", "manner"),
    [
        ("The Tin Pilots", "Tin Pilots", Manner.SHORT),
        ("The Tin Pilots", "the Tin Pilots", Manner.ALIKE),
        ("Salt & Ember", "Salt and Ember", Manner.ALIKE),
        ("VRLDS", "Vrlds", Manner.CASED),
        ("tin pilots", "Tin Pilots", Manner.CASED),
    ],
)
def test_spellings_of_names(name: str, spelling: str, manner: Manner) -> None:
    assert (spelling, manner) in list(spellings(name))


@pytest.mark.parametrize("name", ["The The", "The 1990", "Air", "R 2"])
def test_no_name_is_known_by_a_word_of_grammar_or_a_figure_alone(name: str) -> None:
    assert {spelling for spelling, _ in spellings(name)}.isdisjoint({"The", "the", "1990", "AIR", "2"})


def test_titles_are_written_without_what_names_a_version() -> None:
    assert ("Slow Ferry", Manner.ALIKE) in list(title_spellings("Slow Ferry - Remastered 2009"))
    assert ("Slow Ferry", Manner.WRITTEN) in list(title_spellings("Slow Ferry"))
    assert list(title_spellings(" ")) == list(spellings("x" * 500)) == []


def test_a_name_of_a_song_or_release_is_of_a_work() -> None:
    assert [Name("A", 1).of_work, Name("A", 1, song=0).of_work, Name("A", 1, release="").of_work] == [
        False, True, True,
    ]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=25))
def test_what_stays_does_not_overlap_and_what_goes_does(spans: list[tuple[int, int]]) -> None:
    spans = sorted(set(spans), key=lambda span: (span[0], -span[1]))
    begins = np.array([begin for begin, _ in spans], np.int64)
    ends = begins + np.array([size for _, size in spans], np.int64)
    kept = without_overlaps(begins, ends)
    stay = [(begin, end) for begin, end, keep in zip(begins, ends, kept, strict=True) if keep]
    assert all(one[1] <= other[0] for one, other in pairwise(stay))
    for begin, end, keep in zip(begins, ends, kept, strict=True):
        if not keep:
            assert any(b < end and begin < e and e - b >= end - begin for b, e in stay)


def test_the_heavier_stays() -> None:
    begins, ends = np.array([0, 1]), np.array([3, 3])
    assert without_overlaps(begins, ends, np.array([1.0, 2.0])).tolist() == [False, True]


@pytest.mark.parametrize("name", ["artists", "works"])
def test_the_card_tells_of_the_trees_that_are_shipped(name: str) -> None:
    folder = files(PACKAGE) / "models"
    digest = sha256((folder / f"{name}.json").read_bytes()).hexdigest()
    assert digest in (folder / "linking.md").read_text(encoding="utf-8")


def test_damaged_trees_are_refused() -> None:
    written = (files(PACKAGE) / "models" / "works.json").read_bytes()
    shipped_trees(written)
    with pytest.raises(ValueError, match="not those that were written"):
        shipped_trees(written.replace(b"0", b"1", 1))
    other = written.partition(b"\n")[2].replace(b'"letters"', b'"lettres"')
    with pytest.raises(ValueError, match="other features"):
        shipped_trees(sha256(other).hexdigest().encode() + b"\n" + other)


def test_probabilities_are_between_none_and_all() -> None:
    figures = np.random.default_rng(0).normal(0, 5, (50, len(FEATURES))).astype(np.float32)
    likely = Disambiguator.load("artists").probabilities(figures)
    assert likely.dtype == np.float32
    assert ((likely > 0) & (likely < 1)).all()


def test_a_name_named_more_often_is_no_less_likely() -> None:
    figures = np.repeat(np.random.default_rng(1).uniform(0, 3, (40, len(FEATURES))), 2, axis=0).astype(
        np.float32
    )
    figures[1::2, FEATURES.index("times")] += 2
    likely = Disambiguator.load("artists").probabilities(figures)
    assert (likely[1::2] >= likely[::2]).all()


def test_what_a_name_is_like_does_not_depend_on_the_texts_beside_its_own() -> None:
    finder = Finder([Name("Velvet Harbour", 1), Name("Coast", 2)])

    def figures(*texts: str) -> list[list[float]]:
        read, found = finder.read(texts)
        return features(read, finder.artists(read, found)[0]).tolist()

    one, other = "Velvet Harbour play, and Coast", "Coast of Velvet Harbour"
    assert figures(one, other, one) == figures(one) + figures(other) + figures(one)
