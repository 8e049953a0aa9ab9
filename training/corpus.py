"""Render a corpus of songs with known tempo and key: a FLAC file each, and labels.

    python corpus.py FOLDER --songs 4000

Song n of a corpus is the same whatever was rendered before. Of twelve songs in a row ten are for training, one is for
validation (the same soundfonts, other songs), one is held out (other songs and a soundfont of its own). A run that was
stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from composing import compose
from rendering import HELD_OUT, RATE, Samples, render

SECONDS: Final = 20.0
TRAINED_ON: Final = ("FluidR3", "FluidR3", "MuseScore", "MuseScore", "OPL3")
RENDERED_AT: Final = 22_050
LABELS: Final = "labels.jsonl"


@dataclass(frozen=True)
class Label:
    """What is true of one file of the corpus."""

    file: str
    seed: int
    split: str
    """"train", "validation" or "held out"."""
    soundfont: str
    style: str
    tempo: float
    metre: str
    tonic: int
    mode: str
    keys: list[Any]
    """``[second, tonic, mode]`` of each key; more than one where the song modulates."""
    seconds: float


def labels(folder: Path) -> Iterator[Label]:
    """The labels of all that has been rendered there."""
    path = folder / LABELS
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Label(**json.loads(line))


def read_sound(path: Path) -> Samples:
    """A file of the corpus, ``(n,)`` float32 at 16 kHz."""
    with av.open(str(path)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.asarray(np.concatenate(blocks, axis=1)[0] / 32768, np.float32)


def write_sound(path: Path, samples: Samples) -> None:
    """Write samples at 16 kHz, peak below 1, as FLAC of 16 bits."""
    pcm = np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        fifo = av.AudioFifo()
        fifo.write(frame)
        for block in fifo.read_many(4096, partial=True):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))


def render_song(seed: int) -> tuple[Label, Samples]:
    """One song of the corpus."""
    place = seed % 12
    split = "validation" if place == 10 else "held out" if place == 11 else "train"
    draw = np.random.default_rng([seed, 0xC0])
    soundfont = HELD_OUT if split == "held out" else str(draw.choice(TRAINED_ON))
    song = compose(seed, SECONDS)
    sound = render(song.midi, soundfont, seed, RENDERED_AT)[: round((song.seconds + 0.5) * RATE)]
    keys = [[second, key.tonic, key.mode] for second, key in song.keys]
    name = f"{seed:06}.flac"
    label = Label(
        name, seed, split, soundfont, song.style, song.tempo, song.metre, song.home.tonic, song.home.mode, keys,
        song.seconds,
    )  # fmt: skip
    return label, sound


def main() -> None:
    """Render what is asked for and not yet there."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--songs", type=int, default=4000)
    asked = arguments.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    there = {label.seed for label in labels(asked.folder)}
    with (asked.folder / LABELS).open("a", encoding="utf-8") as out:
        for seed in range(asked.songs):
            if seed in there:
                continue
            label, sound = render_song(seed)
            write_sound(asked.folder / label.file, sound)
            out.write(json.dumps(asdict(label)) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
