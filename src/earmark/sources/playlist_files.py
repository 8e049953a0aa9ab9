"""Playlists in files: M3U and M3U8, XSPF, JSPF, and JSON lines; one file or many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from earmark.errors import UnreadableInputError
from earmark.listening.listens import UnixMs
from earmark.sources.batch import Batch
from earmark.sources.checks import UNREADABLE_FILE, RowFaultError
from earmark.sources.files import SourceFile
from earmark.sources.json_rows import mend
from earmark.sources.playlist_json import read_jspf, read_lines, read_single
from earmark.sources.playlist_lists import ORIGIN
from earmark.sources.playlist_m3u import read_m3u
from earmark.sources.playlist_xspf import read_xspf
from earmark.sources.shapes import base_name, field_names, is_json

TITLE: Final = "playlists"

_JSON_ENDINGS: Final = (".jsonl", ".ndjson", ".jspf")


def recognises(name: str, head: bytes) -> bool:
    """Whether a file is a playlist, or several."""
    return _kind(name, head) is not None


def read(files: Sequence[SourceFile], now: UnixMs | None) -> Iterator[Batch]:
    """The playlists in the files; among many, one that cannot be read is left out.

    Raises:
        UnreadableInputError: the only file is not what it claims to be, or compressed data is damaged.
    """
    for file in files:
        try:
            yield from _read_one(file)
        except UnreadableInputError as error:
            if len(files) == 1:
                raise
            yield Batch(
                file.name, ORIGIN, skipped=[RowFaultError(UNREADABLE_FILE, error.what).at(file.name, 0)]
            )


def _read_one(file: SourceFile) -> Iterator[Batch]:
    kind = _kind(file.name, file.head())
    if kind == "m3u":
        yield read_m3u(file)
    elif kind == "xspf":
        yield read_xspf(file)
    elif kind == "jspf":
        yield read_jspf(file)
    elif kind == "single":
        yield read_single(file)
    elif kind == "lines":
        yield from read_lines(file)


def _kind(name: str, head: bytes) -> str | None:
    text, own = head.lstrip(), base_name(name)
    if b"\0" in head:
        return None
    if text.startswith(b"#EXTM3U") or (
        own.endswith((".m3u", ".m3u8")) and not text.startswith((b"<", b"{", b"["))
    ):
        return "m3u"
    if text.startswith(b"<"):
        return "xspf" if b"<playlist" in text[:4_096] or own.endswith(".xspf") else None
    if not is_json(head):
        return None
    return _kind_of_json(text, own)


def _kind_of_json(text: bytes, own: str) -> str | None:
    fields = field_names(text)
    if text.startswith(b"{") and b"playlist" in fields and fields & {b"track", b"creator", b"title"}:
        return "jspf"
    if {b"name", b"tracks"} <= fields:
        line, newline, _ = text.partition(b"\n")
        spread = text.startswith(b"{") and newline and mend(line, 0) != line.rstrip()
        return "single" if spread else "lines"
    if len(text) < 512 and not text.rstrip().endswith((b"}", b"]")) and own.endswith(_JSON_ENDINGS):
        return "lines"
    return None
