"""How long an item is, where no source says so: what its plays agree on.

Plays that ran to the end last as long as the item does, give or take a fade. Where no source says how plays
ended, a length that comes back to the second is the item's own.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from earmark.listening.listens import Ending

AGREEING_MS: Final = 1_500
"""Completed plays at most this far from their median agree with it."""

SHORTEST_MS: Final = 60_000
"""A length without a known ending counts only above this: shorter ones are mostly skips."""

AT_LEAST: Final = 2
"""Plays that must agree."""


def durations_from_plays(plays: pl.DataFrame) -> pl.DataFrame:
    """The duration that the plays of each item agree on.

    Args:
        plays: ``item`` i32, ``ms_played`` i32 or null, ``ending`` u8 (`Ending`).

    Returns:
        ``item`` i32, ``duration_ms`` i32, by item; items without agreement are left out.
    """
    known = plays.filter(pl.col("ms_played") > 0)
    return pl.concat([_of_completed(known), _of_unknown(known)]).sort("item")


def _of_completed(plays: pl.DataFrame) -> pl.DataFrame:
    # The lower median is a play that happened, so two plays that disagree cannot meet halfway between them.
    median = pl.col("ms_played").quantile(0.5, "lower").over("item")
    return (
        plays.filter(pl.col("ending") == Ending.COMPLETED)
        .filter((pl.col("ms_played") - median).abs() <= AGREEING_MS)
        .group_by("item")
        .agg(
            pl.len().alias("plays"), pl.col("ms_played").median().round().cast(pl.Int32).alias("duration_ms")
        )
        .filter(pl.col("plays") >= AT_LEAST)
        .select("item", "duration_ms")
    )


def _of_unknown(plays: pl.DataFrame) -> pl.DataFrame:
    second = ((pl.col("ms_played") + 500) // 1_000 * 1_000).alias("duration_ms")
    return (
        plays.join(plays.filter(pl.col("ending") != Ending.UNKNOWN).select("item"), on="item", how="anti")
        .select("item", second)
        .filter(pl.col("duration_ms") > SHORTEST_MS)
        .group_by("item", "duration_ms")
        .len("plays")
        .filter(pl.col("plays") >= AT_LEAST)
        .sort("item", "plays", "duration_ms", descending=[False, True, True])
        .unique("item", keep="first", maintain_order=True)
        .select("item", "duration_ms")
    )
