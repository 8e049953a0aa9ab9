"""XSPF playlists (https://xspf.org/spec); a file cut in the middle gives what came before the cut.

A document type declaration is refused: XSPF has none, and entities that expand into each other can fill any
memory.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from earmark.errors import UnreadableInputError
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import RowFaultError, clean, track_of
from earmark.sources.files import SourceFile, decode_text, encoding_notice, read_whole
from earmark.sources.json_rows import CUT_OFF
from earmark.sources.playlist_lists import ORIGIN, add_playlist, name_from_file

NOT_XML: Final = "not valid XML"

_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}encoding=["']([A-Za-z0-9._-]+)["']""")
_FIELDS: Final = frozenset({"title", "creator", "album", "duration", "identifier", "location"})
_SPACE: Final = " "


def read_xspf(file: SourceFile) -> Batch:
    """The playlist; its rows are its tracks.

    Raises:
        UnreadableInputError: it is not XSPF, or declares a document type, or compressed data is damaged.
    """
    data = read_whole(file)
    listing = _Listing(file.name)
    declared = _DECLARED.match(data)
    if declared and declared[1].lower() not in {b"utf-8", b"utf-16"}:
        parser = expat.ParserCreate(None, _SPACE)
    else:
        text, legacy = decode_text(data)
        data = text.encode("utf-8")
        parser = expat.ParserCreate("utf-8", _SPACE)
        if legacy:
            listing.batch.skipped.append(encoding_notice(file.name))
    listing.watch(parser)
    at_end = False
    try:
        parser.Parse(data, False)
        at_end = True
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if not listing.is_xspf:
            raise UnreadableInputError(
                f"{file.name} is not an XSPF playlist ({error}).",
                "Hand over the file as your player wrote it.",
            ) from error
        row = listing.batch.rows + 1
        listing.batch.skipped.append(Skipped(file.name, row, CUT_OFF if at_end else NOT_XML, str(error)[:80]))
    batch = listing.batch
    batch.bytes_read = file.size
    add_playlist(batch, Playlist(clean(listing.name) or name_from_file(file.name), tuple(listing.tracks)))
    return batch


class _Listing:
    """Collects tracks while the parser walks through the document."""

    def __init__(self, name: str) -> None:
        self.batch = Batch(name, ORIGIN)
        self.name = ""
        self.is_xspf = False
        self.tracks: list[Track] = []
        self._path: list[str] = []
        self._fields: dict[str, str] = {}
        self._text: list[str] = []

    def watch(self, parser: expat.XMLParserType) -> None:
        """Hang the collector onto a parser."""
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text_handler
        parser.StartDoctypeDeclHandler = self._refuse

    def _text_handler(self, text: str) -> None:
        self._text.append(text)

    def _refuse(self, *_: object) -> None:
        raise UnreadableInputError(
            f"{self.batch.file} declares a document type, which no playlist needs and which can do harm.",
            "Remove the <!DOCTYPE …> from the file if you trust it.",
        )

    def _start(self, name: str, _: dict[str, str]) -> None:
        name = name.rpartition(_SPACE)[2]
        if not self._path:
            if name != "playlist":
                raise UnreadableInputError(
                    f"{self.batch.file} is not an XSPF playlist: it is a <{name[:40]}>.",
                    "Hand over an XSPF, JSPF, M3U or JSON-lines playlist.",
                )
            self.is_xspf = True
        self._path.append(name)
        self._text.clear()

    def _end(self, _: str) -> None:
        path = self._path
        text = "".join(self._text)
        self._text.clear()
        if path == ["playlist", "title"]:
            self.name = text
        elif path[:3] == ["playlist", "trackList", "track"]:
            if len(path) == 3:
                self._take()
            elif len(path) == 4 and path[3] in _FIELDS:
                self._fields.setdefault(path[3], text)
        path.pop()

    def _take(self) -> None:
        self.batch.rows += 1
        given, self._fields = self._fields, {}
        duration = given.get("duration", "").strip()
        duration_ms = (
            int(duration) if duration.isascii() and duration.isdigit() and len(duration) < 12 else None
        )
        uri = clean(given.get("identifier")) or given.get("location")
        try:
            self.tracks.append(
                track_of(given.get("creator"), given.get("title"), given.get("album"), uri, duration_ms)
            )
        except RowFaultError as fault:
            self.batch.skipped.append(fault.at(self.batch.file, self.batch.rows))
