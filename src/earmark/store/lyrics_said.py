"""What the lyrics of the house's own music are like, in figures, beside the lyrics that they were read from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import polars as pl
from sqlalchemy import Connection

from earmark.music.lyrics import LyricFigures
from earmark.store.culture_frames import LYRICS
from earmark.store.rows import fetch, insert, put
from earmark.store.wanted import wanted_ids

_UNREAD: Final = """
    SELECT l.file_id, l.text, l.language FROM lyrics l LEFT JOIN lyrics_said s ON s.file_id = l.file_id
    WHERE s.read_by IS NULL OR s.read_by <> ? ORDER BY l.file_id LIMIT ?"""
_THERE: Final = "SELECT l.file_id FROM wanted_id w CROSS JOIN lyrics l WHERE l.file_id = w.id"
_ALL: Final = """
    SELECT f.song_id, s.figures
    FROM lyrics_said s JOIN lyrics l ON l.file_id = s.file_id JOIN file f ON f.id = s.file_id
    WHERE f.song_id IS NOT NULL ORDER BY f.song_id, l.timed DESC, f.item_id, f.path"""
_OF_SONGS: Final = """
    SELECT f.song_id, s.figures FROM wanted_id w CROSS JOIN file f CROSS JOIN lyrics l CROSS JOIN lyrics_said s
    WHERE f.song_id = w.id AND l.file_id = f.id AND s.file_id = f.id ORDER BY l.timed, f.item_id DESC, f.path DESC"""


class UnreadLyrics(msgspec.Struct, frozen=True):
    """Lyrics of which nothing is known yet, or only what another reader found."""

    file: int
    """By which `keep_lyrics_said` knows them."""
    text: str
    language: str | None
    """What their file says, as ISO 639-1."""


def unread_lyrics(connection: Connection, by: str, limit: int) -> list[UnreadLyrics]:
    """Lyrics that this reader has not read, ``limit`` at most."""
    return [UnreadLyrics(*row) for row in fetch(connection, _UNREAD, (by, limit))]


def keep_lyrics_said(connection: Connection, by: str, said: Sequence[tuple[int, LyricFigures]]) -> None:
    """Note what lyrics are like, ``(file, figures)``, in place of what was known; of files that still have some."""
    there = {file for (file,) in fetch(connection, _THERE, wanted=wanted_ids([file for file, _ in said]))}
    rows = {
        file: (file, by, msgspec.json.encode(figures).decode()) for file, figures in said if file in there
    }
    put(connection, "DELETE FROM lyrics_said WHERE file_id = ?", ((file,) for file in rows))
    insert(connection, "lyrics_said", rows.values())


def figures_of_lyrics(connection: Connection, songs: Sequence[int]) -> dict[int, LyricFigures]:
    """What the words of each of these songs are like: of its timed lyrics before others, then of the lowest item."""
    rows = fetch(connection, _OF_SONGS, wanted=wanted_ids(sorted(set(songs))))
    return {song: msgspec.json.decode(figures, type=LyricFigures) for song, figures in rows}


def lyrics_frame(connection: Connection) -> pl.DataFrame:
    """Every song whose lyrics were read, in the columns of ``Snapshot.lyrics``."""
    decoder, told = msgspec.json.Decoder(LyricFigures), dict[int, dict[str, Any]]()
    for song, figures in fetch(connection, _ALL):
        if song not in told:
            told[song] = _columns(song, decoder.decode(figures))
    return pl.DataFrame(list(told.values()), schema=LYRICS)


def _columns(song: int, figures: LyricFigures) -> dict[str, Any]:
    return {
        "song": song,
        "lines": figures.lines,
        "words": figures.words,
        "language": figures.language,
        "languages": [{"language": language, "share": share} for language, share in figures.languages],
        "themes": [{"theme": theme, "share": share} for theme, share in figures.themes],
        "moods": [{"mood": mood, "share": share} for mood, share in figures.moods],
        "valence": figures.valence,
        "explicit": [one.reason.value for one in figures.explicit],
        "judged": figures.judged,
    }
