"""The same playlists as XSPF, JSPF's twin in XML: https://xspf.org/spec."""

from __future__ import annotations

from xml.etree import ElementTree

from earmark.mixes.files import XSPF, put
from earmark.web.listenbrainz.jspf import PLAYLIST, Sheet, written
from earmark.web.listenbrainz.recordings import identifier_of


def xspf(sheet: Sheet) -> str:
    """The document."""
    root = ElementTree.Element("playlist", {"version": "1", "xmlns": XSPF})
    put(root, "title", sheet.title)
    put(root, "creator", sheet.creator)
    put(root, "annotation", sheet.annotation)
    put(root, "identifier", sheet.identifier)
    put(root, "date", written(sheet.made_at))
    extension = ElementTree.SubElement(root, "extension", application=PLAYLIST)
    put(extension, "public", str(sheet.public).lower())
    put(extension, "creator", sheet.creator)
    put(extension, "last_modified_at", written(sheet.changed_at))
    put(extension, "created_for", sheet.created_for)
    tracks = ElementTree.SubElement(root, "trackList")
    for one in sheet.tracks:
        track = ElementTree.SubElement(tracks, "track")
        put(track, "identifier", identifier_of(one.item, one.uri))
        put(track, "title", one.title)
        put(track, "creator", one.artist)
        put(track, "annotation", one.annotation)
        put(track, "album", one.release)
        put(track, "duration", str(one.duration_ms) if one.duration_ms else None)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
