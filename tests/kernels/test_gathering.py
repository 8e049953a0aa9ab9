from __future__ import annotations

import numpy as np
import pytest

from earmark.kernels import _core
from earmark.kernels.gathering import FORMS, Gathering

DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}


def frames_of(form, samples, cuts):
    """Samples (n_channels, n) between -1 and 1 as a decoder gives them, in frames; and the values they stand for."""
    dtype = np.dtype(DTYPES[form.removesuffix("p")])
    if dtype.kind == "f":
        coded, meant = samples.astype(dtype), samples.astype(np.float32)
    else:
        full = 2.0 ** (8 * dtype.itemsize - 1)
        whole = np.round(samples * full * 0.99)
        coded = (whole + (full if dtype.kind == "u" else 0)).astype(dtype)
        meant = (whole / full).astype(np.float32)
    frames = []
    for part in np.split(coded, cuts, axis=1):
        planes = list(part) if form.endswith("p") else [part.T]
        # Planes are longer than they need be.
        frames.append((tuple(np.append(plane.ravel(), plane.ravel()[:1]) for plane in planes), part.shape[1]))
    return frames, meant


def gathered(form, frames, channels, at_once):
    gathering = Gathering(form, channels, at_once)
    blocks = [block for planes, n in frames for block in gathering.add(planes, n)]
    return [*blocks, gathering.rest()], gathering.peak


@pytest.mark.parametrize("form", [*FORMS, *(f"{form}p" for form in FORMS)])
@pytest.mark.parametrize("channels", [1, 2, 40])
def test_every_format_comes_out_as_what_it_stands_for(form, channels):
    samples = np.random.default_rng(1).uniform(-1, 1, (channels, 1_000))
    frames, meant = frames_of(form, samples, [3, 3, 40, 500, 900])
    blocks, peak = gathered(form, frames, channels, 64)
    assert [block.shape for block in blocks] == [(channels, 64)] * 15 + [(channels, 40)]
    assert all(block.flags.c_contiguous for block in blocks)
    assert np.concatenate(blocks, axis=1) == pytest.approx(meant, abs=1e-7)
    assert peak == pytest.approx(np.abs(meant).max(), abs=1e-7)


def test_how_frames_are_cut_changes_nothing():
    samples = np.random.default_rng(2).uniform(-1, 1, (2, 700))
    for at_once in (1, 7, 700, 701):
        frames, meant = frames_of("fltp", samples, [100, 101, 350])
        assert (np.concatenate(gathered("fltp", frames, 2, at_once)[0], axis=1) == meant).all()


def test_what_is_no_number_or_beyond_all_measure_becomes_silence():
    for form in ("flt", "dbl"):
        wild = np.array([[0.5, np.nan, np.inf, -np.inf, 1e30, -100.5, -100.0, 3.0] * 5])
        frames, _ = frames_of(form, wild, [])
        blocks, peak = gathered(form, frames, 1, 40)
        assert blocks[0][0].tolist() == [0.5, 0, 0, 0, 0, 0, -100, 3] * 5
        assert peak == 100
    blocks, peak = gathered("dbl", [((np.array([1e300, -0.25]),), 2)], 1, 2)
    assert blocks[0][0].tolist() == [0, -0.25]
    assert peak == 0.25


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="no sample format s24"):
        Gathering("s24", 2, 10)
    with pytest.raises(ValueError, match="plane holds"):
        Gathering("s16", 2, 10).add((np.zeros(9, np.int16),), 5)
    with pytest.raises(ValueError, match="not a plane for each"):
        Gathering("s16p", 3, 10).add((np.zeros(9, np.int16),) * 2, 5)
    with pytest.raises(ValueError, match="no room"):
        _core.gather_samples(4, 1, 6, 0, 5, 10, (bytes(100),), bytearray(40))
    with pytest.raises(ValueError, match="no such sample format"):
        _core.gather_samples(6, 1, 1, 0, 0, 10, (bytes(100),), bytearray(40))
    with pytest.raises(TypeError):
        _core.gather_samples(4, 1, 1, 0, 0, 10, [bytes(100)], bytearray(40))
