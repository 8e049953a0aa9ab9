"""Genres that nobody says, in a learned home: how often those that Earmark expects are right, by how sure it is.

- `without tags`: all tags are taken from a fifth of the tagged artists, by seed; what is then expected of them is held
  against what they were called. By who listens to them: artists of three to nine holders, and of ten or more.
- `from other tags`: of the artists with five tags or more one tag in five is taken away, and it is counted how many of
  the genres that are told as likely had been taken. What is told beside those may be right as well, so that this is
  the least that is right.

    python expected_genres.py HOME    # a home with tags, learned
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from earmark.engines.expected import ExpectingConfig, expected_genres
from earmark.engines.local import LearnSettings
from earmark.engines.microgenres import HOLDERS, artist_holders
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.mixes.selection import WeeklyConfig
from earmark.signals.culture.genres import shipped
from earmark.signals.culture.likely_genres import LikelyGenresConfig, likely_genres
from earmark.store.sql_store import open_store
from measured import report

HIDDEN = 0.2
CALLED = 0.1
"""From this weight on an artist is of a genre, when what is expected is judged."""
LEAST_TAGS = 5
BANDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> None:
    """Print precision by band."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    store = open_store(f"sqlite:///{options.home / 'earmark.db'}")
    house = House(options.home, store, LearnSettings(), WeeklyConfig(), TuningConfig())
    build = OpenedBuild.live(house)
    rng = np.random.default_rng(options.seed)
    report(
        "expected_genres",
        {"without tags": without_tags(build, rng), "from other tags": from_other_tags(build, rng)},
    )
    store.close()


def without_tags(build: OpenedBuild, rng: np.random.Generator) -> dict[str, Any]:
    """What is expected of artists whose tags are hidden."""
    signals, genres = build.model.signals, build.culture.genres.filter(pl.col("song").is_null())
    ids = signals.columns.artist_ids
    tagged = np.intersect1d(genres["artist"].to_numpy(), ids)
    hidden = rng.permutation(tagged)[: int(HIDDEN * len(tagged))]
    found = expected_genres(
        build.snapshot.frames(),
        signals,
        genres.filter(~pl.col("artist").is_in(hidden.tolist())),
        ExpectingConfig(),
        sure=build.settings.culture.vectors.said.least_probability,
        seed=1,
    )
    right = genres.filter(pl.col("weight") >= CALLED).select("artist", "genre", right=pl.lit(True))
    judged = (
        found.filter(pl.col("artist").is_in(hidden.tolist()))
        .join(right, on=["artist", "genre"], how="left", maintain_order="left")
        .with_columns(pl.col("right").fill_null(value=False))
    )
    holders = pl.DataFrame({"artist": ids, "holders": artist_holders(signals)})
    judged = judged.join(holders, on="artist", maintain_order="left")
    return {
        name: {
            "artists": len(asked),
            "of whom something is told": some["artist"].n_unique(),
            "likeliest right": _mean(some.unique("artist", keep="first", maintain_order=True)["right"]),
            "right by probability": {
                f"{low} and more": _mean(some.filter(pl.col("probability") >= low)["right"]) for low in BANDS
            },
        }
        for name, least, most in (("3 to 9 holders", HOLDERS, 9), ("10 holders or more", 10, 2**31))
        for asked in [
            holders.filter(pl.col("holders").is_between(least, most), pl.col("artist").is_in(hidden.tolist()))
        ]
        for some in [judged.filter(pl.col("holders").is_between(least, most))]
    }


def from_other_tags(build: OpenedBuild, rng: np.random.Generator) -> dict[str, Any]:
    """How many of the genres told as likely had been taken away."""
    tree, tags = shipped(), build.snapshot.tags.filter(pl.col("song").is_null())
    many = tags.filter(pl.col("tag").n_unique().over("artist") >= LEAST_TAGS)["artist"].unique().to_list()
    kinds = {tag: tree.canonical(tag) for tag in tags["tag"].unique().to_list()}
    told = tags.with_columns(genre=pl.col("tag").replace_strict(kinds, return_dtype=pl.String))
    pairs = told.filter(pl.col("artist").is_in(many)).drop_nulls("genre").select("artist", "genre").unique()
    taken = pairs.sort("artist", "genre").filter(pl.Series(rng.random(len(pairs)) < HIDDEN))
    left = told.join(taken, on=["artist", "genre"], how="anti", nulls_equal=True)
    found = likely_genres(
        left, left.drop_nulls("genre").select("artist", "genre"), tree, LikelyGenresConfig()
    ).filter(pl.col("artist").is_in(many))
    hit = found.join(taken, on=["artist", "genre"], how="semi")
    return {
        "artists": len(many),
        "taken": len(taken),
        "told": len(found),
        "taken of those told": round(len(hit) / max(len(found), 1), 3),
    }


def _mean(values: pl.Series) -> float | None:
    return None if values.is_empty() else round(float(str(values.mean())), 3)


if __name__ == "__main__":
    main()
