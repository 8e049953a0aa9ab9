"""One listener's traits, beside their own past and beside others, each with a sentence that cites its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from earmark.listening.evidence import EvidenceConfig
from earmark.taste.traits.known_plays import SongFacts, known_plays
from earmark.taste.traits.measuring import measured
from earmark.taste.traits.sentences import about_spread, about_trait
from earmark.taste.traits.trait import Measured, Spread, Trait, TraitName, Traits, TraitsConfig

EVER: Final = "ever"
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS: Final = tuple(f"{hour:02d}" for hour in range(24))


def traits_of_one(
    listens: pl.DataFrame,
    facts: SongFacts,
    community: pl.DataFrame | None = None,
    *,
    time_zone: str = "UTC",
    config: TraitsConfig | None = None,
    evidence: EvidenceConfig | None = None,
) -> Traits:
    """The traits of one listener.

    Args:
        listens: ``Snapshot.listens`` of theirs.
        facts: of at least all songs in them.
        community: what `traits_of_many` says of others (the listener's own row is left out); None where there are none.
        time_zone: an IANA name, for hours and weekdays.
        config, evidence: the bounds.

    Raises:
        ValueError: the listens are of several listeners.
    """
    config, evidence = config or TraitsConfig(), evidence or EvidenceConfig()
    whose = listens["listener"].unique().to_list()
    if len(whose) > 1:
        raise ValueError("listens: expected those of one listener.")
    plays = known_plays(listens, facts, dict.fromkeys(whose, time_zone), config, evidence)
    parts = plays.with_columns(part=pl.when("lately").then(pl.lit("lately")).otherwise(pl.lit("before")))
    both = pl.concat([parts, plays.with_columns(part=pl.lit(EVER))])
    rows = {row["part"]: row for row in measured(both, ["part"], config.least_plays).iter_rows(named=True)}
    others = None if community is None else community.filter(~pl.col("listener").is_in(whose))
    return Traits(
        plays=len(plays),
        traits=tuple(_trait(name, rows, others, config) for name in TraitName),
        hours=_spread("hours", HOURS, rows, others, config),
        weekdays=_spread("weekdays", WEEKDAYS, rows, others, config),
        languages=_languages(both),
    )


def _trait(
    name: TraitName, rows: dict[str, dict[str, Any]], others: pl.DataFrame | None, config: TraitsConfig
) -> Trait:
    ever, lately, before = (
        Measured(rows[part][name], rows[part][f"{name}_plays"]) if part in rows else Measured(None, 0)
        for part in (EVER, "lately", "before")
    )
    theirs = [] if others is None else others[name].drop_nulls().to_list()
    percentile = None
    if (mine := ever.value) is not None and len(theirs) >= config.least_others:
        percentile = sum((other < mine) + (other == mine) / 2 for other in theirs) / len(theirs)
    said = about_trait(
        name,
        ever,
        lately=lately,
        before=before,
        percentile=percentile,
        others=len(theirs),
        lately_days=config.lately_days,
    )
    return Trait(name, ever, lately, before, percentile, len(theirs), said)


def _spread(
    what: str,
    names: tuple[str, ...],
    rows: dict[str, dict[str, Any]],
    others: pl.DataFrame | None,
    config: TraitsConfig,
) -> Spread:
    ever, lately, before = (
        tuple(rows[part][what]) if part in rows else () for part in (EVER, "lately", "before")
    )
    theirs: Sequence[Sequence[float]] = [] if others is None else others[what].drop_nulls().to_list()
    enough = len(theirs) >= config.least_others
    community = tuple(sum(one) / len(theirs) for one in zip(*theirs, strict=True)) if enough else ()
    plays = rows[EVER]["plays"] if EVER in rows else 0
    return Spread(names, ever, lately, before, community, plays, about_spread(what, names, ever, plays))


def _languages(plays: pl.DataFrame) -> Spread:
    """Of plays of songs whose lyrics are known."""
    counted = plays.filter(pl.col("language").is_not_null()).group_by("part", "language").len("plays")
    order = counted.filter(pl.col("part") == EVER).sort(["plays", "language"], descending=[True, False])
    names = tuple(order["language"].to_list())
    shares = []
    for part in (EVER, "lately", "before"):
        times = dict(counted.filter(pl.col("part") == part).select("language", "plays").iter_rows())
        total = sum(times.values())
        shares.append(tuple(times.get(name, 0) / total for name in names) if total else ())
    known = int(order["plays"].sum())
    ever, lately, before = shares
    return Spread(names, ever, lately, before, (), known, about_spread("languages", names, ever, known))
