"""What the music of everybody in a snapshot is like: what each listener is held against."""

from __future__ import annotations

from typing import Final

import polars as pl

from earmark.listening.evidence import EvidenceConfig
from earmark.ranking.signals import Signals
from earmark.store.snapshot import Frames
from earmark.taste.traits.known_plays import SongFacts
from earmark.taste.traits.measuring import traits_of_many

TRAITS: Final = "traits"
"""Table within a build."""


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
