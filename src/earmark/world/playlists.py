"""Public playlists of a made world: around one micro-genre, or around one mood across a parent genre."""

from __future__ import annotations

from typing import Final

import numpy as np

from earmark.world.catalogue import Catalogue
from earmark.world.draws import Floats, Places
from earmark.world.names import genre_name, playlist_name

SHORTEST, LONGEST = 10, 150

_MOOD_SHARE: Final = 0.3
_MAINSTREAM: Final = 2
_MOODS: Final = {
    "sleepy": (0.15, 0.45),
    "wistful": (0.3, 0.15),
    "sunny": (0.6, 0.9),
    "restless": (0.85, 0.3),
    "elated": (0.9, 0.85),
    "easygoing": (0.4, 0.65),
}
"""Energy and valence of each mood."""


def make_playlist(rng: np.random.Generator, catalogue: Catalogue) -> tuple[list[int], str, int]:
    """One playlist: places in the catalogue (none twice, no song twice), name, followers."""
    length = int(np.clip(rng.lognormal(np.log(38), 0.7), SHORTEST, LONGEST))
    genre = int(rng.choice(catalogue.n_genres, p=catalogue.genre_weight))
    parent, sibling = genre % catalogue.n_parents, genre // catalogue.n_parents
    if rng.random() < _MOOD_SHARE:
        mood = list(_MOODS)[int(rng.integers(len(_MOODS)))]
        about = f"{mood} {genre_name(parent, sibling).split()[1]}"
        places = _of_mood(rng, catalogue, parent, np.array(_MOODS[mood]), length)
    else:
        about = genre_name(parent, sibling)
        places = catalogue.by_genre[_MAINSTREAM](np.full(2 * length, genre), rng.random(2 * length))
    followers = int(rng.lognormal(1.5, 1.6))
    name = playlist_name(about, int(rng.integers(1_000)))
    chosen = _first_of_each_song(places, catalogue)[:length]
    if len(chosen) < SHORTEST:
        # A small micro-genre runs dry: fill up with what is liked everywhere.
        filler = catalogue.by_popularity(np.zeros(8 * SHORTEST, np.int32), rng.random(8 * SHORTEST))
        chosen = _first_of_each_song(np.concatenate((chosen, filler)), catalogue)[:SHORTEST]
    return chosen.tolist(), name, followers


def _of_mood(
    rng: np.random.Generator, catalogue: Catalogue, parent: int, mood: Floats, length: int
) -> Places:
    """Tracks under one parent genre, the quarter of many draws that is nearest to a mood."""
    siblings = np.flatnonzero(catalogue.genre_parent == parent)
    drawn = rng.choice(siblings, 8 * length)
    places = catalogue.by_genre[_MAINSTREAM](drawn, rng.random(len(drawn)))
    away = np.square(catalogue.mood[places] - mood).sum(axis=1)
    nearest: Places = places[away.argsort(kind="stable")[: 2 * length]]
    return nearest


def _first_of_each_song(places: Places, catalogue: Catalogue) -> Places:
    first = np.unique(catalogue.song[places], return_index=True)[1]
    first.sort()
    kept: Places = places[first]
    return kept
