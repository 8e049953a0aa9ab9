from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from tests.signals.audio.sounds import tone

from earmark.signals.audio.loudness import LoudnessMeter

RATE = 48_000
STEREO = ("FL", "FR")


def measured(sound, rate=RATE, speakers=STEREO):
    meter = LoudnessMeter(rate, speakers)
    for at in range(0, sound.shape[1], 65_536):
        meter.feed(sound[:, at : at + 65_536])
    return meter


def tones(*parts, channels=2, rate=RATE):
    """A sine of 1 kHz at each level in dBFS for so many seconds."""
    levels = np.repeat([10 ** (level / 20) for level, _ in parts], [round(rate * s) for _, s in parts])
    sine = np.sin(2 * np.pi * 1_000 * np.arange(len(levels)) / rate)
    return np.repeat((levels * sine)[None], channels, axis=0).astype(np.float32)


@pytest.mark.parametrize(
    ("parts", "loudness"),
    [
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
)
def test_the_cases_of_ebu_tech_3341(parts, loudness):
    assert measured(tones(*parts)).integrated() == pytest.approx(loudness, abs=0.1)


def test_the_case_of_ebu_tech_3341_in_five_channels():
    sound = np.concatenate([tones((level, 20), channels=1) for level in (-28, -28, -24, -30, -30)])
    for sides in (("SL", "SR"), ("BL", "BR")):
        assert measured(sound, speakers=("FL", "FR", "FC", *sides)).integrated() == pytest.approx(
            -23, abs=0.1
        )


@pytest.mark.parametrize(
    ("parts", "loudness_range"),
    [
        ([(-20, 20), (-30, 20)], 10),
        ([(-20, 20), (-15, 20)], 5),
        ([(-40, 20), (-20, 20)], 20),
        ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15),
    ],
)
def test_the_cases_of_ebu_tech_3342(parts, loudness_range):
    assert measured(tones(*parts)).range() == pytest.approx(loudness_range, abs=1)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000, 192_000])
def test_every_rate_measures_alike(rate):
    assert measured(tones((-23, 5), rate=rate), rate).integrated() == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (44_100, 1), (44_100, 5)])
def test_as_pyloudnorm_has_it(rate, channels):
    random = np.random.default_rng(channels)
    swell = 0.02 + 0.3 * np.sin(np.arange(12 * rate) / rate) ** 2
    sound = (swell * random.standard_normal((channels, 12 * rate)) * 0.3).astype(np.float32)
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    speakers = ("FL", "FR", "FC", "SL", "SR")[:channels]
    assert measured(sound, rate, speakers).integrated() == pytest.approx(
        meter.integrated_loudness(sound.T.astype(np.float64)), abs=0.02
    )


def test_low_effects_do_not_count_and_backs_count_less_where_there_are_sides():
    sound = np.concatenate([tones((-23, 5)), tones((0, 5), channels=1)])
    assert measured(sound, speakers=("FL", "FR", "LFE")).integrated() == pytest.approx(-23, abs=0.1)
    eight = ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR")
    alone = {}
    for name in ("FL", "BL", "SL"):
        sound = np.zeros((8, RATE), np.float32)
        sound[eight.index(name)] = tones((-20, 1), channels=1)
        alone[name] = measured(sound, speakers=eight).integrated()
    assert alone["BL"] == pytest.approx(alone["FL"])
    assert alone["SL"] == pytest.approx(alone["FL"] + 10 * np.log10(1.41))


def test_silence_and_what_is_too_short_have_no_loudness():
    for sound in (np.zeros((2, 10 * RATE), np.float32), tones((-71, 10)), tones((-10, 0.399))):
        assert measured(sound).integrated() is None
        assert measured(sound).range() is None
    assert LoudnessMeter(RATE, STEREO).integrated() is None
    assert measured(tones((-10, 0.401))).integrated() == pytest.approx(-10, abs=0.2)
    assert measured(tones((-10, 2.9))).range() is None
    assert measured(tone(100, rate=2_000, channels=2), 2_000).integrated() is None
