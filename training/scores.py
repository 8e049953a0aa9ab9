"""A song as written: notes in beats, when the beats fall, and what plays; and the MIDI file of it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import mido
import numpy as np

TICKS: Final = 480
DRUMS: Final = 9
"""The channel of drums in General MIDI, counted from 0."""


@dataclass(frozen=True)
class Note:
    """One note, in beats from the start."""

    channel: int
    start: float
    length: float
    pitch: int
    velocity: int


@dataclass(frozen=True)
class Score:
    """All notes of a song."""

    seed: int
    notes: tuple[Note, ...]
    times: np.ndarray[Any, Any]
    """The second of each beat, and of the end."""
    programs: Mapping[int, int]
    """Of General MIDI, by channel; for drums the kit."""
    levels: Mapping[int, tuple[int, int, int]]
    """Volume, place from left to right and reverberation, 0 to 127, by channel."""


def written(score: Score) -> bytes:
    """A standard MIDI file of a score."""
    file = mido.MidiFile(ticks_per_beat=TICKS)
    events: list[tuple[int, int, Any]] = []
    for beat, length in enumerate(np.diff(score.times)):
        events.append((beat * TICKS, 0, mido.MetaMessage("set_tempo", tempo=round(1e6 * length))))
    for channel, program in score.programs.items():
        volume, pan, room = score.levels[channel]
        events.append((0, 1, mido.Message("program_change", channel=channel, program=program)))
        for control, value in ((7, volume), (10, pan), (91, room), (93, (score.seed * 7 + channel) % 40)):
            events.append(
                (0, 1, mido.Message("control_change", channel=channel, control=control, value=value))
            )
    for note in score.notes:
        on, off = round(note.start * TICKS), round((note.start + note.length) * TICKS)
        strike = mido.Message("note_on", channel=note.channel, note=note.pitch, velocity=note.velocity)
        events += [(on, 3, strike), (off, 2, mido.Message("note_off", channel=note.channel, note=note.pitch))]
    events.sort(key=lambda event: event[:2])
    track, before = mido.MidiTrack(), 0
    for tick, _, message in events:
        message.time = tick - before
        track.append(message)
        before = tick
    file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()
