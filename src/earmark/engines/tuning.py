"""Choose the settings of the signals without a person: trials on a validation cut, for as long as a budget lasts.

Each signal is tuned by itself, by a local search (one setting of one signal is moved at a time, in a seeded order, and
stays where it helped): what it names is scored on what listeners found later and on how playlists go on, each
beside what the settings at the start reached. The cut is made within the past that held-out scores are learned
from, so nothing that a build is judged by is ever looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from earmark.engines.local import LearnSettings, held_apart, matrices
from earmark.engines.progress import Progress
from earmark.evaluation.continuation import challenges
from earmark.evaluation.metrics import Truth, mean, ndcg
from earmark.ranking.signals import SignalsConfig, widened
from earmark.ranking.words import Words
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.factors import Factors
from earmark.signals.collaborative.histories import Csr, Histories, playlists_as_histories
from earmark.signals.collaborative.likeminded import LikeMinded
from earmark.signals.collaborative.matrix import joint_matrix
from earmark.signals.collaborative.neighbours import Neighbours
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

DEPTH: Final = 100
"""Places of a list that a trial is scored by."""
LEAST: Final = 1e-3
"""Added to scores before they are compared, lest a start at 0 could not be bettered."""
MOVES: Final[Mapping[str, tuple[tuple[str, float, float], ...]]] = {
    "factors": (
        ("factors.regularization", 5.0, 500.0),
        ("factors.alpha", 2.0, 200.0),
        ("factors.exponent", 0.1, 1.5),
        ("factors.factors", 32, 256),
        ("sides.artists", 0.05, 5.0),
        ("sides.words", 0.05, 5.0),
    ),
    "neighbours": (
        ("neighbours.shrink", 1.0, 200.0),
        ("neighbours.damping", 0.05, 1.0),
        ("neighbours.asymmetry", 0.2, 0.8),
    ),
    "likeminded": (
        ("likeminded.shrink", 0.5, 100.0),
        ("likeminded.exponent", 0.5, 4.0),
        ("likeminded.rarity", 0.1, 1.5),
        ("likeminded.k", 25, 400),
    ),
}
"""What is tuned of each signal, and between which bounds; all are moved by factors."""
STEPS: Final = (2.0, 0.5, 1.4, 0.7)
"""Factors by which a setting is moved, the bold ones first."""


class TuningConfig(BaseModel):
    """When settings are chosen anew, and how long that may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_seconds: float = Field(60.0, ge=0)
    """Time for trials before a build is learned, when they are due; 0 leaves the settings as they are."""
    changed: float = Field(0.5, gt=0)
    """Settings are chosen anew when the listens, listeners, playlists or songs on record have grown or shrunk by
    more than this share since the last time."""


class Trial(msgspec.Struct, frozen=True):
    """One move: what was tried, and how it did beside the best so far (1: as well)."""

    setting: str
    value: float
    score: float
    kept: bool


class Tuned(msgspec.Struct, frozen=True):
    """What trials chose; ``settings`` by dotted name, ``counts`` of the record they were made on."""

    settings: dict[str, float]
    counts: dict[str, int]
    trials: tuple[Trial, ...]

    def is_due(self, counts: Mapping[str, int], config: TuningConfig) -> bool:
        """Whether the record has changed much since."""
        return any(
            abs(now - self.counts.get(name, 0)) > config.changed * max(self.counts.get(name, 0), 1)
            for name, now in counts.items()
        )


def counts_of(frames: Frames) -> dict[str, int]:
    """What tells whether a record has changed much."""
    return {
        "listens": len(frames.listens),
        "listeners": len(frames.listeners),
        "playlists": len(frames.playlists),
        "songs": len(frames.songs),
    }


def with_tuned(settings: LearnSettings, tuned: Mapping[str, float]) -> LearnSettings:
    """The settings with what was tuned in place of defaults; what a person has set stays."""
    found = settings.signals
    for name, value in tuned.items():
        if _get(settings.signals, name) == _get(SignalsConfig(), name):
            found = _moved(found, name, value)
    return settings.model_copy(update={"signals": found})


def tune(
    frames: Frames,
    settings: LearnSettings,
    budget_seconds: float,
    progress: Progress,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Tuned:
    """Try moves until the budget is spent or none helps any more.

    Args:
        frames: a snapshot.
        settings: where the search starts; settings that a person has set are not moved.
        budget_seconds: no trial begins after so long.
        progress: told of seconds spent.
        clock: seconds from some moment.
    """
    began = clock()
    with one_blas_thread():
        bench = _Bench.of(frames, settings)
        if bench is None:
            return Tuned({}, counts_of(frames), ())
        search = _Search(bench, settings)
        with progress.stage("choosing settings", int(budget_seconds), "seconds") as advance:
            told = 0
            for trial in search.moves():
                del trial
                spent = int(min(clock() - began, budget_seconds))
                advance(spent - told)
                told = spent
                if clock() - began >= budget_seconds:
                    break
    return Tuned(search.chosen(), counts_of(frames), tuple(search.trials))


@dataclass(frozen=True)
class _Held:
    """Rows for which songs are asked, and the songs that are right."""

    histories: Histories
    own: Int32s
    called: Csr
    truth: Truth


@dataclass(frozen=True)
class _Bench:
    """Where signals are tried: what they learn from, and what they are asked."""

    columns: Columns
    joint: Csr
    called: Csr
    held: tuple[_Held, ...]

    @classmethod
    def of(cls, frames: Frames, settings: LearnSettings) -> _Bench | None:
        """A cut within the past that held-out scores are learned from; None where nothing can be held out."""
        past, _, _ = held_apart(frames, settings)
        earlier, found, lists = held_apart(past, settings)
        columns, everyone, members = matrices(earlier, settings.evidence)
        names = earlier.playlists["name"].to_list()
        words = Words(settings.signals.words).fit(names, members.playlists)
        held: list[_Held] = []
        if len(found.songs):
            listeners = everyone.of(found.listeners)
            at = columns.find(found.songs)
            truth = Truth(found.indptr, np.where(at >= 0, at, len(columns) + np.arange(len(at))))
            held.append(
                _Held(
                    listeners,
                    members.find_listeners(found.listeners),
                    words.rows([""] * len(listeners)),
                    truth,
                )
            )
        if len(lists):
            asked = challenges(lists.names, lists.songs, columns, seed=settings.seed, one_each=True)
            held.append(
                _Held(
                    playlists_as_histories(asked.seeds, len(columns)),
                    np.full(len(asked), -1, np.int32),
                    words.rows(asked.names),
                    asked.truth,
                )
            )
        if not held:
            return None
        called = words.rows([""] * len(everyone) + names)
        return cls(columns, joint_matrix(everyone, members), called, tuple(held))

    def scores(self, signal: str, config: SignalsConfig) -> tuple[float, ...]:
        """Mean nDCG@100 of what one signal names, for listeners and for playlists."""
        name = getattr(self, f"_{signal}")(config)
        return tuple(mean(ndcg(name(one), one.truth, DEPTH)) for one in self.held)

    def _factors(self, config: SignalsConfig) -> Callable[[_Held], Int32s]:
        wide = widened(self.joint, self.columns, self.called, config.sides)
        factors = Factors(config.factors).fit(wide, n_songs=len(self.columns))

        def name(held: _Held) -> Int32s:
            weights = widened(held.histories.weight, self.columns, held.called, config.sides)
            return factors.score(factors.fold_in(weights), held.histories.closed, DEPTH)[0]

        return name

    def _neighbours(self, config: SignalsConfig) -> Callable[[_Held], Int32s]:
        neighbours = Neighbours(config.neighbours).fit(self.joint)
        return lambda held: neighbours.score(held.histories.taste, held.histories.closed, DEPTH)[0]

    def _likeminded(self, config: SignalsConfig) -> Callable[[_Held], Int32s]:
        rows = LikeMinded(config.likeminded).fit(self.joint)

        def name(held: _Held) -> Int32s:
            return rows.score(rows.nearest(held.histories.taste, held.own), held.histories.closed, DEPTH)[0]

        return name


class _Search:
    """A local search over the settings of all signals."""

    def __init__(self, bench: _Bench, settings: LearnSettings) -> None:
        self._bench = bench
        self._start = settings.signals
        self._best = settings.signals
        self._random = np.random.default_rng(settings.seed)
        self.trials: list[Trial] = []

    def chosen(self) -> dict[str, float]:
        """Settings that were moved from where the search started."""
        names = [name for moves in MOVES.values() for name, _, _ in moves]
        return {
            name: _get(self._best, name)
            for name in names
            if _get(self._best, name) != _get(self._start, name)
        }

    def moves(self) -> Iterator[Trial]:
        """One trial after the other, the signals by turns, until none has a move left that helps."""
        climbs = [self._climb(signal) for signal in MOVES]
        while climbs:
            for climb in list(climbs):
                trial = next(climb, None)
                if trial is None:
                    climbs.remove(climb)
                else:
                    yield trial

    def _climb(self, signal: str) -> Iterator[Trial]:
        first = self._bench.scores(signal, self._best)
        best = 1.0
        waiting = self._shuffled(signal)
        while waiting:
            name, least, most, step = waiting.pop(0)
            value = float(np.clip(_get(self._best, name) * step, least, most))
            moved = _moved(self._best, name, value)
            if moved == self._best:
                continue
            score = _beside(self._bench.scores(signal, moved), first)
            kept = score > best
            self.trials.append(Trial(name, _get(moved, name), score / best, kept))
            if kept:
                best, self._best = score, moved
                # What helped may help again; what did not may do so from here.
                waiting = [
                    (name, least, most, step),
                    *(one for one in self._shuffled(signal) if one[0] != name),
                ]
            yield self.trials[-1]

    def _shuffled(self, signal: str) -> list[tuple[str, float, float, float]]:
        every = [
            (name, least, most, step)
            for name, least, most in MOVES[signal]
            for step in STEPS
            if _get(self._start, name) == _get(SignalsConfig(), name)
        ]
        return [every[at] for at in self._random.permutation(len(every))]


def _beside(scores: tuple[float, ...], first: tuple[float, ...]) -> float:
    """The mean of how often each score is the one at the start."""
    return float(
        np.mean([(score + LEAST) / (start + LEAST) for score, start in zip(scores, first, strict=True)])
    )


def _get(settings: BaseModel, name: str) -> float:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return float(value)


def _moved(settings: SignalsConfig, name: str, value: float) -> SignalsConfig:
    """The settings with one of them changed; whole numbers stay whole."""
    group, field = name.split(".")
    part = getattr(settings, group)
    whole = isinstance(getattr(part, field), int)
    changed = part.model_copy(update={field: round(value) if whole else float(f"{value:.3g}")})
    return settings.model_copy(update={group: changed})
