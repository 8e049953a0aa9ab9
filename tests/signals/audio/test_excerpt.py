from __future__ import annotations

import numpy as np
import pytest

from earmark.signals.audio.excerpt import MOST_STRETCHES, STRETCH_FRAMES, Excerpt, windows_of
from earmark.signals.audio.frames import BANDS


def numbered(first, n):
    """Frames that say which they are."""
    return np.repeat(np.arange(first, first + n, dtype=np.float32)[:, None], BANDS, axis=1)


def kept(n, step=5_000):
    excerpt = Excerpt()
    for at in range(0, n, step):
        excerpt.add(numbered(at, min(step, n - at)))
    return excerpt.frames()[:, 0]


@pytest.mark.parametrize("n", [0, 1, STRETCH_FRAMES, 12_345, MOST_STRETCHES * STRETCH_FRAMES])
def test_a_song_is_kept_entire(n):
    assert kept(n).tolist() == list(range(n))
    assert kept(n, 77).tolist() == list(range(n))


@pytest.mark.parametrize("stretches", [33, 64, 65, 100, 129, 1_000])
def test_of_a_long_recording_stretches_are_kept_evenly(stretches):
    frames = kept(stretches * STRETCH_FRAMES)
    assert MOST_STRETCHES / 2 <= len(frames) / STRETCH_FRAMES <= MOST_STRETCHES
    starts = frames[::STRETCH_FRAMES] / STRETCH_FRAMES
    assert starts[0] == 0
    assert len(set(np.diff(starts).tolist())) == 1
    assert starts[-1] >= stretches - np.diff(starts)[0] - 1
    within = frames.reshape(-1, STRETCH_FRAMES)
    assert (np.diff(within, axis=1) == 1).all()


def test_windows_stand_evenly_over_the_recording():
    windows = windows_of(numbered(0, 256 * 100))
    assert windows.shape == (24, 256, BANDS)
    starts = windows[:, 0, 0] / 256
    assert (starts[0], starts[-1]) == (0, 99)
    assert set(np.diff(starts)) <= {4, 5}
    assert (np.diff(windows[:, :, 0], axis=1) == 1).all()
    assert windows_of(numbered(0, 256 * 5 + 3)).shape == (5, 256, BANDS)
    assert windows_of(numbered(0, 100)).shape == (1, 100, BANDS)
    assert len(windows_of(numbered(0, 61))) == 0
