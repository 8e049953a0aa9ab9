"""What a file is: by its ending whether it is worth a look, by its first bytes what it really holds.

See https://en.wikipedia.org/wiki/List_of_file_signatures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_MUSIC: Final = """
    mp3 mp2 flac ogg oga opus spx m4a m4b m4p mp4 aac wav wave webm weba mka aif aiff aifc wma ape wv tta mpc dsf ac3
    caf au"""
_OTHERS: Final = """
    jpg jpeg png gif webp bmp tif tiff svg ico heic avif psd txt lrc md rtf pdf doc docx odt epub htm html xml json csv
    tsv log cue m3u m3u8 pls xspf jspf nfo sfv md5 sha1 sha256 ffp accurip toc ini inf db sqlite url lnk torrent zip rar
    7z gz bz2 xz zst tar iso exe dll so dmg apk py js css sh bat c h part tmp crdownload download mkv avi mov mpg mpeg
    wmv flv ogv ts vob srt ass sub mid midi sf2 sfz mod xm it s3m"""
MUSIC: Final = frozenset(_MUSIC.split())
"""Endings of files of music."""
PASSED_OVER: Final = frozenset(_OTHERS.split())
"""Endings of files that lie about in folders of music and hold none that can be heard."""
LOOKED_AT: Final = 16
"""First bytes of a file that tell."""
_SIGNS_OF_MUSIC: Final = (
    b"ID3",
    b"fLaC",
    b"OggS",
    b"\x1aE\xdf\xa3",
    b"wvPk",
    b"MAC ",
    b"MPCK",
    b"TTA1",
    b"DSD ",
)
_FORMS_OF_MUSIC: Final = ((b"RIFF", b"WAVE"), (b"RF64", b"WAVE"), (b"FORM", b"AIFF"), (b"FORM", b"AIFC"))
_OTHER_THINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"MThd", "a MIDI file, which holds notes and no sound"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
    (b"#EXTM3U", "a playlist"),
    (b"SQLite format 3", "a database"),
)


def ending(name: str) -> str:
    """What stands after the last dot, in small letters; nothing if there is none."""
    _, dot, after = name.rpartition(".")
    return after.lower() if dot else ""


def looks_like_music(path: Path) -> bool:
    """Whether a file whose name does not tell begins as files of music do.

    Raises:
        OSError: it cannot be read.
    """
    head = first_bytes(path)
    form = (head[:4], head[8:12])
    in_mp4 = head[4:8] == b"ftyp" and head[8:11] in (b"M4A", b"M4B", b"M4P")
    return head.startswith(_SIGNS_OF_MUSIC) or form in _FORMS_OF_MUSIC or in_mp4


def other_thing(head: bytes) -> str | None:
    """What else a file is that begins so, in words; None if it may well be music."""
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"AVI "):
        return "a WebP picture" if head[8:12] == b"WEBP" else "a film"
    return next((what for sign, what in _OTHER_THINGS if head.startswith(sign)), None)


def first_bytes(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        return file.read(LOOKED_AT) or b""
