"""What a file says of itself: names, genres, ids, lyrics and a picture (by tinytag; FFmpeg's libraries for WebM).

Tags are read in small sips: what a file claims about the size of a tag is not believed, and no more of it than can be
true is ever held in memory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

import msgspec

from earmark.sources.checks import LONGEST_NAME, clean
from earmark.sources.folder import ogg
from earmark.sources.folder.charsets import mended
from earmark.sources.folder.covers import LARGEST

LARGEST_TAG: Final = LARGEST + 100_000
"""Bytes of one thing among the tags, a picture at most."""
MOST_READ: Final = 4 * LARGEST
"""Bytes of one file that all its tags may take: there may be several pictures."""
_UNKNOWN: Final = (
    "unknown|unknown artist|unknown album|unknown title|[unknown]|[unknown artist]|[unknown album]|<unknown>"
)
UNKNOWN: Final = frozenset(_UNKNOWN.split("|"))
"""What rippers write where they know nothing."""
_TOO_LARGE: Final = f"takes more than {LARGEST // 1_000_000} MB"
_NOT_UNDERSTOOD: Final = "cannot be understood"
_RECORDING: Final = ("musicbrainz_trackid", "musicbrainz track id", "musicbrainz recording id", "ufid")
_ISRC: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_FOR_FFMPEG: Final = {
    "protocol_whitelist": "file",
    "format_whitelist": "matroska,ape,wv,tta,mpc,mpc8,dsf,caf,asf,aac,mp3,w64,ac3,au",
}

Told = Mapping[str, Sequence[str]]
"""What stands under each heading, headings in small letters."""


class TooLargeError(Exception):
    """More was to be read of a file than its tags may take."""


class Tags(msgspec.Struct, frozen=True):
    """What a file says of itself, as far as it does."""

    artist: str | None = None
    title: str | None = None
    album: str | None = None
    genres: tuple[str, ...] = ()
    mbid: str | None = None
    isrc: str | None = None
    lyrics: tuple[str, ...] = ()
    picture: bytes | None = None
    trouble: str | None = None
    """What could not be read, and why."""


class _Sips:
    """A file of which little is read at once, and no more than `MOST_READ` in all."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, MOST_READ
        self.seek, self.tell = file.seek, file.tell

    def read(self, n: int) -> bytes:
        """At most ``n`` bytes.

        Raises:
            TooLargeError: that is more than a tag may take.
        """
        if n > min(LARGEST_TAG, self._left):
            raise TooLargeError
        said = self._file.read(n)
        self._left -= len(said)
        return said


def read_tags(path: Path) -> Tags:
    """What a file says of itself; nothing where it says nothing, or nothing that can be understood.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        is_ogg = file.read(4) == b"OggS"
        file.seek(0)
        return _tags_of_ogg(file) if is_ogg else _tags_of_others(file, path)


def _tags_of_ogg(file: BinaryIO) -> Tags:
    told: dict[str, list[str]] = {}
    try:
        # Pictures stand there in base64.
        comments = ogg.Comments(file, largest=LARGEST_TAG * 4 // 3)
        for name, value in comments:
            told.setdefault(name, []).append(value)
    except ogg.DamagedError:
        return Tags(trouble=f"has a tag that {_NOT_UNDERSTOOD}")
    pictures = (ogg.picture_of(block) for block in told.pop(ogg.PICTURE, []))
    return msgspec.structs.replace(
        _tags(told),
        picture=next((picture for picture in pictures if picture), None),
        trouble=f"has a picture that {_TOO_LARGE}" if comments.too_large else None,
    )


def _tags_of_others(file: BinaryIO, path: Path) -> Tags:
    from tinytag import TinyTag, UnsupportedFormatError
    from tinytag.tinytag import ParseError

    sips: Any = _Sips(file)
    try:
        tags = _tags(TinyTag.get(file_obj=sips, duration=False).as_dict())
    except UnsupportedFormatError:
        return _tags(_told_by_ffmpeg(path))
    except ParseError as error:
        return Tags(trouble=f"has a tag that {_why(error)}")
    file.seek(0)
    try:
        picture = TinyTag.get(file_obj=sips, duration=False, image=True).images.any
    except ParseError as error:
        return msgspec.structs.replace(tags, trouble=f"has a picture that {_why(error)}")
    return msgspec.structs.replace(tags, picture=picture and picture.data)


def _why(error: Exception) -> str:
    return _TOO_LARGE if isinstance(error.__cause__, TooLargeError) else _NOT_UNDERSTOOD


def _told_by_ffmpeg(path: Path) -> Told:
    """What FFmpeg's libraries read of files that the other reader does not know: WebM, and rarer ones."""
    import av
    from av.error import FFmpegError

    try:
        with av.open(f"file:{path}", metadata_errors="replace", options=_FOR_FFMPEG) as container:
            told = [*container.metadata.items()]
            told += [one for stream in container.streams.audio for one in stream.metadata.items()]
    except FFmpegError:
        return {}
    return {name.lower(): [said] for name, said in reversed(told)}


def _tags(told: Mapping[str, Any]) -> Tags:
    said = {
        name.lower(): [text for one in values if (text := _text(one))]
        for name, values in told.items()
        if isinstance(values, list)
    }
    artist, title = (_known(said.get(name, [])) for name in ("artist", "title"))
    return Tags(
        artist=artist or _known(said.get("albumartist", said.get("album_artist", []))),
        title=title,
        album=_known(said.get("album", [])),
        genres=tuple(dict.fromkeys(part for one in said.get("genre", []) for part in _parts(one))),
        mbid=next((mbid for name in _RECORDING for one in told.get(name, ()) if (mbid := _mbid(one))), None),
        isrc=next((code for one in said.get("isrc", []) if (code := _isrc(one))), None),
        lyrics=tuple(said.get("lyrics", []) + said.get("unsyncedlyrics", [])),
    )


def _text(value: object) -> str | None:
    """A text as it was meant: of several that NUL characters part, the first that says something."""
    return next((text for part in str(value).split("\0") if (text := clean(mended(part)))), None)


def _known(texts: Sequence[str]) -> str | None:
    """The first that can be a name."""
    names = (" ".join(text.split()) for text in texts)
    return next(
        (name for name in names if len(name) <= LONGEST_NAME and name.casefold() not in UNKNOWN), None
    )


def _parts(genre: str) -> list[str]:
    return [name for part in re.split(r"[;/|]", genre) if (name := clean(part)) and len(name) <= LONGEST_NAME]


def _mbid(text: str) -> str | None:
    """The MusicBrainz id that ends a text, if one does and is not 0."""
    try:
        mbid = UUID(text.rstrip("\0")[-36:])
    except ValueError:
        return None
    return str(mbid) if mbid.int else None


def _isrc(text: str) -> str | None:
    code = text.upper().replace("-", "").replace(" ", "")
    return code if _ISRC.fullmatch(code) else None
