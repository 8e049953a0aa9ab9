"""From a file to samples, block by block: never a whole file in memory.

Frames are gathered into large blocks by a kernel that reads them where the decoder left them, since each array made in
Python costs as much as decoding some hundred samples. One thread decodes: files are scanned several at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from av import AudioFrame, AudioResampler
from av.error import FFmpegError
from numpy.typing import NDArray

from earmark.kernels.gathering import Gathering
from earmark.signals.audio.lengths import claimed_seconds, ends_too_early
from earmark.signals.audio.opening import AudioError, Packets, open_audio

LONGEST_BLOCK: Final = 262_144
"""Six seconds. A decoder leaves little in the cache of what comes after it, so each stage of hearing first waits for
its own code: the longer a block is, the seldomer."""
MOST_AT_ONCE: Final = 1 << 20
"""Samples of all channels together in a block."""
MISSING_SECONDS: Final = 1.0
"""Containers may be wrong about their length by less than this."""


def decode(path: Path) -> Decoded:
    """Open a file of sound and make ready to decode it.

    Raises:
        AudioError: it cannot be opened, holds no sound, or none that can be decoded.
    """
    return Decoded(path)


class Decoded:
    """The sound of one file, to be gone through once: blocks ``(n_channels, n)`` of float32, 1 for full scale.

    Frames of another rate or of other channels than the first one's are made alike. What is not finite, or 40 dB
    above full scale, becomes silence. A packet that cannot be decoded is left out and counted.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and decode its first frame; see `decode`."""
        self.n_samples = 0
        """Of each channel, so far."""
        self.damaged = 0
        """Packets, so far, of which nothing could be made."""
        self.peak = 0.0
        """The greatest absolute sample so far; 1 is full scale."""
        self._path, self._whole = path, 0
        self._converter: AudioResampler | None = None
        self._converted: tuple[str, int, int] | None = None
        with ExitStack() as opened:
            container, self._stream = opened.enter_context(open_audio(path))
            self._stream.codec_context.thread_count = 1
            self._claimed = claimed_seconds(container, self._stream)
            self._container = container.format.name
            self._packets = Packets(container, self._stream)
            self._frames = self._decode()
            first = next(self._frames, None)
            if first is None:
                raise _damaged(path, "none")
            self._first = first
            self.rate: int = first.sample_rate
            """Samples a second, of each channel."""
            self.speakers = tuple(channel.name for channel in first.layout.channels)
            """FFmpeg's name for each channel's place: FL and FR for stereo, LFE for the one of low effects."""
            self._opened = opened.pop_all()

    @property
    def channels(self) -> int:
        """How many there are."""
        return len(self.speakers)

    @property
    def seconds(self) -> float:
        """How much was decoded so far."""
        return self.n_samples / self.rate

    @property
    def cut_short(self) -> bool:
        """After the last block: whether the file ends before its sound does, as far as that can be told.

        Raises:
            OSError: the file has gone meanwhile.
        """
        missing = 0 if self._claimed is None else self._claimed - self.seconds
        return (
            self._packets.broken_off
            or missing > MISSING_SECONDS
            or ends_too_early(self._path, self._container)
        )

    def close(self) -> None:
        """Let go of the file; the end of the blocks does so, too."""
        self._opened.close()

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        """Blocks of `LONGEST_BLOCK` samples, the last one shorter; all shorter where there are very many channels.

        Raises:
            AudioError: after the last block: most of its packets were damaged, so that what came is no music.
        """
        at_once = max(1, min(LONGEST_BLOCK, MOST_AT_ONCE // self.channels))
        expected = _form(self._first)
        gathering = Gathering(self._first.format.name, self.channels, at_once)
        try:
            for frame in chain([self._first], self._frames):
                for alike in (frame,) if _form(frame) == expected else self._made_alike(frame):
                    for block in gathering.add(alike.planes, alike.samples):
                        yield self._counted(block, gathering.peak)
            rest = gathering.rest()
            if rest.size:
                yield self._counted(rest, gathering.peak)
            if self.damaged > self._whole:
                raise _damaged(self._path, "hardly any")
        finally:
            self.close()

    def _counted(self, block: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
        self.n_samples += block.shape[1]
        self.peak = peak
        return block

    def _made_alike(self, frame: AudioFrame) -> list[AudioFrame]:
        """A frame of another form in the form of the first one."""
        if self._converter is None or _form(frame) != self._converted:
            first = self._first
            self._converter = AudioResampler(first.format, first.layout, first.sample_rate)
            self._converted = _form(frame)
        made = [some for some in self._converter.resample(frame) if isinstance(some, AudioFrame)]
        for some in made:
            some.time_base = self._first.time_base
        return made

    def _decode(self) -> Iterator[AudioFrame]:
        decode = self._stream.codec_context.decode
        for packet in self._packets:
            try:
                frames = decode(packet)
            except FFmpegError:
                self.damaged += 1
                continue
            if frames:
                self._whole += 1
                yield from frames


def _damaged(path: Path, how_much: str) -> AudioError:
    return AudioError(
        f"{path} is damaged: {how_much} of its sound can be decoded.",
        "Play it elsewhere to see whether it is whole; fetch it anew, or move it away.",
    )


def _form(frame: AudioFrame) -> tuple[str, int, int]:
    return frame.format.name, frame.sample_rate, frame.layout.nb_channels
