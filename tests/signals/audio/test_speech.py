from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter
from tests.signals.audio.sounds import tone
from tests.signals.audio.test_figures import RATE, windows

from earmark.signals.audio.speech import speechiness


def syllables(seconds=20, seed=3):
    """What has the manner of speech: buzzes through two changing resonances, hisses, and pauses."""
    random = np.random.default_rng(seed)
    parts = []
    while sum(map(len, parts)) < seconds * RATE:
        if random.random() < 0.15:
            parts.append(np.zeros(int(random.uniform(0.15, 0.5) * RATE)))
        hiss = random.standard_normal(int(random.uniform(0.05, 0.1) * RATE))
        parts.append(0.05 * lfilter([1, -0.95], [1], hiss))
        n = int(random.uniform(0.08, 0.2) * RATE)
        buzz = np.zeros(n)
        buzz[:: int(RATE / random.uniform(90, 160))] = 1
        for low, high in ((300, 900), (900, 2_500)):
            turn = 2 * np.pi * random.uniform(low, high) / RATE
            buzz = lfilter([1], [1, -2 * 0.97 * np.cos(turn), 0.97**2], buzz)
        parts.append(0.1 * buzz / np.abs(buzz).max() * np.hanning(n))
    return np.concatenate(parts)[: seconds * RATE]


def chords(seconds=20):
    """Notes held for half a second over a drum."""
    time = np.arange(RATE * seconds) / RATE
    root = 220 * 2 ** (np.array([0, 5, 7, 0])[(time * 2).astype(int) % 4] / 12)
    phase = 2 * np.pi * np.cumsum(root) / RATE
    drum = np.exp(-((time * 2) % 1) * 20) * np.random.default_rng(1).standard_normal(len(time))
    return 0.1 * (np.sin(phase) + np.sin(1.26 * phase) + np.sin(1.5 * phase)) + 0.1 * drum


def test_speech_is_told_from_music_and_half_of_it_is_half():
    speech, music = syllables(), chords()
    assert speechiness(windows(speech)) > 0.9
    assert speechiness(windows(music)) < 0.1
    assert speechiness(windows(np.concatenate([speech, music]))) == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("gain", [0.1, 0.5, 3])
def test_it_does_not_ask_how_loud(gain):
    for sound in (syllables(), chords()):
        assert speechiness(windows(gain * sound)) == pytest.approx(speechiness(windows(sound)), abs=0.1)


def test_a_tone_and_noise_are_no_speech_and_of_silence_nothing_is_said():
    assert speechiness(windows(tone(rate=RATE, seconds=9)[0])) < 0.01
    assert speechiness(windows(0.1 * np.random.default_rng(1).standard_normal(RATE * 9))) < 0.1
    assert speechiness(windows(np.zeros(RATE * 9))) is None
    assert speechiness(windows(syllables()[:8_000])) is None


def test_silence_around_speech_does_not_count():
    quiet = np.zeros(RATE * 60)
    assert speechiness(windows(np.concatenate([quiet, syllables(), quiet]))) > 0.8
