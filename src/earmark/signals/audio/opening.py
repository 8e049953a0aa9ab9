"""Open a file as a container of encoded sound (FFmpeg's libraries, through PyAV).

What a file is, is told from its content, whatever its name ends in. Only containers of sound are tried, so that a
playlist or a script cannot make the library open other files, and nothing but the one file is read. A large ID3v2 tag
is passed over unread: it holds covers, of which FFmpeg would keep two copies in memory.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from earmark.errors import EarmarkError

if TYPE_CHECKING:
    from av import Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer

CONTAINERS: Final = "mp3,flac,ogg,mov,wav,w64,matroska,aac,aiff,caf,asf,ape,wv,tta,tak,mpc,mpc8,dsf,au,ac3"
"""FFmpeg's names of what may be opened: MP3, FLAC, Ogg, MP4 and QuickTime, WAV, WebM and Matroska, and rarer ones."""
MOST_FAULTS_IN_A_ROW: Final = 64
ID3_HEADER_BYTES: Final = 10
LARGE_TAG_BYTES: Final = 1 << 20
LOCKED: Final = ("drms", "enca", "aavd")
"""What MP4 calls sound that only a key opens: iTunes' old shop, Common Encryption, Audible."""


class AudioError(EarmarkError):
    """No sound can be had from a file; it says which, why, and what to do."""


@contextmanager
def open_audio(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The container, and the first stream of sound in it, for as long as the context lasts.

    Raises:
        AudioError: the file is away, may not be read, is empty, no file, no sound, or locked by its seller.
    """
    import av
    import av.error

    try:
        container = av.open(
            _source(path),
            metadata_errors="replace",
            options={"format_whitelist": CONTAINERS, "protocol_whitelist": "file,subfile"},
        )
    except OSError as error:
        raise _unreadable(path, error) from error
    except av.error.FFmpegError as error:
        raise AudioError(
            f"{path} holds no sound of a known format, or its header is damaged.",
            "Play it elsewhere to see whether it is whole; fetch or convert it anew, or move it away.",
        ) from error
    with container:
        yield container, _stream(path, container)


class Packets:
    """The encoded packets of a stream, in turn; what cannot be read between them is passed over."""

    def __init__(self, container: InputContainer, stream: AudioStream) -> None:
        self._container, self._stream = container, stream
        self.broken_off = False
        """After the last one: whether more could not be reached."""

    def __iter__(self) -> Iterator[Packet[AudioStream]]:
        """Each packet, and in the end an empty one, which has a decoder give what it still holds."""
        from av.error import FFmpegError

        in_a_row = 0
        while in_a_row < MOST_FAULTS_IN_A_ROW:
            try:
                for packet in self._container.demux(self._stream):
                    in_a_row = 0
                    yield packet
                return
            except FFmpegError:
                in_a_row += 1
        self.broken_off = True


def _stream(path: Path, container: InputContainer) -> AudioStream:
    if not container.streams.audio:
        raise AudioError(f"{path} holds no sound, only other things.", "Move it out of the music folder.")
    stream = container.streams.audio[0]
    # A stream without a decoder is given no context.
    context = getattr(stream, "codec_context", None)
    if context is None:
        raise AudioError(
            f"{path} holds sound in a format that there is no decoder for.",
            "Convert it to FLAC, or get it as MP3, FLAC, Ogg, M4A, WAV or WebM.",
        )
    if context.codec_tag in LOCKED:
        raise AudioError(
            f"{path} is locked by its seller (DRM).",
            "Get it from its seller without a lock, or move it away.",
        )
    return stream


def _source(path: Path) -> str:
    """The file as an address of FFmpeg's, from behind a large ID3v2 tag on.

    Raises:
        OSError: it cannot be opened.
        AudioError: it is empty, or no file.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise AudioError(f"{path} is not a file.", "Give the path of a file of sound.")
        if about.st_size == 0:
            raise AudioError(f"{path} is empty.", "Fetch it anew, or delete it.")
        with path.open("rb") as file:
            tag = _tag_bytes(file.read(ID3_HEADER_BYTES))
    except ValueError as error:
        raise AudioError(f"{path!r} cannot be the name of a file.", "Rename it.") from error
    if LARGE_TAG_BYTES < tag < about.st_size:
        return f"subfile,,start,{tag},end,0,,:file:{path}"
    return f"file:{path}"


def _tag_bytes(head: bytes) -> int:
    """How long the ID3v2 tag is that a file begins with (id3v2.4.0-structure, section 3.1); 0 if there is none."""
    if len(head) < ID3_HEADER_BYTES or head[:3] != b"ID3" or max(head[6:]) > 127:
        return 0
    size = 0
    for seven_bits in head[6:]:
        size = size << 7 | seven_bits
    return ID3_HEADER_BYTES + size


def _unreadable(path: Path, error: OSError) -> AudioError:
    return AudioError(
        f"{path} cannot be read: {error.strerror or error}.",
        "Check that it is there, and that you may read it.",
    )
