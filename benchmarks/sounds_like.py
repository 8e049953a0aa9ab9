"""Whether what sounds alike is by the same artist: each of some real tracks asks for its nearest among all others.

    python sounds_like.py FOLDER ... --models HOME/models

P@1 (is the nearest by the same artist) and mean average precision, of the embeddings of Earmark as they are and as
`earmark similar` compares them (from the middle of the library, before any listener has taught it), of MusiCNN's
penultimate layer compared by cosine, and of MFCCs (librosa; means and spreads over time, standardised). Tracks are
those of EARMARK_DATA/audio and of the folders named, such as those of Debian's wesnoth-1.16-music, supertux-data,
hyperrogue-music, singularity-music, xmoto-data, nexuiz-music and ufoai-music (the last two in zip files, to be
unpacked). Artists come from tags, from EARMARK_DATA/audio/manifest.csv, or are the known authors of files without tags;
each has two tracks or more, and no track comes twice. Settings were chosen on one half of the artists: the other is
reported by itself, too.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.errors import EarmarkError
from earmark.ranking.sound import from_the_middle
from earmark.signals.audio.decoding import decode
from earmark.signals.audio.embedding import Embedder, patches_of
from earmark.signals.audio.frames import LogMel
from earmark.signals.audio.resampling import RATE, Resampler
from earmark.threads import one_blas_thread
from measured import report

Floats = NDArray[np.float32]
Rows = NDArray[np.float64]

SOUNDS = {".mp3", ".ogg", ".opus", ".flac", ".m4a", ".webm", ".wav"}
LONGEST_SECONDS, SHORTEST_SECONDS = 240.0, 20.0
AUTHORS = (
    ("Crystan-", "Crystan"),
    ("Psymong", "Psymong"),
    ("Marine", "Marine"),
    ("David0", "David Reeves"),
    ("van_", "Marino"),
    ("hr-domina-", "Domina"),
)
"""Of files without tags, by how their names begin (from the copyright files of Debian's packages)."""
ALIASES = (
    ("elysis", "elysis"),
    ("zhay", "Zhaytee"),
    ("crystan", "Crystan"),
    ("vanethian", "Marino"),
    ("neoncorridor", "Parrotte"),
    ("ahlen", "Ahlen"),
    ("macleod", "MacLeod"),
)
"""Artists who go by several names, or by a long one, by a part of it."""
AGAIN = {"sixtyfourrevisited"}
"""Another version of a piece that is there, too."""


def main() -> None:
    """Print both figures for each embedding."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("folders", type=Path, nargs="*")
    arguments.add_argument("--models", type=Path, help="folder that `earmark models fetch` wrote to")
    chosen = arguments.parse_args()
    tracks = dict(_tracks(chosen.folders))
    makers = Counter(tracks.values())
    tracks = {path: artist for path, artist in tracks.items() if makers[artist] > 1}
    hearers = _hearers(chosen.models)
    rows: dict[str, list[Floats]] = {name: [] for name in hearers}
    seconds: Counter[str] = Counter()
    artists = []
    with one_blas_thread():
        for path, artist in tracks.items():
            try:
                samples = _samples(path)
            except EarmarkError as error:
                print(error.what, file=sys.stderr)
                continue
            if len(samples) < SHORTEST_SECONDS * RATE:
                continue
            log_mel = LogMel()
            patches = patches_of(np.concatenate([log_mel.feed(samples), log_mel.finish()]))
            artists.append(artist)
            for name, hear in hearers.items():
                began = time.process_time()
                rows[name].append(hear(samples, patches))
                seconds[name] += time.process_time() - began
    named = np.array(artists)
    several = np.array([artists.count(one) > 1 for one in artists])
    figures = {}
    for name, found in rows.items():
        vectors, cost = np.stack(found)[several], {"cpu_s_per_track": round(seconds[name] / len(artists), 3)}
        figures[name] = _scores(vectors, named[several], standard=name == "MFCC") | cost
        if name.startswith("Earmark"):
            compared = _scores(from_the_middle(vectors), named[several], standard=False)
            figures[f"{name}, as compared"] = compared | cost
    report(
        "sounds_like",
        {"tracks": int(several.sum()), "artists": len(set(named[several])), "embeddings": figures},
    )


def _hearers(models: Path | None) -> dict[str, Callable[[Floats, Floats], Floats]]:
    own = Embedder()
    hearers: dict[str, Callable[[Floats, Floats], Floats]] = {
        f"Earmark, {own.name}": lambda _, patches: own(patches).vector
    }
    if models:
        from onnxruntime import InferenceSession, SessionOptions

        from earmark.signals.audio.musicnn.published import FILE

        better, options = Embedder(models), SessionOptions()
        options.intra_op_num_threads = 1
        plain = InferenceSession(models / FILE, options, providers=["CPUExecutionProvider"])
        hearers[f"Earmark, {better.name}"] = lambda _, patches: better(patches).vector
        hearers["MusiCNN, penultimate"] = lambda _, patches: plain.run(["penultimate"], {"patches": patches})[
            0
        ].mean(axis=0)
    try:
        import librosa
    except ImportError:
        return hearers

    def mfcc(samples: Floats, _: Floats) -> Floats:
        found = librosa.feature.mfcc(y=samples, sr=RATE, n_mfcc=20)
        return np.concatenate([found.mean(axis=1), found.std(axis=1)])

    return hearers | {"MFCC": mfcc}


def _scores(vectors: Rows, artists: NDArray[np.str_], *, standard: bool) -> dict[str, Any]:
    if standard:
        vectors = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = (unit @ unit.T).astype(np.float64)
    np.fill_diagonal(alike, -np.inf)
    order = np.argsort(-alike, axis=1, kind="stable")[:, :-1]
    same = artists[order] == artists[:, None]
    precisions = same.cumsum(axis=1) / np.arange(1, same.shape[1] + 1)
    average = (precisions * same).sum(axis=1) / same.sum(axis=1)
    kept_back = ~np.isin(artists, _chosen_on(artists))
    return {
        name: {"P@1": round(float(same[some, 0].mean()), 3), "mAP": round(float(average[some].mean()), 3)}
        for name, some in (("all", np.ones(len(artists), np.bool_)), ("other_half", kept_back))
    }


def _chosen_on(artists: NDArray[np.str_]) -> list[str]:
    """Every second artist in an order that says nothing: on these, settings were chosen."""
    return sorted(set(artists), key=lambda name: hashlib.md5(name.encode()).hexdigest())[::2]


def _tracks(folders: list[Path]) -> Iterator[tuple[Path, str]]:
    """Recordings and their artists; of those of one name, the first."""
    manifest: dict[str, str] = {}
    if data := os.environ.get("EARMARK_DATA"):
        folders = [Path(data) / "audio", *folders]
        with (folders[0] / "manifest.csv").open(encoding="utf-8", newline="") as file:
            manifest = {row["file"]: row["artist"] for row in csv.DictReader(file)}
    seen = set(AGAIN)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = re.sub(r"\W+|_", "", path.stem.rpartition("__")[2].casefold())
            if path.suffix.lower() not in SOUNDS or name in seen or not path.is_file():
                continue
            if artist := _artist(path, manifest.get(path.name)):
                seen.add(name)
                yield path, artist


def _artist(path: Path, told: str | None) -> str | None:
    import tinytag

    stem = path.stem.rpartition("__")[2]
    known = next((artist for start, artist in AUTHORS if stem.startswith(start)), None)
    if known:
        return known
    if told is None:
        try:
            told = tinytag.TinyTag.get(path, duration=False).artist
        except tinytag.TinyTagException:
            return None
    alias = next((artist for part, artist in ALIASES if part in (told or "").casefold()), None)
    return alias or (told if told and not told.startswith("<") else None)


def _samples(path: Path) -> Floats:
    """The first four minutes, at 16 kHz."""
    decoded = decode(path)
    resampler, found = Resampler(decoded.rate), []
    for block in decoded:
        found.append(resampler.feed(block))
        if decoded.seconds > LONGEST_SECONDS:
            decoded.close()
            break
    return np.concatenate([*found, resampler.finish()])


if __name__ == "__main__":
    main()
