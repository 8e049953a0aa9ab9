"""Examples for the key net: songs by the thousand, as the net hears them, in one file.

    python key_examples.py FOLDER --seed 11                    # made songs, worked out from notes, in three mixes each
    python key_examples.py FOLDER --corpus CORPUS --songs 320  # songs that `corpus.py` rendered, none of them held out

A file holds ``windows`` ``(n, 72)`` float16, all examples one after the other, ``starts`` ``(n_examples + 1,)``, and
``keys`` ``(n_examples,)``: tonic + 12 if minor, 24 for none. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

import composing
from corpus import labels, read_sound
from earmark.signals.audio.chroma import Floats, PitchStream
from key_mixing import mixed
from key_songs import compose, heard_in
from key_spectra import spectra

NO_KEY: Final = 24
OTHERS: Final = 0.4
"""The share of made songs that are by the composer of the other nets."""


def made(seed: int, songs: int, mixes: int) -> Iterator[tuple[Floats, int]]:
    """Mixes of songs worked out from notes, and their keys."""
    before = None
    for number in range(songs):
        draw = np.random.default_rng([seed, number, 0x3A])
        chance, seconds = seed * 10_000_000 + number, float(draw.uniform(20, 50))
        if draw.random() < OTHERS:
            song = heard_in(composing.compose(chance, seconds))
            song.cents = float(draw.normal(0, 12))
        else:
            song = compose(chance, seconds)
        players = spectra(song, draw)
        for _ in range(mixes):
            yield mixed(players, draw, before), NO_KEY if song.key is None else song.key
        before = players


def rendered(corpus_folder: Path, songs: int) -> Iterator[tuple[Floats, int]]:
    """The first so many songs of a corpus that are not held out, and their keys."""
    ours = sorted((one for one in labels(corpus_folder) if one.split != "held out"), key=lambda one: one.seed)
    for label in ours[:songs]:
        stream = PitchStream().feed(read_sound(corpus_folder / label.file))
        yield stream.pitches().windows, label.tonic + 12 * (label.mode == "minor")


def write(path: Path, examples: Iterator[tuple[Floats, int]]) -> None:
    """Write examples to a file."""
    windows, keys = zip(*examples, strict=True)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in windows])])
    np.savez(path, windows=np.concatenate(windows).astype(np.float16), starts=starts, keys=np.array(keys))


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=int, default=600)
    parser.add_argument("--mixes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.corpus:
        write(asked.folder / "rendered.npz", rendered(asked.corpus, asked.songs))
    else:
        write(asked.folder / f"made-{asked.seed}.npz", made(asked.seed, asked.songs, asked.mixes))


if __name__ == "__main__":
    main()
