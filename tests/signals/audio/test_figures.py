from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter
from tests.signals.audio.sounds import tone

from earmark.music.sound import Bpm, Lufs, Share, Tempo
from earmark.signals.audio.excerpt import windows_of
from earmark.signals.audio.figures import brightness, danceability, energy
from earmark.signals.audio.frames import LogMel

RATE = 16_000


def windows(sound):
    stream = LogMel()
    return windows_of(np.concatenate([stream.feed(sound.astype(np.float32)), stream.finish()]))


def white(seconds=9, seed=1):
    return 0.1 * np.random.default_rng(seed).standard_normal(RATE * seconds)


def pink():
    """White noise through Kellet's filter: 3 dB less for each octave."""
    return (
        lfilter([0.049922, -0.095994, 0.050613, -0.004409], [1, -2.494956, 2.017266, -0.522189], white()) * 5
    )


def pulses(per_second, level=0.3, seconds=9):
    """Short bursts of noise."""
    time = np.arange(RATE * seconds) / RATE
    return level * np.exp(-((time * per_second) % 1) / per_second * 60) * white(seconds) * 10


def test_white_noise_has_its_middle_in_the_middle_and_pink_noise_lower():
    assert brightness(windows(white())) == pytest.approx(0.5, abs=0.02)
    assert 0.3 < brightness(windows(pink())) < 0.45


def test_a_tone_is_as_bright_as_its_band():
    found = [brightness(windows(tone(hz, rate=RATE, seconds=5)[0])) for hz in (100, 400, 1_600, 6_400)]
    assert found == sorted(found)
    assert found[0] < 0.1
    assert found[-1] > 0.8


def test_brightness_does_not_ask_how_loud():
    assert brightness(windows(0.03 * pink())) == pytest.approx(brightness(windows(pink())), abs=0.03)


def test_what_lies_high_and_is_taken_away_makes_it_darker():
    mixed = pink() + tone(5_000, rate=RATE, seconds=9, level=0.2)[0]
    smoothed = lfilter([0.1], [1, -0.9], mixed)
    assert brightness(windows(smoothed)) < brightness(windows(mixed)) - 0.1


def test_louder_denser_more_sharply_attacked_and_brighter_is_more_energetic():
    few, many = windows(pulses(1)), windows(pulses(6))
    assert energy(many, Lufs(-15)) > energy(few, Lufs(-15)) + 0.1
    assert energy(windows(3 * pulses(1)), Lufs(-9)) > energy(few, Lufs(-18.5)) + 0.03
    held = tone(440, rate=RATE, seconds=9)[0]
    assert energy(windows(held), Lufs(-15)) < 0.15
    struck = held * (0.1 + np.exp(-(np.arange(len(held)) / RATE * 4 % 1) * 8))
    assert energy(windows(struck), Lufs(-15)) > energy(windows(held), Lufs(-15)) + 0.05
    bright = held + 0.2 * tone(5_000, rate=RATE, seconds=9)[0]
    assert energy(windows(bright), Lufs(-15)) > energy(windows(held), Lufs(-15))


def test_what_lies_farther_out_than_three_spreads_counts_as_three():
    loud = windows(pulses(6))
    assert energy(loud, Lufs(-70)) > 0
    assert energy(windows(np.sign(pulses(8))), Lufs(0)) < 1


def test_of_silence_and_of_less_than_a_second_nothing_is_said():
    silent, short = windows(np.zeros(RATE * 9)), windows(white()[:10_000])
    assert brightness(silent) is brightness(short) is None
    assert energy(silent, None) is energy(short, Lufs(-10)) is None


def test_feet_like_a_clear_sure_beat_at_a_walking_tempo():
    def dance(bpm, confidence=0.9, strength=0.6):
        return danceability(Tempo(Bpm(bpm), Share(confidence)), strength)

    assert danceability(Tempo(Bpm(118), Share(1.0)), 0.7) == pytest.approx(1)
    assert dance(60) < dance(90) < dance(118) > dance(150) > dance(200)
    assert dance(59) == pytest.approx(dance(236))
    assert dance(118, confidence=0.4) < dance(118)
    assert dance(118, strength=0.2) < dance(118) < dance(118, strength=0.7) == dance(118, strength=1.0)
    assert danceability(None, 0.6) == 0
