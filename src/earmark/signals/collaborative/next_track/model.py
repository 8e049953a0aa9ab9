"""The next track: candidates by activation, put in order by trees that learned from what listeners played next.

Only the trees are learned and saved; what a listener's habits say is read from their plays when it is asked for. With
too little to learn from there are no trees, and the activation alone gives the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import NotLearnedError
from earmark.listening.evidence import EvidenceConfig
from earmark.signals.collaborative.arrays import load_arrays, save_arrays
from earmark.signals.collaborative.next_track.activation import activation
from earmark.signals.collaborative.next_track.features import describe, table_of
from earmark.signals.collaborative.next_track.moment import Moment
from earmark.signals.collaborative.next_track.plays import Ints, Plays, read_plays
from earmark.signals.collaborative.next_track.trees import Trees, TreesConfig


class NextTrackConfig(BaseModel):
    """How the next track is found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: int = Field(150, ge=20)
    """So many of the songs most present in memory are put in order."""
    moments: int = Field(3_000, ge=1)
    """The trees learn from so many moments, shared out among listeners alike: one voice each."""
    listeners: int = Field(1_000, ge=1)
    """At most so many listeners are drawn to learn from."""
    least_plays: int = Field(100, ge=1)
    """Who has fewer plays that sounded teaches nothing."""
    passed_over: float = Field(0.2, ge=0, lt=1)
    """Share of each listener's plays, the oldest, that are only remembered: habits must come to be first."""
    least_moments: int = Field(500, ge=1)
    """With fewer moments than this, the order stays that of the activation."""
    trees: TreesConfig = TreesConfig()
    """How trees are grown."""


@dataclass(frozen=True)
class Proposals:
    """Songs in order, the best first: positions in ``moment.plays.songs``, and scores comparable among themselves."""

    songs: Ints
    scores: NDArray[np.float64]


class NextTrack:
    """What a listener will want to hear now, of all that they know."""

    def __init__(self, config: NextTrackConfig, trees: Trees | None = None, moments: int = 0) -> None:
        self.config = config
        self.trees = trees
        self.moments = moments

    @classmethod
    def fit(
        cls, everyone: Sequence[Plays], config: NextTrackConfig, *, seed: int, threads: int | None = None
    ) -> Self:
        """Learn from moments of the past, each seen as it was, with nothing of what came after it.

        Args:
            everyone: the plays of each listener; who has too few is passed over.
            config: the settings.
            seed: which listeners and moments are drawn.
            threads: of LightGBM; changes no byte.
        """
        tables, chosen, sizes = [], [], []
        names: tuple[str, ...] = ()
        for plays, play in _moments(everyone, config, seed):
            moment = Moment.of(plays, play, plays.asked_at(play))
            songs, level = _candidates(moment, config.candidates)
            hit = songs == plays.song[play]
            if hit.any():
                described = describe(moment, songs, level)
                names = tuple(described)
                tables.append(table_of(described, len(songs)))
                chosen.append(hit)
                sizes.append(len(songs))
        if len(sizes) < config.least_moments:
            return cls(config, None, len(sizes))
        trees = Trees.grow(
            np.concatenate(tables),
            np.concatenate(chosen),
            np.array(sizes),
            names,
            config.trees,
            seed=seed,
            threads=threads,
        )
        return cls(config, trees, len(sizes))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was learned differently from the settings, in words."""
        if self.trees is not None:
            return ()
        return (
            f"Next track: only {self.moments:,} moments to learn from: activation alone gives the order "
            f"(learning starts at {self.config.least_moments:,}).",
        )

    def propose(self, moment: Moment, n: int) -> Proposals:
        """The ``n`` best of the songs known to the listener; fewer if they know fewer.

        Raises:
            NotLearnedError: the trees were grown by a version that told them other things.
        """
        songs, scores = _candidates(moment, max(self.config.candidates, n))
        if self.trees is not None and len(songs):
            described = describe(moment, songs, scores)
            if tuple(described) != self.trees.features:
                raise NotLearnedError(
                    "The live build's trees for the next track look at what this version does not tell them.",
                    "Learn again with: earmark learn",
                )
            scores = self.trees.score(table_of(described, len(songs))).astype(np.float64)
        best = np.lexsort((songs, -scores))[:n]
        return Proposals(songs[best], scores[best])

    def save(self, folder: Path) -> None:
        """Write settings, the number of moments, and trees if there are any; the same model gives the same bytes."""
        save_arrays(folder, self.config, moments=np.array([self.moments, self.trees is not None]))
        if self.trees is not None:
            self.trees.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        config, (facts,) = load_arrays(folder, NextTrackConfig, "moments")
        moments, grown = facts.tolist()
        return cls(config, Trees.load(folder) if grown else None, moments)


def draw_plays(
    listens: pl.DataFrame,
    feedback: pl.DataFrame,
    songs: pl.DataFrame,
    evidence: EvidenceConfig,
    config: NextTrackConfig,
    *,
    seed: int,
) -> list[Plays]:
    """The plays of those who are drawn to learn from: at most ``config.listeners`` of all who played enough.

    The frames are shaped as those of a snapshot; the rows of others are passed over before anything is made of them.
    """
    counted = listens.group_by("listener").len().filter(pl.col("len") >= config.least_plays)
    able = np.sort(counted["listener"].to_numpy())
    if len(able) > config.listeners:
        able = np.sort(np.random.default_rng(seed).choice(able, config.listeners, replace=False))
    drawn = pl.col("listener").is_in(pl.Series("listener", able, dtype=pl.Int32).implode())
    return [plays for _, plays in read_plays(listens.filter(drawn), feedback.filter(drawn), songs, evidence)]


def _moments(everyone: Sequence[Plays], config: NextTrackConfig, seed: int) -> Iterator[tuple[Plays, int]]:
    """Listeners, and plays that sounded of theirs, drawn alike for each listener."""
    able = [plays for plays in everyone if len(plays.heard.at) >= config.least_plays]
    draw = np.random.default_rng(seed)
    each = -(-config.moments // max(len(able), 1))
    for plays in able:
        at = plays.heard.at[int(config.passed_over * len(plays.heard.at)) :]
        for play in np.sort(draw.choice(at, min(each, len(at)), replace=False)):
            yield plays, int(play)


def _candidates(moment: Moment, n: int) -> tuple[Ints, NDArray[np.float64]]:
    """The ``n`` known songs of the highest activation, by position, and their activation."""
    level = activation(moment)
    known = np.flatnonzero(moment.habits.known)
    if len(known) > n:
        known = np.sort(known[np.lexsort((known, -level[known]))[:n]])
    return known, level[known]
