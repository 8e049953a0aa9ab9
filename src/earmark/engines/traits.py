"""What the music of everybody in a snapshot is like: what each listener is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from earmark.errors import NotLearnedError
from earmark.listening.evidence import EvidenceConfig
from earmark.ranking.signals import Signals
from earmark.store.snapshot import Frames
from earmark.taste.traits.known_plays import SongFacts
from earmark.taste.traits.measuring import traits_of_many

FILE: Final = "traits.parquet"
"""Within a build."""


def community_traits(frames: Frames, signals: Signals, evidence: EvidenceConfig) -> pl.DataFrame:
    """The traits of all listeners of a snapshot, by the clock of UTC."""
    facts = song_facts(frames.songs, frames.sounds, frames.lyrics, signals)
    return traits_of_many(frames.listens, facts, evidence=evidence)


def song_facts(
    songs: pl.DataFrame, sounds: pl.DataFrame, lyrics: pl.DataFrame, signals: Signals
) -> SongFacts:
    """What is known of some songs (``song``, ``artist``): how they sound, their words, and how many hold them."""
    holders = pl.DataFrame({"song": signals.columns.songs, "holders": signals.popularity})
    languages = lyrics.select("song", "language").drop_nulls()
    return SongFacts(songs, sounds=sounds, languages=languages, holders=holders)


def save_traits(traits: pl.DataFrame, folder: Path) -> None:
    """Write them into a build's folder; the same traits give the same bytes."""
    traits.write_parquet(folder / FILE, compression="zstd")


def read_traits(folder: Path) -> pl.DataFrame:
    """Read what `save_traits` wrote.

    Raises:
        NotLearnedError: the file is missing or damaged.
    """
    try:
        return pl.read_parquet(folder / FILE)
    except (OSError, pl.exceptions.ComputeError) as error:
        raise NotLearnedError(
            f"A part of the build cannot be read: {folder / FILE} ({error}).",
            "Learn again with: earmark learn",
        ) from error
