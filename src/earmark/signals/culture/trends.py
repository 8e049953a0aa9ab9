"""What is rising: artists, terms, or anything else that is mentioned, played or tagged over time.

Method: time is cut into periods that end now. How much of all that was said lately is about a thing, later periods
counting for more, is set against what its share of everything so far would lead one to expect; both are smoothed, as by
a Gamma prior on the ratio (Gelman et al., *Bayesian Data Analysis*, ch. 2; the "interestingness" of DuMouchel 1999), so
that a thing of which little is known is held to be as usual. What one source says again in a period counts less each
time, and what less than three mentions or a single source say is not told.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Counts = NDArray[np.float64]
DAY_MS: Final = 86_400_000


class TrendsConfig(BaseModel):
    """What counts as rising."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period_days: int = Field(default=91, ge=1)
    """Length of a period."""
    periods: int = Field(default=20, ge=2)
    """How many periods are looked back."""
    carried: float = Field(default=0.5, ge=0, lt=1)
    """What a period counts for in "lately", beside the period after it."""
    smoothing: float = Field(default=8.0, gt=0, allow_inf_nan=False)
    """Mentions that are added to what was found and to what was expected."""
    least_mentions: int = Field(default=3, ge=1)
    """In the last period."""
    least_sources: int = Field(default=2, ge=1)
    """In the last period."""
    least_ratio: float = Field(default=1.2, ge=1)
    """Of what was found to what was expected, both smoothed; what is below is steady."""
    evidence: int = Field(default=5, ge=0)
    """How many pieces of evidence are kept for each, the latest."""


def ratios(counts: Counts, config: TrendsConfig | None = None) -> Counts:
    """How much more is said lately than expected, ``(n_things,)``; 1 is as usual.

    Args:
        counts: ``(n_things, n_periods)``, how much was said of each thing in each period, the last period last.
        config: how "lately" and "expected" are taken.
    """
    config = config or TrendsConfig()
    lately = config.carried ** np.arange(counts.shape[1] - 1, -1, -1)
    share_so_far = counts.sum(axis=1) / max(counts.sum(), 1.0)
    found, expected = counts @ lately, share_so_far * (counts.sum(axis=0) @ lately)
    return np.asarray((found + config.smoothing) / (expected + config.smoothing), np.float64)


def rising(events: pl.DataFrame, now: int, config: TrendsConfig | None = None) -> pl.DataFrame:
    """What is rising now, with the evidence.

    Args:
        events: one row each time that something was said: ``thing`` (what it was said of), ``source`` (who said it),
            ``at`` (milliseconds since 1970 UTC) and ``evidence`` (an id of where it can be read); what lies after
            ``now`` is left out.
        now: when the last period ends, in milliseconds since 1970 UTC.
        config: what counts as rising.

    Returns:
        ``thing``, ``ratio``, ``mentions`` and ``sources`` in the last period, ``expected`` (mentions, had its share
        been what it was so far), and ``evidence`` (a list, the latest first), by ratio from the top.
    """
    config = config or TrendsConfig()
    length = config.period_days * DAY_MS
    dated = (
        events.filter(pl.col("at") <= now, pl.col("at") > now - length * config.periods)
        .with_columns(period=config.periods - 1 - (now - pl.col("at")) // length)
        .unique(["thing", "source", "evidence"], keep="first", maintain_order=True)
    )
    said = dated.group_by("thing", "source", "period").agg(times=pl.len())
    # In one order, since sums of floats depend on it.
    voices = (
        said.sort("thing", "source", "period")
        .group_by("thing", "period")
        .agg(weight=(1 + pl.col("times").log()).sum())
    )
    things = voices["thing"].unique().sort()
    counts = np.zeros((len(things), config.periods))
    counts[things.search_sorted(voices["thing"]).to_numpy(), voices["period"].to_numpy()] = voices["weight"]
    last = dated.filter(pl.col("period") == config.periods - 1)
    shown = last.sort(["at", "evidence"], descending=[True, False]).group_by("thing", maintain_order=True)
    lately = shown.agg(
        mentions=pl.len(),
        sources=pl.col("source").n_unique(),
        evidence=pl.col("evidence").head(config.evidence),
    )
    found = pl.DataFrame(
        {
            "thing": things,
            "ratio": ratios(counts, config),
            "expected": counts.sum(axis=1) / max(counts.sum(), 1.0) * counts[:, -1].sum(),
        }
    )
    return (
        found.join(lately, on="thing")
        .filter(
            pl.col("mentions") >= config.least_mentions,
            pl.col("sources") >= config.least_sources,
            pl.col("ratio") >= config.least_ratio,
        )
        .select("thing", "ratio", "mentions", "sources", "expected", "evidence")
        .sort(["ratio", "thing"], descending=[True, False])
    )


def artist_events(mentions: pl.DataFrame, least_probability: float) -> pl.DataFrame:
    """The mentions of a snapshot as events about artists, for `rising`: a document is evidence."""
    sure = mentions.filter(pl.col("probability") >= least_probability)
    return sure.select(thing="artist", source="source", at="published_at", evidence="document").drop_nulls(
        "at"
    )


def term_events(mentions: pl.DataFrame, least_probability: float) -> pl.DataFrame:
    """The mentions of a snapshot as events about the terms that they hold, for `rising`."""
    sure = mentions.filter(pl.col("probability") >= least_probability, pl.col("terms").list.len() > 0)
    said = sure.select("source", at="published_at", evidence="document", term="terms").explode("term")
    return said.select(
        pl.col("term").struct.field("term").alias("thing"), "source", "at", "evidence"
    ).drop_nulls("at")
