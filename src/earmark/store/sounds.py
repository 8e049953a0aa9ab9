"""What the sounds of the house's own music are like, each kept once however many files hold it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection

from earmark.music.sound import Mode, Sound
from earmark.store.frames import table
from earmark.store.rows import do, fetch, insert, put, stream
from earmark.store.snapshot import SOUNDS

_STRETCH: Final = 4_096
"""Sounds read at once."""
_OF_SONG: Final = """
    SELECT s.digest, s.heard_by, s.figures, s.embedding FROM file f JOIN sound s ON s.digest = f.digest
    WHERE f.song_id = ? ORDER BY f.item_id, f.path LIMIT 1"""
_ALL: Final = """
    SELECT f.song_id, f.item_id, f.added_at, s.heard_by, s.figures, s.embedding
    FROM file f JOIN sound s ON s.digest = f.digest WHERE f.song_id IS NOT NULL
    ORDER BY f.song_id, f.item_id, f.path"""
_FIGURES: Final = "SELECT figures FROM sound s WHERE EXISTS (SELECT 1 FROM file WHERE file.digest = s.digest)"
_UNHELD: Final = """
    DELETE FROM sound WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.digest = sound.digest)"""


class SoundRecord(msgspec.Struct, frozen=True):
    """A sound as models heard it."""

    digest: bytes
    """Of the file that it was heard in: `earmark.listening.libraries.LibraryFile.digest`."""
    heard_by: str
    """Which models heard it, and their versions."""
    sound: Sound
    embedding: NDArray[np.float32]
    """``(d,)``: a place among all sounds that the same models heard."""


class _Heard(NamedTuple):
    """A row of `_ALL`."""

    song: int
    item: int
    added_at: int
    heard_by: str
    figures: str
    embedding: bytes


def keep_sounds(connection: Connection, sounds: Sequence[SoundRecord]) -> None:
    """Note what sounds are like, in place of what older models heard."""
    rows = {
        one.digest: (
            one.digest,
            one.heard_by,
            msgspec.json.encode(one.sound).decode(),
            one.embedding.astype("<f4").tobytes(),
        )
        for one in sounds
    }
    put(connection, "DELETE FROM sound WHERE digest = ?", ((digest,) for digest in rows))
    insert(connection, "sound", rows.values())


def drop_unheld_sounds(connection: Connection) -> int:
    """Let go of sounds that no file has any more; returns how many there were."""
    return do(connection, _UNHELD)


def all_figures(connection: Connection) -> Iterator[Sound]:
    """What every sound is like that a file has, in no order."""
    decoder = msgspec.json.Decoder(Sound)
    for (figures,) in stream(connection, _FIGURES, _STRETCH):
        yield decoder.decode(figures)


def sounds_of(connection: Connection, songs: Sequence[int]) -> dict[int, SoundRecord]:
    """What each song sounds like, by the file of its lowest item that was heard; songs without are left out."""
    found = ((song, fetch(connection, _OF_SONG, (song,))) for song in songs)
    return {song: _record(*rows[0]) for song, rows in found if rows}


def _record(digest: bytes, heard_by: str, figures: str, embedding: bytes) -> SoundRecord:
    sound = msgspec.json.decode(figures, type=Sound)
    return SoundRecord(digest, heard_by, sound, np.frombuffer(embedding, "<f4").astype(np.float32))


def sounds_frame(connection: Connection, uses: NDArray[np.int64]) -> pl.DataFrame:
    """Every song that was heard, in the columns of ``Snapshot.sounds``.

    Args:
        connection: the record.
        uses: ``(greatest item id + 1,)``, how often each item was played and listed: of several files of a song, the
            one of the item most used is the one told of.
    """
    heard = list(_most_used(connection, uses))
    by = Counter(one.heard_by for one in heard)
    # Places among sounds can only be compared where the same models gave them.
    most = max(by, key=lambda models: (by[models], models), default="")
    figures = table([_figures(one) for one in heard], SOUNDS)
    return figures.with_columns(_embeddings(heard, most))


def _most_used(connection: Connection, uses: NDArray[np.int64]) -> Iterator[_Heard]:
    """One row a song, with the day on which the first of its files came."""
    rows = (_Heard(*row) for row in stream(connection, _ALL, _STRETCH))
    for _, theirs in groupby(rows, lambda one: one.song):
        of_song = list(theirs)
        shown = max(of_song, key=lambda one: (uses[one.item], -one.item))
        yield shown._replace(added_at=min(one.added_at for one in of_song))


def _figures(one: _Heard) -> tuple[Any, ...]:
    """The columns of `SOUNDS`."""
    sound = msgspec.json.decode(one.figures, type=Sound)
    tempo, key = sound.tempo, sound.key
    return (
        one.song,
        None if tempo is None else tempo.bpm,
        None if tempo is None else tempo.confidence,
        None if key is None else key.tonic,
        None if key is None else key.mode is Mode.MINOR,
        sound.loudness,
        sound.energy,
        sound.valence,
        sound.arousal,
        sound.brightness,
        sound.acousticness,
        sound.danceability,
        sound.instrumentalness,
        one.added_at,
    )


def _embeddings(heard: Sequence[_Heard], by: str) -> pl.Series:
    """``embedding``, an array of one width; null for what other models heard."""
    width = next((len(one.embedding) // 4 for one in heard if one.heard_by == by), 0)
    nothing = bytes(4 * width)
    told = [one.heard_by == by and len(one.embedding) == len(nothing) for one in heard]
    packed = b"".join(one.embedding if is_told else nothing for one, is_told in zip(heard, told, strict=True))
    values = np.frombuffer(packed, "<f4").astype(np.float32).reshape(len(heard), width)
    whole = pl.DataFrame(
        {
            "told": pl.Series(told, dtype=pl.Boolean),
            "embedding": pl.Series(values, dtype=pl.Array(pl.Float32, width)),
        }
    )
    return whole.select(embedding=pl.when("told").then("embedding"))["embedding"]
