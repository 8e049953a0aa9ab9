"""The identity of a sound: a digest of its encoded packets.

Tags, covers and the container's own headers are no part of it, so a file stays the same sound when it is retagged,
renamed or moved; nothing is decoded, so it costs little more than reading the file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from earmark.signals.audio.lengths import claimed_seconds
from earmark.signals.audio.opening import Packets, open_audio

DIGEST_BYTES: Final = 16


class Payload(msgspec.Struct, frozen=True):
    """What a file carries, as its container tells."""

    digest: bytes
    """BLAKE2b, 16 bytes, over the encoded packets of its first stream of sound, one behind the other."""
    duration_ms: int | None
    """By the header, which may be wrong, else by the packets; None where it does not say."""
    codec: str
    """FFmpeg's name: mp3, flac, vorbis, opus, aac, alac, pcm_s16le."""
    rate: int
    """Samples a second."""
    channels: int


def payload(path: Path) -> Payload:
    """Read a file through and say what it carries.

    Raises:
        AudioError: it cannot be opened, or holds no sound.
    """
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    ticks = 0
    with open_audio(path) as (container, stream):
        for packet in Packets(container, stream):
            if packet.size:
                digest.update(packet)
                ticks += packet.duration or 0
        seconds = claimed_seconds(container, stream)
        if seconds is None and ticks and stream.time_base is not None:
            seconds = float(ticks * stream.time_base)
        return Payload(
            digest.digest(),
            None if seconds is None else round(seconds * 1000),
            # Decoders may have names of their own: mp3float decodes mp3.
            stream.codec_context.codec.canonical_name,
            stream.codec_context.sample_rate,
            stream.codec_context.channels,
        )
