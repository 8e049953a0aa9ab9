"""Make a rendered song sound as music comes: played at another speed, equalised, compressed, distorted, in a room,
noisy, and encoded at a low bit rate.

All work on one channel at 16 kHz and keep time, but for `at_speed`. What is drawn is drawn from a generator that is
given, so that a seed makes the same sound.
"""

from __future__ import annotations

import io
from typing import Any, Final

import av
import numpy as np
import scipy.fft
import scipy.signal
import soxr

from rendering import RATE, Samples

CODECS: Final = (
    ("mp3", "libmp3lame", (32_000, 48_000, 64_000)),
    ("ogg", "libopus", (16_000, 24_000, 48_000)),
    ("adts", "aac", (24_000, 32_000, 48_000)),
)


def at_speed(samples: Samples, speed: float) -> Samples:
    """As a record turning faster or slower: tempo and pitch are multiplied by the speed."""
    return np.asarray(soxr.resample(samples, RATE * speed, RATE, "MQ"), np.float32)


def disguised(samples: Samples, draw: np.random.Generator) -> Samples:
    """Some of all that can happen to sound, drawn; its peak is below 1."""
    steps = (
        (equalised, 0.6),
        (distorted, 0.25),
        (compressed, 0.35),
        (in_a_room, 0.35),
        (noisy, 0.4),
        (band_limited, 0.15),
        (encoded, 0.3),
    )
    for step, share in steps:
        if draw.random() < share:
            samples = _level(step(samples, draw), 0.5)
    return _level(samples, float(10 ** draw.uniform(-1.2, -0.02)))


def equalised(samples: Samples, draw: np.random.Generator) -> Samples:
    """A smooth random curve of up to some 12 dB over the octaves."""
    spectrum = scipy.fft.rfft(samples)
    octave = np.log2(np.maximum(scipy.fft.rfftfreq(len(samples), 1 / RATE), 20) / 20)
    knots = np.linspace(0, 9, 7)
    curve = np.interp(octave, knots, draw.normal(0, 5, len(knots)))
    return np.asarray(scipy.fft.irfft(spectrum * 10 ** (curve / 20), len(samples)), np.float32)


def distorted(samples: Samples, draw: np.random.Generator) -> Samples:
    """Overdriven, softly or hard."""
    driven = samples * float(10 ** draw.uniform(0.2, 1.2))
    return np.tanh(driven) if draw.random() < 0.6 else np.clip(driven, -0.7, 0.7)


def compressed(samples: Samples, draw: np.random.Generator) -> Samples:
    """Loud passages made quieter, as broadcasts and dense mixes are."""
    attack = int(RATE * draw.uniform(0.01, 0.1))
    level = np.sqrt(np.maximum(scipy.signal.oaconvolve(samples**2, np.ones(attack) / attack, "same"), 1e-6))
    return np.asarray(samples * level ** -float(draw.uniform(0.3, 0.8)), np.float32)


def in_a_room(samples: Samples, draw: np.random.Generator) -> Samples:
    """With an exponentially decaying, coloured reverberation after it."""
    seconds = float(10 ** draw.uniform(-0.8, 0.3))
    n = int(RATE * seconds)
    tail = draw.normal(size=n) * 10 ** (-3 * np.arange(n) / n)
    tail = np.convolve(tail, np.ones(int(draw.integers(1, 6))), "same")
    wet = scipy.signal.oaconvolve(samples, tail)[: len(samples)]
    share = float(draw.uniform(0.05, 0.5))
    return np.asarray((1 - share) * _level(samples, 0.5) + share * _level(wet, 0.5), np.float32)


def noisy(samples: Samples, draw: np.random.Generator) -> Samples:
    """With white to brown noise 12 to 45 dB below it, and sometimes crackle or hum."""
    spectrum = scipy.fft.rfft(draw.normal(size=len(samples)))
    spectrum /= np.maximum(scipy.fft.rfftfreq(len(samples), 1 / RATE), 20) ** float(draw.uniform(0, 1))
    noise = scipy.fft.irfft(spectrum, len(samples))
    if draw.random() < 0.15:
        noise += (
            3
            * noise.std()
            * np.sin(2 * np.pi * float(draw.choice([50, 60])) * np.arange(len(samples)) / RATE)
        )
    if draw.random() < 0.2:
        noise += (draw.random(len(samples)) < 3e-4) * draw.normal(0, 8 * noise.std(), len(samples))
    loud = samples.std() * 10 ** -float(draw.uniform(0.6, 2.25)) / max(noise.std(), 1e-9)
    return np.asarray(samples + loud * noise, np.float32)


def band_limited(samples: Samples, draw: np.random.Generator) -> Samples:
    """As through a telephone or a small loudspeaker."""
    low, high = float(draw.uniform(60, 350)), float(draw.uniform(2500, 7000))
    filters = scipy.signal.butter(2, [low, high], "bandpass", fs=RATE, output="sos")
    return np.asarray(scipy.signal.sosfilt(filters, samples), np.float32)


def encoded(samples: Samples, draw: np.random.Generator) -> Samples:
    """After a lossy codec at a low bit rate, moved by what the codec delays."""
    container, codec, rates = CODECS[draw.integers(len(CODECS))]
    rate = 48_000 if codec == "libopus" else RATE
    held = io.BytesIO()
    pcm: np.ndarray[Any, Any] = np.clip(soxr.resample(samples, RATE, rate) * 32767, -32768, 32767).astype(
        np.int16
    )
    with av.open(held, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = int(draw.choice(rates))
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format, "mono", rate, frame_size=stream.frame_size or 1024)
        for block in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(block))
        out.mux(stream.encode(None))
    held.seek(0)
    with av.open(held) as coded:
        even = av.AudioResampler("fltp", "mono", RATE)
        blocks = [one.to_ndarray() for frame in coded.decode(audio=0) for one in even.resample(frame)]
        blocks += [one.to_ndarray() for one in even.resample(None)]
    return np.asarray(np.concatenate(blocks, axis=1)[0, : len(samples)], np.float32)


def _level(samples: Samples, peak: float) -> Samples:
    return np.asarray(samples * (peak / max(float(np.abs(samples).max()), 1e-6)), np.float32)
