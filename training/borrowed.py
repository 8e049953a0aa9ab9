"""Songs by people, from MIDI files under a free licence, whose composers wrote down their tempo.

Debian's `openttd-openmsx` (GPL-2) and `freedoom` (BSD, in WAD files) hold a hundred. A stretch of each is taken where
its tempo stands still. Nothing is trained on them: they tell whether what was learned from composed songs holds for how
people write, with figures that run across the bar, introductions and silence.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import mido
import numpy as np

from scores import DRUMS, Note, Score

SECONDS: Final = 48.0
LATER: Final = 12.0
"""Where the stretch of a long song begins: behind its introduction."""
STEADY: Final = 0.9
"""The share of the stretch that must be within 2 % of its tempo."""
UNSET: Final = 95.0
"""What the converter of some of the files writes, whatever the music."""
DEFAULT: Final = 500_000
"""Microseconds a beat where a MIDI file says nothing."""


Array = np.ndarray[Any, Any]


class Borrowed(NamedTuple):
    """One song, as far as it is used."""

    name: str
    tempo: float
    score: Score


def songs(folder: Path) -> Iterator[Borrowed]:
    """All usable songs in MIDI and WAD files below a folder, each once, by name."""
    seen: set[str] = set()
    for path in sorted(folder.rglob("*")):
        files = [(path.name, path.read_bytes())] if path.suffix == ".mid" else []
        if path.suffix == ".wad":
            files = list(_lumps(path.read_bytes()))
        for name, content in files:
            digest = hashlib.sha256(content).hexdigest()
            if digest not in seen:
                seen.add(digest)
                song = _song(name, mido.MidiFile(file=io.BytesIO(content), clip=True))
                if song is not None:
                    yield song


def _lumps(wad: bytes) -> Iterator[tuple[str, bytes]]:
    """The MIDI files in a WAD."""
    n_lumps, directory = struct.unpack("<ii", wad[4:12])
    for entry in range(n_lumps):
        start, size, name = struct.unpack("<ii8s", wad[directory + 16 * entry : directory + 16 * entry + 16])
        if wad[start : start + 4] == b"MThd":
            yield name.rstrip(b"\0").decode("ascii"), wad[start : start + size]


def _song(name: str, file: mido.MidiFile) -> Borrowed | None:
    """The stretch of a song, or None if its tempo is not written, wanders, or cannot be meant."""
    seconds, beats = [0.0], [0.0]
    length, at, written = DEFAULT / 1e6, 0.0, False
    notes: list[Note] = []
    sounding: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    programs: dict[int, int] = {}
    voices: dict[tuple[int, int], int] = {}
    for message in mido.merge_tracks(file.tracks):
        at += message.time / file.ticks_per_beat
        if message.type == "set_tempo":
            seconds.append(seconds[-1] + (at - beats[-1]) * length)
            beats.append(at)
            length, written = message.tempo / 1e6, True
        elif message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type == "note_on" and message.velocity:
            sounding[message.channel, message.note].append((at, message.velocity))
        elif message.type in ("note_on", "note_off") and sounding[message.channel, message.note]:
            start, velocity = sounding[message.channel, message.note].pop(0)
            voice = (message.channel, 0 if message.channel == DRUMS else programs.get(message.channel, 0))
            # A channel that changes its program is another player from there on.
            channel = DRUMS if message.channel == DRUMS else voices.setdefault(voice, 16 + len(voices))
            notes.append(Note(channel, start, at - start, message.note, velocity))
    seconds.append(seconds[-1] + (at - beats[-1]) * length)
    beats.append(at)
    if not written or seconds[-1] < 20:
        return None
    return _stretch(name, notes, np.array(beats), np.array(seconds), {n: p for (_, p), n in voices.items()})


def _stretch(
    name: str, notes: list[Note], beats: Array, seconds: Array, programs: dict[int, int]
) -> Borrowed | None:
    start = LATER if seconds[-1] > 80 else 0.0
    first, last = np.interp([start, min(start + SECONDS, seconds[-1] - 2)], seconds, beats)
    first = float(np.floor(first))
    times = np.interp(first + np.arange(int(last - first) + 1), beats, seconds)
    lengths = np.diff(times)
    length = float(np.median(lengths))
    steady = np.mean(np.abs(lengths / length - 1) < 0.02)
    tempo = 60 / length
    if steady < STEADY or abs(tempo - UNSET) < 0.01 or not 42 < tempo < 216:
        return None
    within = tuple(
        replace(note, start=note.start - first)
        for note in notes
        if first <= note.start < first + len(lengths)
    )
    return Borrowed(name, tempo, Score(0, within, times - times[0], {**programs, DRUMS: 0}, {}))
