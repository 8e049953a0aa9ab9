"""New tracks and new artists: some that were heard are hidden from everyone, and asked for beside all other songs.

Of new tracks their artists are mostly known, and say much of who will like them. Of new artists nobody holds anything:
what is found of them is found by sound.

What a listener would have been given of them is held against what they would be given once others play them: for that,
only the listeners who are asked lose what they hold of these tracks, half of the listeners at a time, and the build
learns from everybody else.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp

from earmark.engines.local import LearnSettings, histories_of, learn, matrices, rank_in_parts
from earmark.engines.progress import Progress
from earmark.engines.trials.report import Report, compared
from earmark.errors import TooLittleError
from earmark.evaluation.cold_start import (
    LEAST_HOLDERS,
    all_by_some_artists,
    drawn_to_hide,
    held_of,
    without_songs,
)
from earmark.evaluation.metrics import Truth, recall
from earmark.evaluation.scores import Scores, character
from earmark.evaluation.splits import drawn_from
from earmark.listening.evidence import EvidenceConfig
from earmark.mixes.selection import WeeklyConfig
from earmark.ranking.recommender import Recommender
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

NEW: Final = "new tracks"
BY_TAGS: Final = "the same, by their tags alone"
PLAYED: Final = "the same once others play them"
AT_RANDOM: Final = "at random"
HIDDEN_SHARE: Final = 0.1
MOST_HIDDEN: Final = 1_000
LEAST_HIDDEN: Final = 10
MOST_ASKED: Final = 2_000
"""Listeners at most."""
DEPTH: Final = 100


def try_new_tracks(
    frames: Frames,
    settings: LearnSettings,
    weekly: WeeklyConfig,
    progress: Progress,
    *,
    by_new_artists: bool = False,
) -> Report:
    """Recall among the first hundred of all songs, of tracks that nobody has played when the build is made.

    Args:
        by_new_artists: ask for tracks by artists of whom nobody has played anything.

    Raises:
        TooLittleError: too few songs were heard that several listeners hold.
    """
    del weekly
    with one_blas_thread():
        columns, everyone, members = matrices(frames, settings.evidence)
        heard = np.isin(columns.songs, frames.sounds["song"].to_numpy())
        holders = np.bincount(members.listeners.indices, minlength=len(columns)) * heard
        share, most, seed = HIDDEN_SHARE, MOST_HIDDEN, settings.seed
        if by_new_artists:
            gone = all_by_some_artists(holders, columns.artist_of, share=share, most=most, seed=seed)
        else:
            gone = drawn_to_hide(holders, share=share, most=most, seed=seed)
        hidden = gone[holders[gone] >= LEAST_HOLDERS]
        if len(hidden) < LEAST_HIDDEN:
            raise TooLittleError(
                "Too few songs were heard that several listeners hold to hide some of them.",
                "Scan a music folder: earmark scan PATH",
            )
        truth = held_of(sp.csr_array(everyone.taste), hidden)
        rows = drawn_from(np.flatnonzero(truth.sizes > 0), most=MOST_ASKED, seed=seed)
        who = everyone.listeners[rows]
        songs = columns.songs[gone]
        new = without_songs(frames, songs)
        deaf = settings.signals.placing.model_copy(update={"sound": 0.0})
        by_tags = settings.model_copy(
            update={"signals": settings.signals.model_copy(update={"placing": deaf})}
        )
        lists: dict[str, Int32s] = {}
        models: dict[str, Recommender] = {}
        for system, how in ((NEW, settings), (BY_TAGS, by_tags)):
            models[system] = learn(new, how, progress).model
            lists[system] = _lists(models[system], new, who, columns, settings.evidence)
        lists[PLAYED] = np.full_like(lists[NEW], -1)
        for half in (rows[::2], rows[1::2]):
            those = everyone.listeners[half]
            known = without_songs(frames, songs, listeners=those)
            model = learn(known, settings, progress).model
            lists[PLAYED][np.isin(rows, half)] = _lists(model, known, those, columns, settings.evidence)
    asked = Truth.of(
        hidden[truth.items[truth.indptr[row] : truth.indptr[row + 1]]].tolist() for row in rows.tolist()
    )
    scores = {system: Scores({"recall@100": recall(found, asked, DEPTH)}) for system, found in lists.items()}
    scores[AT_RANDOM] = Scores({"recall@100": np.full(len(rows), min(1, DEPTH / len(columns)))})
    of_new, of_played = (float(np.nanmean(scores[one].values["recall@100"])) for one in (NEW, PLAYED))
    return Report(
        task="new artists" if by_new_artists else "new tracks",
        setting=(
            f"{len(hidden):,} of the {int(heard.sum()):,} tracks that were heard hidden from everyone, and asked for "
            f"among all {len(columns):,} songs for {len(rows):,} listeners who hold some of them"
        ),
        seed=seed,
        rows=len(rows),
        judge="recall@100",
        lines=compared(
            scores,
            {system: character(lists[system], model.signals) for system, model in models.items()},
            ours=(NEW, BY_TAGS, PLAYED),
            judge="recall@100",
            seed=seed,
        ),
        notes=(f"A new track has {of_new / of_played:.3f} of the recall that it has once others play it.",),
    )


def _lists(
    model: Recommender, frames: Frames, who: Int32s, columns: Columns, evidence: EvidenceConfig
) -> Int32s:
    return rank_in_parts(model, histories_of(frames, who, columns, evidence), DEPTH)
