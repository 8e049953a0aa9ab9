"""Only likely words are shown, each once, and none that no sound can tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.signals.audio.musicnn.published import TAGS
from earmark.signals.audio.tagging import LEAST, NOT_OF_THE_SOUND, shown, unusualness

probabilities = st.lists(st.floats(0, 1, width=32), min_size=50, max_size=50)


def with_tags(**likely: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Probabilities that are tiny but for some tags; underscores stand for spaces."""
    named = {name.replace("_", " "): probability for name, probability in likely.items()}
    assert set(named) <= set(TAGS)
    return np.array([named.get(tag, 0.001) for tag in TAGS], np.float32)


@given(probabilities)
def test_what_is_shown_is_likely_and_in_order(said: list[float]) -> None:
    tags = shown(np.array(said, np.float32))
    names = [tag.name for tag in tags]
    assert len(set(names)) == len(names)
    assert not NOT_OF_THE_SOUND & set(names)
    assert all(tag.confidence >= LEAST for tag in tags)
    confidences = [tag.confidence for tag in tags]
    assert confidences == sorted(confidences, reverse=True)
    likely = {tag for tag, one in zip(TAGS, said, strict=True) if np.float32(one) >= LEAST}
    named = {"female vocalists" if tag == "female vocalist" else tag for tag in likely}
    assert set(names) == named - NOT_OF_THE_SOUND


def test_two_spellings_are_one_word() -> None:
    for one, other in ((0.3, 0.6), (0.6, 0.3)):
        (tag,) = shown(with_tags(female_vocalist=one, female_vocalists=other))
        assert tag.name == "female vocalists"
        assert tag.confidence == pytest.approx(0.6)


def test_it_is_unusual_to_be_metal_but_not_to_be_electronic() -> None:
    unusual = unusualness(with_tags(metal=0.3, electronic=0.3))
    assert unusual["metal"] > 2
    assert -1 < unusual["electronic"] < 1
    assert unusual["jazz"] < 0


def test_certainty_has_a_measure() -> None:
    unusual = unusualness(np.array([0, 1] * 25, np.float32))
    assert np.isfinite(list(unusual.values())).all()
    assert unusual[TAGS[1]] > 3 > -3 > unusual[TAGS[0]]
