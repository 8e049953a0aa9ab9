"""Shares lie where the tags point, and mood words where the shares do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.music.sound import Share
from earmark.signals.audio.embedding import Embedded
from earmark.signals.audio.mood import ACOUSTIC, AROUSAL, CIRCLE, VALENCE, Axis, describe, moods
from earmark.signals.audio.musicnn.published import TAGS

VECTOR = np.ones(1, np.float32)


def heard(*likely: str) -> Embedded:
    """As of a recording on which these tags are likely, and others hardly."""
    assert set(likely) <= set(TAGS)
    return Embedded(VECTOR, np.array([0.4 if tag in likely else 0.02 for tag in TAGS], np.float32))


@pytest.mark.parametrize("axis", [ACOUSTIC, VALENCE, AROUSAL])
def test_axes_are_of_tags_and_rise_from_one_end_to_the_other(axis: Axis) -> None:
    assert set(axis.high) | set(axis.low) <= set(TAGS)
    assert not set(axis.high) & set(axis.low)
    shares = [
        axis.share(dict.fromkeys(TAGS, 0.0) | dict.fromkeys(axis.high, size)) for size in (-2.0, 0.0, 2.0)
    ]
    assert shares[0] < 0.1 < shares[1] == 0.5 < 0.9 < shares[2]


def test_tags_tell() -> None:
    song, club, drone = (
        heard("folk", "acoustic", "country"),
        heard("dance", "house", "party"),
        heard("ambient", "sad"),
    )
    by_ear = [describe(one, None) for one in (song, club, drone)]
    acoustic = [one.acousticness or 0 for one in by_ear]
    assert acoustic[0] > 0.8 > 0.3 > acoustic[1]
    arousal = [one.arousal or 0 for one in by_ear]
    assert arousal[1] > 0.8 > 0.4 > arousal[2]
    assert (by_ear[0].valence or 0) > 0.6 > 0.4 > (by_ear[2].valence or 0)
    assert [tag.name for tag in by_ear[2].tags] == ["ambient", "sad"]
    assert all(one.instrumentalness is None for one in by_ear)


def test_energy_is_half_of_arousal() -> None:
    tags_alone = describe(heard("rock"), None).arousal
    assert tags_alone is not None
    assert describe(heard("rock"), Share(0.1)).arousal == pytest.approx((tags_alone + 0.1) / 2)


def test_without_tags_nothing_is_said() -> None:
    said = describe(Embedded(VECTOR, None), Share(0.9))
    assert (said.acousticness, said.valence, said.arousal, said.moods, said.tags) == (
        None,
        None,
        None,
        (),
        (),
    )


def test_of_tags_that_are_not_true_enough_no_valence_is_told() -> None:
    tags = heard("happy", "party", "country").tags
    sure, unsure = (
        describe(Embedded(VECTOR, tags, tells_valence=tells), Share(0.9)) for tells in (True, False)
    )
    assert sure.moods[0] in {"glad", "lively"}
    assert (unsure.valence, unsure.moods) == (None, ())
    assert (unsure.arousal, unsure.tags) == (sure.arousal, sure.tags)


@pytest.mark.parametrize(
    ("valence", "arousal", "expected"),
    [
        (0.5, 0.5, ()),
        (1.0, 0.55, ("glad", "lively")),
        (0.55, 0.9, ("stirring", "lively")),
        (0.1, 0.1, ("sad", "calm")),
        (0.05, 0.95, ("tense", "dark")),
        (0.7, 0.45, ()),
    ],
)
def test_moods_are_read_off_the_circle(valence: float, arousal: float, expected: tuple[str, ...]) -> None:
    assert moods(valence, arousal) == expected


@given(st.floats(0, 1), st.floats(0, 1))
def test_moods_are_neighbours(valence: float, arousal: float) -> None:
    found = moods(valence, arousal)
    assert len(found) <= 2
    if len(found) == 2:
        assert (CIRCLE.index(found[0]) - CIRCLE.index(found[1])) % 8 in {1, 7}
