"""Songs for learning keys: what `key_harmony` draws, played in many textures, and pieces that are in no key at all.

A song is a list of notes, each by one of four players (tune, chords, bass, drums), who are rendered apart, so that one
song can be mixed in many ways. Its key is that of its home; a bridge or a last refrain may be in another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

import composing
import scores
from key_harmony import MAJOR, MINOR, Chord, progression

TUNE, CHORDS, BASS, DRUMS = range(4)
PLAYERS: Final = ("tune", "chords", "bass", "drums")
BANDS: Final = {0: (CHORDS, 2), 3: (CHORDS, 3), 1: (TUNE, 0), 4: (TUNE, 1), 2: (BASS, 4), 9: (DRUMS, 9)}
"""Players and channels here of the channels of `composing`."""
CHANNELS: Final = {TUNE: (0, 1), CHORDS: (2, 3), BASS: (4,), DRUMS: (9,)}

IONIAN, AEOLIAN, PENTATONIC = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9)
MIXOLYDIAN, LYDIAN, BRIGHT_BLUES = (0, 2, 4, 5, 7, 9, 10), (0, 2, 4, 6, 7, 9, 11), (0, 2, 3, 4, 5, 7, 9, 10)
HARMONIC, MELODIC, DORIAN = (0, 2, 3, 5, 7, 8, 11), (0, 2, 3, 5, 7, 9, 11), (0, 2, 3, 5, 7, 9, 10)
PHRYGIAN, DARK_PENTATONIC, BLUES = (0, 1, 3, 5, 7, 8, 10), (0, 3, 5, 7, 10), (0, 3, 5, 6, 7, 10)
SCALES: Final = {
    MAJOR: (IONIAN,) * 4 + (PENTATONIC, PENTATONIC, MIXOLYDIAN, LYDIAN, BRIGHT_BLUES),
    MINOR: (AEOLIAN,) * 4 + (HARMONIC,) * 2 + (DARK_PENTATONIC,) * 2 + (DORIAN, MELODIC, PHRYGIAN, BLUES),
}
"""Of tunes, as often as they are here."""
TUNE_PROGRAMS: Final = (
    *range(0, 15),
    *range(21, 32),
    40,
    41,
    42,
    *range(52, 55),
    *range(56, 87),
    104,
    105,
    108,
    110,
)
CHORD_PROGRAMS: Final = (
    *range(0, 32),
    46,
    *range(48, 52),
    *range(60, 64),
    *range(80, 96),
    88,
    89,
    90,
    0,
    4,
    24,
    25,
    27,
    29,
    30,
)
BASS_PROGRAMS: Final = (*range(32, 40), 32, 33, 33, 38, 39, 43, 58, 0, 42, 19, 87)


class Note(NamedTuple):
    """A note: who plays it on which channel, from when, how long (s), its MIDI number and velocity."""

    player: int
    channel: int
    start: float
    length: float
    pitch: int
    velocity: int


@dataclass
class Song:
    """What is played, and what is true of it: ``key`` is its tonic plus 12 if it is minor, None where there is none."""

    key: int | None
    seconds: float
    programs: dict[int, int]
    levels: dict[int, int]
    cents: float
    notes: list[Note] = field(default_factory=list)

    def score(self, seed: int) -> scores.Score:
        """What `rendering` plays: in it a beat is a second."""
        notes = tuple(
            scores.Note(one.channel, one.start, one.length, one.pitch, one.velocity) for one in self.notes
        )
        end = max((note.start + note.length for note in notes), default=0.0)
        levels = {channel: (level, 64, 40) for channel, level in self.levels.items()}
        return scores.Score(seed, notes, np.arange(int(max(end, self.seconds)) + 3.0), self.programs, levels)


class Beat(NamedTuple):
    """How time is cut: seconds a beat, beats a bar, how late every second half beat comes (0.5: not)."""

    length: float
    bar: int
    swing: float

    def at(self, beat: float) -> float:
        """The second of a beat."""
        whole, rest = divmod(beat, 1.0)
        return (
            whole
            + (rest * 2 * self.swing if rest < 0.5 else self.swing + (rest - 0.5) * 2 * (1 - self.swing))
        ) * self.length


def compose(seed: int, seconds: float) -> Song:
    """The song of a seed, about so long; seven in a hundred are in no key."""
    draw = np.random.default_rng([seed, 0x4B5])
    cents = float(np.clip(draw.normal(0, 4 if draw.random() < 0.6 else 22), -48, 48))
    programs = {channel: int(draw.choice(TUNE_PROGRAMS)) for channel in CHANNELS[TUNE]}
    programs |= {channel: int(draw.choice(CHORD_PROGRAMS)) for channel in CHANNELS[CHORDS]}
    programs |= {4: int(draw.choice(BASS_PROGRAMS)), 9: int(draw.choice((0, 0, 8, 16, 24, 25, 32, 40, 48)))}
    song = Song(
        None, seconds, programs, {channel: int(draw.integers(70, 127)) for channel in programs}, cents
    )
    beat = Beat(
        60 / float(np.exp(draw.uniform(np.log(56), np.log(180)))), int(draw.choice((3, 4, 4, 4, 4))), 0.5
    )
    if draw.random() < 0.2:
        beat = beat._replace(swing=float(draw.uniform(0.54, 0.68)))
    if draw.random() < 0.07:
        _keyless(song, beat, draw)
        return song
    mode = MINOR if draw.random() < 0.5 else MAJOR
    tonic = int(draw.integers(12))
    song.key = tonic + 12 * mode
    _sections(song, beat, tonic, mode, draw)
    return song


def heard_in(other: composing.Song) -> Song:
    """A song by the composer of the other nets, among the four players; its key is that of its home."""
    song = Song(other.home.tonic + 12 * (other.home.mode == "minor"), other.seconds, {}, {}, 0.0)
    times = other.score.times
    for note in other.score.notes:
        start, stop = np.interp((note.start, note.start + note.length), np.arange(len(times)), times)
        player, channel = BANDS[note.channel]
        song.notes.append(Note(player, channel, float(start), float(stop - start), note.pitch, note.velocity))
    return song


def _sections(song: Song, beat: Beat, tonic: int, mode: int, draw: np.random.Generator) -> None:
    """Verses, refrains and a bridge until the time is over; most songs then come home."""
    n_bars = max(4, round(song.seconds / (beat.length * beat.bar)))
    length = int(draw.choice((4, 8, 8)))
    parts = [_Part(song, beat, mode, draw) for _ in range(int(draw.choice((1, 2, 2, 3))))]
    away, lifted = draw.random() < 0.12, draw.random() < 0.06
    ends = draw.random() < 0.65
    for section, first in enumerate(range(0, n_bars, length)):
        bars = range(first, min(first + length, n_bars))
        part, home, here = parts[min(int(draw.choice((0, 0, 1, 2))), len(parts) - 1)], tonic, mode
        if away and section % 4 == 2:
            home, here = _neighbour(tonic, mode, draw)
            part = _Part(song, beat, here, draw)
        if lifted and first > 0.75 * n_bars:
            home = (tonic + int(draw.choice((1, 2)))) % 12
        last = ends and bars[-1] == n_bars - 1
        part.play(bars, home, here, ends_at_home=last)


def _neighbour(tonic: int, mode: int, draw: np.random.Generator) -> tuple[int, int]:
    """A key near by: of the relative, the dominant or the subdominant."""
    relative = ((tonic + (9 if mode == MAJOR else 3)) % 12, 1 - mode)
    near = (relative, ((tonic + 7) % 12, mode), ((tonic + 5) % 12, mode), (tonic, 1 - mode))
    return near[int(draw.choice(4, p=(0.45, 0.2, 0.25, 0.1)))]


class _Part:
    """A section's chords and how each player takes them."""

    def __init__(self, song: Song, beat: Beat, mode: int, draw: np.random.Generator) -> None:
        self._song, self._beat, self._draw = song, beat, draw
        self._chords = progression(draw, mode)
        self._per_bar = float(draw.choice((0.5, 1, 1, 1, 2)))
        scales = SCALES[mode]
        self._scale = scales[draw.integers(len(scales))]
        self._register = {
            TUNE: int(draw.integers(62, 82)),
            CHORDS: int(draw.integers(50, 66)),
            BASS: int(draw.integers(29, 42)),
        }
        self._texture = str(
            draw.choice(("block", "held", "arpeggio", "offbeat", "strum", "oompah", "broken"))
        )
        self._bass = str(
            draw.choice(("root", "held", "fifths", "octaves", "walk", "triad", "eighths", "pedal", "offbeat"))
        )
        shares = {TUNE: 0.8, CHORDS: 0.88, BASS: 0.8, DRUMS: 0.65}
        self._plays = {player: draw.random() < share for player, share in shares.items()}
        if not (self._plays[CHORDS] or self._plays[TUNE]):
            self._plays[CHORDS] = True
        self._power = draw.random() < 0.07
        self._inverts = draw.random() < 0.15
        self._busy = float(draw.uniform(0.25, 0.9))
        self._faithful, self._chromatic = (
            float(draw.uniform(0.35, 0.95)),
            float(draw.choice((0, 0, 0.02, 0.06))),
        )
        self._figures = [self._figure() for _ in range(3)]
        self._drums = _pattern(draw, beat.bar)
        self._second = draw.random() < 0.2

    def play(self, bars: range, tonic: int, mode: int, *, ends_at_home: bool) -> None:
        """Write some bars in a key, the last of them on its tonic chord if that is asked for."""
        bar = self._beat.bar
        home = Chord(0, (0, 4, 7) if mode == MAJOR else (0, 3, 7))
        for number, at in enumerate(bars):
            for half in range(max(1, int(self._per_bar))):
                n_halves = max(1, int(self._per_bar))
                place = int((number + half / n_halves) * self._per_bar)
                chord = self._chords[place % len(self._chords)]
                following = self._chords[(place + 1) % len(self._chords)]
                start, length = at * bar + half * bar / n_halves, bar / n_halves
                if ends_at_home and at == bars[-1]:
                    chord = following = home
                if self._plays[CHORDS]:
                    self._accompany(start, length, chord, tonic)
                if self._plays[BASS]:
                    self._support(start, length, chord, following, tonic)
                if self._plays[TUNE]:
                    self._sing(start, length, chord, tonic, at_home=ends_at_home and at == bars[-1])
            if self._plays[DRUMS]:
                for step, drum, velocity in self._drums:
                    self._note(DRUMS, 9, (at * bar + step, 0.2), drum, velocity)

    def _figure(self) -> list[tuple[float, float]]:
        steps = [step / 2 for step in range(self._beat.bar * 2)]
        on = [
            step
            for step in steps
            if step == 0 or self._draw.random() < self._busy * (1 if step % 1 == 0 else 0.6)
        ]
        return [
            (step, after - step) for step, after in zip(on, [*on[1:], float(self._beat.bar)], strict=True)
        ]

    def _voicing(self, chord: Chord, tonic: int) -> list[int]:
        notes = (0, 7) if self._power else chord.notes
        low = self._register[CHORDS]
        root = low + (tonic + chord.root - low) % 12
        pitches = [root + note for note in notes]
        # Close to where the last chord lay, as a keyboard player's hand would.
        while np.mean(pitches) > low + 7.5:
            pitches = sorted([pitches[-1] - 12, *pitches[:-1]])
        return [*pitches, root + 12] if self._power else pitches

    def _accompany(self, start: float, length: float, chord: Chord, tonic: int) -> None:
        pitches, draw = self._voicing(chord, tonic), self._draw
        channels = CHANNELS[CHORDS] if self._second else CHANNELS[CHORDS][:1]
        loud = int(draw.integers(60, 95))
        steps = int(length)
        if self._texture in ("block", "held"):
            hits = (
                [(0.0, length)] if self._texture == "held" else [(float(step), 0.9) for step in range(steps)]
            )
        elif self._texture == "offbeat":
            hits = [(step + 0.5, 0.4) for step in range(steps)]
        elif self._texture == "oompah":
            hits = [(float(step), 0.5) for step in range(steps) if step % 2 or (self._beat.bar == 3 and step)]
        elif self._texture == "strum":
            hits = [(0.0, 1.4), (1.5, 0.4), (2.0, 0.9), (2.5, 0.5), (3.5, 0.5)]
        else:
            order = (
                [*pitches, *pitches[-2:0:-1]]
                if self._texture == "arpeggio"
                else [pitches[0], pitches[-1], *pitches[1:-1], pitches[-1]]
            )
            for step in range(round(length * 2)):
                self._note(CHORDS, channels[0], (start + step / 2, 0.6), order[step % len(order)], loud)
            hits = []
        for at, hold in hits:
            for pitch in pitches if at < length else ():
                for channel in channels:
                    self._note(CHORDS, channel, (start + at, min(hold, length - at)), pitch, loud)

    def _support(self, start: float, length: float, chord: Chord, following: Chord, tonic: int) -> None:
        low, draw = self._register[BASS], self._draw
        root = low + (tonic + chord.root - low) % 12
        fifth = root + (7 if 7 in chord.notes else 6 if 6 in chord.notes else 8)
        third = root + (chord.notes[1] if len(chord.notes) > 2 else 7)
        if self._inverts and draw.random() < 0.4:
            root = third
        aim, steps = low + (tonic + following.root - low) % 12, int(length)
        walked = [root, *((fifth, third)[s % 2] for s in range(steps - 2))]
        if steps > 1:
            walked.append(aim + (-1, 1)[int(draw.integers(2))])
        figures = {
            "root": [(0.0, 1.0, root)], "held": [(0.0, length, root)],
            "fifths": [(float(s), 0.9, (root, fifth)[s // 2 % 2]) for s in range(0, steps, 2)],
            "octaves": [(s / 2, 0.4, root + 12 * (s % 2)) for s in range(steps * 2)],
            "walk": [(float(s), 0.95, pitch) for s, pitch in enumerate(walked)],
            "triad": [(float(s), 0.9, (root, third, fifth, root + 12)[s % 4]) for s in range(steps)],
            "eighths": [(s / 2, 0.45, root) for s in range(steps * 2)],
            "pedal": [(0.0, length, low + (tonic - low) % 12)],
            "offbeat": [(s + 0.5, 0.4, root) for s in range(steps)],
        }  # fmt: skip
        for at, hold, pitch in figures[self._bass] or [(0.0, length, root)]:
            self._note(BASS, 4, (start + at, hold), pitch, int(draw.integers(75, 110)))

    def _sing(self, start: float, length: float, chord: Chord, tonic: int, *, at_home: bool) -> None:
        draw, register = self._draw, self._register[TUNE]
        tones = [(chord.root + note) % 12 for note in chord.notes]
        # Notes of the scale a semitone beside an altered note of the chord would clash with it.
        altered = [tone for tone in tones if tone not in self._scale]
        scale = [tone for tone in self._scale if all((tone - other) % 12 not in (1, 11) for other in altered)]
        figure, at = self._figures[int(draw.integers(3))], register
        if at_home:
            figure = [(0.0, length)]
        for step, hold in figure:
            if step >= length:
                break
            strong = step % 1 == 0 and draw.random() < self._faithful
            classes = [0] if at_home else tones if strong else scale or tones
            near = [pitch for pitch in range(at - 7, at + 8) if (pitch - tonic) % 12 in classes]
            weights = np.array(
                [
                    np.exp(-abs(pitch - at) / 3 - abs(pitch - register) / 9) * (0.25 if pitch == at else 1)
                    for pitch in near
                ]
            )
            at = int(draw.choice(near, p=weights / weights.sum())) if near else at
            if draw.random() < self._chromatic:
                at += int(draw.choice((-1, 1)))
            for channel in CHANNELS[TUNE] if self._second else CHANNELS[TUNE][:1]:
                self._note(
                    TUNE,
                    channel,
                    (start + step, min(hold, length - step) * 0.95),
                    at,
                    int(draw.integers(70, 115)),
                )

    def _note(self, player: int, channel: int, span: tuple[float, float], pitch: int, velocity: int) -> None:
        beat, beats = span
        start = self._beat.at(beat) + abs(self._draw.normal(0, 0.006))
        if start < self._song.seconds:
            self._song.notes.append(
                Note(
                    player,
                    channel,
                    start,
                    max(0.04, beats * self._beat.length),
                    min(max(int(pitch), 12), 120),
                    velocity,
                )
            )


def _pattern(draw: np.random.Generator, beats: int) -> list[tuple[float, int, int]]:
    """A bar of drums: beat, drum and velocity."""
    hats = [
        (step / 2, int(draw.choice((42, 42, 46, 51, 70))), int(draw.integers(40, 90)))
        for step in range(beats * 2)
        if draw.random() < 0.85
    ]
    kicks = [(float(step), 36, 105) for step in range(beats) if step == 0 or draw.random() < 0.5]
    snares = [(float(step), int(draw.choice((38, 40, 39))), 100) for step in range(1, beats, 2)]
    toms = [
        (step / 2, int(draw.integers(41, 51)), 80)
        for step in range(beats * 2)
        if draw.random() < float(draw.choice((0, 0.1)))
    ]
    return [*hats, *kicks, *snares, *toms]


def _keyless(song: Song, beat: Beat, draw: np.random.Generator) -> None:
    """Drums alone, or notes from all twelve without a home (each as often as any other), with or without drums."""
    n_beats = int(song.seconds / beat.length)
    kind = str(draw.choice(("drums", "twelve", "both")))
    if kind != "twelve":
        pattern = _pattern(draw, beat.bar)
        for bar in range(0, n_beats, beat.bar):
            for step, drum, velocity in pattern:
                song.notes.append(Note(DRUMS, 9, beat.at(bar + step), 0.2, drum, velocity))
    if kind != "drums":
        together, player = int(draw.choice((1, 2, 4))), int(draw.choice((TUNE, CHORDS)))
        for step in range(n_beats * 2):
            if draw.random() < 0.6:
                for _ in range(together):
                    song.notes.append(
                        Note(
                            player,
                            CHANNELS[player][0],
                            beat.at(step / 2),
                            beat.length * float(draw.choice((0.5, 1, 2))),
                            int(draw.integers(45, 85)),
                            90,
                        )
                    )
