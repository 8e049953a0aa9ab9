from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import freqz, lfilter

from earmark.kernels import _core
from earmark.kernels.loudness import KWeighted, k_weighting


def twin(sound, rate, weights):
    """The definition: both filters in double precision, squares, means over whole tenths of a second."""
    c = k_weighting(rate)
    shelved = lfilter(c[:3], [1, *c[3:5]], sound.astype(np.float64), axis=1)
    weighted = lfilter([1, -2, 1], [1, *c[5:]], shelved, axis=1)
    power = (np.array(weights)[:, None] * weighted**2).sum(axis=0)
    step = np.arange(sound.shape[1]) * 10 // rate
    means = np.bincount(step, power) / np.bincount(step)
    return means[:-1] if sound.shape[1] * 10 % rate else means


def noise(channels, n, seed=1):
    return np.random.default_rng(seed).standard_normal((channels, n)).astype(np.float32)


def test_the_coefficients_are_those_of_the_recommendation():
    assert k_weighting(48_000) == pytest.approx(
        [
            *(1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585),
            *(-1.99004745483398, 0.99007225036621),
        ],
        abs=1e-12,
    )


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
def test_every_rate_hears_alike(rate):
    hz = np.array([20, 50, 100, 500, 1_000, 2_000])

    def response(rate):
        c = k_weighting(rate)
        gains = [freqz(c[:3], [1, *c[3:5]], hz, fs=rate), freqz([1, -2, 1], [1, *c[5:]], hz, fs=rate)]
        return 20 * np.log10(np.abs(gains[0][1] * gains[1][1]))

    # The bilinear transform bends what lies near half the rate.
    assert response(rate) == pytest.approx(response(48_000), abs=0.05 if rate > 40_000 else 0.5)


@pytest.mark.parametrize(
    ("rate", "channels", "n"),
    [(48_000, 1, 48_000), (44_100, 2, 44_100), (11_025, 3, 20_000), (8_000, 5, 8_001), (192_000, 6, 40_000)],
)
def test_the_energies_are_those_of_the_definition(rate, channels, n):
    weights = np.linspace(0, 1.41, channels) if channels > 1 else [1.0]
    sound = noise(channels, n)
    assert KWeighted(rate, weights).feed(sound) == pytest.approx(twin(sound, rate, weights), rel=1e-9)


@pytest.mark.parametrize("rate", [11_025, 44_100])
def test_how_the_sound_is_cut_changes_no_bit(rate):
    sound = noise(3, 2 * rate)
    whole = KWeighted(rate, [1, 1, 1]).feed(sound)
    meter = KWeighted(rate, [1, 1, 1])
    cuts = [0, 1, 7, 4_409, 4_411, 9_000, 9_000, 20_000]
    parts = [meter.feed(part) for part in np.split(sound, cuts, axis=1)]
    assert np.concatenate(parts) == pytest.approx(whole, rel=1e-12)
    assert len(np.concatenate(parts)) == 20


def test_a_view_of_other_sound_is_read_as_it_looks():
    sound = noise(2, 9_600)
    meant = KWeighted(48_000, [1, 1]).feed(np.ascontiguousarray(sound[:, ::2]))
    assert (KWeighted(48_000, [1, 1]).feed(sound[:, ::2]) == meant).all()


def test_long_silence_after_sound_ends_in_nothing_at_all():
    meter = KWeighted(48_000, [1])
    meter.feed(noise(1, 48_000))
    assert meter.feed(np.zeros((1, 48_000 * 20), np.float32))[-1] == 0


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="4000 samples a second"):
        KWeighted(3_999, [1])
    meter = KWeighted(48_000, [1, 1])
    with pytest.raises(ValueError, match="2 channels"):
        meter.feed(noise(1, 100))
    with pytest.raises(ValueError, match="float32"):
        meter.feed(noise(2, 100).astype(np.float64))
    arrays = [noise(2, 100), np.zeros(7), np.ones(2), np.zeros((2, 6)), np.zeros(1)]
    with pytest.raises(ValueError, match="energies"):
        _core.weigh_loudness(2, 100, 48_000, 4_750, *arrays)
    with pytest.raises(ValueError, match="samples"):
        _core.weigh_loudness(2, 101, 48_000, 0, *arrays)
    with pytest.raises(ValueError, match="too few"):
        _core.weigh_loudness(2, 100, 0, 0, *arrays)
