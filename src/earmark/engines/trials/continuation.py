"""Playlist continuation: learn from some playlists, and continue others from their first songs and their names."""

from __future__ import annotations

import numpy as np

from earmark.engines.local import ROWS_AT_ONCE, LearnSettings, learn
from earmark.engines.ordering import DEEPEST
from earmark.engines.progress import Advance, Progress
from earmark.engines.trials.report import Report, compared
from earmark.errors import TooLittleError
from earmark.evaluation import peers
from earmark.evaluation.continuation import KINDS, Challenges, challenges
from earmark.evaluation.scores import character, score_continuation
from earmark.evaluation.splits import hold_out
from earmark.mixes.selection import WeeklyConfig
from earmark.ranking.asked import Asked
from earmark.ranking.recommender import Purpose, Recommender
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import playlists_as_histories
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

OURS = "playlist continuation"
JUDGE = "ndcg@500"
PLAYLISTS = 400
"""Playlists that are continued at most."""


def try_continuation(
    frames: Frames, settings: LearnSettings, weekly: WeeklyConfig, progress: Progress
) -> Report:
    """Hold playlists out, learn from the others, and compare with the peers on how they go on.

    Raises:
        TooLittleError: there are too few playlists.
    """
    del weekly
    with one_blas_thread():
        past, lists = hold_out(frames, most=PLAYLISTS, seed=settings.seed)
        if not len(lists):
            raise TooLittleError(
                "There are too few playlists to hold some of them out.",
                "Import playlists: earmark import playlists PATH --community NAME",
            )
        learned = learn(past, settings, progress)
        model = learned.model
        asked = challenges(lists.names, lists.songs, model.columns, seed=settings.seed)
        with progress.stage("continuing playlists", len(asked), "beginnings") as advance:
            ours = continued(model, asked, advance)
        with progress.stage("trying the peers"):
            shown = playlists_as_histories(asked.seeds, len(model.columns))
            found = {OURS: ours, "popularity": peers.popular(model, shown.closed)}
            found |= peers.of_implicit(model, learned.histories, shown, seed=settings.seed)
    scores = {system: score_continuation(ranked, asked) for system, ranked in found.items()}
    kinds = ", ".join(f"{n} drawn" if anywhere else f"first {n}" for n, anywhere in KINDS)
    return Report(
        task="playlist continuation",
        setting=f"{len(lists)} playlists, unknown but for their names and some songs ({kinds})",
        seed=settings.seed,
        rows=len(asked),
        judge=JUDGE,
        lines=compared(
            scores,
            {system: character(ranked, model.signals) for system, ranked in found.items()},
            ours=(OURS,),
            judge=JUDGE,
            seed=settings.seed,
        ),
        notes=(*learned.notes, *peers.lacking()),
    )


def continued(model: Recommender, asked: Challenges, advance: Advance) -> Int32s:
    """What the model continues with, columns ``(n_challenges, 500)`` padded with −1."""
    parts = []
    for at in range(0, len(asked), ROWS_AT_ONCE):
        some = asked.take(slice(at, at + ROWS_AT_ONCE))
        rows = Asked.playlists(model.signals, some.seeds, some.names)
        parts.append(model.rank(rows, Purpose.CONTINUATION, DEEPEST).songs)
        advance(len(some))
    return np.concatenate(parts)
