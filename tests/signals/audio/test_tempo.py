"""Tempo on sounds that have one by construction, or none; and the model that is shipped."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.errors import EarmarkError
from earmark.signals.audio.frames import LogMel
from earmark.signals.audio.resampling import RATE
from earmark.signals.audio.tempo import FIRST, MODEL, TempoConfig, TempoNet
from earmark.signals.audio.tempogram import N_CHANNELS, N_TEMPI, STEPS_PER_OCTAVE, attacks, tempi, tempograms

Samples = NDArray[np.float32]
ONNX_LIMIT = 100_000


@pytest.fixture(scope="module")
def net() -> TempoNet:
    return TempoNet()


def heard(samples: Samples) -> NDArray[np.float32]:
    frames = LogMel()
    return np.concatenate([frames.feed(samples), frames.finish()])


def stroke(low: float, high: float, seconds: float) -> Samples:
    """A burst of noise between two frequencies that dies away."""
    n = round(0.2 * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(7).normal(size=n))
    hz = np.fft.rfftfreq(n, 1 / RATE)
    noise = np.fft.irfft(spectrum * ((hz > low) & (hz < high)), n)
    return np.asarray(0.4 * noise / np.abs(noise).max() * np.exp(-np.arange(n) / RATE / seconds), np.float32)


def struck(beats: list[tuple[float, Samples]], bpm: float, seconds: float) -> Samples:
    """Strokes at given beats."""
    samples = np.zeros(round((seconds + 1) * RATE), np.float32)
    for beat, sound in beats:
        at = round(beat * 60 / bpm * RATE)
        if at + len(sound) < len(samples):
            samples[at : at + len(sound)] += sound
    return samples[: round(seconds * RATE)]


def clicks(bpm: float, seconds: float = 26.0) -> Samples:
    click = stroke(800, 6000, 0.01)
    return struck([(beat, click) for beat in range(int(seconds * bpm / 60) + 1)], bpm, seconds)


def rock(bpm: float, seconds: float = 26.0) -> Samples:
    """Kick on one and three, snare on two and four, hats on the eighths."""
    kick, snare, hat = stroke(40, 120, 0.06), stroke(200, 5000, 0.06), 0.4 * stroke(5500, 8000, 0.02)
    n_beats = int(seconds * bpm / 60) + 1
    drums = [(float(beat), snare if beat % 2 else kick) for beat in range(n_beats)]
    return struck(drums + [(eighth / 2, hat) for eighth in range(2 * n_beats)], bpm, seconds)


@pytest.mark.parametrize("bpm", [60, 72, 85, 97.5, 110, 120, 133, 147, 160, 174, 188, 200])
def test_the_tempo_of_a_metronome_is_found_within_half_a_percent(net: TempoNet, bpm: float) -> None:
    tempo, strength = net(heard(clicks(bpm)))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.005)
    assert tempo.confidence > 0.5
    assert strength > 0.6


@pytest.mark.parametrize("bpm", [84, 96, 108, 126, 140])
def test_the_beat_is_told_from_its_halves_and_doubles_by_what_drums_play(net: TempoNet, bpm: float) -> None:
    tempo, _ = net(heard(rock(bpm)))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)


@settings(max_examples=8, deadline=None)
@given(bpm=st.floats(60, 100))
def test_at_double_speed_the_tempo_is_double(net: TempoNet, bpm: float) -> None:
    (slow, _), (fast, _) = net(heard(clicks(bpm))), net(heard(clicks(2 * bpm)))
    assert slow is not None
    assert fast is not None
    assert fast.bpm == pytest.approx(2 * slow.bpm, rel=0.01)


@settings(max_examples=8, deadline=None)
@given(level=st.floats(0.02, 1.0))
def test_how_loud_it_is_does_not_change_the_tempo(net: TempoNet, level: float) -> None:
    tempo, _ = net(heard(np.float32(level) * rock(112)))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(112, rel=0.01)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(20 * RATE, np.float32),
        np.random.default_rng(3).normal(0, 0.1, 20 * RATE).astype(np.float32),
        np.asarray(0.3 * np.sin(2 * np.pi * 220 / RATE * np.arange(20 * RATE)), np.float32),
        np.zeros(0, np.float32),
    ],
    ids=["silence", "noise", "drone", "nothing"],
)
def test_what_has_no_beat_has_no_tempo(net: TempoNet, samples: Samples) -> None:
    tempo, strength = net(heard(samples))
    assert tempo is None
    assert strength < 0.1


def test_chords_that_swell_and_never_begin_have_no_tempo(net: TempoNet) -> None:
    seconds = np.arange(20 * RATE) / RATE
    chord = sum(
        0.1 * (1 + 0.3 * np.sin(0.8 * seconds + hz)) * np.sin(2 * np.pi * hz * seconds)
        for hz in (110, 165, 220, 277)
    )
    assert net(heard(np.asarray(chord, np.float32)))[0] is None


def test_strokes_at_random_have_no_beat_beside_a_metronome(net: TempoNet) -> None:
    click, draw = stroke(800, 6000, 0.01), np.random.default_rng(11)
    at_random = struck([(beat, click) for beat in draw.uniform(0, 25, 60)], 60, 26)
    _, none = net(heard(at_random))
    _, clear = net(heard(clicks(130)))
    assert none < 0.2 < 0.6 < clear


def test_other_tempi_are_told_the_likeliest_first_and_differ_from_the_first(net: TempoNet) -> None:
    lenient = TempoNet(TempoConfig(least=0, least_strength=0))
    noise = np.random.default_rng(3).normal(0, 0.1, 20 * RATE).astype(np.float32)
    tempo, _ = lenient(heard(noise))
    assert tempo is not None
    assert len(tempo.others) == 3
    told = [tempo.confidence, *(other.confidence for other in tempo.others)]
    assert sum(told) <= 1
    assert all(abs(other.bpm / tempo.bpm - 1) > 0.02 for other in tempo.others)


def test_the_same_sound_gives_the_same_tempo_to_the_last_bit(net: TempoNet) -> None:
    frames = heard(rock(101))
    assert net(frames) == TempoNet()(frames)


def test_an_octave_faster_is_the_same_tempogram_moved_by_an_octave() -> None:
    of_wave = [
        tempograms(np.tile(1 + np.cos(2 * np.pi * hz * np.arange(800) / 62.5)[:, None], 9).astype(np.float32))
        for hz in (1.0, 2.0)
    ]
    slow, fast = (grams[0, -1] for grams in of_wave)
    assert slow.argmax() == np.abs(tempi() - 60).argmin()
    assert fast.argmax() == slow.argmax() + STEPS_PER_OCTAVE
    assert fast.max() == pytest.approx(slow.max(), rel=0.02)


def test_a_beat_correlates_at_its_tempo_and_not_between() -> None:
    grams = tempograms(attacks(heard(clicks(120))))
    assert grams.shape[1:] == (N_CHANNELS, N_TEMPI)
    beat, between = (np.abs(tempi() - bpm).argmin() for bpm in (120, 80))
    assert grams[:, 8, beat].min() > 0.7
    assert np.abs(grams[:, 8, between]).max() < 0.1


def test_a_model_that_is_none_is_said(tmp_path: Path) -> None:
    for model in (tmp_path / "away.onnx", tmp_path / "broken.onnx"):
        if model.name == "broken.onnx":
            model.write_bytes(b"no model")
        with pytest.raises(EarmarkError, match=model.name):
            TempoNet(model=model)


def test_the_card_tells_of_the_model_that_is_shipped() -> None:
    content = MODEL.read_bytes()
    assert len(content) < ONNX_LIMIT
    card = MODEL.with_suffix(".md").read_text(encoding="utf-8")
    assert re.findall(r"\b[0-9a-f]{64}\b", card) == [hashlib.sha256(content).hexdigest()]
    assert tempi()[FIRST] == pytest.approx(37.8, abs=0.1)
