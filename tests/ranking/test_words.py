from __future__ import annotations

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from earmark.errors import NotLearnedError
from earmark.ranking.words import VOCABULARY, Words, WordsConfig, tokens

CONFIG = WordsConfig(k=10, shrink=0.5, exponent=2.0)


def playlists(*lists, n_songs=10):
    """Playlists by songs."""
    held = np.zeros((len(lists), n_songs), np.int8)
    for row, songs in enumerate(lists):
        held[row, songs] = 1
    return sparse.csr_array(held)


def ids(nearest) -> list[list[int]]:
    return [nearest.ids[a:b].tolist() for a, b in pairwise(nearest.starts)]


NAMES = ["Late Night", "late night", "Night drive", "GYM", "gym!", "drive", "", "one of a kind"]
HELD = playlists([0, 1], [0, 2], [3, 4], [5, 6], [5, 7], [3, 8], [9], [9])


# --- what a name is made of ---


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café Müller", "cafe muller"),
        ("R&B", "r & b"),
        ("*** GYM ***", "gym"),
        ("l'été", "L’ÉTÉ"),
        ("90s  rock", "90S ROCK"),
        ("ＷＩＤＥ", "wide"),
    ],
)
def test_spelling_does_not_matter(one, other):
    assert tokens(one) == tokens(other) != set()


def test_a_name_is_its_words_and_the_whole():
    assert tokens("Late night drive, late") == {"late", "night", "drive", "=late night drive late"}


@pytest.mark.parametrize("name", ["", "   ", "\t\n"])
def test_a_blank_name_says_nothing(name):
    assert tokens(name) == set()


@pytest.mark.parametrize("name", ["愛の歌", "лето", "❤️", "!!!", "🌧🌧"])
def test_names_in_any_signs_say_something_and_only_of_themselves(name):
    assert tokens(name)
    assert not tokens(name) & tokens("gym")
    words = Words(CONFIG).fit([name, name, "gym", "gym"], playlists([0], [1], [2], [3]))
    assert ids(words.nearest(words.rows([name]))) == [[0, 1]]


@given(st.text(max_size=20))
def test_any_name_can_be_read(name):
    assert all(isinstance(word, str) and word for word in tokens(name))


# --- which names are known ---


def test_a_word_in_one_name_alone_is_not_known():
    words = Words(CONFIG).fit(NAMES, HELD)
    known = words.rows([*NAMES, "unknown", "NIGHT unknown"]).toarray()
    # late, night, =late night, drive, gym, =gym; neither “=drive” nor anything of “one of a kind”.
    assert len(words) == 6
    assert known.sum(1).tolist() == [3, 3, 2, 2, 2, 1, 0, 0, 0, 1]
    assert set(np.unique(known)) == {0, 1}


def test_a_word_counts_once_however_often_a_name_says_it():
    words = Words(CONFIG).fit(["go go go", "stay"], playlists([0], [1]))
    assert len(words) == 0
    words = Words(CONFIG).fit(["go go go", "go"], playlists([0], [1]))
    assert words.rows(["go go"]).toarray().tolist() == [[1]]


# --- whom a name leads to ---


def test_playlists_that_are_called_the_same_are_nearest():
    words = Words(CONFIG).fit(NAMES, HELD)
    asked = words.rows(["late night", "gym", "drive", "something else", ""])
    assert ids(words.nearest(asked)) == [[0, 1, 2], [3, 4], [5, 2], [], []]
    own = np.array([1, 3, -1, -1, -1], np.int32)
    assert ids(words.nearest(asked, own)) == [[0, 2], [4], [5, 2], [], []]


def test_no_more_playlists_are_kept_than_set():
    words = Words(WordsConfig(k=1)).fit(NAMES, HELD)
    assert ids(words.nearest(words.rows(["late night", "drive"]))) == [[0], [5]]


def similarity(asked: set[str], called: set[str], names: list[str]) -> float:
    """The shrunk cosine of two names, each word weighed by how rare it is among all names."""
    every = [tokens(name) & known(names) for name in names]
    n_names, n_words = len(names), sum(map(len, every))
    rarity = {word: math.log1p(n_names / sum(word in one for one in every)) for word in known(names)}
    mean = sum(rarity[word] for one in every for word in one) / n_words
    length = [math.sqrt(sum((rarity[word] / mean) ** 2 for word in one)) for one in (asked, called)]
    shared = sum((rarity[word] / mean) ** 2 for word in asked & called)
    return shared / (length[0] * length[1] + CONFIG.shrink)


def known(names: list[str]) -> set[str]:
    every = [tokens(name) for name in names]
    return {word for one in every for word in one if sum(word in other for other in every) >= 2}


def test_songs_score_by_the_likeness_of_the_names_that_they_stand_under():
    words = Words(CONFIG).fit(NAMES, HELD)
    held = HELD.toarray()
    expected = np.zeros(10)
    for row, name in enumerate(NAMES):
        alike = similarity(tokens("night drive") & known(NAMES), tokens(name) & known(NAMES), NAMES)
        expected += alike**CONFIG.exponent * held[row]
    nearest = words.nearest(words.rows(["night drive"]))
    songs, scores = words.score(nearest, None, 10)
    order = sorted((song for song in range(10) if expected[song]), key=lambda song: (-expected[song], song))
    assert songs[0].tolist() == order + [-1] * (10 - len(order))
    np.testing.assert_allclose(scores[0, : len(order)], expected[order], rtol=1e-5)
    pairs = words.score_pairs(nearest, np.array([0, 10]), np.arange(10, dtype=np.int32))
    np.testing.assert_allclose(pairs.sums, expected, rtol=1e-5, atol=1e-7)


def test_closed_songs_are_left_out():
    words = Words(CONFIG).fit(NAMES, HELD)
    closed = playlists([5, 6])
    assert words.score(words.nearest(words.rows(["gym"])), closed, 3)[0].tolist() == [[7, -1, -1]]


@pytest.mark.parametrize("names", [["", "", ""], ["all", "are", "different"], []])
def test_without_a_word_in_common_nothing_is_found(names, tmp_path):
    held = playlists(*[[0]] * len(names))
    words = Words(CONFIG).fit(names, held)
    words.save(tmp_path)
    for one in (words, Words.load(tmp_path, CONFIG, held)):
        assert len(one) == 0
        nearest = one.nearest(one.rows(["all", ""]))
        assert ids(nearest) == [[], []]
        assert one.score(nearest, None, 3)[0].tolist() == [[-1] * 3] * 2
        assert one.score_pairs(nearest, np.array([0, 1, 1]), np.array([4], np.int32)).sums.tolist() == [0]


# --- on disk ---


def test_saved_words_are_loaded_as_they_were(tmp_path):
    words = Words(CONFIG).fit(NAMES, HELD)
    words.save(tmp_path / "one")
    loaded = Words.load(tmp_path / "one", CONFIG, HELD)
    loaded.save(tmp_path / "other")
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "other" / file.name).read_bytes()
    asked = ["Night", "gym", "nothing"]
    assert (words.rows(asked) != loaded.rows(asked)).nnz == 0
    results = [one.score(one.nearest(one.rows(asked)), None, 5) for one in (words, loaded)]
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("content", [None, b"", b'["gym", "la', b"\xff\xfe", b"5", b'{"gym": 1}'])
def test_a_damaged_vocabulary_is_named(content, tmp_path):
    Words(CONFIG).fit(NAMES, HELD).save(tmp_path)
    path = tmp_path / VOCABULARY
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(NotLearnedError, match="vocabulary") as caught:
        Words.load(tmp_path, CONFIG, HELD)
    assert "earmark learn" in caught.value.remedy


def test_names_that_are_lost_are_missed(tmp_path):
    Words(CONFIG).fit(NAMES, HELD).save(tmp_path)
    assert json.loads((tmp_path / VOCABULARY).read_text())
    (tmp_path / "rows.npy").unlink()
    with pytest.raises(NotLearnedError, match=r"rows\.npy"):
        Words.load(tmp_path, CONFIG, HELD)


def test_nothing_can_be_asked_before_it_is_learned():
    words = Words(CONFIG)
    with pytest.raises(NotLearnedError):
        words.nearest(words.rows(["gym"]))
