"""Beginnings: songs that nobody holds, and listeners of whom three songs are known, each against its peers."""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.engines.local import LearnSettings, fit, histories_of, learn, matrices, rank_in_parts
from earmark.engines.ordering import DEEPEST
from earmark.engines.progress import Progress
from earmark.engines.trials.report import Report, compared
from earmark.errors import TooLittleError
from earmark.evaluation import peers
from earmark.evaluation.cold_start import (
    SHOWN,
    drawn_to_hide,
    held_of,
    hide_listeners,
    score_listeners,
    score_songs,
    without_songs,
)
from earmark.evaluation.scores import character
from earmark.evaluation.splits import drawn_from
from earmark.mixes.selection import WeeklyConfig
from earmark.ranking.cold import ColdFactors, fused
from earmark.ranking.content import likeness
from earmark.ranking.placing import Known
from earmark.ranking.signals import Floats, Signals
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr
from earmark.signals.collaborative.matrix import joint_matrix
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

COLD_SONGS: Final = "cold songs"
VECTORS: Final = "cold songs, by their vectors alone"
COLD_LISTENERS: Final = "cold listeners"
HIDDEN_SHARE: Final = 0.1
MOST_HIDDEN: Final = 2_000
"""Songs that are hidden at most."""
LEAST_HIDDEN: Final = 20
"""With fewer songs hidden the twenty best are all there are."""
MOST_ROWS: Final = 4_000
"""Listeners and playlists for whom hidden songs are ranked at most."""
MOST_NEW: Final = 200
"""Listeners, and as many playlists, that are made new at most."""
DEPTH: Final = 20


def try_cold_songs(
    frames: Frames, settings: LearnSettings, weekly: WeeklyConfig, progress: Progress
) -> Report:
    """Hide some songs from everyone, place them by what is known of them, and rank them for whoever held them.

    Raises:
        TooLittleError: there are too few songs that several listeners or playlists hold.
    """
    del weekly
    with one_blas_thread():
        columns, _, members = matrices(frames, settings.evidence)
        held = sp.csr_array(sp.vstack([members.listeners, members.playlists], format="csr"))
        holders = np.bincount(held.indices, minlength=len(columns))
        hidden = drawn_to_hide(holders, share=HIDDEN_SHARE, most=MOST_HIDDEN, seed=settings.seed)
        if len(hidden) < LEAST_HIDDEN:
            raise TooLittleError(
                "There are too few songs that several listeners or playlists hold to hide some of them.",
                "Import playlists: earmark import playlists PATH --community NAME",
            )
        with progress.stage("learning without the hidden songs"):
            signals, histories = fit(without_songs(frames, columns.songs[hidden]), settings)
        joint = joint_matrix(histories, signals.members)
        asked = _rows_asked(held, hidden, joint, settings.seed)
        with progress.stage("placing the hidden songs"):
            placing = settings.signals.placing
            content = Known.of(frames.songs, frames.sounds, columns).content(columns, placing)
            names = [""] * len(histories) + frames.playlists["name"].to_list()
            vectors = signals.fold_in(joint, signals.words.rows(names))
            confidences = joint * np.float32(settings.signals.factors.alpha)
            placed = ColdFactors(placing.cold).fit(content, confidences, vectors).factors(content)[hidden]
            liked = sp.csr_array((joint[asked] > 0).astype(np.float32))
            fits, like = vectors[asked] @ placed.T, likeness(liked, content, hidden)
        lists = {
            COLD_SONGS: _best(fused(fits, like)),
            VECTORS: _best(fits),
            "nearest by content": _best(like),
            **_by_artist(signals, liked, hidden),
        }
    truth = held_of(held[asked], hidden)
    return Report(
        task="cold songs",
        setting=(
            f"{len(hidden):,} of the {len(columns):,} songs hidden from everyone, ranked by artist, release, title "
            "and sound for listeners and playlists that held any of them"
        ),
        seed=settings.seed,
        rows=len(asked),
        judge="ndcg@20",
        lines=compared(
            {system: score_songs(found, truth) for system, found in lists.items()},
            {},
            ours=(COLD_SONGS, VECTORS),
            judge="ndcg@20",
            seed=settings.seed,
        ),
        notes=(signals.factors.note,) if signals.factors.note else (),
    )


def try_cold_listeners(
    frames: Frames, settings: LearnSettings, weekly: WeeklyConfig, progress: Progress
) -> Report:
    """Forget some listeners and playlists but for three songs each, and ask for the others that they hold.

    Raises:
        TooLittleError: nobody holds enough, or nobody else is left to learn from.
    """
    del weekly
    with one_blas_thread():
        past, new = hide_listeners(frames, settings.evidence, most=MOST_NEW, seed=settings.seed)
        if not len(new) or (past.listens.is_empty() and past.playlist_songs.is_empty()):
            raise TooLittleError(
                "There are too few listeners and playlists to begin some of them anew.",
                "Import playlists: earmark import playlists PATH --community NAME",
            )
        learned = learn(past, settings, progress)
        model = learned.model
        known = Frames(
            listens=new.listens,
            playlists=past.playlists.clear(),
            playlist_songs=past.playlist_songs.clear(),
            songs=past.songs,
            listeners=past.listeners,
            feedback=past.feedback.clear(),
            sounds=past.sounds,
        )
        shown = histories_of(known, new.listeners, model.columns, settings.evidence)
        with progress.stage("ranking for the new listeners"):
            lists = {COLD_LISTENERS: rank_in_parts(model, shown, DEEPEST)}
        with progress.stage("trying the peers"):
            lists["popularity"] = peers.popular(model, shown.closed)
            lists["item neighbours"] = model.signals.neighbours.score(shown.taste, shown.closed, DEEPEST)[0]
            lists |= peers.of_implicit(model, learned.histories, shown, seed=settings.seed)
    songs = {system: np.where(found >= 0, model.columns.songs[found], -1) for system, found in lists.items()}
    return Report(
        task="cold listeners",
        setting=(
            f"{new.people} listeners of whom only the first {SHOWN} songs are known, and {len(new) - new.people} "
            f"playlists in a listener's place, {SHOWN} songs of each"
        ),
        seed=settings.seed,
        rows=len(new),
        judge="recall@100",
        lines=compared(
            {system: score_listeners(found, new.truth) for system, found in songs.items()},
            {system: character(found, model.signals) for system, found in lists.items()},
            ours=(COLD_LISTENERS,),
            judge="recall@100",
            seed=settings.seed,
        ),
        notes=(*learned.notes, *peers.lacking()),
    )


def _rows_asked(held: Csr, hidden: Int32s, joint: Csr, seed: int) -> NDArray[np.int64]:
    """Rows, ascending, that held a hidden song and still hold another."""
    fit_to_ask = np.flatnonzero(
        (held_of(held, hidden).sizes > 0) & (np.diff(sp.csr_array(joint > 0).indptr) > 0)
    )
    return drawn_from(fit_to_ask, most=MOST_ROWS, seed=seed)


def _by_artist(signals: Signals, liked: Csr, hidden: Int32s) -> dict[str, Int32s]:
    """What the artist alone says of the hidden songs: how many hold their other songs, and how many the row holds."""
    artists = signals.columns.artist_of[hidden]
    fame = signals.discographies.log_held[artists]
    theirs = signals.discographies.per_artist(liked)[:, artists].toarray()
    return {
        "artists they hold": _best(theirs + fame / (1 + fame.max())),
        "artists most held": _best(np.tile(fame, (liked.shape[0], 1))),
    }


def _best(scores: Floats) -> Int32s:
    """The twenty best columns of each row of scores, ties by position."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH].astype(np.int32)
