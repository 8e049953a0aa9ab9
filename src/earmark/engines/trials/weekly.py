"""Weekly discovery: learn from everyone's past, rank, and see what they found later."""

from __future__ import annotations

import numpy as np

from earmark.engines.local import LearnSettings, histories_of, learn, rank_in_parts
from earmark.engines.ordering import DEEPEST
from earmark.engines.progress import Progress
from earmark.engines.trials.report import Report, compared
from earmark.errors import TooLittleError
from earmark.evaluation import peers
from earmark.evaluation.breadth import OwnPlays
from earmark.evaluation.metrics import mean
from earmark.evaluation.scores import character, score_lists
from earmark.evaluation.splits import SPREAD, FoundLater, cut
from earmark.listening.listens import UnixMs
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
SHOWN = 30
"""Songs of a list that are held against what the listener plays."""


def try_weekly(frames: Frames, settings: LearnSettings, weekly: WeeklyConfig, progress: Progress) -> Report:
    """Cut, learn from what came before, and compare with the peers on what came after.

    Raises:
        TooLittleError: nobody's history is long enough.
    """
    with one_blas_thread():
        past, found = cut(
            frames,
            settings.cut,
            settings.evidence,
            most_listeners=settings.held_out,
            seed=settings.seed,
            spread=SPREAD,
        )
        if not len(found.songs):
            raise TooLittleError(
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
            lists["popularity"] = peers.popular(model, held_out.closed)
            lists["artists they know"] = peers.known_artists(model, held_out)
            lists |= peers.of_implicit(model, everyone, held_out, seed=settings.seed)
    own = OwnPlays.of(model, held_out)
    scores = {system: score_lists(ranked, found, model.columns) for system, ranked in lists.items()}
    return Report(
        task="weekly discovery",
        setting=(
            f"what came after {settings.cut:.0%} (give or take {SPREAD:.0%}) of each listener's listens; they found "
            f"{len(found.songs):,} songs later and played them at least twice, {_reachable(model, found):.0%} of "
            "which anybody held before"
        ),
        seed=settings.seed,
        rows=scores[OURS].n_rows,
        judge=JUDGE,
        lines=compared(
            scores,
            {
                system: character(ranked, model.signals)
                | {
                    name: mean(values)
                    for name, values in own.compare(ranked, SHOWN, seed=settings.seed).items()
                }
                for system, ranked in lists.items()
            },
            ours=(OURS, MIX),
            judge=JUDGE,
            seed=settings.seed,
        ),
        notes=(*learned.notes, *peers.lacking()),
    )


def _mixes(model: Recommender, held_out: Histories, weekly: WeeklyConfig) -> Int32s:
    """The editions that listeners would have been given, as lists of columns; durations are left aside."""
    lists = np.full((len(held_out), DEEPEST), -1, np.int32)
    durations = np.zeros(len(model.columns), np.int64)
    for row, draft in enumerate(compose(model, held_out, durations, weekly, now=UnixMs(0))):
        lists[row, : len(draft.songs)] = model.columns.find(np.array(draft.songs, np.int32))
    return lists


def _reachable(model: Recommender, found: FoundLater) -> float:
    at = model.columns.find(found.songs)
    return float((model.popularity[at[at >= 0]] > 0).sum() / max(len(at), 1))
