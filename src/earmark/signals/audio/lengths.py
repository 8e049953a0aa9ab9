"""How long a file says that its sound lasts: what tells one that is cut off from one that is short.

FFmpeg makes up a length where a header states none, from the size of what is there, and corrects one that the size
belies; neither tells that something is missing, so both are looked through here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

BY_SIZE: Final = ("mp3", "aac", "ac3")
"""Formats whose length FFmpeg estimates from the size and the first frames, where no Xing header states it."""
AV_TIME_BASE: Final = 1_000_000
UNKNOWN_SIZES: Final = (0, 0xFFFFFFFF)
"""What who writes a WAV to a pipe writes."""
LONGEST_PAGE: Final = 65_307
END_OF_STREAM: Final = 4


def claimed_seconds(container: InputContainer, stream: AudioStream) -> float | None:
    """How long the header says that the sound lasts, in seconds; None where it does not.

    An MP3 with a Xing header is longer than its size allows just if it was cut off; one without never is.
    """
    if stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    elif container.duration is not None:
        seconds = container.duration / AV_TIME_BASE
    else:
        return None
    if container.format.name in BY_SIZE and seconds * (stream.bit_rate or 0) / 8 <= container.size:
        return None
    return seconds


def ends_too_early(path: Path, form: str) -> bool:
    """Whether a WAV is smaller than it says (its RIFF header), or an Ogg's last page is not its last (RFC 3533).

    Args:
        path: the file.
        form: FFmpeg's name of its format; any other than these two tells by its length.

    Raises:
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if form == "wav":
            stated = int.from_bytes(file.read(8)[4:], "little")
            return stated not in UNKNOWN_SIZES and stated + 8 > size + 1
        if form == "ogg":
            file.seek(max(0, size - LONGEST_PAGE), os.SEEK_SET)
            rest = file.read()
            last = rest.rfind(b"OggS")
            return last < 0 or len(rest) < last + 6 or not rest[last + 5] & END_OF_STREAM
    return False
