"""Learning on one machine: snapshot → histories and matrix → signals → held-out scores → blend → build."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.engines.progress import Advance, Progress, Unwatched
from earmark.errors import EarmarkError
from earmark.evaluation.scores import Scores, score_lists
from earmark.evaluation.splits import FoundLater, cut
from earmark.listening.evidence import EvidenceConfig
from earmark.ranking.blend import Blend, BlendConfig
from earmark.ranking.candidates import best_per_row, look_up
from earmark.ranking.features import Floats
from earmark.ranking.recommender import RankingConfig, Recommender
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.factors import FactorConfig
from earmark.signals.collaborative.histories import Histories, read_histories
from earmark.signals.collaborative.matrix import Membership
from earmark.signals.collaborative.neighbours import NeighbourConfig
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread

LISTENERS_AT_ONCE = 2_048
DEEPEST = 500


class LearnSettings(BaseModel):
    """Everything that a build depends on, beside the snapshot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(1, ge=0)
    """Everything random is drawn from it."""
    cut: float = Field(0.8, gt=0, lt=1)
    """Share of each held-out listener's listens that lies before the cut in time."""
    held_out: int = Field(2_000, ge=1)
    """At most so many listeners are held out to score a build and to learn the blend."""
    evidence: EvidenceConfig = EvidenceConfig()
    """What listens say."""
    factors: FactorConfig = FactorConfig()
    """Matrix factorisation."""
    neighbours: NeighbourConfig = NeighbourConfig()
    """Item neighbours."""
    ranking: RankingConfig = RankingConfig()
    """Candidates."""
    blend: BlendConfig = BlendConfig()
    """Fusion."""


@dataclass(frozen=True)
class Learned:
    """A model and what is known of its quality: ``scores`` are of songs that held-out listeners found later."""

    model: Recommender
    histories: Histories
    scores: Scores
    notes: tuple[str, ...]


def learn(frames: Frames, settings: LearnSettings, progress: Progress | None = None) -> Learned:
    """Learn from a snapshot's frames.

    The blend is fitted on what listeners found after a cut, with a model that knows only what came before it; its
    held-out scores come from blends fitted on the other half of the listeners. Then both signals learn from everything.

    Raises:
        EarmarkError: there is nothing to learn from.
    """
    if frames.listens.is_empty() and frames.playlist_songs.is_empty():
        raise EarmarkError(
            "There is nothing to learn from yet.",
            "Import a history (`earmark import spotify PATH --listener NAME`) or playlists first.",
        )
    progress = progress or Unwatched()
    with one_blas_thread():
        blend, scores, notes = _calibrate(frames, settings, progress)
        with progress.stage("learning from everything"):
            model, histories = fit(frames, settings)
        model.blend = blend
    return Learned(model, histories, scores, (*notes, *model.notes))


def fit(frames: Frames, settings: LearnSettings) -> tuple[Recommender, Histories]:
    """Both signals from all of ``frames``, with the prior blend; and the histories of everyone in it."""
    columns = Columns.of(frames.songs)
    histories = histories_of(frames, frames.listeners["listener"].to_numpy(), columns, settings.evidence)
    members = Membership.of(histories, frames.playlists, frames.playlist_songs, columns)
    model = Recommender.fit(
        histories,
        members,
        columns,
        factors=settings.factors.model_copy(update={"seed": settings.seed}),
        neighbours=settings.neighbours,
        ranking=settings.ranking,
    )
    return model, histories


def histories_of(
    frames: Frames, listeners: NDArray[np.integer], columns: Columns, evidence: EvidenceConfig
) -> Histories:
    """Histories of some listeners (ascending ids) from frames."""
    return read_histories(
        listeners,
        frames.listens,
        frames.feedback,
        frames.own_playlists(),
        frames.songs,
        columns=columns,
        config=evidence,
    )


def rank_in_parts(model: Recommender, histories: Histories, n: int) -> Int32s:
    """``Recommender.rank`` for many listeners in bounded memory: columns, ``(n_listeners, n)``."""
    parts = [
        model.rank(histories.rows(start, start + LISTENERS_AT_ONCE), n).songs
        for start in range(0, len(histories), LISTENERS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty((0, n), np.int32)


def versions() -> dict[str, str]:
    """Versions of whatever could change a build's numbers."""
    return {name: version(name) for name in ("earmark", "implicit", "numpy", "polars", "scipy")}


def _calibrate(
    frames: Frames, settings: LearnSettings, progress: Progress
) -> tuple[Blend, Scores, tuple[str, ...]]:
    """The blend that served held-out listeners best, and how well blends serve listeners whom they did not see."""
    past, truth = cut(
        frames, settings.cut, settings.evidence, most_listeners=settings.held_out, seed=settings.seed
    )
    if not len(truth.songs):
        note = "Nobody's history is long enough to hold some of it out: prior weights, no held-out scores."
        return Blend(), Scores.none(), (note,)
    with progress.stage("learning from the past of each listener"):
        model, everyone = fit(past, settings)
    with progress.stage(
        "weighing the signals on what they found later", len(truth.listeners), "listeners"
    ) as advance:
        pools = _pools(model, everyone, truth, advance)
    blend = Blend.fit(pools.features, pools.indptr, pools.loved, settings.blend)
    lists = np.empty((len(truth.listeners), DEEPEST), np.int32)
    for half in (0, 1):
        other = _take(pools, np.arange(len(truth.listeners)) % 2 != half)
        judge = Blend.fit(other.features, other.indptr, other.loved, settings.blend)
        rows = np.arange(len(truth.listeners)) % 2 == half
        mine = _take(pools, rows)
        at = np.repeat(np.arange(int(rows.sum())), np.diff(mine.indptr)).astype(np.int32)
        lists[rows] = best_per_row(at, mine.songs, judge.score(mine.features), int(rows.sum()), DEEPEST)
    notes: tuple[str, ...] = ()
    if not blend.learned_from:
        notes = (
            f"Only {int(pools.loved.sum())} later-loved songs among the candidates: prior weights are used "
            f"(learning starts at {settings.blend.least_hits}).",
        )
    return blend, score_lists(lists, truth, model.columns), notes


@dataclass(frozen=True)
class _Pools:
    songs: Int32s
    features: Floats
    indptr: NDArray[np.int64]
    loved: NDArray[np.bool_]


def _pools(model: Recommender, everyone: Histories, truth: FoundLater, advance: Advance) -> _Pools:
    """Candidates of all held-out listeners, with features, and which of them they came to love."""
    held_out = everyone.of(truth.listeners)
    found = truth.matrix(model.columns)
    songs, known, sizes, loved = [], [], [], []
    for start in range(0, len(held_out), LISTENERS_AT_ONCE):
        pairs, features = model.features(held_out.rows(start, start + LISTENERS_AT_ONCE))
        songs.append(pairs.songs)
        known.append(features)
        sizes.append(np.diff(pairs.indptr))
        loved.append(look_up(found[start : start + LISTENERS_AT_ONCE], pairs.rows, pairs.songs) > 0)
        advance(len(pairs.indptr) - 1)
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    return _Pools(np.concatenate(songs), np.concatenate(known), indptr, np.concatenate(loved))


def _take(pools: _Pools, rows: NDArray[np.bool_]) -> _Pools:
    sizes = np.diff(pools.indptr)
    pairs = np.repeat(rows, sizes)
    return _Pools(
        pools.songs[pairs],
        pools.features[pairs],
        np.concatenate([[0], np.cumsum(sizes[rows])]),
        pools.loved[pairs],
    )
