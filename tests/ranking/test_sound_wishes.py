from __future__ import annotations

import numpy as np
import pytest
from tests.tables import tables

from earmark.errors import UnfitError
from earmark.ranking.sound import Sounds
from earmark.ranking.sound_wishes import MOODS, Wishes
from earmark.signals.collaborative.columns import Columns

SONGS = range(1, 10)
COLUMNS = Columns.of(tables.songs({song: song for song in SONGS}))


def sounds(**figures: list[float | None]) -> Sounds:
    """Nine songs, in the order of their numbers, of these figures."""
    rows = {song: ([float(song)], {name: told[song - 1] for name, told in figures.items()}) for song in SONGS}
    return Sounds.of(tables.sounds(rows), COLUMNS)


def met(wishes: Wishes, heard: Sounds) -> list[int]:
    return sorted(COLUMNS.songs[heard.columns[wishes.met_by(heard)]].tolist())


TEMPI = sounds(tempo=[60, 80, 100, 120, 140, 160, None, None, 200])


@pytest.mark.parametrize(
    ("wishes", "songs"),
    [
        (Wishes(), list(SONGS)),
        (Wishes(slowest=100), [3, 4, 5, 6, 9]),
        (Wishes(fastest=99), [1, 2]),
        (Wishes(slowest=80.5, fastest=140.5), [3, 4, 5]),
        (Wishes(slowest=201), []),
    ],
)
def test_a_tempo_is_met_by_what_is_known_to_have_it(wishes: Wishes, songs: list[int]) -> None:
    assert met(wishes, TEMPI) == songs


@pytest.mark.parametrize("mood", MOODS)
def test_a_mood_is_the_third_that_has_most_of_it(mood: str) -> None:
    name, end = MOODS[mood]
    heard = sounds(**{name: [song / 10 for song in SONGS]})
    assert met(Wishes(moods=(mood,)), heard) == ([7, 8, 9] if end > 0 else [1, 2, 3])


def test_all_moods_are_to_be_met_and_what_is_unknown_meets_none() -> None:
    energy = [0.9, 0.8, 0.7, 0.2, 0.1, 0.1, 0.1, 0.1, None]
    valence = [0.1, 0.9, 0.8, 0.9, 0.1, 0.1, 0.1, 0.1, 0.9]
    heard = sounds(energy=energy, valence=valence)
    assert met(Wishes(moods=("energetic", "happy")), heard) == [2]


def test_wishes_that_cannot_be_are_refused() -> None:
    with pytest.raises(UnfitError, match="slower"):
        Wishes(slowest=120, fastest=100).met_by(TEMPI)
    with pytest.raises(UnfitError, match="'grumpy'"):
        Wishes(moods=("grumpy",)).met_by(TEMPI)
    with pytest.raises(UnfitError, match="sad"):
        Wishes(moods=("sad",)).met_by(TEMPI)
    assert np.isnan(TEMPI.figures).any()
