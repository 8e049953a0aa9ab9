"""A suspicion in a sentence: every number in it is one of its figures."""

from __future__ import annotations

from typing import Final

from earmark.taste.contamination.suspicion import Figures, Kind

OPENING: Final = {
    Kind.SLEEP: "This looks like sound to sleep by",
    Kind.CHILDREN: "This looks like music for children",
    Kind.PARTY: "This looks like a party",
    Kind.SHARED: "This looks like music of somebody or for something else",
}
DAYS: Final = {Kind.SLEEP: ("night", "nights"), Kind.PARTY: ("evening", "evenings")}


def sentence(kind: Kind, figures: Figures) -> str:
    """What is suspected, and what speaks for it."""
    one, many = DAYS.get(kind, ("day", "days"))
    usually = "" if figures.days == 1 else "usually "
    parts = [
        f"{_count(figures.days, one, many)}, {usually}{figures.begins}–{figures.ends}",
        f"{_count(figures.listens, 'play', 'plays')} of {_count(figures.songs, 'song', 'songs')}",
    ]
    if kind is Kind.SLEEP:
        parts.append(f"up to {figures.longest_hours:.1f} hours without a pause")
    if figures.plays_per_song >= 2:
        parts.append(f"each {figures.plays_per_song:.1f} times on average")
    parts.append(_elsewhere(figures))
    if kind is Kind.PARTY:
        parts.append(f"{figures.only_then:.0%} of the plays are of songs that play on no other day")
        parts.append(f"{figures.short:.0%} sounded for less than 100 seconds")
    if kind in (Kind.PARTY, Kind.SHARED):
        parts.append(f"{figures.foreign:.0%} by artists of whom nothing else was played")
    if figures.energy is not None and figures.energy_elsewhere is not None and kind is Kind.SLEEP:
        parts.append(f"energy {figures.energy:.2f}, {figures.energy_elsewhere:.2f} otherwise")
    if figures.words:
        quoted = ", ".join(f"“{word}”" for word in figures.words[:3])
        parts.append(f"titles, artists or tags of {figures.named:.0%} of the plays say {quoted}")
    return f"{OPENING[kind]}: {'; '.join(parts)}."


def _elsewhere(figures: Figures) -> str:
    if figures.elsewhere == 0:
        return "played at no other time" if figures.songs == 1 else "none of them played at any other time"
    return f"{figures.elsewhere:.0%} of all plays of these songs lie elsewhere"


def _count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"
