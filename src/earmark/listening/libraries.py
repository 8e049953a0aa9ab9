"""The music that somebody keeps: on a server of their own, as that server tells of it, or in a folder."""

from __future__ import annotations

import msgspec

from earmark.listening.listens import UnixMs
from earmark.music.items import Milliseconds, Track


class LibraryTrack(msgspec.Struct, frozen=True, gc=False):
    """One file of a library.

    ``remote_id`` is the server's own name for it; ``mbid`` a MusicBrainz recording id; ``plays`` counts the plays of
    the account that was asked, where the server says; ``starred_at`` is when that account starred it.
    """

    track: Track
    remote_id: str
    path: str | None = None
    genres: tuple[str, ...] = ()
    mbid: str | None = None
    isrc: str | None = None
    plays: int = 0
    starred_at: UnixMs | None = None


class Lyrics(msgspec.Struct, frozen=True):
    """The words of a track; ``timed`` ones are written as LRC, each line after the moment at which it is sung."""

    text: str
    timed: bool


class FileMark(msgspec.Struct, frozen=True, gc=False):
    """What tells without reading it whether a file, or what belongs to it, was changed since."""

    size: int
    mtime_ns: int
    beside: int
    """A fingerprint of the covers and lyrics that lie beside it; 0 where there are none."""


class LibraryFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the house's own music folder, as it was read; the house's, and no listener's."""

    path: str
    """Absolute; bytes that are no text are what `os.fsdecode` makes of them."""
    mark: FileMark
    digest: bytes | None = None
    """16 bytes over the encoded sound, whatever tags and covers stand around it; None where it could not be read."""
    duration_ms: Milliseconds | None = None
    track: Track | None = None
    """None where the file could not be read."""
    genres: tuple[str, ...] = ()
    mbid: str | None = None
    isrc: str | None = None
    cover: str | None = None
    """Name of the picture in the house's folder of covers."""
    lyrics: Lyrics | None = None
    fault: str | None = None
    """Why it could not be read, or not be heard."""
