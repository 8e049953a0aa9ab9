from __future__ import annotations

import numpy as np
import pytest

from earmark.taste.contamination.words import CHILDREN, SLEEP, Vocabulary, most_said, plain


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        (SLEEP, "Deep SLEEP and White-Noise, part 2", ["deep sleep", "white noise"]),
        (SLEEP, "Weißes Rauschen", ["weisses rauschen"]),
        (SLEEP, "Bruit blanc pour bébé", ["bruit blanc"]),
        (SLEEP, "雨の音と波の音", ["雨の音", "波の音"]),
        (SLEEP, "Train to Brainerd", []),
        (CHILDREN, "The Wheels On The Bus", ["wheels on the bus"]),
        (CHILDREN, "Canción de Cuna", ["cancion de cuna"]),
        (CHILDREN, "Колыбельная", ["колыбельная"]),
        (CHILDREN, "자장가 모음", ["자장가"]),
        (CHILDREN, "Kid A · Cold War Kids", []),
    ],
)
def test_whole_words_are_found_in_any_case(words, text, said):
    assert Vocabulary(words).find(plain(text)) == [plain(word) for word in said]


def test_every_word_finds_itself():
    for words in (SLEEP, CHILDREN):
        assert len(set(words)) == len(words)
        vocabulary = Vocabulary(words)
        assert all(vocabulary.find(plain(word)) for word in words)


def test_the_most_said_come_first():
    assert most_said([["rain"], ["noise", "rain"], ["sleep"]], np.array([2, 3, 0])) == ("rain", "noise")
