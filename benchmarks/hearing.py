"""What hearing a file costs: CPU seconds for each 200 s of sound, by stage and codec, and librosa beside it.

Files are those of EARMARK_DATA/audio. `whole` is `Ears.hear`; the stages are its parts, one after the other over the
blocks of the same file, each in its own right, so they do not sum up to the whole exactly. Files are heard in turn,
several times round, since others use the machine, too; the least of a file's times counts, then the median over files.
What is done once a file, however long it is (embedding, figures, key), counts once for 200 s, too.

The peer, where librosa is installed, is `librosa.load` at 22,050 Hz, `melspectrogram`, `beat.beat_track` and
`chroma_stft`, with what they do unless told otherwise: tempo and chroma, but no loudness, no key and no embedding.

    python hearing.py --models HOME/models     # without it, the network of our own embeds
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from earmark.signals.audio import figures
from earmark.signals.audio.chroma import PitchStream
from earmark.signals.audio.decoding import decode
from earmark.signals.audio.embedding import Embedder, patches_of
from earmark.signals.audio.excerpt import windows_of
from earmark.signals.audio.frames import LogMel
from earmark.signals.audio.hearing import Ears
from earmark.signals.audio.key import KeyNet
from earmark.signals.audio.loudness import LoudnessMeter
from earmark.signals.audio.payload import payload
from earmark.signals.audio.resampling import Resampler
from earmark.signals.audio.speech import speechiness
from earmark.signals.audio.tempo import TempoNet
from earmark.threads import one_blas_thread
from measured import real_data, report

SECONDS: Final = 200.0
ONCE: Final = ("embedding", "figures", "key")
Costs = dict[str, float]


def main() -> None:
    """Print the medians."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--models", type=Path, help="the folder of what `earmark models fetch` wrote")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--files", type=int, default=1_000, help="so many, evenly over the folder")
    arguments.add_argument("--peer-files", type=int, default=8, help="so many files librosa hears, too")
    chosen = arguments.parse_args()
    paths = sorted(path for path in (real_data() / "audio").iterdir() if path.suffix != ".csv")
    paths = paths[:: max(1, len(paths) // chosen.files)]
    stages, ears = Stages(chosen.models), Ears(chosen.models)
    lengths = {path: ears.hear(path).sound.duration_ms / 1000 for path in paths}
    codecs = {path: payload(path).codec for path in paths}
    with one_blas_thread():
        costs = _least(
            paths, lengths, lambda path: {"whole": _cpu(lambda: ears.hear(path)), **stages(path)}, chosen
        )
        peers = paths[:: max(1, len(paths) // chosen.peer_files)]
        report(
            "hearing",
            {
                "unit": "CPU seconds for each 200 s of sound",
                "heard_by": ears.by,
                "files": len(paths),
                "all": _medians(list(costs.values())),
                "by_codec": {
                    codec: {"files": len(some), **_medians(some)}
                    for codec in sorted(set(codecs.values()))
                    if (some := [costs[path] for path in paths if codecs[path] == codec])
                },
                "tracks_a_week_and_core": round(7 * 86_400 / _medians(list(costs.values()))["whole"]),
                "librosa": _peer(peers, lengths, costs, chosen),
            },
        )


class Stages:
    """The parts of `Ears.hear`, timed."""

    def __init__(self, models: Path | None) -> None:
        self._embedder, self._tempo, self._key = Embedder(models), TempoNet(), KeyNet()

    def __call__(self, path: Path) -> Costs:
        """CPU seconds of each part for one file."""
        costs: Costs = defaultdict(float)

        @contextmanager
        def lap(stage: str) -> Iterator[None]:
            began = time.process_time()
            yield
            costs[stage] += time.process_time() - began

        decoded = decode(path)
        meter, resampler = LoudnessMeter(decoded.rate, decoded.speakers), Resampler(decoded.rate)
        log_mel, pitches, some = LogMel(), PitchStream(), []
        blocks = iter(decoded)
        while True:
            with lap("decode"):
                block = next(blocks, None)
            if block is None:
                break
            with lap("loudness"):
                meter.feed(block)
            with lap("resample"):
                samples = resampler.feed(block)
            with lap("frames"):
                some.append(log_mel.feed(samples))
            with lap("pitches"):
                pitches.feed(samples)
        with lap("frames"):
            frames = np.concatenate([*some, log_mel.finish()])
        with lap("loudness"):
            loudness, _ = meter.integrated(), meter.range()
        with lap("key"):
            self._key(pitches.pitches())
        with lap("tempo"):
            self._tempo(frames)
        with lap("embedding"):
            self._embedder(patches_of(frames))
        with lap("figures"):
            windows = windows_of(frames)
            figures.energy(windows, loudness), figures.brightness(windows), speechiness(windows)
        return dict(costs)


def _least(
    paths: list[Path], lengths: dict[Path, float], cost: Callable[[Path], Costs], chosen: argparse.Namespace
) -> dict[Path, Costs]:
    rounds = [{path: cost(path) for path in paths} for _ in range(chosen.rounds)]
    least = {
        path: {part: min(one[path][part] for one in rounds) for part in rounds[0][path]} for path in paths
    }
    return {path: _for_a_track(least[path], SECONDS / lengths[path]) for path in paths}


def _for_a_track(costs: Costs, times: float) -> Costs:
    """What a file would cost if it were so many times as long."""
    once = sum(costs.get(part, 0) for part in ONCE)
    return {
        part: spent if part in ONCE else (spent - once) * times + once if part == "whole" else spent * times
        for part, spent in costs.items()
    }


def _medians(costs: list[Costs]) -> Costs:
    return {stage: round(statistics.median(one[stage] for one in costs), 4) for stage in costs[0]}


def _cpu(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _peer(
    paths: list[Path], lengths: dict[Path, float], ours: dict[Path, Costs], chosen: argparse.Namespace
) -> dict[str, Any] | None:
    """What librosa takes for some of the files, and what we take for the same; None where it is not installed."""
    if importlib.util.find_spec("librosa") is None:
        return None
    import librosa

    def hear(path: Path) -> Costs:
        costs: Costs = {}
        costs["load"] = _cpu(lambda: loaded.append(librosa.load(path)))
        samples, rate = loaded.pop()
        costs["melspectrogram"] = _cpu(lambda: librosa.feature.melspectrogram(y=samples, sr=rate))
        costs["tempo"] = _cpu(lambda: librosa.beat.beat_track(y=samples, sr=rate))
        costs["chroma"] = _cpu(lambda: librosa.feature.chroma_stft(y=samples, sr=rate))
        return {"whole": sum(costs.values()), **costs}

    loaded: list[tuple[Any, float]] = []
    readable = [path for path in paths if path.suffix in {".mp3", ".ogg", ".opus", ".flac", ".wav"}]
    hear(readable[0])  # What is compiled at first is not counted.
    theirs = _medians(list(_least(readable, lengths, hear, chosen).values()))
    same = statistics.median(ours[path]["whole"] for path in readable)
    return {
        "files": len(readable),
        **theirs,
        "ours_of_the_same": round(same, 4),
        "ratio": round(theirs["whole"] / same, 1),
    }


if __name__ == "__main__":
    main()
