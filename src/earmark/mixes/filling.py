"""A mix made of what a library holds: gaps are filled with other songs from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def filled(
    places: Sequence[int | None],
    ranked: Sequence[int],
    artist_of: Mapping[int, int],
    weeks: Mapping[int, str],
    week: str,
) -> list[int]:
    """The mix with its gaps closed, as far as there are songs to close them.

    What was filled in before in the same week stands again, so that a mix made twice is the same; after that come
    songs that never filled a gap, then those that did longest ago. Among equals, new artists come before further songs
    by those in the mix, and better-ranked songs before others.

    Args:
        places: record ids of songs in order, None where the library lacks the song.
        ranked: songs that may fill gaps, best first; those that are in the mix are passed over.
        artist_of: the artist of every song that is named here.
        weeks: the last week in which a song stood in such a mix, such as ``2026-W47``.
        week: the week of this mix.
    """
    mix = {song for song in places if song is not None}
    gaps = sum(song is None for song in places)
    spare = dict.fromkeys(song for song in ranked if song not in mix)
    by_turn = sorted(spare, key=lambda song: _turn(weeks.get(song), week))
    chosen: list[int] = []
    artists = {artist_of[song] for song in mix}
    for at_most_once in (True, False):
        for song in by_turn:
            if len(chosen) == gaps:
                break
            if song not in chosen and not (at_most_once and artist_of[song] in artists):
                chosen.append(song)
                artists.add(artist_of[song])
    coming = iter(chosen)
    whole = (next(coming, None) if song is None else song for song in places)
    return [song for song in whole if song is not None]


def _turn(last: str | None, week: str) -> str:
    """Sorts before others what should fill a gap first."""
    if last == week:
        return ""
    return " " if last is None else last
