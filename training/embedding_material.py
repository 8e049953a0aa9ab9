"""Hear a collection of music as the embedding net will: patches of log-mel frames, and what MusiCNN makes of them.

    python embedding_material.py OUT.npz FOLDER ... --teacher HOME/models/musicnn-msd.onnx --leave-out FOLDER

A recording gives up to 24 patches of three seconds, evenly over its first four minutes. Recordings that go by the name
of a file in the folders left out are left out themselves, and so are those shorter than 20 s.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions

from earmark.errors import EarmarkError
from earmark.signals.audio.decoding import decode
from earmark.signals.audio.frames import FRAMES_PER_SECOND, LogMel
from earmark.signals.audio.resampling import Resampler
from recordings import recordings

Floats = NDArray[np.float32]

PATCHES, PATCH_FRAMES = 24, 187
LONGEST_SECONDS: Final = 240.0
SHORTEST_FRAMES: Final = int(20 * FRAMES_PER_SECOND)


def log_mel(path: Path) -> Floats:
    """The frames of a recording's first four minutes, ``(n, 96)``."""
    decoded = decode(path)
    resampler, frames = Resampler(decoded.rate), LogMel()
    heard = []
    for block in decoded:
        heard.append(frames.feed(resampler.feed(block)))
        if decoded.seconds > LONGEST_SECONDS:
            decoded.close()
            break
    return np.concatenate([*heard, frames.feed(resampler.finish()), frames.finish()])


def spread(frames: Floats) -> Floats:
    """Its patches, ``(n, 187, 96)``."""
    n = min(PATCHES, len(frames) // PATCH_FRAMES)
    starts = np.round(np.linspace(0, len(frames) - PATCH_FRAMES, n)).astype(int)
    return frames[starts[:, None] + np.arange(PATCH_FRAMES)]


def main() -> None:
    """Read the command line, listen, and write patches, tracks and what the teacher says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--leave-out", type=Path, action="append", default=[])
    asked = parser.parse_args()
    options = SessionOptions()
    options.intra_op_num_threads = 1
    teacher = InferenceSession(asked.teacher, options, providers=["CPUExecutionProvider"])
    columns: dict[str, list[NDArray[Any]]] = {"patches": [], "track": [], "pooled": [], "tags": []}
    heard = 0
    for path in recordings(asked.folders, asked.leave_out):
        try:
            frames = log_mel(path)
        except EarmarkError as error:
            print(error.what, file=sys.stderr)
            continue
        if len(frames) < SHORTEST_FRAMES:
            continue
        patches = spread(frames)
        pooled, tags = teacher.run(["pooled", "tags"], {"patches": patches})
        columns["patches"].append(patches.astype(np.float16))
        columns["pooled"].append(pooled)
        columns["tags"].append(tags)
        columns["track"].append(np.full(len(patches), heard, np.int32))
        heard += 1
    np.savez(asked.out, **{name: np.concatenate(column) for name, column in columns.items()})
    print(json.dumps({"recordings": heard, "patches": int(sum(len(one) for one in columns["track"]))}))


if __name__ == "__main__":
    main()
