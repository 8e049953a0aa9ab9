from __future__ import annotations

import numpy as np
import pytest

from earmark.kernels import _core
from earmark.kernels.bands import Bands


def triangles(n_lines, n_bands, seed=1):
    """Bands of neighbouring lines, some of one line, one of none, one with a gap."""
    random = np.random.default_rng(seed)
    filters = np.zeros((n_lines, n_bands), np.float32)
    for band in range(n_bands):
        first = random.integers(n_lines - 1)
        last = min(n_lines, first + random.integers(1, 20))
        filters[first:last, band] = random.uniform(0.1, 1, last - first)
    filters[:, 2] = 0
    filters[3:9, 3], filters[5, 3] = 1, 0
    return filters


def spectra_of(n, n_lines):
    random = np.random.default_rng(3)
    return (random.standard_normal((n, n_lines)) + 1j * random.standard_normal((n, n_lines))).astype(
        np.complex64
    )


@pytest.mark.parametrize("n", [0, 1, 7, 8, 21])
@pytest.mark.parametrize("more_lines", [0, 5])
def test_a_band_is_the_weighted_power_of_its_lines(n, more_lines):
    filters, spectra = triangles(100, 30), spectra_of(n, 100 + more_lines)
    found = Bands(filters).gather(spectra, np.empty((n, 30), np.float32), more=1.5)
    power = np.abs(spectra[:, :100].astype(np.complex128)) ** 2
    assert found == pytest.approx(power @ filters + 1.5, rel=1e-5)


def test_who_stands_beside_a_spectrum_changes_no_bit():
    bands, spectra = Bands(triangles(100, 30)), spectra_of(21, 100)
    whole = bands.gather(spectra, np.empty((21, 30), np.float32))
    for at in (0, 6, 20):
        assert (bands.gather(spectra[at : at + 1], np.empty((1, 30), np.float32)) == whole[at]).all()


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="float32"):
        Bands(np.zeros((10, 3)))
    bands = Bands(triangles(100, 30))
    with pytest.raises(ValueError, match="100 lines"):
        bands.gather(spectra_of(2, 99), np.empty((2, 30), np.float32))
    with pytest.raises(ValueError, match="complex64"):
        bands.gather(spectra_of(2, 100).astype(np.complex128), np.empty((2, 30), np.float32))
    with pytest.raises(ValueError, match="no room"):
        bands.gather(spectra_of(2, 100), np.empty((2, 29), np.float32))
    starts, firsts, weights = np.array([0, 4]), np.array([7], np.int32), np.ones(4, np.float32)
    with pytest.raises(ValueError, match="beyond"):
        _core.gather_bands(1, 10, 1, 0.0, spectra_of(1, 10), starts, firsts, weights, np.zeros(1, np.float32))
