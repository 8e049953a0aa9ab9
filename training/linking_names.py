"""A catalogue of artists, songs and releases, gathered from the folder of real data (EARMARK_DATA).

Spellings that name the same artist (`artist_key`) are one artist, as in a record.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from earmark.music.names import artist_key, song_key
from earmark.signals.culture.linking.names import Name


class Catalogue(NamedTuple):
    """Everybody who is named in the data."""

    artists: list[Name]
    """Every spelling, the most played artist's first."""
    ids: dict[str, int]
    """Artists by key."""
    works: list[Name]
    """Songs and releases."""


def catalogue(data: Path) -> Catalogue:
    """All artists of the data, and their works."""
    plays: Counter[str] = Counter()
    songs: dict[tuple[str, str], None] = {}
    for artist, title in _played(data):
        plays[artist] += 1
        songs[artist, title] = None
    for artist in _listed(data):
        plays[artist] += 0
    ids: dict[str, int] = {}
    artists = [
        Name(artist, ids.setdefault(artist_key(artist), len(ids)))
        for artist in sorted(plays, key=lambda artist: (-plays[artist], artist))
    ]
    numbers: dict[tuple[int, str], int] = {}
    works = [
        Name(title, owner, song=numbers.setdefault((owner, song_key(title)), len(numbers)))
        for artist, title in songs
        if title.strip() and (owner := ids[artist_key(artist)]) is not None
    ]
    works += [Name(title, ids[artist_key(artist)], release=title) for artist, title in _released(data)]
    return Catalogue(artists, ids, works)


def _played(data: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(data / "listening" / "plays.tsv.gz", "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            _, _, artist, title, _ = line.rstrip("\n").split("\t")
            yield artist, title
    with gzip.open(data / "playlists" / "playlists.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            for artist, title, _ in json.loads(line)["tracks"]:
                yield artist, title


def _listed(data: Path) -> Iterator[str]:
    artists = data / "artists"
    for line in (
        (artists / "hetrec2011-lastfm-2k" / "artists.dat").read_text(encoding="utf-8").split("\n")[1:]
    ):
        if line:
            yield line.split("\t")[1]
    with gzip.open(artists / "artist_microgenres.csv.gz", "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield row["artist"]
    for artist, _ in _released(data):
        yield artist


def _released(data: Path) -> Iterator[tuple[str, str]]:
    with (data / "text" / "rym_top_5000.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield row["Artist Name"], row["Album"]
