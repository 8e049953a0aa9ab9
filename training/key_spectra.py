"""How strong each pitch of a made song is in each frame, worked out from its notes, without any sound.

The power of a note is that of its partials, whose places and widths are those that `earmark.signals.audio.chroma`
gives a sine; how strong they are, how far they are from harmonic, how fast they die and how much they waver is drawn
anew for every player, more widely than any soundfont goes (domain randomisation: Tobin et al. 2017). A song takes
milliseconds, so that no two steps of training need hear the same one.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.signals.audio.chroma import A440, LOWEST, N_PLACES, PLACES, Floats, PitchConfig, magnitudes
from earmark.signals.audio.resampling import RATE
from key_songs import CHANNELS, DRUMS, PLAYERS, Song

FINE: Final = 4
"""Tabled steps a place."""
PARTIALS: Final = 20
INSTANTS: Final = 8
"""At how many instants a frame a note's strength is taken."""
TRANSFORM, HOP = PitchConfig().transform, PitchConfig().hop
MARGIN: Final = 24
"""Places below the lowest from which a partial still leaks in."""


class Envelope(NamedTuple):
    """How notes sound: in how many seconds they lose half their power unless they hold, and how fast they end."""

    half_life: float
    release: float
    holds: bool


def spectra(song: Song, draw: np.random.Generator) -> Floats:
    """Magnitudes of each player, ``(n_players, n_frames, 216)`` float32, as `key_rendering.play` gives them."""
    n_frames = int((song.seconds * RATE - TRANSFORM) / HOP) + 1
    found = np.zeros((len(PLAYERS), n_frames, N_PLACES), np.float32)
    for player, channels in CHANNELS.items():
        power = np.zeros((n_frames, N_PLACES))
        for channel in channels:
            power += (
                _drums(song, n_frames, draw) if player == DRUMS else _voice(song, channel, n_frames, draw)
            )
        # What adds up in one line interferes: its power is that of the sum, give or take.
        power *= draw.gamma(6, 1 / 6, power.shape)
        found[player] = np.sqrt(power)
    return found


def _voice(song: Song, channel: int, n_frames: int, draw: np.random.Generator) -> NDArray[np.float64]:
    notes = [note for note in song.notes if note.channel == channel]
    half_life = float(np.exp(draw.uniform(np.log(0.1), np.log(8))))
    hold, release = bool(draw.random() < 0.5), float(np.exp(draw.uniform(np.log(0.03), np.log(0.8))))
    envelope = Envelope(half_life, release, hold)
    active = _active(
        [(note.pitch, note.start, note.length, (note.velocity / 100) ** 2) for note in notes],
        n_frames,
        envelope,
    )
    pitches = np.array(sorted({note.pitch for note in notes}), float)
    voices = _timbre(pitches + song.cents / 100, draw)
    strength = 10 ** (draw.uniform(-14, 0) / 20)
    power: NDArray[np.float64] = (active @ voices) * strength**2
    if draw.random() < 0.4:
        struck = active.sum(1, keepdims=True) * strength**2 * 10 ** draw.uniform(-5, -2)
        power += struck * _slope(draw) * draw.gamma(1, 1, power.shape)
    return power


def _active(
    notes: list[tuple[int, float, float, float]], n_frames: int, envelope: Envelope
) -> NDArray[np.float64]:
    """The power of each pitch that is played, lowest first, ``(n_frames, n_pitches)``, as a Hann window sees it.

    Args:
        notes: pitch, start and length (s), and power of each.
        n_frames: how many frames there are.
        envelope: how all of them sound and end.
    """
    times = (np.arange(n_frames * INSTANTS) / INSTANTS * HOP + TRANSFORM * 0.25) / RATE
    rows = {pitch: row for row, pitch in enumerate(sorted({note[0] for note in notes}))}
    power = np.zeros((len(rows), len(times)))
    for pitch, start, length, strength in notes:
        first, last = np.searchsorted(times, (start, start + length + envelope.release * 3))
        since = times[first:last] - start
        fading = np.exp(-np.maximum(since - length, 0) / envelope.release)
        power[rows[pitch], first:last] += (
            strength * fading * (1.0 if envelope.holds else 0.5 ** (since / envelope.half_life))
        )
    return power.reshape(len(rows), n_frames, INSTANTS).mean(2).T


def _timbre(pitches: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.float64]:
    """The power of each pitch's partials in each place, ``(n_pitches, 216)``."""
    number = np.arange(1, PARTIALS + 1)
    strengths = number ** -draw.uniform(0.3, 2.6) * np.exp(draw.normal(0, draw.uniform(0, 1.0), PARTIALS))
    kind = draw.random()
    if kind < 0.15:
        strengths[1::2] *= draw.uniform(0, 0.2)
    elif kind < 0.25:
        strengths[0] *= draw.uniform(0, 0.3)
    elif kind < 0.4:
        strengths[2:] *= draw.uniform(0, 0.2)
    strengths /= np.sqrt(np.sum(np.square(strengths)))
    stiff = 10 ** draw.uniform(-5, -2.8) if draw.random() < 0.4 else 0.0
    offsets = 12 * np.log2(number * np.sqrt(1 + stiff * number**2))
    places = (pitches[:, None] + offsets[None, :] - LOWEST) * PLACES + 1
    table, power = _table(), np.zeros((len(pitches), N_PLACES))
    waver = draw.uniform(0, 0.5) * PLACES if draw.random() < 0.3 else 0.0
    # A body filters all pitches alike: a few broad formants.
    body = np.exp(
        draw.normal(0, 0.6) * np.cos(places / N_PLACES * np.pi * draw.uniform(1, 4) + draw.uniform(0, 6))
    )
    for away in np.array([0.0]) if waver == 0 else np.linspace(-waver, waver, 5):
        at = np.round((places + away + MARGIN) * FINE).astype(int)
        heard = (at >= 0) & (at < len(table))
        share = np.where(heard, np.square(strengths[None, :] * body), 0) / (1 if waver == 0 else 5)
        power += np.einsum("pn,pnk->pk", share, table[np.clip(at, 0, len(table) - 1)])
    return power


def _drums(song: Song, n_frames: int, draw: np.random.Generator) -> NDArray[np.float64]:
    power = np.zeros((n_frames, N_PLACES))
    level = 10 ** (draw.uniform(-10, 8) / 20)
    hits = [note for note in song.notes if note.player == DRUMS]
    for drum in sorted({note.pitch for note in hits}):
        release = float(np.exp(draw.uniform(np.log(0.02), np.log(0.5))))
        struck = [(drum, note.start, 0.02, 1.0) for note in hits if note.pitch == drum]
        active = _active(struck, n_frames, Envelope(1.0, release, holds=True))[:, 0]
        if drum < 38:
            middle, width = draw.uniform(-12, 12), draw.uniform(4, 20)
            shape = np.exp(-np.square((np.arange(N_PLACES) - middle) / width)) * 3 + 0.01 * _slope(draw)
        else:
            shape = _slope(draw) * draw.uniform(0.05, 0.5)
        noise = draw.gamma(2, 0.5, power.shape)
        power += active[:, None] * shape[None, :] * noise * (level * 0.3) ** 2
        if drum > 38 and draw.random() < 0.25:
            tone = _timbre(np.array([draw.uniform(40, 80)]), draw)[0]
            power += active[:, None] * tone[None, :] * level**2 * 0.2
    return power


def _slope(draw: np.random.Generator) -> NDArray[np.float64]:
    """A smooth spectrum of noise, about 1 on the mean."""
    at = np.arange(N_PLACES) / N_PLACES
    curve = np.exp(draw.normal(0, 2) * at + draw.normal(0, 1) * np.cos(np.pi * at * draw.uniform(1, 5)))
    return np.asarray(curve / curve.mean())


@cache
def _table() -> NDArray[np.float64]:
    """The power that a sine of full scale leaves in each place, for each step of its own place, ``(n_steps, 216)``."""
    steps = np.arange((N_PLACES + 2 * MARGIN) * FINE) / FINE - MARGIN
    hertz = 440 * 2 ** ((LOWEST + (steps - 1) / PLACES - A440) / 12)
    times = np.arange(TRANSFORM) / RATE
    found = [
        magnitudes(np.sin(2 * np.pi * one * times, dtype=np.float32)[None, :])
        for one in hertz.astype(np.float32)[:, None]
    ]
    return np.square(np.concatenate(found).astype(np.float64))
