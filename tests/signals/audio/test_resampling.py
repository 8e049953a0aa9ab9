from __future__ import annotations

import numpy as np
import pytest
from tests.signals.audio.sounds import spectrum_peak, tone

from earmark.signals.audio.resampling import RATE, Resampler


def through(sound, rate, cuts=()):
    resampler = Resampler(rate)
    parts = [resampler.feed(part) for part in np.split(sound, cuts, axis=1)]
    return np.concatenate([*parts, resampler.finish()])


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_tone_keeps_its_pitch_its_level_and_its_length(rate):
    samples = through(tone(1_000, rate=rate, seconds=2), rate)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(2 * RATE, abs=2)
    assert spectrum_peak(samples[:RATE], RATE) == 1_000
    assert np.sqrt(np.mean(samples[1_000:-1_000] ** 2)) == pytest.approx(0.5 / 2**0.5, rel=1e-3)


def test_what_lies_above_eight_kilohertz_is_taken_out_and_not_folded_down():
    samples = through(tone(10_000, rate=44_100, seconds=1), 44_100)
    assert np.abs(samples[1_000:-1_000]).max() < 1e-4


def test_a_click_stays_where_it_was():
    sound = np.zeros((1, 44_100), np.float32)
    sound[0, 22_050] = 1
    assert np.argmax(np.abs(through(sound, 44_100))) == RATE // 2


def test_channels_are_averaged():
    sound = tone(channels=2, rate=16_000)
    sound[1] = 0
    assert through(sound, 16_000) == pytest.approx(sound[0] / 2)


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_how_the_stream_is_cut_changes_no_bit(rate):
    sound = np.random.default_rng(1).standard_normal((2, rate)).astype(np.float32)
    whole = through(sound, rate)
    assert (through(sound, rate, [1, 7, 8_000, 8_001, 30_000]) == whole).all()
