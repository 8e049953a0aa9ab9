"""A mix as a playlist file that players read: extended M3U, XSPF 1, JSPF, or our own JSON."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import msgspec

from earmark.mixes.shown import Shown, ShownEntry

XSPF = "http://xspf.org/ns/0/"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, and the carriage return, which no reader gives back."""


def m3u8(mix: Shown) -> str:
    """Extended M3U in UTF-8. A song without a location is named by artist and title, to be searched for."""
    lines = ["#EXTM3U", f"#PLAYLIST:{title_of(mix.listener, mix.week)}"]
    for entry in mix.entries:
        seconds = round(entry.duration_ms / 1000) if entry.duration_ms else -1
        lines.append(f"#EXTINF:{seconds},{_line(entry.artist)} - {_line(entry.title)}")
        if entry.release:
            lines.append(f"#EXTALB:{_line(entry.release)}")
        lines.append(_location(entry))
    return "\n".join(lines) + "\n"


def xspf(mix: Shown) -> str:
    """XSPF version 1; the reason stands in each track's annotation."""
    root = ElementTree.Element("playlist", {"version": "1", "xmlns": XSPF})
    put(root, "title", title_of(mix.listener, mix.week))
    put(root, "creator", "Earmark")
    put(root, "date", _made(mix))
    tracks = ElementTree.SubElement(root, "trackList")
    for entry in mix.entries:
        track = ElementTree.SubElement(tracks, "track")
        put(track, *_whereabouts(entry))
        put(track, "title", entry.title)
        put(track, "creator", entry.artist)
        put(track, "annotation", entry.why)
        put(track, "album", entry.release)
        put(track, "duration", str(entry.duration_ms) if entry.duration_ms else None)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def jspf(mix: Shown) -> str:
    """JSPF, XSPF's twin in JSON."""
    document = {
        "playlist": {
            "title": title_of(mix.listener, mix.week),
            "creator": "Earmark",
            "date": _made(mix),
            "track": [_without_none(_jspf_track(entry)) for entry in mix.entries],
        }
    }
    return _pretty(document)


def json(mix: Shown) -> str:
    """Everything that is known about the edition, reasons as counted included."""
    return _pretty(mix)


FORMATS: Mapping[str, Callable[[Shown], str]] = {"m3u8": m3u8, "xspf": xspf, "jspf": jspf, "json": json}


def _whereabouts(entry: ShownEntry) -> tuple[str, str | None]:
    """An address that a player can open is a location; any other names the track without saying where it is."""
    can_open = entry.uri is not None and entry.uri.startswith(("/", "file:", "http:", "https:"))
    return ("location" if can_open else "identifier"), entry.uri


def _jspf_track(entry: ShownEntry) -> dict[str, Any]:
    place, address = _whereabouts(entry)
    return {
        place: [address] if address else None,
        "title": entry.title,
        "creator": entry.artist,
        "annotation": entry.why,
        "album": entry.release,
        "duration": entry.duration_ms,
    }


def title_of(listener: str, week: str) -> str:
    """What a weekly mix is called."""
    return f"Weekly discovery for {_line(listener)}, {week}"


def _made(mix: Shown) -> str:
    return dt.datetime.fromtimestamp(mix.made_at / 1000, dt.UTC).isoformat(timespec="seconds")


def put(parent: ElementTree.Element, name: str, text: str | None) -> None:
    """Add an element that holds a text, less what XML cannot hold; none where there is no text."""
    if text is not None:
        ElementTree.SubElement(parent, name).text = _NOT_XML.sub("", text)


def _location(entry: ShownEntry) -> str:
    """One line that is no comment; blanks within an address are kept as they are."""
    uri = entry.uri if entry.uri and not _CONTROL.search(entry.uri) else None
    location = uri or _line(f"{entry.artist} - {entry.title}")
    return f"./{location}" if location.startswith("#") else location


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
