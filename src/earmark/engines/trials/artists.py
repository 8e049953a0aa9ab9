"""Artists: hide some of the artists whom listeners play, learn from the others, and ask who is missing."""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp

from earmark.engines.artists import ArtistsConfig, artist_columns, learn_artists
from earmark.engines.collections import Collections
from earmark.engines.local import LearnSettings, matrices
from earmark.engines.ordering import DEEPEST
from earmark.engines.progress import Progress
from earmark.engines.trials.report import Report, compared
from earmark.errors import TooLittleError
from earmark.evaluation import peers
from earmark.evaluation.artists import score_artists, split_pairs
from earmark.evaluation.scores import character
from earmark.evaluation.splits import drawn_from
from earmark.listening.evidence import EvidenceConfig
from earmark.mixes.selection import WeeklyConfig
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import Csr
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

OURS: Final = "artist recommendation"
JUDGE: Final = "ndcg@20"
HIDDEN: Final = 0.2
"""Share of the pairs of listener and artist that is hidden."""
LEAST_LISTENERS: Final = 5
"""With fewer listeners of whom anything is hidden, a mean says nothing."""


def try_artists(frames: Frames, settings: LearnSettings, weekly: WeeklyConfig, progress: Progress) -> Report:
    """Hide pairs of listener and artist, learn from the others, and compare with the peers on those hidden.

    Raises:
        TooLittleError: there are too few listeners.
    """
    del weekly
    seed = settings.seed
    with one_blas_thread():
        plays, collections, columns = counted_by_artist(frames, settings.evidence)
        known, hidden = split_pairs(plays, (1 - HIDDEN, HIDDEN), seed=seed)
        # Who is left with nothing that is known would be asked for out of the blue.
        fit_to_ask = np.flatnonzero((np.diff(known.indptr) > 0) & (np.diff(hidden.indptr) > 0))
        if len(fit_to_ask) < LEAST_LISTENERS:
            raise TooLittleError(
                f"Artists of {len(fit_to_ask)} listeners can be hidden; the trial wants {LEAST_LISTENERS}.",
                "Import more listeners: earmark import SOURCE PATH --community NAME",
            )
        asked = drawn_from(fit_to_ask, most=settings.held_out, seed=seed)
        learned = learn_artists(
            known, collections.without(hidden), columns, ArtistsConfig(), progress, seed=seed
        )
        model, theirs = learned.model, learned.histories.of(asked)
        with progress.stage("asking for the hidden artists"):
            lists = {OURS: learned.recommend(asked, DEEPEST)}
        with progress.stage("trying the peers"):
            lists["popularity"] = peers.popular(model, theirs.closed)
            lists["item neighbours"] = model.signals.neighbours.score(theirs.taste, theirs.closed, DEEPEST)[0]
            lists |= peers.of_implicit(model, learned.histories, theirs, seed=seed)
    return Report(
        task="artist recommendation",
        setting=(
            f"{HIDDEN:.0%} of the {plays.nnz:,} pairs of a listener and an artist whom they play, drawn at random; "
            f"{hidden[asked].nnz:,} of them asked for"
        ),
        seed=seed,
        rows=len(asked),
        judge=JUDGE,
        lines=compared(
            {system: score_artists(found, hidden[asked]) for system, found in lists.items()},
            {system: character(found, model.signals) for system, found in lists.items()},
            ours=(OURS,),
            judge=JUDGE,
            seed=seed,
        ),
        notes=(*([learned.note] if learned.note else []), *model.notes, *peers.lacking()),
    )


def counted_by_artist(frames: Frames, evidence: EvidenceConfig) -> tuple[Csr, Collections, Columns]:
    """Each listener's plays of each artist, playlists as collections of their songs' artists, and the columns.

    An artist on somebody's own playlist is there by that listener's hand, and hidden with the pair.
    """
    songs, histories, members = matrices(frames, evidence)
    columns = artist_columns(songs.artist_ids)
    to_artists = sp.csr_array(
        (np.ones(len(songs), np.int32), columns.find(songs.artists), np.arange(len(songs) + 1)),
        shape=(len(songs), len(columns)),
    )
    plays = sp.csr_array(histories.plays @ to_artists)
    plays.sort_indices()
    held = sp.coo_array(members.playlists @ to_artists)
    owners = histories.find(members.owners)[held.row]
    return plays, Collections(frames.playlists["name"].to_list(), held.row, held.col, owners), columns
