"""Learning on one machine: snapshot → histories and matrix → signals → held-out scores → orders → build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.engines.culture import FOLDER as CULTURE
from earmark.engines.culture import learn_culture
from earmark.engines.expected import EXPECTED_GENRES, ExpectingConfig, expected_genres
from earmark.engines.microgenres import find_microgenres, genres_of_songs
from earmark.engines.ordering import learn_order
from earmark.engines.progress import Advance, Progress, Unwatched
from earmark.engines.traits import TRAITS, community_traits
from earmark.errors import EarmarkError
from earmark.evaluation.cold_start import all_by_some_artists, drawn_to_hide, without_songs
from earmark.evaluation.continuation import Challenges, challenges
from earmark.evaluation.scores import Scores, score_continuation, score_lists
from earmark.evaluation.splits import FoundLater, HeldOutPlaylists, cut, hold_out
from earmark.listening.evidence import EvidenceConfig
from earmark.ranking.asked import Asked
from earmark.ranking.candidates import look_up
from earmark.ranking.live import LiveRanking
from earmark.ranking.order import Order
from earmark.ranking.placing import Known
from earmark.ranking.pools import Pools
from earmark.ranking.recommender import PRIORS, Purpose, RankingConfig, Recommender
from earmark.ranking.rises import Rises
from earmark.ranking.signals import Floats, Signals, SignalsConfig
from earmark.ranking.sound_index import SoundIndex
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.histories import Csr, Histories, read_histories
from earmark.signals.collaborative.matrix import Membership
from earmark.signals.collaborative.next_track.model import NextTrack, NextTrackConfig, draw_plays
from earmark.signals.culture.keeping import save_table
from earmark.signals.culture.signal import Culture, CultureConfig
from earmark.store.snapshot import Frames
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.model import MicroGenres
from earmark.threads import one_blas_thread

ROWS_AT_ONCE = 512
NEXT_TRACK = "next_track"
"""Folder of the model of what is played next, within a build."""
SOUND_INDEX = "sound-index"
"""Folder of the index of what sounds alike, within a build."""
MICRO_GENRES = "micro-genres"
"""Folder of the micro-genres, within a build."""
GENRE_OF = "genre-of"
"""Array of the micro-genre that each song belongs to most, within a build."""
ASKERS = "askers"
"""Folder of what live answers need of each listener, within a build."""


class LearnSettings(BaseModel):
    """Everything that a build depends on, beside the snapshot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(1, ge=0)
    """Everything random is drawn from it."""
    cut: float = Field(0.8, gt=0, lt=1)
    """Share of each held-out listener's listens that lies before the cut in time."""
    held_out: int = Field(2_000, ge=1)
    """At most so many listeners are held out to score a build and to learn the order of candidates."""
    held_out_playlists: int = Field(1_000, ge=0)
    """At most so many playlists, and never more than a fifth of them, are held out for the same."""
    hidden_sounds: float = Field(0.1, ge=0, le=0.4)
    """Of the songs that were heard, the share whose plays are hidden while the order of candidates is learned, so that
    it learns what sound alone is worth; and as many again together with all that there is by their artists."""
    evidence: EvidenceConfig = EvidenceConfig()
    """What listens say."""
    signals: SignalsConfig = SignalsConfig()
    """What is learned of listeners, playlists and songs together."""
    ranking: RankingConfig = RankingConfig()
    """Candidates and their order."""
    next_track: NextTrackConfig = NextTrackConfig()
    """What to play now."""
    culture: CultureConfig = CultureConfig()
    """What the world says about music."""
    expected: ExpectingConfig = ExpectingConfig()
    """Which genres artists are expected to be of, of whom nobody says it."""
    micro_genres: MicroGenreConfig = MicroGenreConfig()
    """How micro-genres are found and named."""


@dataclass(frozen=True)
class Learned:
    """A model and what is known of its quality: ``scores`` by purpose are of held-out listeners and playlists.

    ``own`` are the record ids of our own listeners, ascending; the others of ``histories`` are community data.
    """

    model: Recommender
    next_track: NextTrack
    culture: Culture
    expected: pl.DataFrame
    micro_genres: MicroGenres
    traits: pl.DataFrame
    histories: Histories
    own: Int32s
    scores: dict[Purpose, Scores]
    notes: tuple[str, ...]

    def save(self, folder: Path) -> None:
        """Write all that was learned into ``folder``."""
        self.model.save(folder)
        self.next_track.save(folder / NEXT_TRACK)
        self.culture.save(folder / CULTURE)
        save_table(folder, EXPECTED_GENRES, self.expected)
        self.micro_genres.save(folder / MICRO_GENRES)
        np.save(folder / f"{GENRE_OF}.npy", genres_of_songs(self.micro_genres, self.model.signals))
        save_table(folder, TRAITS, self.traits)
        SoundIndex.of(self.model.signals.space.vectors).save(folder / SOUND_INDEX)
        LiveRanking(self.model).askers(self.histories.of(self.own)).save(folder / ASKERS)


def learn(
    frames: Frames, settings: LearnSettings, progress: Progress | None = None, *, start: Start | None = None
) -> Learned:
    """Learn from a snapshot's frames.

    The orders are learned on what listeners found after a cut and on what stood further down playlists, with signals
    that know only what came before; their held-out scores come from orders learned on the other half of the rows. Then
    the signals learn from everything.

    Args:
        frames: a snapshot, or the past of one.
        settings: what the build depends on.
        progress: told of stages.
        start: songs' vectors of an earlier build, to start from. Since it knows what is held out, held-out scores
            are of vectors that never saw it; without it the last ones start from those. Its micro-genres go on.

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
        orders, scores, notes, past = _calibrate(frames, settings, progress)
        with progress.stage("learning from everything"):
            signals, histories = fit(frames, settings, start or past)
        with progress.stage("learning what the world says"):
            culture = learn_culture(frames, settings.culture)
            signals = replace(signals, rises=Rises.of(culture))
        with progress.stage("learning what is played next"):
            everyone = draw_plays(
                frames.listens,
                frames.feedback,
                frames.songs,
                settings.evidence,
                settings.next_track,
                seed=settings.seed,
            )
            next_track = NextTrack.fit(everyone, settings.next_track, seed=settings.seed)
        with progress.stage("finding micro-genres"):
            before = None if start is None else start.micro_genres
            sure = settings.culture.vectors.said.least_probability
            expected = expected_genres(
                frames, signals, culture.genres, settings.expected, sure=sure, seed=settings.seed
            )
            micro_genres = find_microgenres(
                frames, signals, settings.micro_genres, before, expected, sure=sure, seed=settings.seed
            )
    model = Recommender(signals, settings.ranking, orders)
    notes = (*notes, *model.notes, *next_track.notes)
    traits = community_traits(frames, signals, settings.evidence)
    return Learned(
        model, next_track, culture, expected, micro_genres, traits, histories, _own(frames), scores, notes
    )


def _own(frames: Frames) -> Int32s:
    own = frames.listeners.filter(~pl.col("community"))["listener"]
    return own.sort().to_numpy().astype(np.int32)


@dataclass(frozen=True)
class Start:
    """Where learning may start from: the columns of an earlier build, its songs' vectors, and its micro-genres."""

    columns: Columns
    item_factors: Floats
    micro_genres: MicroGenres | None = None

    def at(self, columns: Columns) -> Floats:
        """The vectors in the order of other columns; zeros for songs that the earlier build did not know."""
        found = self.columns.find(columns.songs)
        return np.where(found[:, None] >= 0, self.item_factors[found], np.float32(0))


def fit(frames: Frames, settings: LearnSettings, start: Start | None = None) -> tuple[Signals, Histories]:
    """All signals from all of ``frames``, and the histories of everyone in it."""
    columns, histories, members = matrices(frames, settings.evidence)
    seeded = settings.signals.factors.model_copy(update={"seed": settings.seed})
    signals = Signals.fit(
        histories,
        members,
        frames.playlists["name"].to_list(),
        columns,
        settings.signals.model_copy(update={"factors": seeded}),
        known=Known.of(frames.songs, frames.sounds, columns),
        start=None if start is None else start.at(columns),
    )
    return signals, histories


def matrices(frames: Frames, evidence: EvidenceConfig) -> tuple[Columns, Histories, Membership]:
    """What signals learn from: the columns, everybody's histories, and who holds what."""
    columns = Columns.of(frames.songs)
    histories = histories_of(frames, frames.listeners["listener"].to_numpy(), columns, evidence)
    return columns, histories, Membership.of(histories, frames.playlists, frames.playlist_songs, columns)


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
    """``Recommender.discover`` for many listeners in bounded memory: columns, ``(n_listeners, n)``."""
    parts = [
        model.discover(histories.rows(start, start + ROWS_AT_ONCE), n).songs
        for start in range(0, len(histories), ROWS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty((0, n), np.int32)


def versions() -> dict[str, str]:
    """Versions of whatever could change a build's numbers."""
    return {name: version(name) for name in ("earmark", "lightgbm", "numpy", "polars", "scipy", "voyager")}


def _calibrate(
    frames: Frames, settings: LearnSettings, progress: Progress
) -> tuple[dict[Purpose, Order], dict[Purpose, Scores], tuple[str, ...], Start | None]:
    """The orders that served held-out rows best, their scores on rows that they did not see, and where to start."""
    past, truth, lists = held_apart(frames, settings)
    if not len(truth.songs) and not len(lists):
        note = "Nothing is long enough to hold some of it out: prior weights, no held-out scores."
        return {}, {}, (note,), None
    hidden = sounds_to_hide(past, settings)
    with progress.stage("learning from the past of each listener"):
        signals, everyone = fit(without_songs(past, hidden) if len(hidden) else past, settings)
    model = Recommender(signals, settings.ranking)
    orders: dict[Purpose, Order] = {}
    scores: dict[Purpose, Scores] = {}
    notes: list[str] = []

    def learn_one(purpose: Purpose, pools: Pools, judge: Callable[[Int32s], Scores]) -> None:
        learned = learn_order(Order.prior(PRIORS[purpose]), pools, settings.ranking.order, seed=settings.seed)
        orders[purpose], scores[purpose] = learned.order, judge(learned.lists)
        if learned.note:
            notes.append(f"{purpose}: {learned.note}.")

    if len(truth.songs):
        with progress.stage(
            "weighing the signals on what listeners found later", len(truth.listeners), "listeners"
        ) as advance:
            asking = everyone.of(truth.listeners)
            if len(hidden):
                # What was hidden is no news to those who had played it.
                known = histories_of(past, truth.listeners, signals.columns, settings.evidence)
                asking = replace(asking, closed=known.closed)
            pools = discovery_pools(model, asking, truth, advance)
            judged = truth.without(hidden)
            learn_one(Purpose.DISCOVERY, pools, lambda found: score_lists(found, judged, signals.columns))
    if len(lists):
        with progress.stage(
            "weighing the signals on what playlists go on with", len(lists), "playlists"
        ) as advance:
            # One challenge a playlist: five of the same would teach little more than one.
            asked = challenges(lists.names, lists.songs, signals.columns, seed=settings.seed, one_each=True)
            pools = continuation_pools(model, asked, advance)
            learn_one(Purpose.CONTINUATION, pools, lambda found: score_continuation(found, asked))
    return orders, scores, tuple(notes), Start(signals.columns, signals.factors.item_factors)


def held_apart(frames: Frames, settings: LearnSettings) -> tuple[Frames, FoundLater, HeldOutPlaylists]:
    """What is known without what is held out; what listeners found after the cut; and the playlists held out."""
    past, truth = cut(
        frames, settings.cut, settings.evidence, most_listeners=settings.held_out, seed=settings.seed
    )
    past, lists = hold_out(past, most=settings.held_out_playlists, seed=settings.seed)
    return past, truth, lists


def sounds_to_hide(frames: Frames, settings: LearnSettings) -> Int32s:
    """Songs (record ids, ascending) that are to be as if nobody held them.

    Of those that were heard and that several hold, a share is drawn, each alone, and as many again with all that there
    is by their artists.
    """
    if frames.sounds.is_empty() or not settings.hidden_sounds:
        return np.empty(0, np.int32)
    songs = frames.songs["song"].to_numpy()
    held = pl.concat(
        [
            frames.listens.select("song", holder=pl.col("listener").cast(pl.Int64)),
            frames.playlist_songs.select("song", holder=-1 - pl.col("playlist").cast(pl.Int64)),
        ]
    ).unique()
    holders = frames.songs.select("song").join(
        held.group_by("song").len(), on="song", how="left", maintain_order="left"
    )
    heard = np.isin(songs, frames.sounds["song"].to_numpy())
    counts = holders["len"].fill_null(0).to_numpy().astype(np.int64) * heard
    artists = np.unique(frames.songs["artist"].to_numpy(), return_inverse=True)[1].astype(np.int32)
    share, most = settings.hidden_sounds, int(heard.sum())
    alone = drawn_to_hide(counts, share=share, most=most, seed=settings.seed)
    whole = all_by_some_artists(counts, artists, share=share, most=most, seed=settings.seed)
    return np.unique(songs[np.union1d(alone, whole)]).astype(np.int32)


def discovery_pools(model: Recommender, everyone: Histories, truth: FoundLater, advance: Advance) -> Pools:
    """Candidates of all held-out listeners, with features, and which of them they came to love."""
    held_out = everyone.of(truth.listeners)
    found = truth.matrix(model.columns)
    parts = []
    for at in range(0, len(held_out), ROWS_AT_ONCE):
        some = slice(at, at + ROWS_AT_ONCE)
        parts.append(_pools(model, Asked.listeners(model.signals, held_out.rows(at, some.stop)), found[some]))
        advance(len(parts[-1]))
    return Pools.joined(parts)


def continuation_pools(model: Recommender, asked: Challenges, advance: Advance) -> Pools:
    """Candidates of all challenges, with features, and which of them stand further down."""
    parts = []
    for at in range(0, len(asked), ROWS_AT_ONCE):
        some = asked.take(slice(at, at + ROWS_AT_ONCE))
        rows = Asked.playlists(model.signals, some.seeds, some.names)
        parts.append(_pools(model, rows, some.truth_matrix(len(model.columns))))
        advance(len(parts[-1]))
    return Pools.joined(parts)


def _pools(model: Recommender, asked: Asked, truth: Csr) -> Pools:
    pairs, known = model.known(asked)
    loved = look_up(truth, pairs.rows, pairs.songs) > 0
    return Pools(pairs.songs, known, np.diff(pairs.indptr), loved)
