"""M3U playlists, plain and extended: one location a line, with what ``#EXTINF`` and its kin say before it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import NO_ARTIST, RowFaultError, clean, track_of
from earmark.sources.files import SourceFile, decode_text, encoding_notice, read_whole
from earmark.sources.playlist_lists import ORIGIN, add_playlist, name_from_file

_INFO: Final = re.compile(r"#EXTINF:\s*(-?\d{1,7})[^,]*,(.*)", re.IGNORECASE | re.ASCII)
_TAG: Final = re.compile(r"#(EXTALB|EXTART|PLAYLIST):(.*)", re.IGNORECASE)
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{2,5}$", re.ASCII)
_TRACK_NUMBER: Final = re.compile(r"\d{1,3}(?:[-.]\d{1,2})?(?:\s*[-_.]\s*|\s+)(?=\S)", re.ASCII)


def read_m3u(file: SourceFile) -> Batch:
    """The playlist; its rows are its entries.

    Raises:
        UnreadableInputError: it is far too large for a playlist, or compressed data is damaged.
    """
    text, legacy = decode_text(read_whole(file))
    batch = Batch(file.name, ORIGIN, bytes_read=file.size)
    if legacy:
        batch.skipped.append(encoding_notice(file.name))
    name, info, tags, tracks = "", "", {}, []
    seconds: int = 0
    for line in (line.strip() for line in text.replace("\r", "\n").split("\n")):
        if match := _INFO.match(line):
            seconds, info = int(match[1]), match[2].strip()
        elif match := _TAG.match(line):
            tags[match[1].upper()] = match[2].strip()
        elif line and not line.startswith("#"):
            batch.rows += 1
            try:
                tracks.append(_track(line, info, seconds, tags))
            except RowFaultError as fault:
                batch.skipped.append(Skipped(file.name, batch.rows, fault.cause, line[-80:]))
            name = tags.pop("PLAYLIST", name)
            info, seconds = "", 0
            tags.clear()
    add_playlist(batch, Playlist(clean(name) or name_from_file(file.name), tuple(tracks)))
    return batch


def _track(location: str, info: str, seconds: int, tags: dict[str, str]) -> Track:
    duration_ms = seconds * 1_000 if seconds > 0 else None
    artist, dash, title = info.partition(" - ")
    if not dash:
        artist, title = tags.get("EXTART", ""), info
    if not artist or not title:
        path_artist, path_release, path_title = names_from_path(location)
        return track_of(
            artist or path_artist,
            title or path_title,
            tags.get("EXTALB") or path_release,
            location,
            duration_ms,
        )
    return track_of(artist, title, tags.get("EXTALB"), location, duration_ms)


def names_from_path(location: str) -> tuple[str, str | None, str]:
    """Artist, release and title from a path: ``Artist - Title.ext`` or ``Artist/Release/NN Title.ext``.

    Raises:
        RowFaultError: the path does not name an artist.
    """
    if _URL.match(location):
        location = unquote(location.partition("://")[2].partition("?")[0].partition("#")[0])
    parts = [part for part in location.replace("\\", "/").split("/") if part]
    stem = _EXTENSION.sub("", parts[-1]) if parts else ""
    stem = _TRACK_NUMBER.sub("", stem, count=1) if _TRACK_NUMBER.match(stem) else stem
    named = [part.strip() for part in stem.split(" - ")]
    if len(named) == 2:
        return named[0], None, named[1]
    if len(named) > 2:
        return named[0], named[1], named[-1]
    if len(parts) >= 3:
        return parts[-3], parts[-2], stem
    raise RowFaultError(NO_ARTIST, location)
