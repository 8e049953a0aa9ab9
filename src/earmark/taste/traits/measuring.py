"""Every trait of many listeners at once, as a frame: what one is held against, and what one's own is read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from earmark.listening.evidence import EvidenceConfig
from earmark.taste.traits.diversity import effective_numbers
from earmark.taste.traits.known_plays import SongFacts, known_plays
from earmark.taste.traits.trait import TraitName, TraitsConfig

MEANS: Final = {
    TraitName.TEMPO: "tempo",
    TraitName.ENERGY: "energy",
    TraitName.VALENCE: "valence",
    TraitName.ACOUSTICNESS: "acousticness",
    TraitName.INSTRUMENTAL: "instrumental",
    TraitName.ERA: "year",
    TraitName.NEW: "new",
    TraitName.MAINSTREAM: "mainstream",
    TraitName.NIGHT: "night",
    TraitName.WEEKEND: "weekend",
}
"""Traits that are the mean of a column of plays; shares are means of yes and no."""
COUNTS: Final = {TraitName.ARTISTS: "artist", TraitName.SONGS: "song"}


def traits_of_many(
    listens: pl.DataFrame,
    facts: SongFacts,
    *,
    time_zones: Mapping[int, str] | None = None,
    config: TraitsConfig | None = None,
    evidence: EvidenceConfig | None = None,
) -> pl.DataFrame:
    """The traits of many listeners over all their plays.

    Args:
        listens: ``Snapshot.listens``.
        facts: of at least all songs in them.
        time_zones: IANA names by listener; who is not named lives in UTC.
        config, evidence: the bounds.

    Returns:
        ``listener``, ``plays``, and for each trait its value (f64, null where too few plays stand behind it) under its
        name and the plays behind it as ``<name>_plays``; ``hours`` and ``weekdays``, lists of shares; by listener.
    """
    config = config or TraitsConfig()
    plays = known_plays(listens, facts, time_zones or {}, config, evidence or EvidenceConfig())
    return measured(plays, ["listener"], config.least_plays)


def measured(plays: pl.DataFrame, keys: list[str], least: int) -> pl.DataFrame:
    """The traits of each of the keys; columns as `traits_of_many` says, by keys."""
    known = [pl.col(column).count().cast(pl.Int64).alias(f"{name}_plays") for name, column in MEANS.items()]
    # In whole millionths, lest a sum of floats depend on the order of rows.
    sums = [
        (pl.col(column).cast(pl.Float64) * 1e6).round().cast(pl.Int64).sum().alias(f"{name}")
        for name, column in MEANS.items()
    ]
    spread = [
        *(pl.col("hour").eq(hour).sum().cast(pl.Float64).alias(f"hour {hour}") for hour in range(24)),
        *(pl.col("weekday").eq(day).sum().cast(pl.Float64).alias(f"weekday {day}") for day in range(1, 8)),
    ]
    found = plays.group_by(keys).agg(*sums, *known, *spread, plays=pl.len().cast(pl.Int64)).sort(keys)
    for name, column in COUNTS.items():
        numbers = effective_numbers(plays, keys, column).rename({"effective": str(name)})
        found = found.join(numbers, on=keys, how="left", maintain_order="left")
    enough = {name: pl.col(f"{name}_plays") >= least for name in MEANS}
    return found.select(
        *keys,
        "plays",
        *(
            pl.when(enough[name]).then(pl.col(f"{name}") / 1e6 / pl.col(f"{name}_plays")).alias(f"{name}")
            for name in MEANS
        ),
        *(pl.when(pl.col("plays") >= least).then(pl.col(f"{name}")).alias(f"{name}") for name in COUNTS),
        *(f"{name}_plays" for name in MEANS),
        *(pl.col("plays").alias(f"{name}_plays") for name in COUNTS),
        hours=pl.concat_list(pl.col(f"hour {hour}") / pl.col("plays") for hour in range(24)),
        weekdays=pl.concat_list(pl.col(f"weekday {day}") / pl.col("plays") for day in range(1, 8)),
    )
