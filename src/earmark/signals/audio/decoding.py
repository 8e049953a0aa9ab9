"""From a file to samples, block by block: never a whole file in memory.

Frames are gathered in a queue of FFmpeg's own and read from it in large blocks, since each array made in Python costs
as much as decoding some hundred samples. One thread decodes: files are scanned several at a time.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.audio.lengths import claimed_seconds, ends_too_early
from earmark.signals.audio.opening import AudioError, Packets, open_audio

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler

LONGEST_BLOCK: Final = 65_536
MOST_AT_ONCE: Final = 1 << 20
"""Samples of all channels together in a block."""
LOUDEST: Final = 100.0
"""40 dB above full scale: more than that is no sound, but damage."""
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
        self._path, self._whole = path, 0
        with ExitStack() as opened:
            container, stream = opened.enter_context(open_audio(path))
            stream.codec_context.thread_count = 1
            self._claimed = claimed_seconds(container, stream)
            self._form = container.format.name
            self._stream, self._packets = stream, Packets(container, stream)
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
        return self._packets.broken_off or missing > MISSING_SECONDS or ends_too_early(self._path, self._form)

    def close(self) -> None:
        """Let go of the file; the end of the blocks does so, too."""
        self._frames.close()
        self._opened.close()

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        """Blocks of `LONGEST_BLOCK` samples, the last one shorter; all shorter where there are very many channels.

        Raises:
            AudioError: after the last block: most of its packets were damaged, so that what came is no music.
        """
        from av import AudioFifo

        at_once = min(LONGEST_BLOCK, MOST_AT_ONCE // self.channels)
        queue = AudioFifo()
        try:
            for frame in self._alike():
                # The queue insists on times without gaps, which a damaged file has not.
                frame.pts = None
                queue.write(frame)
                while queue.samples >= at_once:
                    yield self._block(queue.read(at_once))
            if queue.samples:
                yield self._block(queue.read())
            if self.damaged > self._whole:
                raise _damaged(self._path, "hardly any")
        finally:
            self.close()

    def _block(self, frame: AudioFrame | None) -> NDArray[np.float32]:
        assert frame is not None
        samples = _samples(frame)
        self.n_samples += samples.shape[1]
        # A comparison with what is no number is false.
        if not (samples.max() <= LOUDEST and samples.min() >= -LOUDEST):
            samples[~(np.abs(samples) <= LOUDEST)] = 0
        return samples

    def _alike(self) -> Iterator[AudioFrame]:
        """Every frame in the form of the first one."""
        from av import AudioFrame, AudioResampler

        first, expected, form = self._first, _form(self._first), None
        changed: AudioResampler | None = None
        yield first
        for frame in self._frames:
            if _form(frame) == expected:
                yield frame
                continue
            if changed is None or _form(frame) != form:
                form = _form(frame)
                changed = AudioResampler(first.format, first.layout, first.sample_rate)
            for made in changed.resample(frame):
                assert isinstance(made, AudioFrame)
                made.time_base = first.time_base
                yield made

    def _decode(self) -> Generator[AudioFrame]:
        from av.error import FFmpegError

        for packet in self._packets:
            try:
                frames = self._stream.decode(packet)
            except FFmpegError:
                self.damaged += 1
            else:
                self._whole += bool(frames)
                yield from frames


def _damaged(path: Path, how_much: str) -> AudioError:
    return AudioError(
        f"{path} is damaged: {how_much} of its sound can be decoded.",
        "Play it elsewhere to see whether it is whole; fetch it anew, or move it away.",
    )


def _form(frame: AudioFrame) -> tuple[str, int, int]:
    return frame.format.name, frame.sample_rate, frame.layout.nb_channels


def _samples(frame: AudioFrame) -> NDArray[np.float32]:
    """Its samples, (n_channels, n), as float32 of its own."""
    raw: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = raw.reshape(-1, frame.layout.nb_channels).T
    if raw.dtype.kind == "f":
        # What double precision holds and single does not is damage, and treated as such.
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(raw, np.float32)
    scale = np.float32(1 / 2 ** (8 * raw.dtype.itemsize - 1))
    samples: NDArray[np.float32] = np.multiply(raw, scale, dtype=np.float32, order="C", casting="unsafe")
    return samples - np.float32(1) if raw.dtype.kind == "u" else samples
