from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from earmark.signals.audio.chroma import (
    N_PLACES,
    SEMITONES,
    PitchConfig,
    Pitches,
    PitchStream,
    Windows,
    magnitudes,
    tuned,
    whitened,
)
from earmark.signals.audio.resampling import RATE

C2 = 36


def tone(midi: float, seconds: float = 4.0, level: float = 0.3) -> np.ndarray:
    hertz = 440 * 2 ** ((midi - 69) / 12)
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def heard(samples: np.ndarray, config: PitchConfig | None = None) -> Pitches:
    return PitchStream(config).feed(samples.astype(np.float32)).pitches()


def test_a_sine_at_full_scale_has_magnitude_one_at_its_place_and_none_far_away():
    (frame,) = magnitudes(tone(69, level=1.0)[None, :8192])
    at = (69 - C2) * 3 + 1
    assert frame.argmax() == at
    assert frame[at] == pytest.approx(1, abs=0.3)
    assert frame[at - 12] < 1e-3 and frame[at + 12] < 1e-3


@pytest.mark.parametrize("midi", range(C2 + 7, C2 + SEMITONES))
def test_a_tone_stands_out_at_its_semitone(midi):
    sums = heard(tone(midi)).windows.sum(0)
    assert sums.argmax() == midi - C2
    assert heard(tone(midi)).chroma.argmax() == midi % 12


@pytest.mark.parametrize("cents", [-45, -30, -10, 0, 10, 30, 45])
def test_the_tuning_is_told_and_taken_out(cents):
    chord = sum(tone(midi + cents / 100) for midi in (48, 60, 64, 67, 72, 76))
    found = heard(chord / 6)
    assert found.tuning == pytest.approx(cents, abs=4)
    in_tune = heard(sum(tone(midi) for midi in (48, 60, 64, 67, 72, 76)) / 6).chroma
    assert np.abs(found.chroma - in_tune).max() < 0.05


def test_of_a_chord_its_notes_stand_out():
    chroma = heard(sum(tone(midi) for midi in (57, 60, 64))).chroma
    assert set(np.argsort(chroma)[-3:]) == {9, 0, 4}
    assert chroma.sum() == pytest.approx(1)
    assert chroma[[9, 0, 4]].sum() > 0.9


def test_what_stands_out_hardly_depends_on_level_or_on_a_tilt_of_the_spectrum():
    chord = sum(tone(midi) for midi in (50, 62, 66, 69, 74)) / 5
    softer = heard(chord * 0.01).chroma
    tilted = heard(np.diff(chord, prepend=0)).chroma
    assert np.abs(heard(chord).chroma - softer).max() < 0.04
    assert np.abs(heard(chord).chroma - tilted).max() < 0.1


def test_a_click_track_leaves_next_to_nothing_of_what_a_chord_leaves():
    clicks = np.zeros(8 * RATE)
    clicks[::8000] = 1
    chord = sum(tone(midi, 8.0) for midi in (57, 60, 64)) / 3
    assert heard(clicks).windows.sum(1).mean() < 0.3 * heard(chord).windows.sum(1).mean()
    with_clicks = heard(chord + 0.3 * clicks).chroma
    assert set(np.argsort(with_clicks)[-3:]) == {9, 0, 4}


def test_noise_has_no_pitch_class():
    noise = np.random.default_rng(3).normal(0, 0.1, 60 * RATE)
    assert heard(noise).chroma == pytest.approx(np.full(12, 1 / 12), abs=0.02)


def test_silence_leaves_zeros():
    found = heard(np.zeros(5 * RATE))
    assert found.windows.shape[1] == SEMITONES and not found.windows.any()
    assert not found.chroma.any() and found.tuning == 0


@pytest.mark.parametrize(("samples", "windows"), [(0, 0), (1, 1), (8191, 1), (8192, 1), (8192 + 3 * 4096, 1),
                                                  (8192 + 5 * 4096, 2), (8192 + 7 * 4096, 2)])  # fmt: skip
def test_how_many_windows_there_are(samples, windows):
    assert len(heard(tone(60, 5.0)[:samples]).windows) == windows


@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_how_the_stream_is_cut_does_not_matter(sizes):
    samples = np.random.default_rng(5).normal(0, 0.1, sum(sizes)).astype(np.float32)
    stream = PitchStream()
    for block in np.split(samples, np.cumsum(sizes)[:-1]):
        stream.feed(block)
    assert stream.pitches().windows.tobytes() == heard(samples).windows.tobytes()


def test_long_recordings_keep_few_windows_and_lose_nothing():
    frames = np.random.default_rng(1).random((1000, N_PLACES)).astype(np.float32)
    windows = Windows(frames=2, most=8)
    windows.add(frames[:333])
    windows.add(frames[333:])
    means = windows.means()
    # 500 windows of 2 frames have become 7 of 128, and one of the rest, which is more than half as long.
    expected = [*frames[: 7 * 128].reshape(7, 128, N_PLACES).mean(1), frames[7 * 128 :].mean(0)]
    np.testing.assert_allclose(means, expected, rtol=1e-5)


def test_the_last_window_counts_if_it_is_half_full():
    frames = np.ones((7, N_PLACES), np.float32)
    windows = Windows(frames=4, most=8)
    windows.add(frames)
    np.testing.assert_array_equal(windows.means(), np.ones((2, N_PLACES)))


def test_whitening_takes_mean_and_spread_of_half_an_octave_around():
    strengths = np.random.default_rng(2).random((3, N_PLACES)).astype(np.float32)
    place = 100
    around = strengths[:, place - 18 : place + 19].astype(float)
    expected = np.maximum(strengths[:, place] - around.mean(1), 0) / (around.std(1) + 1e-4)
    np.testing.assert_allclose(whitened(strengths)[:, place], expected, rtol=1e-4)


def test_a_third_of_a_semitone_up_is_tuned_back():
    windows = np.zeros((2, N_PLACES), np.float32)
    windows[:, 3 * 10 + 2] = 1
    found = tuned(windows)
    assert found.tuning == pytest.approx(100 / 3)
    assert found.windows.argmax(1).tolist() == [10, 10]


@pytest.mark.parametrize("wrong", [{"frames": 0}, {"windows": 7}, {"transform": 3}, {"other": 1}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        PitchConfig(**wrong)
