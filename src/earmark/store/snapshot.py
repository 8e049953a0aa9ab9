"""A consistent copy of the record, as Parquet, that a build learns from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from earmark.store.culture_frames import no_lyrics, no_mentions, no_tags

TABLES: Final = (
    "listens",
    "playlists",
    "playlist_songs",
    "songs",
    "listeners",
    "feedback",
    "sounds",
    "mentions",
    "tags",
    "lyrics",
)
SOUNDS: Final = {
    "song": pl.Int32,
    "tempo": pl.Float32,
    "tempo_confidence": pl.Float32,
    "tonic": pl.Int8,
    "minor": pl.Boolean,
    "loudness": pl.Float32,
    "energy": pl.Float32,
    "valence": pl.Float32,
    "arousal": pl.Float32,
    "brightness": pl.Float32,
    "acousticness": pl.Float32,
    "danceability": pl.Float32,
    "instrumentalness": pl.Float32,
    "added_at": pl.Int64,
}
"""Columns of ``Snapshot.sounds`` but for the embedding, whose width is the model's."""


def no_sounds() -> pl.DataFrame:
    """The sounds of a record in which nothing was heard."""
    return pl.DataFrame(schema={**SOUNDS, "embedding": pl.Array(pl.Float32, 0)})


@dataclass(frozen=True)
class Frames:
    """The tables of a snapshot, or of its past, in memory; columns as `Snapshot` says."""

    listens: pl.DataFrame
    playlists: pl.DataFrame
    playlist_songs: pl.DataFrame
    songs: pl.DataFrame
    listeners: pl.DataFrame
    feedback: pl.DataFrame
    sounds: pl.DataFrame = field(default_factory=no_sounds)
    mentions: pl.DataFrame = field(default_factory=no_mentions)
    tags: pl.DataFrame = field(default_factory=no_tags)
    lyrics: pl.DataFrame = field(default_factory=no_lyrics)

    def own_playlists(self) -> pl.DataFrame:
        """``listener``, ``song`` of all playlists that a listener owns."""
        owned = self.playlists.filter(pl.col("listener").is_not_null()).select("playlist", "listener")
        return (
            self.playlist_songs.join(owned, on="playlist").select("listener", "song").unique().sort(pl.all())
        )


class Snapshot:
    """Frames read from a snapshot folder, loaded when first asked for.

    All ids are the record's own. Rows are in a fixed order, so that the same record gives the same bytes. What
    listeners keep out of their taste is left out of all tables.

    - ``listens``: ``listener`` i32, ``song`` i32, ``item`` i32, ``started_at`` i64 (unix ms), ``ms_played`` i32 or
      null, ``ending`` u8 (`earmark.listening.listens.Ending`), ``private`` bool; tracks only; sorted by
      (listener, started_at, item).
    - ``playlists``: ``playlist`` i32, ``listener`` i32 or null (the owner), ``followers`` i32 or null,
      ``name`` str; by playlist.
    - ``playlist_songs``: ``playlist`` i32, ``position`` i32, ``song`` i32; by (playlist, position).
    - ``songs``: ``song`` i32, ``artist`` i32, ``artist_name`` str, ``title`` str, ``item`` i32 (the version most
      played and listed, the lowest id first), its ``release`` str or null and ``duration_ms`` i32 or null; by song.
    - ``listeners``: ``listener`` i32, ``community`` bool; by listener. No names.
    - ``revisions``: ``listener`` i32, ``revision`` i64: how far each was when this was cut. No part of the digest: what
      was learned does not depend on it.
    - ``exclusions``: ``edit`` i32: the edits of taste by which listens were left out. No part of the digest, either.
    - ``feedback``: ``listener`` i32, ``song`` i32 or null, ``artist`` i32 or null, ``verdict`` str
      (`earmark.listening.feedback.Verdict`), ``at`` i64 or null; by (listener, verdict, song, artist).
    - ``sounds``: one row for each song of which a file was heard (of several the version most played and listed, the
      lowest id first): ``song`` i32; ``tempo`` f32 or null (beats per minute), ``tempo_confidence`` f32 or null;
      ``tonic`` i8 or null (0 for C), ``minor`` bool or null; ``loudness`` f32 or null (LUFS); ``energy``, ``valence``,
      ``arousal``, ``brightness``, ``acousticness``, ``danceability``, ``instrumentalness`` f32 or null (0 to 1; see
      `earmark.music.sound.Sound`); ``added_at`` i64 (unix ms: when the first of its files was seen); ``embedding``
      array of f32, null where other models heard it than heard most; by song.
    - ``mentions``: what texts say of artists and works that are among ``songs``; texts that repeat others are left out:
      ``document`` i32, ``source`` str, ``address`` str, ``published_at`` i64 (unix ms; where nothing says, when it was
      first read), ``artist`` i32, ``song`` i32 or null, ``release`` str or null (neither: the artist as such),
      ``times`` i32, ``probability`` f32 (0 to 1: that they are meant), ``opinion`` f32 or null (−1 to 1), ``quote``
      str, ``terms`` list of (``term`` str, ``weight`` f32); by (document, artist, song, release).
    - ``tags``: what people, files and servers call them: ``artist`` i32, ``song`` i32 or null (the artist as such),
      ``source`` str (`earmark.store.tags.FILES` and ``SERVERS`` for genres that these name), ``tag`` str, ``weight``
      f32, to be compared within a source; by (artist, song, source, tag).
    - ``lyrics``: what the words of a song are like (`earmark.music.lyrics.LyricFigures`), of its timed lyrics before
      others: ``song`` i32, ``lines`` i32, ``words`` i32, ``language`` str or null, ``languages`` list of (``language``
      str, ``share`` f32), ``themes`` list of (``theme`` str, ``share`` f32), ``moods`` list of (``mood`` str, ``share``
      f32), ``valence`` f32 or null (−1 to 1), ``explicit`` list of str (the reasons), ``judged`` f32; by song.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _read(self, table: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / f"{table}.parquet")

    @cached_property
    def listens(self) -> pl.DataFrame:
        """Plays of tracks."""
        return self._read("listens")

    @cached_property
    def playlists(self) -> pl.DataFrame:
        """Playlists and their owners."""
        return self._read("playlists")

    @cached_property
    def playlist_songs(self) -> pl.DataFrame:
        """What stands on each playlist."""
        return self._read("playlist_songs")

    @cached_property
    def songs(self) -> pl.DataFrame:
        """Every song, with its artist and the version to show."""
        return self._read("songs")

    @cached_property
    def listeners(self) -> pl.DataFrame:
        """Who listens."""
        return self._read("listeners")

    @cached_property
    def revisions(self) -> pl.DataFrame:
        """How far everybody was; nothing in a snapshot that was cut when this still stood elsewhere."""
        if (self.folder / "revisions.parquet").exists():
            return self._read("revisions")
        return pl.DataFrame(schema={"listener": pl.Int32, "revision": pl.Int64})

    @cached_property
    def exclusions(self) -> tuple[int, ...]:
        """The edits by which listens were left out; none in a snapshot that was cut before there were any."""
        if (self.folder / "exclusions.parquet").exists():
            return tuple(self._read("exclusions")["edit"].to_list())
        return ()

    @cached_property
    def feedback(self) -> pl.DataFrame:
        """What listeners said outright."""
        return self._read("feedback")

    @cached_property
    def sounds(self) -> pl.DataFrame:
        """What songs sound like; nothing in a snapshot that was cut before sounds were heard."""
        return self._read("sounds") if (self.folder / "sounds.parquet").exists() else no_sounds()

    @cached_property
    def mentions(self) -> pl.DataFrame:
        """What texts say of whom; nothing in a snapshot that was cut before texts were read."""
        return self._read("mentions") if (self.folder / "mentions.parquet").exists() else no_mentions()

    @cached_property
    def tags(self) -> pl.DataFrame:
        """What artists and songs are called; nothing in a snapshot that was cut before tags were kept."""
        return self._read("tags") if (self.folder / "tags.parquet").exists() else no_tags()

    @cached_property
    def lyrics(self) -> pl.DataFrame:
        """What the words of songs are like; nothing in a snapshot that was cut before lyrics were read."""
        return self._read("lyrics") if (self.folder / "lyrics.parquet").exists() else no_lyrics()

    def frames(self) -> Frames:
        """All tables at once."""
        return Frames(**{table: getattr(self, table) for table in TABLES})

    def digest(self) -> str:
        """SHA-256 over the tables' bytes, in a fixed order, as hexadecimal."""
        sha = hashlib.sha256()
        for table in TABLES:
            with (self.folder / f"{table}.parquet").open("rb") as file:
                sha.update(hashlib.file_digest(file, "sha256").digest())
        return sha.hexdigest()
