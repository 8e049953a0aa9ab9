from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import freqz, resample_poly

from earmark.kernels import _core
from earmark.kernels.filters import STOP_DB, filter_bank, half_band, side_by_side
from earmark.kernels.resampling import Resampling

WANTED = 16_000


def noise(channels, n, seed=1):
    return np.random.default_rng(seed).standard_normal((channels, n)).astype(np.float32)


def through(sound, rate, cuts=(), wanted=WANTED):
    resampling = Resampling(rate, wanted)
    parts = [resampling.feed(part) for part in np.split(sound, cuts, axis=1)]
    return np.concatenate([*parts, resampling.finish()])


def db(gains):
    return 20 * np.log10(np.abs(gains) + 1e-12)


def test_channels_are_averaged():
    for channels in (1, 2, 6):
        block, mono = noise(channels, 1_500), np.empty(1_500, np.float32)
        _core.mix_channels(channels, 1_500, block, mono)
        assert mono == pytest.approx(block.mean(axis=0, dtype=np.float64), abs=1e-6)


@pytest.mark.parametrize("n", [1, 31, 32, 512, 513, 2_000])
def test_halving_is_a_convolution_of_which_every_other_sample_is_kept(n):
    weights = half_band(0.13)
    whole = np.zeros(4 * len(weights) - 1)
    whole[1::2][len(weights) - 1] = 0.5
    whole[len(whole) // 2 + 1 :: 2], whole[: len(whole) // 2 : 2] = weights, weights[::-1]
    sound, halved = noise(1, 2 * n + 4 * len(weights) - 3)[0], np.empty(n, np.float32)
    _core.halve_rate(n, len(weights), sound, weights, halved)
    twin = np.convolve(sound.astype(np.float64), whole, "valid")[::2]
    assert halved == pytest.approx(twin, abs=2e-6)


@pytest.mark.parametrize(("up", "down"), [(320, 441), (7, 3), (3, 7), (1, 2)])
@pytest.mark.parametrize("periods", [1, 8, 11])
def test_an_output_is_a_sum_over_the_samples_around_it(up, down, periods):
    filters = filter_bank(up, down, 0.3, 0.36)
    bank = side_by_side(filters, down)
    groups, width, lanes = bank.shape
    sound = noise(1, (periods - 1) * down + (groups - 1) * lanes * down // up + width)[0]
    outputs = np.empty(periods * up, np.float32)
    _core.resample(periods, up, down, width, sound, bank, outputs)
    first = np.arange(periods * up) * down // up
    windows = sound[first[:, None] + np.arange(filters.shape[1])].astype(np.float64)
    twin = (windows * np.tile(filters, (periods, 1))).sum(axis=1)
    assert outputs == pytest.approx(twin, abs=5e-6)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
def test_as_scipy_has_it_where_no_filter_cuts(rate):
    time = np.arange(rate) / rate
    tones = sum(np.sin(2 * np.pi * hz * time + hz) for hz in (50, 440, 1_000, 3_100) if hz < 0.3 * rate) / 4
    found = through(tones[None].astype(np.float32), rate)
    divisor = np.gcd(rate, WANTED)
    witness = resample_poly(tones, WANTED // divisor, rate // divisor, window=("kaiser", 10.0))
    assert len(found) == len(witness) == WANTED
    assert found[1_000:-1_000] == pytest.approx(witness[1_000:-1_000], abs=1e-3)


@pytest.mark.parametrize("rate", [44_100, 48_000, 88_200, 96_000, 192_000, 384_000])
def test_what_passes_passes_whole_and_what_must_not_be_heard_is_ninety_decibels_down(rate):
    """By the response to a click at every place between two outputs."""
    n = 32 * rate // WANTED
    gains = []
    for place in range(0, n, max(1, n // 24)):
        sound = np.zeros((1, rate // 4), np.float32)
        sound[0, rate // 8 + place] = rate / WANTED
        gains.append(np.abs(np.fft.rfft(through(sound, rate), 32_768)))
    hz = np.fft.rfftfreq(32_768, 1 / WANTED)
    # A filter's falling edge reaches a little above half the rate; below 7,200 Hz a click is as it was.
    passes = db(np.array(gains)[:, hz < 7_200])
    assert np.abs(passes).max() < 0.01
    for hz in (8_200, 9_000, 0.3 * rate, 0.45 * rate):
        tone = np.sin(2 * np.pi * hz * np.arange(rate) / rate).astype(np.float32)[None]
        assert db(np.abs(through(tone, rate)[1_000:-1_000]).max()) < -STOP_DB + 3
    tone = np.sin(2 * np.pi * 8_060 * np.arange(rate) / rate).astype(np.float32)[None]
    assert db(np.abs(through(tone, rate)[1_000:-1_000]).max()) < -40


def test_filters_are_symmetric_and_let_a_constant_pass():
    filters = filter_bank(320, 441, 0.3, 0.36)
    assert filters.sum(axis=1) == pytest.approx(np.ones(320), abs=1e-6)
    # The first output falls on a sample; its last tap is where the window has ended.
    assert filters[0, :-1] == pytest.approx(filters[0, -2::-1], abs=1e-7)
    weights = half_band(0.13)
    taps = np.zeros(4 * len(weights) - 1)
    taps[1::2][len(weights) - 1] = 0.5
    taps[len(taps) // 2 + 1 :: 2], taps[: len(taps) // 2 : 2] = weights, weights[::-1]
    cycles, gains = freqz(taps, worN=4_096, fs=1)
    assert np.abs(db(gains[cycles < 0.25 - 0.065])).max() < 0.001
    assert db(gains[cycles > 0.25 + 0.065]).max() < -STOP_DB + 3


@pytest.mark.parametrize("rate", [4_000, 16_000, 22_050, 44_056, 44_100, 47_999, 96_000])
def test_how_the_sound_is_cut_changes_no_bit(rate):
    sound = noise(2, 2 * rate + 17)
    whole = through(sound, rate)
    cuts = [0, 1, 7, 8, 3_000, 3_001, 3_333, rate, rate + 1]
    assert (through(sound, rate, cuts) == whole).all()
    assert (through(sound, rate, range(100, 2 * rate, 1_111)) == whole).all()


@pytest.mark.parametrize("rate", [1_000, 8_000, 11_025, 16_000, 44_056, 44_100, 47_999, 96_000, 192_000])
@pytest.mark.parametrize("n", [0, 1, 2, 441, 5_000, 30_001])
def test_outputs_reach_as_far_as_the_sound(rate, n):
    found = through(np.ones((1, n), np.float32), rate)
    assert len(found) == pytest.approx(n * WANTED / rate, abs=2 + n * WANTED / rate / 8_192)
    if n == 30_001 and rate >= 8_000:
        middle = found[len(found) // 3 : -len(found) // 3]
        assert middle == pytest.approx(np.ones(len(middle)), abs=1e-5)


@pytest.mark.parametrize("rate", [44_056, 47_977, 47_999, 37_799, 7_999, 96_001])
def test_a_rate_without_a_short_fraction_drifts_by_less_than_a_fifth_of_a_cent(rate):
    click = np.zeros((1, 20 * rate), np.float32)
    click[0, 19 * rate] = 1
    drift = np.argmax(through(click, rate)) / (19 * WANTED)
    assert abs(1_200 * np.log2(drift)) < 0.22


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="float32"):
        Resampling(44_100, WANTED).feed(np.zeros((1, 10)))
    with pytest.raises(ValueError, match="two dimensions"):
        Resampling(44_100, WANTED).feed(np.zeros(10, np.float32))
    floats = np.zeros(100, np.float32)
    with pytest.raises(ValueError, match="no channels"):
        _core.mix_channels(0, 10, floats, floats.copy())
    with pytest.raises(ValueError, match="block"):
        _core.mix_channels(2, 51, floats, np.zeros(51, np.float32))
    with pytest.raises(ValueError, match="no such filter"):
        _core.halve_rate(10, 17, floats, floats, floats.copy())
    with pytest.raises(ValueError, match="sound"):
        _core.halve_rate(50, 4, floats, floats, floats.copy())
    with pytest.raises(ValueError, match="no periods"):
        _core.resample(0, 1, 1, 1, floats, floats, floats.copy())
    with pytest.raises(ValueError, match="sound"):
        _core.resample(10, 8, 9, 20, floats, np.zeros(160, np.float32), floats.copy())
    with pytest.raises(ValueError, match="bank"):
        _core.resample(1, 9, 9, 20, floats, np.zeros(160, np.float32), floats.copy())
