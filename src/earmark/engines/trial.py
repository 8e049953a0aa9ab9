"""A trial of weekly discovery against its peers: learn from the past, rank, and see what people found later."""

from __future__ import annotations

import msgspec
import numpy as np

from earmark.engines.local import DEEPEST, LearnSettings, histories_of, learn, rank_in_parts
from earmark.engines.progress import Progress
from earmark.errors import EarmarkError
from earmark.evaluation import peers
from earmark.evaluation.intervals import Interval, paired_difference_interval
from earmark.evaluation.metrics import coverage, mean, novelty, popularity_concentration
from earmark.evaluation.scores import Scores, score_lists
from earmark.evaluation.splits import FoundLater, cut
from earmark.mixes.selection import WeeklyConfig
from earmark.mixes.weekly import compose
from earmark.ranking.recommender import Recommender
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Histories
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

OURS = "weekly discovery"
MIX = "weekly discovery, the thirty of the mix"
JUDGE = "recall@100"


class Line(msgspec.Struct, frozen=True):
    """One system: accuracy with 95 % intervals, and what its first hundred are like.

    ``coverage`` is the share of all songs that somebody is recommended, ``novelty`` in bits, ``concentration`` the Gini
    coefficient of how often songs are recommended. ``ahead`` is our recall@100 minus this system's, paired.
    """

    system: str
    scores: dict[str, Interval]
    coverage: float
    novelty: float
    concentration: float
    ahead: Interval | None


class Report(msgspec.Struct, frozen=True):
    """What a trial found."""

    cut: float
    seed: int
    listeners: int
    """Held-out listeners who found something later."""
    found_later: int
    """Songs first heard after the cut that then sounded at least twice."""
    reachable: float
    """Share of them that any row held before the cut; no system can find the others."""
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def try_weekly(frames: Frames, settings: LearnSettings, weekly: WeeklyConfig, progress: Progress) -> Report:
    """Cut, learn from what came before, and compare with the peers on what came after.

    Raises:
        EarmarkError: nobody's history is long enough.
    """
    with one_blas_thread():
        past, found = cut(
            frames, settings.cut, settings.evidence, most_listeners=settings.held_out, seed=settings.seed
        )
        if not len(found.songs):
            raise EarmarkError(
                "Nobody's history is long enough to hold some of it out.",
                "Import a history of at least 50 listens that goes on after the songs were new.",
            )
        learned = learn(past, settings, progress)
        model, everyone = learned.model, learned.histories
        held_out = histories_of(past, found.listeners, model.columns, settings.evidence)
        lists = {}
        with progress.stage("ranking for held-out listeners"):
            lists[OURS] = rank_in_parts(model, held_out, DEEPEST)
            lists[MIX] = _mixes(model, held_out, weekly)
        with progress.stage("trying the peers"):
            lists["popularity"] = peers.popular(model, held_out)
            lists["artists they know"] = peers.known_artists(model, held_out)
            lists["implicit iALS"] = peers.implicit_als(model, everyone, held_out, seed=settings.seed)
    scores = {system: score_lists(ranked, found, model.columns) for system, ranked in lists.items()}
    return Report(
        settings.cut,
        settings.seed,
        scores[OURS].n_listeners,
        len(found.songs),
        _reachable(model, found),
        tuple(_line(system, lists[system], scores, model, settings.seed) for system in lists),
        learned.notes,
    )


def _mixes(model: Recommender, held_out: Histories, weekly: WeeklyConfig) -> Int32s:
    """The editions that listeners would have been given, as lists of columns; durations are left aside."""
    lists = np.full((len(held_out), DEEPEST), -1, np.int32)
    durations = np.zeros(len(model.columns), np.int64)
    for row, draft in enumerate(compose(model, held_out, durations, weekly)):
        lists[row, : len(draft.songs)] = model.columns.find(np.array(draft.songs, np.int32))
    return lists


def _reachable(model: Recommender, found: FoundLater) -> float:
    at = model.columns.find(found.songs)
    return float((model.popularity[at[at >= 0]] > 0).sum() / max(len(at), 1))


def _line(system: str, ranked: Int32s, scores: dict[str, Scores], model: Recommender, seed: int) -> Line:
    rows = sum(matrix.shape[0] for matrix in (model.members.listeners, model.members.playlists))
    n_songs = len(model.columns)
    ours, theirs = scores[OURS].values[JUDGE], scores[system].values[JUDGE]
    return Line(
        system,
        scores[system].intervals(seed),
        coverage(ranked, n_songs, 100),
        mean(novelty(ranked, model.popularity.astype(np.int64), rows, 100)),
        popularity_concentration(ranked, n_songs, 100),
        None if system in (OURS, MIX) else paired_difference_interval(ours, theirs, seed=seed),
    )
