"""Make examples for the tempo net: the tempograms of songs whose tempo is known.

    python tempo_examples.py sketched FOLDER --songs 6000
    python tempo_examples.py metronomes FOLDER --songs 500
    python tempo_examples.py borrowed FOLDER --corpus MIDI
    python tempo_examples.py rendered FOLDER --corpus CORPUS

Sketched songs are many and cheap; metronomes are sketched, too, and say nothing but the beat. Songs by people (MIDI:
see borrowed.py) are sketched to validate with. Of a rendered song there is one example as it is and, for training, two
that are disguised and played at another speed. A run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from augmenting import at_speed, disguised
from borrowed import songs
from composing import FASTEST, SLOWEST, compose
from corpus import SECONDS, Label, labels, read_sound
from earmark.signals.audio.frames import LogMel
from earmark.signals.audio.tempogram import attacks, tempograms
from rendering import Samples
from scores import DRUMS, Note, Score
from sketching import sketch

FIRST_SKETCHED: Final = 10_000_000
"""Seeds of sketched songs are none of the corpus's."""
FIRST_METRONOME: Final = 20_000_000
FIRST_BORROWED: Final = 30_000_000
PER_SHARD: Final = 250
MOST_DISGUISES: Final = 4
OPINIONS: Final = 3
SPEEDS: Final = 0.15
"""Of disguised songs: drawn evenly from this much less to this much more, as logarithms."""


class Examples(NamedTuple):
    """Windows of songs."""

    tempograms: np.ndarray[Any, Any]
    """``(n_windows, 18, 216)``"""
    tempo: np.ndarray[Any, Any]
    """BPM of each window."""
    song: np.ndarray[Any, Any]
    """A number of each window's song."""
    opinions: np.ndarray[Any, Any]
    """``(n_windows, 3)``: BPM as three say; of a made song the same three times, since its tempo is known."""


def sketched(folder: Path) -> Examples:
    """All that was sketched there.

    Raises:
        ValueError: nothing was.
    """
    return joined([_read(path) for path in sorted(folder.glob("sketched-*.npz"))])


def metronomes(folder: Path) -> Examples:
    """All metronomes that were sketched there.

    Raises:
        ValueError: none was.
    """
    return joined([_read(path) for path in sorted(folder.glob("metronomes-*.npz"))])


def borrowed(folder: Path) -> Examples:
    """All songs by people that were sketched there; nothing is trained on them.

    Raises:
        ValueError: none was.
    """
    return joined([_read(path) for path in sorted(folder.glob("borrowed-0000.npz"))])


def rendered(folder: Path, split: str, *, disguises: bool) -> Examples:
    """All of a split that was rendered: with its disguises, or without.

    Raises:
        ValueError: nothing was.
    """
    found = []
    for path in sorted(folder.glob("rendered-*.npz")):
        with np.load(path) as held:
            if str(held["split"]) != split:
                continue
            of = np.ones(len(held["tempo"]), bool) if disguises else held["disguise"] == 0
            # A song at another speed is another song.
            song = held["song"] * MOST_DISGUISES + held["disguise"]
            found.append(_made(held["tempograms"][of], held["tempo"][of], song[of]))
    return joined(found)


def taught(folder: Path, split: str, *, disguises: bool) -> Examples:
    """All of a split of which a teacher told the tempo (see tempo_taught.py): with disguises, or without.

    Raises:
        ValueError: there is nothing.
    """
    found = []
    for path in sorted(folder.glob("taught-*.npz")):
        with np.load(path) as held:
            if str(held["split"]) == split:
                of = ~held["disguised"] | disguises
                found.append(Examples(*(held[column][of] for column in Examples._fields)))
    return joined(found)


def hear(samples: Samples) -> np.ndarray[Any, Any]:
    """The tempograms of samples at 16 kHz, in half precision to keep."""
    frames = LogMel()
    log_mel = np.concatenate([frames.feed(samples), frames.finish()])
    return tempograms(attacks(log_mel)).astype(np.float16)


def _sketch_shard(shard: int) -> Examples:
    found = []
    for seed in range(FIRST_SKETCHED + shard * PER_SHARD, FIRST_SKETCHED + (shard + 1) * PER_SHARD):
        song = compose(seed, SECONDS)
        log_mel = sketch(song.score, np.random.default_rng([seed, 3]))
        found.append(_known(tempograms(attacks(log_mel)).astype(np.float16), song.tempo, seed))
    return joined(found)


def _metronome(seed: int) -> Examples:
    """Strokes of a drum, one each beat, in half of them with an accent on the first of two to four."""
    draw = np.random.default_rng([seed, 7])
    tempo = float(np.exp(draw.uniform(*np.log([50, 212]))))
    n_beats = int(SECONDS * tempo / 60)
    bar, loud = int(draw.choice([2, 3, 4])), float(draw.choice([1.0, 0.7]))
    drum, other = (int(one) for one in draw.choice([37, 38, 42, 56, 75, 76], 2))
    notes = tuple(
        Note(DRUMS, beat, 0.1, drum if beat % bar else other, round(110 * (loud if beat % bar else 1.0)))
        for beat in range(n_beats)
    )
    score = Score(seed, notes, np.arange(n_beats + 1) * 60 / tempo, {DRUMS: 0}, {})
    grams = tempograms(attacks(sketch(score, draw))).astype(np.float16)
    return _known(grams, tempo, seed)


def _borrowed(folder: Path) -> Examples:
    found = []
    for place, (_, tempo, score) in enumerate(songs(folder)):
        draw = np.random.default_rng([place, 11])
        grams = tempograms(attacks(sketch(score, draw))).astype(np.float16)
        found.append(_known(grams, tempo, FIRST_BORROWED + place))
    return joined(found)


def _disguises(label: Label, samples: Samples) -> Iterator[Examples]:
    draw = np.random.default_rng([label.seed, 5])
    yield _known(hear(samples), label.tempo, label.seed)
    for _ in range(2 if label.split == "train" else 1):
        speed = float(np.exp(draw.uniform(-SPEEDS, SPEEDS)))
        if not SLOWEST + 2 < label.tempo * speed < FASTEST - 4:
            speed = 1.0
        yield _known(hear(disguised(at_speed(samples, speed), draw)), label.tempo * speed, label.seed)


def _known(grams: np.ndarray[Any, Any], tempo: float, seed: int) -> Examples:
    return _made(grams, np.full(len(grams), tempo, np.float32), np.full(len(grams), seed))


def _made(grams: np.ndarray[Any, Any], tempo: np.ndarray[Any, Any], song: np.ndarray[Any, Any]) -> Examples:
    return Examples(grams, tempo, song, np.repeat(tempo[:, None], OPINIONS, axis=1))


def joined(parts: list[Examples]) -> Examples:
    """All examples in one.

    Raises:
        ValueError: there are none.
    """
    if not parts:
        raise ValueError("There are no examples.")
    return Examples(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _read(path: Path) -> Examples:
    with np.load(path) as held:
        return _made(held["tempograms"], held["tempo"], held["song"])


def main() -> None:
    """Make what is asked for and not yet there."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("kind", choices=["sketched", "metronomes", "borrowed", "rendered"])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--songs", type=int, default=6000)
    arguments.add_argument("--corpus", type=Path)
    asked = arguments.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.kind == "sketched":
        for shard in range(asked.songs // PER_SHARD):
            path = asked.folder / f"sketched-{shard:04}.npz"
            if not path.exists():
                np.savez(path, **_sketch_shard(shard)._asdict())
        return
    if asked.kind == "metronomes":
        found = joined([_metronome(FIRST_METRONOME + place) for place in range(asked.songs)])
        np.savez(asked.folder / "metronomes-0000.npz", **found._asdict())
        return
    if asked.kind == "borrowed":
        np.savez(asked.folder / "borrowed-0000.npz", **_borrowed(asked.corpus)._asdict())
        return
    for label in labels(asked.corpus):
        path = asked.folder / f"rendered-{label.seed:06}.npz"
        if path.exists():
            continue
        parts = list(_disguises(label, read_sound(asked.corpus / label.file)))
        disguise = np.repeat(np.arange(len(parts)), [len(part.tempo) for part in parts])
        np.savez(path, **joined(parts)._asdict(), disguise=disguise, split=label.split)


if __name__ == "__main__":
    main()
