"""The tracks of a made world as a music folder: one WAV file each, tagged, as a household would keep them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark.music.items import Track
from earmark.world.made import World
from earmark.world.rendering import RATE, render
from earmark.world.sound import Sounds

SECONDS = 10.0


def write_recordings(
    world: World,
    folder: Path,
    places: Iterable[int],
    *,
    seconds: float = SECONDS,
    advance: Callable[[int], None] = lambda _: None,
) -> list[Path]:
    """Write the tracks at ``places`` of the catalogue, ``seconds`` of each, as ``artist/release/title.wav``.

    All versions of a song sound alike. Returns the paths, in order; ``advance`` is told of each file.
    """
    sounds, paths = Sounds(world.catalogue), []
    for place in places:
        track = world.tracks[place]
        path = folder / _safe(track.artist) / _safe(track.release or "") / f"{_safe(track.title)}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        song = int(world.catalogue.song[place])
        path.write_bytes(_wave(render(sounds.of(place), seconds, world.config.seed + song), track))
        paths.append(path)
        advance(1)
    return paths


def _safe(name: str) -> str:
    return name.replace("/", "-")


def _wave(samples: NDArray[np.float32], track: Track) -> bytes:
    """16-bit mono with an INFO list (Multimedia Programming Interface and Data Specifications 1.0, 1991)."""
    tags = {b"IART": track.artist, b"INAM": track.title, b"IPRD": track.release or ""}
    info = b"INFO" + b"".join(_chunk(name, text.encode() + b"\0") for name, text in tags.items())
    form = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    data = np.rint(samples * 32_767).astype("<i2").tobytes()
    return _chunk(b"RIFF", b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"LIST", info) + _chunk(b"data", data))


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
