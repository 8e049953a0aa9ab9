from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.errors import EarmarkError
from earmark.music.sound import TONICS, Key, Mode
from earmark.signals.audio.chroma import SEMITONES, Pitches, PitchStream
from earmark.signals.audio.key import MODEL, SHA256, KeyConfig, KeyNet
from earmark.signals.audio.resampling import RATE

CAMELOT = {
    "A♭ minor": "1A", "E♭ minor": "2A", "B♭ minor": "3A", "F minor": "4A", "C minor": "5A", "G minor": "6A",
    "D minor": "7A", "A minor": "8A", "E minor": "9A", "B minor": "10A", "F♯ minor": "11A", "D♭ minor": "12A",
    "B major": "1B", "F♯ major": "2B", "D♭ major": "3B", "A♭ major": "4B", "E♭ major": "5B", "B♭ major": "6B",
    "F major": "7B", "C major": "8B", "G major": "9B", "D major": "10B", "A major": "11B", "E major": "12B",
}  # fmt: skip
"""As printed on the wheel (Mixed In Key, "Camelot wheel")."""
MAJOR_SCALE, MINOR_SCALE = (0, 2, 4, 5, 7, 9, 11, 12), (0, 2, 3, 5, 7, 8, 11, 12)
CADENCES = {
    Mode.MAJOR: ((0, 4, 7), (5, 9, 12), (7, 11, 14, 17), (0, 4, 7)),
    Mode.MINOR: ((0, 3, 7), (5, 8, 12), (7, 11, 14, 17), (0, 3, 7)),
}
"""I IV V7 I and i iv V7 i, in semitones above the tonic."""
ALL_KEYS = [(tonic, mode) for mode in Mode for tonic in range(12)]


@cache
def net() -> KeyNet:
    return KeyNet()


@cache
def note(midi: float, seconds: float) -> np.ndarray:
    """A plucked tone of eight partials."""
    times = np.arange(int(seconds * RATE)) / RATE
    hertz = 440 * 2 ** ((midi - 69) / 12)
    partials = sum(
        np.sin(2 * np.pi * hertz * n * times) / n**1.2 for n in range(1, 9) if hertz * n < RATE / 2
    )
    return partials * np.exp(-1.5 * times) * np.minimum(1, times * 200)


def sounding(notes: list[tuple[float, float, float]]) -> Pitches:
    """What is heard of notes: start (s), length (s), MIDI number."""
    sound = np.zeros(int(max(start + length for start, length, _ in notes) * RATE) + 1)
    for start, length, midi in notes:
        played = note(midi, length)
        sound[int(start * RATE) :][: len(played)] += played
    return PitchStream().feed((sound / np.abs(sound).max() / 2).astype(np.float32)).pitches()


@cache
def piece(tonic: float, mode: Mode, rounds: int = 2) -> Pitches:
    """A cadence in chords with their roots in the bass, under the scale up and down."""
    scale = MAJOR_SCALE if mode is Mode.MAJOR else MINOR_SCALE
    melody = [*scale, *scale[::-1]]
    notes = []
    for turn in range(rounds):
        for place, chord in enumerate(CADENCES[mode]):
            start = turn * 6.4 + place * 1.6
            notes += [(start, 1.6, 48 + tonic + step) for step in chord]
            notes.append((start, 1.6, 36 + tonic + chord[0]))
        notes += [(turn * 6.4 + place * 0.4, 0.4, 72 + tonic + step) for place, step in enumerate(melody)]
    return sounding(notes)


@pytest.mark.parametrize(("tonic", "mode"), ALL_KEYS)
def test_a_cadence_under_a_scale_is_in_its_key(tonic, mode):
    found = net()(piece(tonic, mode))
    assert found is not None
    assert (found.tonic, found.mode) == (tonic, mode)
    assert found.confidence > 0.5


@pytest.mark.parametrize(("tonic", "mode"), ALL_KEYS[::5])
def test_a_scale_alone_that_comes_home_is_in_its_key(tonic, mode):
    scale = MAJOR_SCALE if mode is Mode.MAJOR else MINOR_SCALE
    melody = [*scale, *scale[-2::-1], 0, 4 if mode is Mode.MAJOR else 3, 7, 12, 0]
    steps = [step for _ in range(2) for step in melody]
    notes = [
        (place * 0.5, 0.9 if step in (0, 12) else 0.5, 60 + tonic + step) for place, step in enumerate(steps)
    ]
    found = net()(sounding(notes))
    assert found is not None
    assert (found.tonic, found.mode) == (tonic, mode)


@pytest.mark.parametrize("cents", [-40, -20, 20, 40])
def test_a_piece_out_of_tune_is_in_the_same_key(cents):
    found = net()(piece(9 + cents / 100, Mode.MINOR))
    assert found is not None and found.name == "A minor"


@given(st.sampled_from(Mode), st.integers(-6, 6), st.floats(0.8, 1.25), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_what_is_moved_by_semitones_moves_the_answer(mode, semitones, gain, seed):
    heard = piece(6, mode).windows
    # Whichever parts of the piece are heard, and however much they stand out.
    some = heard[np.random.default_rng(seed).random(len(heard)) < 0.8] * np.float32(gain)
    moved = np.zeros_like(some)
    moved[:, max(0, semitones) : SEMITONES + min(0, semitones)] = some[
        :, max(0, -semitones) : SEMITONES - max(0, semitones)
    ]
    here, there = net()(Pitches(some, 0.0)), net()(Pitches(moved, 0.0))
    assert here is not None and there is not None
    assert ((there.tonic - here.tonic) % 12, there.mode) == (semitones % 12, here.mode)


@pytest.mark.parametrize("semitones", range(1, 12))
def test_a_piece_moved_by_semitones_moves_its_key(semitones):
    here, there = net()(piece(0, Mode.MAJOR)), net()(piece(semitones, Mode.MAJOR))
    assert here is not None and there is not None
    assert (there.tonic - here.tonic) % 12 == semitones
    assert there.mode is here.mode


def told(sound: np.ndarray) -> Key | None:
    return net()(PitchStream().feed(sound.astype(np.float32)).pitches())


def test_silence_has_no_key():
    assert told(np.zeros(20 * RATE)) is None


def test_too_little_has_no_key():
    assert told(np.zeros(0)) is None
    assert told(note(60, 1.0)) is None


def test_noise_has_no_key():
    assert told(np.random.default_rng(1).normal(0, 0.1, 20 * RATE)) is None


def test_drums_have_no_key():
    random = np.random.default_rng(2)
    sound = np.zeros(20 * RATE)
    for number, at in enumerate(range(0, len(sound) - 8000, 4000)):
        fall = np.exp(-np.arange(8000) / (600 if number % 2 else 1500))
        if number % 4 == 0:
            sweep = 2 * np.pi * np.cumsum(45 + 90 * np.exp(-np.arange(8000) / 500)) / RATE
            sound[at : at + 8000] += np.sin(sweep) * fall
        else:
            sound[at : at + 8000] += random.normal(0, 0.3, 8000) * fall
    assert told(sound * 0.3) is None


def test_all_twelve_alike_have_no_key_or_a_doubtful_one():
    random = np.random.default_rng(4)
    notes = [(place * 0.25, 0.5, float(48 + random.permutation(36)[0])) for place in range(120)]
    found = net()(sounding(notes))
    assert found is None or found.confidence < 0.5


@pytest.mark.parametrize(("tonic", "mode"), ALL_KEYS)
def test_the_camelot_wheel_is_as_printed(tonic, mode):
    key = Key(tonic, mode, 1.0)
    assert key.camelot == CAMELOT[key.name]
    assert len({Key(t, m, 1.0).camelot for t, m in ALL_KEYS}) == 24


def test_least_confidence_is_a_setting():
    doubtful = piece(0, Mode.MAJOR)
    sure = net()(doubtful)
    assert sure is not None
    above = KeyNet(KeyConfig(least=min(1.0, sure.confidence + 1e-6)))
    assert above(doubtful) is None or sure.confidence == 1


def test_probabilities_sum_to_one_and_are_the_same_each_time():
    pitches = piece(3, Mode.MINOR, 1)
    first = net().probabilities(pitches)
    assert first.shape == (2 * len(TONICS) + 1,)
    assert first.sum() == pytest.approx(1, abs=1e-5)
    assert KeyNet().probabilities(pitches).tobytes() == first.tobytes()


def test_the_model_is_the_one_its_card_describes():
    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert digest == SHA256 == net().version
    assert digest in MODEL.with_suffix(".md").read_text(encoding="utf-8")
    assert MODEL.stat().st_size < 100_000


def test_a_missing_model_is_told(tmp_path):
    with pytest.raises(EarmarkError, match=r"away\.onnx.*cannot be opened") as told:
        KeyNet(model=tmp_path / "away.onnx")
    assert "install Earmark" in told.value.remedy


def test_a_damaged_model_is_told(tmp_path):
    damaged = tmp_path / "key.onnx"
    damaged.write_bytes(MODEL.read_bytes()[:100])
    with pytest.raises(EarmarkError, match=r"key\.onnx"):
        KeyNet(model=damaged)
