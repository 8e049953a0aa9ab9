from __future__ import annotations

import numpy as np
import pytest

from earmark.signals.audio.frames import BANDS, FRAMES_AT_ONCE, HOP, LogMel, mel_filters


def frames_of(samples, cuts=()):
    stream = LogMel()
    return np.concatenate([*(stream.feed(part) for part in np.split(samples, cuts)), stream.finish()])


def sweep_and_buzz():
    time = np.arange(16_000) / 16_000
    sweep = 0.3 * np.sin(2 * np.pi * (200 + 1_500 * time) * time)
    return (sweep + 0.1 * np.sign(np.sin(2 * np.pi * 3_000 * time))).astype(np.float32)


def test_as_librosa_has_it():
    frames = frames_of(sweep_and_buzz())
    assert frames.shape == (63, BANDS)
    assert frames.dtype == np.float32
    # Of librosa 0.11: log10(1 + 10000 melspectrogram(sr=16000, n_fft=512, hop_length=256, n_mels=96)).
    golden = {
        0: [3.6856, 3.2798, 1.7211, 2.584, 2.0349, 1.7138, 1.6707],
        1: [0.3464, 2.922, 1.4763, 2.675, 2.3075, 1.5055, 1.836],
        31: [0.2683, 1.3222, 1.6083, 2.8286, 1.9555, 0.721, 1.7414],
        62: [2.0922, 1.2295, 1.3258, 2.6882, 1.41, 2.4802, 1.5286],
    }
    for at, values in golden.items():
        assert frames[at, [0, 10, 20, 30, 50, 70, 95]] == pytest.approx(values, abs=2e-4)
    assert frames.mean() == pytest.approx(1.6453451, abs=1e-5)
    assert frames.std() == pytest.approx(1.0153726, abs=1e-5)
    filters = mel_filters()
    assert filters.shape == (257, BANDS)
    assert filters[:4, 0] == pytest.approx([0, 0.03199922, 0, 0], abs=1e-7)
    assert filters[filters[:, 40] > 0, 40] == pytest.approx([0.01487791, 0.0148537])


@pytest.mark.parametrize("n", [0, 1, HOP - 1, HOP, HOP + 1, FRAMES_AT_ONCE * HOP, FRAMES_AT_ONCE * HOP + 511])
def test_a_frame_for_each_beginning_of_a_step(n):
    assert len(frames_of(np.ones(n, np.float32))) == n // HOP + 1


def test_how_the_stream_is_cut_changes_no_bit():
    samples = np.random.default_rng(1).standard_normal(300_000).astype(np.float32)
    whole = frames_of(samples)
    assert (frames_of(samples, [1, 300, 301, 65_000, 200_000, 299_999]) == whole).all()


def test_silence_is_nothing():
    assert (frames_of(np.zeros(16_000, np.float32)) == 0).all()


def test_a_tone_is_heard_in_its_own_band():
    samples = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000).astype(np.float32)
    centres = (mel_filters() * np.fft.rfftfreq(512, 1 / 16_000)[:, None]).sum(0) / mel_filters().sum(0)
    assert centres[np.argmax(frames_of(samples)[30])] == pytest.approx(440, abs=30)
