"""Compose a song by chance, in a known key at a known tempo: sections, chords, bass, tune and drums.

A song is a function of its seed. Tempo is that of the beat: in compound metres (6/8, 12/8), the dotted quarter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from harmony import SCALES, Chord, Home, nearest, progression, voiced
from melodies import Tune, motif
from rhythms import BASS, COMPING, CRASH, Drums, drum_bar, fill
from scores import DRUMS, Note, Score, written
from styles import STYLES, Style

SLOWEST, FASTEST = 40.0, 220.0
NORMAL_90: Final = 1.2816
"""The ninetieth percentile of the standard normal."""
STROKES: Final = {"x": 0.8, "X": 1.0, "o": 0.5}
KITS: Final = (0, 0, 0, 8, 16, 24, 25, 32, 40, 48)


@dataclass(frozen=True)
class Song:
    """What is played, and what is true of it."""

    seed: int
    style: str
    tempo: float
    """Beats per minute, on the mean of the song."""
    metre: str
    home: Home
    """The key of most of its bars."""
    keys: tuple[tuple[float, Home], ...]
    """The keys, and from which second each holds."""
    seconds: float
    score: Score

    @cached_property
    def midi(self) -> bytes:
        """A standard MIDI file of it."""
        return written(self.score)


@dataclass
class _Layers:
    """Who plays in a section."""

    drums: bool
    bass: bool
    lead: bool
    counter: bool
    loud: float


@dataclass
class _Band:
    """What is drawn once for a song."""

    style: Style
    beats: int
    parts: int
    swing: float
    fine: bool
    programs: dict[int, int]
    levels: dict[int, tuple[int, int, int]]
    notes: list[Note] = field(default_factory=list)


def compose(seed: int, seconds: float, tempo: float | None = None, home: Home | None = None) -> Song:
    """The song of a seed.

    Args:
        seed: of all that is drawn.
        seconds: at least as long it is; it ends with the bar.
        tempo: in BPM; drawn by style if not given.
        home: the key; drawn if not given.

    Raises:
        ValueError: the tempo is not from 40 to 220 BPM.
    """
    draw = np.random.default_rng([seed, 0xEA12])
    weights = np.array([style.weight for style in STYLES])
    style = STYLES[draw.choice(len(STYLES), p=weights / weights.sum())]
    if tempo is None:
        tempo = drawn_tempo(style, draw)
    if not SLOWEST <= tempo <= FASTEST:
        raise ValueError(f"tempo: {tempo} BPM is not from 40 to 220.")
    if home is None:
        home = Home(int(draw.integers(12)), "minor" if draw.random() < style.minor else "major")
    band, metre = _band(style, draw)
    n_bars = math.ceil(seconds * tempo / 60 / band.beats)
    keys = _write(band, home, n_bars, draw)
    times = _times(n_bars * band.beats, tempo, style.loose if draw.random() < 0.7 else 0.0, draw)
    changes = tuple((float(times[bar * band.beats]), key) for bar, key in keys)
    longest = max(
        zip(keys, [*(bar for bar, _ in keys[1:]), n_bars], strict=True), key=lambda one: one[1] - one[0][0]
    )[0][1]
    mean = 60 * n_bars * band.beats / float(times[-1])
    score = Score(seed, tuple(band.notes), times, band.programs, band.levels)
    return Song(seed, style.name, mean, metre, longest, changes, float(times[-1]), score)


def drawn_tempo(style: Style, draw: np.random.Generator) -> float:
    """A tempo of the style, log-normal between its percentiles, wider for one song in six."""
    middle, spread = math.log(style.slow * style.fast) / 2, math.log(style.fast / style.slow) / 2 / NORMAL_90
    wider = 1.8 if draw.random() < 1 / 6 else 1.0
    tempo = math.exp(draw.normal(middle, spread * wider))
    if style.loose == 0 and draw.random() < 0.7:
        tempo = round(tempo)
    return float(np.clip(tempo, SLOWEST + 2, FASTEST - 4))


def _band(style: Style, draw: np.random.Generator) -> tuple[_Band, str]:
    metre = str(draw.choice(style.metres))
    over, under = (int(one) for one in metre.split("/"))
    compound = under == 8
    swing = 0.5
    if draw.random() < style.swing:
        swing = float(draw.uniform(0.56, 0.68))
    groups = [style.chords, style.lead, style.bass, style.chords, style.lead]
    programs = {}
    for channel, group in enumerate(groups):
        chosen = group[draw.integers(len(group))]
        programs[channel] = int(chosen[draw.integers(len(chosen))])
        if draw.random() < 0.06:
            programs[channel] = int(draw.integers(0, 112))
    programs[DRUMS] = int(draw.choice(KITS))
    levels = {
        channel: (int(draw.integers(70, 125)), int(np.clip(draw.normal(64, 22), 0, 127)), int(draw.integers(0, 100)))
        for channel in programs
    }  # fmt: skip
    levels[2] = (int(draw.integers(85, 127)), 64, 20)
    beats = over // 3 if compound else over
    return _Band(style, beats, 3 if compound else 4, swing, style.name == "hip hop", programs, levels), metre


def _write(band: _Band, home: Home, n_bars: int, draw: np.random.Generator) -> list[tuple[int, Home]]:
    """Write all bars, a section at a time; the keys, and from which bar each holds."""
    style = band.style
    per_section = int(draw.choice([4, 8, 8]))
    drumless = not style.drums or draw.random() < style.drumless
    bassless = draw.random() < style.bassless
    # A tune is mostly heard twice before something else comes.
    parts = [_Part(band, home, draw) for _ in range(2)]
    keys = [(0, home)]
    modulates = n_bars > per_section and draw.random() < 0.06
    for section, start in enumerate(range(0, n_bars, per_section)):
        part = parts[0 if draw.random() < 0.6 else 1]
        if modulates and section == (n_bars - 1) // per_section:
            up = int(draw.choice([1, 2, 3, 5]))
            moved = replace(home, tonic=(home.tonic + up) % 12)
            keys.append((start, moved))
            part = _Part(band, moved, draw)
        layers = _Layers(
            drums=not drumless and draw.random() < 0.92,
            bass=not bassless and draw.random() < 0.94,
            lead=draw.random() < 0.8,
            counter=draw.random() < 0.35,
            loud=float(draw.uniform(0.75, 1.0)),
        )
        if not (layers.drums or layers.bass or layers.lead):
            layers.lead = True
        for bar in range(start, min(start + per_section, n_bars)):
            part.play(bar, bar - start, per_section, layers)
    return keys


class _Part:
    """A verse or a refrain: a round of chords and the figures that are played over it."""

    def __init__(self, band: _Band, home: Home, draw: np.random.Generator) -> None:
        style, self._band, self._draw = band.style, band, draw
        self._chords = progression(home, style.sevenths, style.blue, draw)
        self._per_bar = 2 if draw.random() < 0.2 and band.beats % 2 == 0 else 1
        self._held = 2 if draw.random() < 0.15 else 1
        key = 6 if band.parts == 3 else 3 if band.beats == 3 else 4
        self._bass = BASS[key][draw.integers(len(BASS[key]))]
        if style.name in ("swing",) and draw.random() < 0.7:
            self._bass = BASS[key][3 if key == 3 else 10]
        self._comping = [COMPING[key][draw.integers(len(COMPING[key]))] for _ in range(2)]
        if style.name in ("ragtime", "polka", "comic", "march") and key == 4 and draw.random() < 0.6:
            oom, pah = [("r.......f.......", "....s.......s..."), ("r...f...r...f...", "..s...s...s...s.")][
                draw.integers(2)
            ]
            self._bass, self._comping[0] = oom, pah
        if style.name == "waltz" and draw.random() < 0.7:
            self._bass, self._comping[0] = "r...........", "....s...s..."
        if style.name in ("reggae", "ska") and draw.random() < 0.7:
            self._comping[0] = "..s...s...s...s."
        self._drums = drum_bar(str(draw.choice(style.drums or ("hands",))), band.beats, band.parts == 3, draw)
        scales = SCALES[home.mode]
        scale = scales[draw.choice(len(scales), p=[0.6, *[0.4 / (len(scales) - 1)] * (len(scales) - 1)])]
        self._tune = Tune(scale, home.tonic, int(draw.integers(64, 80)), draw)
        self._second = Tune(scale, home.tonic, int(draw.integers(52, 68)), draw)
        self._motifs = [motif(band.beats, band.parts, style.busy, draw) for _ in range(3)]
        self._form = draw.choice(["0010", "0101", "0012", "0000", "0112"])
        self._calm = motif(band.beats, band.parts, 0.15, draw)
        self._middle, self._voices = int(draw.integers(52, 67)), int(draw.choice([3, 3, 4]))
        self._bass_middle = int(draw.integers(34, 44))

    def play(self, bar: int, of_section: int, per_section: int, layers: _Layers) -> None:
        """Write one bar."""
        beats, n = self._band.beats, self._per_bar
        place = of_section * n // self._held
        chords = [self._chords[(place + half) % len(self._chords)] for half in range(n)]
        after = self._chords[(place + n) % len(self._chords)]
        at = bar * beats
        for half, chord in enumerate(chords):
            window = (half * beats / n, (half + 1) * beats / n)
            following = chords[half + 1] if half + 1 < n else after
            for voice in (0, 3) if layers.counter else (0,):
                self._strum(at, voice, chord, window, layers.loud)
            if layers.bass:
                self._walk(at, chord, following, window, layers.loud)
        if layers.lead:
            rhythm = self._motifs[int(self._form[of_section % 4])]
            self._sing(at, 1, self._tune.bar(rhythm, chords[0]), layers.loud)
        if layers.counter:
            self._sing(at, 4, self._second.bar(self._calm, chords[0]), layers.loud * 0.8)
        if layers.drums:
            last = of_section == per_section - 1
            self._beat(at, self._drums, layers.loud, 0, beats * self._band.parts)
            if last and self._draw.random() < 0.5:
                self._beat(at, fill(beats * self._band.parts, self._draw), layers.loud, 0, 10**6)
            if of_section == 0 and self._draw.random() < 0.5:
                self._note(DRUMS, at, 1.0, CRASH, layers.loud)

    def _strum(self, at: int, channel: int, chord: Chord, window: tuple[float, float], loud: float) -> None:
        figure = self._comping[1 if channel else 0]
        pitches = voiced(chord, self._middle + (7 if channel else 0), self._voices)
        for count, (step, stroke, room) in enumerate(_strokes(figure, self._band, window)):
            if stroke == "a":
                up = [*pitches, *pitches[-2:0:-1]]
                self._note(channel, at + step, min(room, 1.0), up[count % len(up)], 0.75 * loud)
                continue
            length = room * 0.98 if stroke == "h" else min(room, 1.0) * 0.6
            for pitch in pitches:
                self._note(channel, at + step, length, pitch, 0.7 * loud)

    def _walk(
        self, at: int, chord: Chord, following: Chord, window: tuple[float, float], loud: float
    ) -> None:
        root = nearest((chord.root,), self._bass_middle)
        aim = nearest((following.root,), self._bass_middle)
        for step, stroke, room in _strokes(self._bass, self._band, window):
            others = chord.tones[1:]
            pitch = {
                "r": root,
                "f": root + (7 if (chord.root + 7) % 12 in others else 6),
                "o": root + 12,
                "t": root + (others[0] - chord.root) % 12,
                "w": round(root + (aim - root) * (step - window[0]) / (window[1] - window[0]))
                + int(self._draw.integers(-1, 2)),
            }[stroke]
            self._note(2, at + step, min(room, 2.0) * 0.9, pitch, 0.9 * loud)

    def _sing(self, at: int, channel: int, tones: list[Any], loud: float) -> None:
        for tone in tones:
            self._note(channel, at + tone.start, tone.length, tone.pitch, tone.accent * loud)

    def _beat(self, at: int, drums: Drums, loud: float, first: int, last: int) -> None:
        for drum, figure in drums.items():
            for step in range(self._band.beats * self._band.parts):
                stroke = figure[step % len(figure)]
                if stroke in STROKES and first <= step < last:
                    self._note(DRUMS, at + step / self._band.parts, 0.2, drum, STROKES[stroke] * loud)

    def _note(self, channel: int, start: float, length: float, pitch: int, loud: float) -> None:
        band = self._band
        velocity = int(min(max(118 * loud + self._draw.normal(0, 5), 20), 127))
        start = max(_swung(start, band.swing, band.fine) + self._draw.normal(0, band.style.loose / 3), 0.0)
        band.notes.append(Note(channel, start, max(length, 0.05), min(max(int(pitch), 0), 127), velocity))


def _strokes(figure: str, band: _Band, window: tuple[float, float]) -> list[tuple[float, str, float]]:
    """Where strokes fall within a stretch of the bar, which, and how long until the next, in beats."""
    steps = band.beats * band.parts
    bar = [(step / band.parts, figure[step % len(figure)]) for step in range(steps)]
    struck = [(at, stroke) for at, stroke in bar if stroke != "." and window[0] <= at < window[1]]
    ends = [*(at for at, _ in struck), window[1]][1:]
    return [(at, stroke, end - at) for (at, stroke), end in zip(struck, ends, strict=True)]


def _swung(beat: float, swing: float, fine: bool) -> float:
    """The second half of a beat (fine: of each half beat) comes late by the swing, 0.5 for not at all."""
    unit = 0.5 if fine else 1.0
    whole, part = divmod(beat / unit, 1.0)
    part = part * 2 * swing if part < 0.5 else swing + (part - 0.5) * 2 * (1 - swing)
    return (whole + part) * unit


def _times(beats: int, tempo: float, loose: float, draw: np.random.Generator) -> np.ndarray[Any, Any]:
    """The second of each beat, ``(beats + 1,)``: a wandering tempo that comes home."""
    wander = np.zeros(beats)
    for beat in range(1, beats):
        wander[beat] = 0.9 * wander[beat - 1] + draw.normal(0, loose * 0.45)
    lengths = 60 / tempo * np.exp(wander - wander.mean())
    return np.concatenate([[0.0], np.cumsum(lengths)])
