"""Which thirty of the ranked songs make a mix: many artists, not all known, few hits, two to three hours."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

MINUTE_MS = 60_000
LEAST_GAIN_MS = 30_000
"""A swap for the sake of the mix's length must bring at least so much."""


class WeeklyConfig(BaseModel):
    """The shape of a weekly discovery mix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: int = Field(30, ge=1)
    """Songs in the mix."""
    ranked: int = Field(800, ge=30)
    """How far down the ranking the choice may reach."""
    known_artists: int = Field(15, ge=0)
    """At most so many songs by artists whom the listener plays already."""
    hits: int = Field(10, ge=0)
    """At most so many of the most held songs."""
    hit_share: float = Field(0.2, gt=0, lt=1)
    """The most held songs are those that together make up this share of all that rows hold."""
    new: int = Field(3, ge=0)
    """The best-ranked so many of the library's songs that nobody has played yet have a place, if any are ranked."""
    shortest_minutes: int = Field(120, ge=0)
    """Where durations are known, the mix lasts at least so long, if the ranking allows."""
    longest_minutes: int = Field(180, ge=1)
    """And at most so long."""
    narrowing: float = Field(0.0, ge=0, le=1)
    """The mix's generalist–specialist score may lie at most so far above that of as many songs from the
    listener's own plays; 1 leaves it free."""
    popularity_lift: float = Field(0.5, ge=0)
    """Its songs may be at most so many doublings more widely held, on average, than what the listener plays."""
    learning_songs: int = Field(20, ge=0)
    """A listener who has played fewer songs than this is told that we are still learning; with fewer that
    others hold, too little is known to hold the mix against their plays."""


@dataclass(frozen=True)
class Ranking:
    """What the choice looks at, per ranked song: its artist, whether the listener plays that artist, whether the song
    is a hit, whether nobody has played it yet, and its length in ms, 0 where unknown."""

    artists: Sequence[int]
    known: Sequence[int]
    hit: Sequence[int]
    new: Sequence[int]
    durations: Sequence[int]


def choose(ranking: Ranking, config: WeeklyConfig) -> list[int]:
    """Places in the ranking that enter the mix, best first.

    The best song of each artist, within the limits on known artists and hits; the limits give way, first
    those on hits and known artists, then the one song an artist, only where the mix would stay short.
    """
    return _fit_length(_with_new(_spread(ranking, config), ranking, config), ranking, config)


def _spread(ranking: Ranking, config: WeeklyConfig) -> list[int]:
    chosen: list[int] = []
    passed_over: list[int] = []
    second: list[int] = []
    used: set[int] = set()
    n_known = n_hits = 0
    for place, artist in enumerate(ranking.artists):
        known, hit = ranking.known[place], ranking.hit[place]
        if artist in used:
            second.append(place)
        elif (known and n_known == config.known_artists) or (hit and n_hits == config.hits):
            passed_over.append(place)
        else:
            used.add(artist)
            n_known += known
            n_hits += hit
            chosen.append(place)
            if len(chosen) == config.entries:
                return chosen
    chosen += _one_each(passed_over, ranking.artists, used, config.entries - len(chosen))
    rest = sorted({*passed_over, *second} - {*chosen})
    chosen += _one_each(rest, ranking.artists, set(), config.entries - len(chosen))
    return sorted(chosen)


def _with_new(chosen: list[int], ranking: Ranking, config: WeeklyConfig) -> list[int]:
    """The choice with the last of its entries changed for new songs, until as many are in as should be."""
    wanted = config.new - sum(ranking.new[place] for place in chosen)
    if wanted <= 0:
        return chosen
    kept = list(chosen)
    used = {ranking.artists[place] for place in kept}
    n_known = sum(ranking.known[place] for place in kept)
    for place, new in enumerate(ranking.new):
        if not new or place in chosen or ranking.artists[place] in used:
            continue
        goes = next((one for one in reversed(kept) if not ranking.new[one]), None)
        if goes is None or not wanted:
            break
        comes_known = n_known - ranking.known[goes] + ranking.known[place]
        if comes_known > max(n_known, config.known_artists):
            continue
        kept.remove(goes)
        insort(kept, place)
        used.discard(ranking.artists[goes])
        used.add(ranking.artists[place])
        n_known, wanted = comes_known, wanted - 1
    return kept


def _one_each(places: list[int], artists: Sequence[int], used: set[int], n: int) -> list[int]:
    """The first ``n`` places of different artists, none of them ``used``."""
    found: list[int] = []
    for place in places:
        if len(found) == n:
            break
        if artists[place] not in used:
            used.add(artists[place])
            found.append(place)
    return found


def _fit_length(chosen: list[int], ranking: Ranking, config: WeeklyConfig) -> list[int]:
    """Swap the shortest (longest) entries for the best-ranked songs that are longer (shorter) until it fits.

    Unknown durations count as the mean of the known ones. An entry is only swapped for one alike in being a
    hit, new or by a known artist, so that the limits hold, and by an artist who is not in the mix.
    """
    durations = ranking.durations
    timed = [durations[place] for place in chosen if durations[place]]
    if not timed:
        return chosen
    shortest, longest = config.shortest_minutes * MINUTE_MS, config.longest_minutes * MINUTE_MS
    stretch = len(chosen) / len(timed)
    total = sum(timed) * stretch
    if shortest <= total <= longest:
        return chosen
    sign = 1 if total < shortest else -1
    kept = list(chosen)
    used = {ranking.artists[place] for place in chosen}
    spare = [p for p, artist in enumerate(ranking.artists) if durations[p] and artist not in used]

    def serves(place: int, old: int) -> bool:
        gain = durations[place] - durations[old]
        return (
            sign * gain > LEAST_GAIN_MS
            and ranking.artists[place] not in used
            and ranking.known[place] <= ranking.known[old]
            and ranking.hit[place] <= ranking.hit[old]
            and ranking.new[place] >= ranking.new[old]
            and _nearer(total + gain * stretch, total, shortest, longest)
        )

    swapped = True
    while swapped:
        swapped = False
        for at in sorted(range(len(kept)), key=lambda i: sign * durations[kept[i]]):
            if shortest <= total <= longest:
                return sorted(kept)
            old = kept[at]
            new = next((place for place in spare if durations[old] and serves(place, old)), None)
            if new is not None:
                used.discard(ranking.artists[old])
                used.add(ranking.artists[new])
                spare.remove(new)
                insort(spare, old)
                kept[at] = new
                total += (durations[new] - durations[old]) * stretch
                swapped = True
    return sorted(kept)


def _nearer(new: float, old: float, shortest: int, longest: int) -> bool:
    def off(total: float) -> float:
        return max(shortest - total, 0) + max(total - longest, 0)

    return off(new) < off(old)


def hits(popularity: NDArray[np.floating], share: float) -> NDArray[np.bool_]:
    """Which songs are hits: the fewest that together make up ``share`` of all holdings, ``(n_songs,)``."""
    order = np.argsort(-popularity, kind="stable")
    held = np.cumsum(popularity[order], dtype=np.float64)
    marks = np.zeros(len(popularity), np.bool_)
    if len(held) and held[-1] > 0:
        marks[order[: np.searchsorted(held, share * held[-1]) + 1]] = True
    return marks
