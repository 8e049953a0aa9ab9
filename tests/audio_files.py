"""Audio files for tests: silent, a kilobyte each, with whatever tags are asked for."""

from __future__ import annotations

from pathlib import Path

from mutagen.flac import FLAC

_RATE = 8_000


def write_flac(path: Path, *, seconds: int = 200, **tags: str) -> Path:
    """A FLAC file that says to last so long, and holds no frame of sound.

    It is the marker ``fLaC`` and the one block that must be there (RFC 9639, section 8.2): block sizes, frame sizes
    (unknown), sample rate, channels, bits, number of samples, and an MD5 (unknown).
    """
    channels_less_one, bits_less_one = 0, 15
    packed = _RATE << 44 | channels_less_one << 41 | bits_less_one << 36 | _RATE * seconds
    block = (4_096).to_bytes(2) * 2 + bytes(6) + packed.to_bytes(8) + bytes(16)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"fLaC" + b"\x80" + len(block).to_bytes(3) + block)
    file = FLAC(path)
    file.update(tags)
    file.save()
    return path
