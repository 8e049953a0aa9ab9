"""Who rises: of 50 artists told at the end of a quarter, the share who have at least twice their share in the next one.

People's tag assignments on Last.fm by date (HetRec 2011): somebody who tags an artist in a quarter is one mention.
Asked for are artists with three mentions so far. One has risen whose share of the next quarter's mentions is at least
twice its share of all so far, by three mentions or more. Settings were chosen on the earlier quarters; the last eight
are told by themselves.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import numpy as np

from earmark.signals.culture.trends import TrendsConfig, ratios
from hetrec import FOLDER
from measured import real_data, report

TOLD = 50
LEAST = 3
FIRST_YEAR, QUARTERS = 2005, 23
"""From the third quarter of 2005 to the first of 2011; the quarter that was cut short is left out."""
BEGINS = 8
"""Quarters before the first question."""
LATER = 8
"""Quarters that no setting was chosen on."""
KNOWN = {"precision@50": 0.219, "base": 0.044}
GOAL = 0.25

Counts = np.ndarray[Any, np.dtype[np.float64]]


def mentions() -> Counts:
    """``(n_artists, n_quarters)``: how many people tagged whom when."""
    with gzip.open(real_data() / FOLDER / "user_taggedartists.dat.gz", "rt") as file:
        who, artist, _, _, month, year = np.loadtxt(file, np.int64, skiprows=1, unpack=True)
    quarter = (year - FIRST_YEAR) * 4 + (month - 1) // 3 - 2
    inside = (quarter >= 0) & (quarter < QUARTERS)
    _, artists = np.unique(artist, return_inverse=True)
    told = np.unique(np.stack([who, artists, quarter])[:, inside], axis=1)
    counts = np.zeros((artists.max() + 1, QUARTERS))
    np.add.at(counts, (told[1], told[2]), 1)
    return counts


def smoothed(counts: Counts) -> Counts:
    """The last quarter against what the share of all quarters before it leads one to expect, one added to both."""
    before = counts[:, :-1].sum(axis=1)
    return (counts[:, -1] + 1) / (before / before.sum() * counts[:, -1].sum() + 1)


def grown(counts: Counts) -> Counts:
    """The last quarter against the one before it, one added to both."""
    return (counts[:, -1] + 1) / (counts[:, -2] + 1)


def ours(counts: Counts) -> Counts:
    """As Earmark tells it: three mentions in the last quarter, by the ratio of `earmark.signals.culture.trends`."""
    config = TrendsConfig()
    return np.where(counts[:, -1] >= config.least_mentions, ratios(counts[:, -config.periods :], config), 0)


SYSTEMS: dict[str, Callable[[Counts], Counts]] = {
    "earmark": ours,
    "smoothed ratio": smoothed,
    "growth since the quarter before": grown,
    "most mentions": lambda counts: counts[:, -1],
}


def main() -> None:
    """Print the precision of each, by quarter, early, late and all."""
    counts = mentions()
    found: dict[str, list[float]] = {name: [] for name in (*SYSTEMS, "base")}
    for end in range(BEGINS + 1, QUARTERS):
        so_far, after = counts[:, :end], counts[:, end]
        share = so_far.sum(axis=1) / so_far.sum()
        asked = np.flatnonzero(so_far.sum(axis=1) >= LEAST)
        risen = (after[asked] >= LEAST) & (after[asked] / after.sum() >= 2 * share[asked])
        found["base"].append(float(risen.mean()))
        for name, system in SYSTEMS.items():
            best = np.argsort(-system(so_far)[asked], kind="stable")[:TOLD]
            found[name].append(float(risen[best].mean()))
    report(
        "rising artists",
        {
            "what": "precision@50 for a twofold share in the next quarter",
            "systems": {
                name: {
                    "earlier_quarters": round(float(np.mean(values[:-LATER])), 3),
                    "last_quarters": round(float(np.mean(values[-LATER:])), 3),
                    "all": round(float(np.mean(values)), 3),
                    "of_quarters": [round(value, 2) for value in values],
                }
                for name, values in found.items()
            },
            "known": KNOWN,
            "goal": GOAL,
        },
    )


if __name__ == "__main__":
    main()
