"""One file of music as the library has it: its track, cover and lyrics, from its tags, its path and what is beside."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from earmark.listening.libraries import FileMark, LibraryFile, Lyrics
from earmark.music.items import Milliseconds
from earmark.sources.checks import RowFaultError, track_of
from earmark.sources.folder.charsets import decoded
from earmark.sources.folder.covers import LARGEST, Covers
from earmark.sources.folder.kinds import first_bytes, other_thing
from earmark.sources.folder.lyrics import LONGEST, lyrics_of
from earmark.sources.folder.naming import guess
from earmark.sources.folder.tags import Tags, read_tags
from earmark.sources.folder.walking import Beside

UNKNOWN_ARTIST: Final = "Unknown artist"
"""Whose a file is of which neither tags nor path say so."""
_LARGEST_TEXT: Final = 4 * LONGEST


class Described(msgspec.Struct, frozen=True):
    """A file as its tags and its path describe it."""

    file: LibraryFile
    """Without the digest of its sound."""
    by_path: bool
    """Whether its artist or its title is taken from its path, or its artist is unknown."""
    troubles: tuple[tuple[str, str], ...]
    """What was left out, path and cause, though the file came in."""


def describe(path: str, root: str, mark: FileMark, beside: Beside, covers: Covers) -> Described:
    """Read what a file says of itself.

    Args:
        path: of the file.
        root: the library in which it lies.
        mark: by which it will be seen whether it changed.
        beside: what lies beside it.
        covers: where its picture is kept.

    Raises:
        OSError: it cannot be read.
        EarmarkError: its cover cannot be kept.
    """
    if what := other_thing(first_bytes(Path(path))):
        fault = f"is {what}, whatever its name says"
        return Described(LibraryFile(path=path, mark=mark, fault=fault), False, ())
    tags, guessed = read_tags(Path(path)), guess(path, root)
    troubles = [] if tags.trouble is None else [(path, tags.trouble)]
    artist, title = tags.artist or guessed.artist or UNKNOWN_ARTIST, tags.title or guessed.title
    uri = f"https://musicbrainz.org/recording/{tags.mbid}" if tags.mbid else None
    try:
        track = track_of(artist, title, tags.album or guessed.album, uri)
    except RowFaultError as error:
        return Described(
            LibraryFile(path=path, mark=mark, fault=f"cannot be named: {error.cause}"), False, ()
        )
    file = LibraryFile(
        path=path,
        mark=mark,
        track=track,
        genres=tags.genres,
        mbid=tags.mbid,
        isrc=tags.isrc,
        cover=_cover(path, tags, beside, covers, troubles),
        lyrics=_lyrics(tags, beside, troubles),
    )
    return Described(file, tags.artist is None or tags.title is None, tuple(troubles))


def with_sound(file: LibraryFile, digest: bytes, duration_ms: int | None) -> LibraryFile:
    """The file with what its sound is known by, and its length."""
    length = None if duration_ms is None or duration_ms <= 0 else Milliseconds(duration_ms)
    track = file.track and track_of(
        file.track.artist, file.track.title, file.track.release, file.track.uri, length
    )
    return msgspec.structs.replace(file, digest=digest, duration_ms=length, track=track)


def _cover(
    path: str, tags: Tags, beside: Beside, covers: Covers, troubles: list[tuple[str, str]]
) -> str | None:
    """The name of the picture within the file, or else of the one beside it."""
    if tags.picture is not None:
        if len(tags.picture) > LARGEST:
            troubles.append((path, f"has a picture of more than {LARGEST // 1_000_000} MB"))
        elif name := covers.keep(tags.picture):
            return name
        else:
            troubles.append((path, "has a picture of a kind that is not known"))
    picture = None if beside.cover is None else _read(beside.cover, LARGEST, troubles)
    if picture is None or beside.cover is None:
        return None
    name = covers.keep(picture)
    if name is None:
        troubles.append((beside.cover, "is no picture of a known kind"))
    return name


def _lyrics(tags: Tags, beside: Beside, troubles: list[tuple[str, str]]) -> Lyrics | None:
    """The words: those with moments first, those within the file before plain ones beside it."""
    timed = None if beside.timed is None else _read(beside.timed, _LARGEST_TEXT, troubles)
    plain = None if beside.plain is None else _read(beside.plain, _LARGEST_TEXT, troubles)
    texts = [decoded(timed)] if timed else []
    texts += tags.lyrics
    texts += [decoded(plain)] if plain else []
    found = [lyrics for text in texts if (lyrics := lyrics_of(text))]
    return next((lyrics for lyrics in found if lyrics.timed), found[0] if found else None)


def _read(path: str, most: int, troubles: list[tuple[str, str]]) -> bytes | None:
    """The whole of a small file; None, and why, if it is larger or cannot be read."""
    try:
        with Path(path).open("rb") as file:
            whole = file.read(most + 1)
    except OSError as error:
        troubles.append((path, f"cannot be read ({error.strerror or error})"))
        return None
    if len(whole) > most:
        troubles.append((path, f"has more than {most:,} bytes"))
        return None
    return whole
