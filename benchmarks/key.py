"""Keys told by the net, by templates and by librosa: of made songs whose key is known, and of real recordings.

Songs are composed by both composers of training/ with seeds that nothing was trained or chosen on, and played by
FluidSynth on a soundfont of its own (TimGM6mb): 30 seconds each, and in the second set out of tune by up to half a
semitone, some through an overdriven amplifier. The score is MIREX's: 1 for the key, .5 for a fifth above it, .3 for its
relative, .2 for its parallel; a song of which nothing is told counts 0. How true confidences are, is told on them, too.

On real recordings (EARMARK_DATA/audio) no key is known: there the score is between what the net says and what each
other method says, over all recordings of which the net tells a key.

    python key.py --songs 100          # in the environment of the extra "peers"; needs mido and fluidsynth
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))

import soxr

import composing
import key_songs
import scores
from earmark.music.sound import Mode
from earmark.signals.audio.chroma import Floats, Pitches, PitchStream
from earmark.signals.audio.decoding import decode
from earmark.signals.audio.key import KeyNet
from earmark.signals.audio.resampling import RATE, Resampler
from key_templates import PROFILES, by_template
from measured import real_data, report
from rendering import HELD_OUT, render

SEED: Final = 900_000_000
"""Far from all that was trained on."""
SECONDS: Final = 30.0
RENDERED: Final = 22_050
"""Samples a second at which FluidSynth plays."""
NONE: Final = 24
LIBROSA: Final = "librosa chroma_cqt, Krumhansl & Kessler 1982"
KRUMHANSL: Final = "Krumhansl & Kessler 1982"
BINS: Final = (0.0, 0.4, 0.6, 0.8, 0.9, 1.0)


class Heard(NamedTuple):
    """A recording: its key if it is known (tonic, plus 12 if minor), what each method says, and how sure the net is."""

    key: int | None
    said: dict[str, int]
    confidence: float


def songs(n: int) -> Iterator[tuple[str, int, Floats]]:
    """Songs of two sets, their keys, and their sound at 16 kHz."""
    for number in range(n):
        song = composing.compose(SEED + number, SECONDS)
        key = song.home.tonic + 12 * (song.home.mode == "minor")
        yield "songs", key, render(song.midi, HELD_OUT, number, RENDERED)[: int(SECONDS * RATE)]
    for number in range(n):
        other = key_songs.compose(SEED + number, SECONDS)
        if other.key is not None and other.notes:
            yield "harmonies", other.key, _disguised(other, number)


def _disguised(song: key_songs.Song, number: int) -> Floats:
    """Out of tune, as the song has it, and for one in five overdriven."""
    sound = render(scores.written(song.score(number)), HELD_OUT, number, RENDERED)[: int(SECONDS * RATE)]
    if number % 5 == 0:
        sound = np.tanh(sound * (3 / (float(np.sqrt(np.mean(np.square(sound)))) * 3 + 1e-9)))
    return np.asarray(soxr.resample(sound, RATE, RATE * 2 ** (-song.cents / 1200)), np.float32)


def recordings(folder: Path) -> Iterator[Floats]:
    """Real recordings at 16 kHz."""
    for path in sorted(folder.iterdir()):
        if path.suffix != ".csv":
            decoded = decode(path)
            resampler = Resampler(decoded.rate)
            yield np.concatenate([*(resampler.feed(block) for block in decoded), resampler.finish()])


def hear(sound: Floats, key: int | None, net: KeyNet, *, librosa: bool) -> Heard:
    """What each method says of a recording."""
    pitches = _pitches(sound)
    told = net(pitches)
    said = {name: by_template(pitches.chroma, name) for name in PROFILES}
    said["earmark"] = NONE if told is None else told.tonic + 12 * (told.mode is Mode.MINOR)
    if librosa:
        said[LIBROSA] = _by_librosa(sound)
    return Heard(key, said, 0.0 if told is None else told.confidence)


def _pitches(sound: Floats) -> Pitches:
    stream = PitchStream()
    for start in range(0, len(sound), 65_536):
        stream.feed(sound[start : start + 65_536])
    return stream.pitches()


def _by_librosa(sound: Floats) -> int:
    import librosa

    chroma = librosa.feature.chroma_cqt(y=sound, sr=RATE, hop_length=2048)
    return by_template(chroma.mean(1), KRUMHANSL)


def mirex(said: int, true: int, *, either_fifth: bool = False) -> float:
    """MIREX's score; a fifth counts if it is above the true key (as in mir_eval), or on either side if so asked for."""
    if NONE in (said, true):
        return 0.0
    up, modes = (said - true) % 12, (said // 12, true // 12)
    if modes[0] == modes[1]:
        return 1.0 if up == 0 else 0.5 if up == 7 or (either_fifth and up == 5) else 0.0
    return 0.3 if up == (9 if modes[1] == 0 else 3) else 0.2 if up == 0 else 0.0


def known(heard: list[Heard]) -> dict[str, Any]:
    """Scores of each method where the key is known."""
    truth = [one.key for one in heard if one.key is not None]
    found = {}
    for method in heard[0].said:
        said = [one.said[method] for one in heard]
        pairs = list(zip(said, truth, strict=True))
        found[method] = {
            "mirex": _mean([mirex(*pair) for pair in pairs]),
            "mirex_either_fifth": _mean([mirex(*pair, either_fifth=True) for pair in pairs]),
            "right": _mean([float(one == key) for one, key in pairs]),
        }
    return {"songs": len(heard), "methods": found}


def reliability(heard: list[Heard]) -> dict[str, Any]:
    """How often the net is right by how sure it is, and the expected calibration error (Naeini et al. 2015)."""
    told = [(one.confidence, one.said["earmark"] == one.key) for one in heard if one.confidence > 0]
    rows, error = [], 0.0
    for low, high in itertools.pairwise(BINS):
        here = [(sure, right) for sure, right in told if low < sure <= high]
        if here:
            sure, right = _mean([one for one, _ in here]), _mean([float(one) for _, one in here])
            rows.append({"above": low, "songs": len(here), "confidence": sure, "right": right})
            error += len(here) / len(told) * abs(sure - right)
    return {
        "told": round(len(told) / len(heard), 3),
        "expected_calibration_error": round(error, 3),
        "by_confidence": rows,
    }


def agreement(heard: list[Heard]) -> dict[str, Any]:
    """The score between the net and each other method, and between the others, on recordings of unknown key."""
    told = [one for one in heard if one.said["earmark"] != NONE]

    def between(one: str, other: str) -> float:
        return _mean([mirex(of.said[one], of.said[other]) for of in told])

    methods = [name for name in heard[0].said if name != "earmark"]
    return {
        "recordings": len(heard),
        "told": len(told),
        "earmark_with": {name: between("earmark", name) for name in methods},
        "earmark_with_if_untold_counts_0": {
            name: round(between("earmark", name) * len(told) / len(heard), 3) for name in methods
        },
        "librosa_with": {name: between(LIBROSA, name) for name in methods if LIBROSA in heard[0].said},
    }


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 3)


def cost(net: KeyNet) -> dict[str, float]:
    """CPU seconds that a recording of 200 seconds takes: the median of five."""
    sound: NDArray[np.float32] = np.random.default_rng(1).normal(0, 0.1, 200 * RATE).astype(np.float32)
    hearing, telling = [], []
    for _ in range(5):
        began = time.process_time()
        pitches = _pitches(sound)
        heard = time.process_time()
        net.probabilities(pitches)
        hearing.append(heard - began)
        telling.append(time.process_time() - heard)
    return {
        "pitches_cpu_s": round(float(np.median(hearing)), 4),
        "net_cpu_s": round(float(np.median(telling)), 4),
    }


def main() -> None:
    """Read the command line, run, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--songs", type=int, default=100, help="of each set")
    parser.add_argument("--without-librosa", action="store_true")
    asked = parser.parse_args()
    net, librosa = KeyNet(), not asked.without_librosa
    sets: dict[str, list[Heard]] = {}
    for name, key, sound in songs(asked.songs):
        sets.setdefault(name, []).append(hear(sound, key, net, librosa=librosa))
    everything = [one for heard in sets.values() for one in heard]
    real = [hear(sound, None, net, librosa=librosa) for sound in recordings(real_data() / "audio")]
    report(
        "key",
        {
            "known": {name: known(heard) for name, heard in sets.items()} | {"both": known(everything)},
            "reliability": reliability(everything),
            "real": agreement(real),
            "cost_of_200_s": cost(net),
        },
    )


if __name__ == "__main__":
    main()
