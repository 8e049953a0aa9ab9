"""Sounds whose truth is known, and files of them, made as the tests need them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

CODECS = {
    "mp3": "libmp3lame",
    "flac": "flac",
    "ogg": "vorbis",
    "opus": "libopus",
    "m4a": "aac",
    "wav": "pcm_s16le",
    "webm": "libopus",
}
"""By the ending of a file's name."""


def tone(
    hz: float = 440, *, seconds: float = 2, rate: int = 44_100, level: float = 0.5, channels: int = 1
) -> NDArray[np.float32]:
    """A sine, the same in every channel: (n_channels, n)."""
    time = np.arange(round(rate * seconds)) / rate
    return np.repeat(level * np.sin(2 * np.pi * hz * time)[None], channels, axis=0).astype(np.float32)


def noisy(seconds: float = 10, rate: int = 44_100) -> NDArray[np.float32]:
    """A tone of 440 Hz in two channels, and noise that no codec makes small."""
    sound = tone(seconds=seconds, rate=rate, channels=2)
    return sound + 0.1 * np.random.default_rng(1).standard_normal(sound.shape).astype(np.float32)


def write(path: Path, sound: NDArray[np.float32], rate: int = 44_100, codec: str | None = None) -> Path:
    """Encode a sound, (n_channels, n), as the name's ending says; Opus is made at 48,000 Hz.

    The parts of a longer list of channels are named as FFmpeg does by default.
    """
    codec = codec or CODECS[path.suffix[1:]]
    layouts = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
    layout = layouts.get(len(sound), f"{len(sound)} channels")
    with av.open(str(path), "w") as container:
        made_at = 48_000 if codec == "libopus" else rate
        stream = container.add_stream(codec, made_at, layout=layout, options={"strict": "-2"})
        assert isinstance(stream, av.AudioStream)
        form = "s16" if codec == "flac" else stream.codec_context.codec.audio_formats[0].name
        frame_size = 0 if codec.startswith("pcm") else 1024
        resampler = av.AudioResampler(form, layout, made_at, frame_size or None)
        # Interleaved: PyAV makes no planar frames of eight channels and more.
        frame = av.AudioFrame.from_ndarray(sound.T.reshape(1, -1).copy(), "flt", layout)
        frame.sample_rate = rate
        written = 0
        for some in [*resampler.resample(frame), *resampler.resample(None)]:
            some.pts, written = written, written + some.samples
            some.time_base = Fraction(1, made_at)
            for packet in stream.encode(some):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def spectrum_peak(samples: NDArray[np.float32], rate: int) -> float:
    """The frequency, in Hz, that is strongest."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))
