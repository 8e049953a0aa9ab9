"""The tables of HetRec 2011 (Last.fm): how often people played artists, and what tags they gave them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from measured import real_data

FOLDER = "artists/hetrec2011-lastfm-2k"

Ids = np.ndarray[Any, Any]


@dataclass(frozen=True)
class HetRec:
    """All ids as the tables have them.

    ``plays`` ``(3, n_pairs)``: listener, artist, count; ``given`` ``(3, n_given)``: listener, artist, tag; ``called``:
    the tags' names.
    """

    plays: Ids
    given: Ids
    called: dict[int, str]

    @classmethod
    def read(cls) -> Self:
        """Read the folder of real data."""
        folder = real_data() / FOLDER
        plays = np.loadtxt(folder / "user_artists.dat", np.int64, skiprows=1, unpack=True)
        with gzip.open(folder / "user_taggedartists.dat.gz", "rt") as file:
            given = np.loadtxt(file, np.int64, skiprows=1, usecols=(0, 1, 2), unpack=True)
        lines = (folder / "tags.dat").read_text(encoding="latin-1").splitlines()[1:]
        return cls(
            plays, given, {int(tag): name for tag, _, name in (line.partition("\t") for line in lines)}
        )
