"""Tempo told by the net and by librosa: of real recordings whose composer gives it, and of made songs.

Acc1 is the share within 4 % of the true tempo; Acc2 counts two and three times as fast and as slow, too (Gouyon et al.
2006). Where nothing is told it counts as wrong.

Real recordings are those of EARMARK_DATA/audio of which manifest.csv gives `tempo_bpm`, and, in a folder that is named,
those that musicians charted for a game (song.ogg beside a notes.mid of one tempo, as in Debian's packages
fretsonfire-songs-muldjord and fretsonfire-songs-sectoid); nothing was trained or chosen on either. Songs are composed
by training/composing.py with seeds of their own and played by FluidSynth on a soundfont that nothing was trained on
(TimGM6mb), 30 seconds each, as they are and disguised (equalised, distorted, in a room, noisy, encoded). Peers:
librosa's `feature.tempo` and `beat.beat_track`, with what they do unless told otherwise.

    python tempo.py --songs 100 --charted FOLDER

With the extras "peers" and "training", FluidSynth and its soundfonts.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import librosa
import mido
import numpy as np
import soxr
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))

from augmenting import disguised
from composing import compose
from earmark.signals.audio.decoding import decode
from earmark.signals.audio.frames import LogMel
from earmark.signals.audio.resampling import RATE, Resampler
from earmark.signals.audio.tempo import TempoNet
from measured import real_data, report
from recordings import beginning
from rendering import HELD_OUT, RENDERED, render_stereo

SEED: Final = 700_000_000
"""Far from all that was trained on."""
SECONDS: Final = 30.0
CHARTED_SECONDS: Final = 120.0
LIBROSA_RATE: Final = 22_050
TOLERANCE: Final = 0.04
FACTORS: Final = (1.0, 2.0, 3.0, 1 / 2, 1 / 3)
OURS, STATIC, BEATS = "earmark", "librosa feature.tempo", "librosa beat_track"
Samples = NDArray[np.float32]


class Sound(NamedTuple):
    """One recording or song: its name, its true tempo, its one channel at a rate."""

    name: str
    bpm: float
    samples: Samples
    rate: int


def recordings(folder: Path) -> Iterator[Sound]:
    """The real recordings whose tempo is known."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["tempo_bpm"]:
                decoded = decode(folder / row["file"])
                samples = np.concatenate([block.mean(axis=0) for block in decoded])
                yield Sound(row["file"], float(row["tempo_bpm"]), samples, decoded.rate)


def charted(folder: Path) -> Iterator[Sound]:
    """The first two minutes of recordings for which notes were charted at one tempo."""
    for chart in sorted(folder.rglob("notes.mid")):
        tempi = {
            note.tempo for track in mido.MidiFile(chart).tracks for note in track if note.type == "set_tempo"
        }
        if len(tempi) == 1:
            path = chart.with_name("song.ogg")
            yield Sound(path.parent.name, 60e6 / tempi.pop(), *beginning(path, CHARTED_SECONDS))


def songs(n: int, *, disguise: bool) -> Iterator[Sound]:
    """Made songs, on a soundfont of their own."""
    for seed in range(SEED, SEED + n):
        song = compose(seed, SECONDS)
        samples, rate = render_stereo(song.midi, HELD_OUT, seed).mean(axis=1), RENDERED
        samples = samples[: round(SECONDS * rate)]
        if disguise:
            low = np.asarray(soxr.resample(samples, rate, RATE), np.float32)
            samples, rate = disguised(low, np.random.default_rng(seed)), RATE
        yield Sound(f"{seed} {song.style}", song.tempo, np.asarray(samples, np.float32), rate)


def frames_of(sound: Sound) -> Samples:
    """What the net is given."""
    resampler, frames = Resampler(sound.rate), LogMel()
    low = np.concatenate([resampler.feed(sound.samples[None]), resampler.finish()])
    return np.concatenate([frames.feed(low), frames.finish()])


def told(net: TempoNet, sound: Sound) -> dict[str, dict[str, float]]:
    """The tempo each method tells (0 for none) and the CPU milliseconds that took, after the spectrum for ours."""
    frames = frames_of(sound)
    began = time.process_time()
    tempo, strength = net(frames)
    spent = time.process_time() - began
    found = {
        OURS: {
            "bpm": tempo.bpm if tempo else 0.0,
            "confidence": tempo.confidence if tempo else 0.0,
            "strength": strength,
            "cpu_ms": 1000 * spent,
        }
    }
    at_its_rate = soxr.resample(sound.samples, sound.rate, LIBROSA_RATE)
    for name, method in (
        (STATIC, lambda: librosa.feature.tempo(y=at_its_rate, sr=LIBROSA_RATE)),
        (BEATS, lambda: librosa.beat.beat_track(y=at_its_rate, sr=LIBROSA_RATE)[0]),
    ):
        began = time.process_time()
        bpm = float(np.atleast_1d(method())[0])
        found[name] = {"bpm": bpm, "cpu_ms": 1000 * (time.process_time() - began)}
    return found


def measured(net: TempoNet, sounds: Iterator[Sound], *, each: bool) -> dict[str, Any]:
    """Acc1, Acc2 and CPU milliseconds of every method; and what each said of each sound, if asked."""
    rows, first, second, spent = [], defaultdict(list), defaultdict(list), defaultdict(list)
    for sound in sounds:
        found = told(net, sound)
        for name, said in found.items():
            off = [abs(said["bpm"] / (sound.bpm * factor) - 1) <= TOLERANCE for factor in FACTORS]
            first[name].append(off[0])
            second[name].append(any(off))
            spent[name].append(said["cpu_ms"])
        rows.append(
            {
                "name": sound.name,
                "bpm": round(sound.bpm, 1),
                **{name: round(said["bpm"], 1) for name, said in found.items()},
                "confidence": round(found[OURS]["confidence"], 2),
                "strength": round(found[OURS]["strength"], 2),
            }
        )
    figures = {
        name: {
            "acc1": round(float(np.mean(first[name])), 3),
            "acc2": round(float(np.mean(second[name])), 3),
            "cpu_ms_median": round(float(np.median(spent[name])), 1),
        }
        for name in first
    }
    return {"n": len(rows), "methods": figures, **({"each": rows} if each else {})}


def main() -> None:
    """Print what was found as JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--songs", type=int, default=100)
    arguments.add_argument("--each", action="store_true", help="say what was told of every song, too")
    arguments.add_argument("--charted", type=Path, help="a folder of recordings that were charted for a game")
    chosen = arguments.parse_args()
    net = TempoNet()
    report(
        "tempo",
        {
            "real recordings": measured(net, recordings(real_data() / "audio"), each=True),
            **({"charted": measured(net, charted(chosen.charted), each=True)} if chosen.charted else {}),
            "made songs, unseen soundfont": measured(
                net, songs(chosen.songs, disguise=False), each=chosen.each
            ),
            "the same, disguised": measured(net, songs(chosen.songs, disguise=True), each=chosen.each),
        },
    )


if __name__ == "__main__":
    main()
