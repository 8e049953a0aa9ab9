"""What was learned of listeners, playlists and songs together: the signals that the ranking draws on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.kernels.sparse import Rows
from earmark.kernels.top import FactorIndex
from earmark.ranking.artists import Discographies
from earmark.ranking.placing import Known, PlacingConfig, teaching_rows, vectors_for
from earmark.ranking.rises import Rises
from earmark.ranking.sound import Sounds
from earmark.ranking.sounds_like import SoundSpace, SpaceConfig
from earmark.ranking.words import Words, WordsConfig
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.factors import FactorConfig, Factors
from earmark.signals.collaborative.histories import Csr, Histories
from earmark.signals.collaborative.likeminded import LikeMinded, LikeMindedConfig
from earmark.signals.collaborative.matrix import Membership, joint_matrix
from earmark.signals.collaborative.neighbours import NeighbourConfig, Neighbours

Floats = NDArray[np.float32]
PARTS = ("neighbours", "factors", "likeminded", "words", "sounds", "space")
BEGUN_WITH = 2
"""An artist's average begins as if they had so many songs that are held as widely as all songs on average."""
LEAST_TAUGHT = 30
"""From so many songs that are heard and held on, it is known well enough what sounds are liked."""
HALF = np.float32(0.5)
"""What nobody holds, but the library has, is held as widely as this where the most held is looked for."""


class SidesConfig(BaseModel):
    """What stands beside the songs in the matrix that is factorised."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artists: float = Field(0.35, ge=0, le=100)
    """Weight of an artist of whom a row holds one song; it grows with the logarithm of how many."""
    words: float = Field(0.5, ge=0, le=100)
    """Weight of a word in a playlist's name."""


class SignalsConfig(BaseModel):
    """The settings of every signal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    factors: FactorConfig = FactorConfig()
    """Matrix factorisation."""
    neighbours: NeighbourConfig = NeighbourConfig()
    """Songs near songs."""
    likeminded: LikeMindedConfig = LikeMindedConfig()
    """Listeners and playlists near each other."""
    words: WordsConfig = WordsConfig()
    """Words in playlists' names."""
    sides: SidesConfig = SidesConfig()
    """Artists and words as further columns of the matrix that is factorised."""
    space: SpaceConfig = SpaceConfig()
    """What sounds alike."""
    placing: PlacingConfig = PlacingConfig()
    """Songs of the library that nobody holds yet."""


@dataclass(frozen=True)
class Signals:
    """The columns, who holds what, and what was learned from that."""

    columns: Columns
    members: Membership
    neighbours: Neighbours
    factors: Factors
    likeminded: LikeMinded
    words: Words
    sounds: Sounds
    space: SoundSpace
    sides: SidesConfig
    rises: Rises = field(default_factory=Rises.none)

    @classmethod
    def fit(
        cls,
        histories: Histories,
        members: Membership,
        names: list[str],
        columns: Columns,
        config: SignalsConfig,
        *,
        known: Known | None = None,
        start: Floats | None = None,
    ) -> Signals:
        """Learn all signals from one joint matrix.

        Songs that were heard and of which no row says anything are placed by what is known of them: those by an artist
        whom somebody holds, and all of them once there was enough to learn from what sounds are liked.

        Args:
            histories: of the listeners of ``members``.
            members: who holds which song.
            names: of the playlists of ``members``.
            columns: of both.
            config: the settings of each signal.
            known: what is known of the songs beside who holds them; without it nothing was heard.
            start: song vectors to start from, ``(n_songs, n_factors)``, as an earlier build had them.
        """
        joint = joint_matrix(histories, members)
        words = Words(config.words).fit(names, members.playlists)
        called = words.rows([""] * len(histories) + names)
        wide = widened(joint, columns, called, config.sides)
        factors = Factors(config.factors).fit(
            wide, n_songs=len(columns), keys=kept_keys(columns, wide.shape[1]), start=start
        )
        sounds, space = Sounds.none(len(columns)), SoundSpace.none()
        if known is not None and len(known.sounds):
            sounds = known.sounds
            vectors = factors.fold_in(teaching_rows(wide))
            confidences = teaching_rows(joint) * np.float32(config.factors.alpha)
            space = SoundSpace.fit(sounds, confidences, vectors, config.space)
            told_of = np.bincount(joint.indices, minlength=len(columns))
            new = sounds.columns[told_of[sounds.columns] == 0]
            by_artist = np.bincount(columns.artist_of, told_of, len(columns.artist_ids)) > 0
            understood = (space.taught_by >= LEAST_TAUGHT) & sounds.vectors[sounds.row_of[new]].any(axis=1)
            # The words of a title alone would lead to anybody.
            new = new[by_artist[columns.artist_of[new]] | understood]
            if len(new):
                content = known.content(columns, config.placing)
                factors.place(new, vectors_for(new, content, confidences, vectors, config.placing))
        return cls(
            columns,
            members,
            Neighbours(config.neighbours).fit(joint),
            factors,
            LikeMinded(config.likeminded).fit(joint),
            words,
            sounds,
            space,
            config.sides,
        )

    def fold_in(self, weights: Csr, called: Csr) -> Floats:
        """The vectors of rows, from their weights ``(n_rows, n_songs)`` and the words of their names."""
        return self.factors.fold_in(widened(weights, self.columns, called, self.sides))

    @cached_property
    def listeners_holding(self) -> Floats:
        """Listeners who play each song, ``(n_songs,)``."""
        return np.bincount(self.members.listeners.indices, minlength=len(self.columns)).astype(np.float32)

    @cached_property
    def playlists_holding(self) -> Floats:
        """Playlists that hold each song, ``(n_songs,)``."""
        return np.bincount(self.members.playlists.indices, minlength=len(self.columns)).astype(np.float32)

    @cached_property
    def popularity(self) -> Floats:
        """Rows of the joint matrix that hold each song, ``(n_songs,)``."""
        return self.listeners_holding + self.playlists_holding

    @cached_property
    def renown(self) -> Floats:
        """How widely each song is taken to be known, ``(n_songs,)``: 0 for those that may not be named to anybody."""
        somewhere = self.factors.item_factors.any(axis=1)
        return np.where((self.popularity == 0) & self.sounds.heard & somewhere, HALF, self.popularity)

    @cached_property
    def log_holders(self) -> Floats:
        """log(1 + listeners who play each song) and log(1 + playlists that hold it), ``(2, n_songs)``.

        Of the library's songs that nobody holds it is not known how many would: they count as their artist's songs do
        on average, an average that begins at that of all songs.
        """
        logs = np.log1p(np.stack([self.listeners_holding, self.playlists_holding]))
        new = (self.popularity == 0) & self.sounds.heard
        held = self.popularity > 0
        if new.any() and held.any():
            artist_of, n_artists = self.columns.artist_of, len(self.columns.artist_ids)
            songs = np.bincount(artist_of[held], minlength=n_artists)
            for line in logs:
                told = np.bincount(artist_of[held], line[held], n_artists)
                expected = (told + BEGUN_WITH * line[held].mean()) / (songs + BEGUN_WITH)
                line[new] = expected[artist_of[new]]
        return logs

    @cached_property
    def by_new_artists(self) -> NDArray[np.bool_]:
        """Which songs are by artists of whom nobody holds any, ``(n_songs,)``."""
        return np.equal(self.discographies.log_held[self.columns.artist_of], 0)

    @cached_property
    def pushes(self) -> Floats:
        """How much more than expected is said of each song's artist lately, ``(n_songs,)``; see `Rises.pushes`."""
        return self.rises.pushes(self.columns)

    @cached_property
    def discographies(self) -> Discographies:
        """Songs by artist, the best-known first."""
        return Discographies(self.columns, self.popularity, self.renown)

    @cached_property
    def most_held(self) -> Int32s:
        """All columns, the most held first."""
        return np.lexsort((np.arange(len(self.columns)), -self.popularity)).astype(np.int32)

    @property
    def artist_factors(self) -> Floats:
        """The vectors of the artists, ``(n_artists, n_factors)``."""
        return self.factors.side_factors[: len(self.columns.artist_ids)]

    @cached_property
    def song_lengths(self) -> Floats:
        """The lengths of the songs' vectors, ``(n_songs,)``."""
        return _lengths(self.factors.item_factors)

    @cached_property
    def artist_lengths(self) -> Floats:
        """The lengths of the artists' vectors, ``(n_artists,)``."""
        return _lengths(self.artist_factors)

    @cached_property
    def artist_index(self) -> FactorIndex:
        """The artists, to be searched by a listener's vector."""
        return FactorIndex(self.artist_factors)

    def score_placed(
        self, vectors: Floats, closed: Csr | Rows, n: int, *, threads: int | None = None
    ) -> Int32s:
        """Of the songs that nobody holds, the ``n`` whose vectors fit each row's best, ``(n_rows, n)``, padded with −1.

        Args:
            vectors: ``(n_rows, n_factors)`` of the rows.
            closed: ``(n_rows, n_songs)`` songs that may not be named.
            n: songs of each row.
            threads: as for `earmark.threads.over_blocks`; it does not change the result.
        """
        placed = self.factors.placed
        found = np.full((len(vectors), n), -1, np.int32)
        if len(placed):
            if isinstance(closed, Rows):
                closed = closed.csr()
            among = self._placed_index.top(vectors, closed[:, placed], n, threads=threads)[0]
            there = (among >= 0) & vectors.any(axis=1, keepdims=True)
            found[there] = placed[among[there]]
        return found

    @cached_property
    def _placed_index(self) -> FactorIndex:
        return FactorIndex(self.factors.item_factors[self.factors.placed])

    def save(self, folder: Path) -> None:
        """Write all parts into ``folder``."""
        self.columns.save(folder)
        self.members.save(folder)
        self.rises.save(folder)
        for name in PARTS:
            getattr(self, name).save(folder / name)

    @classmethod
    def load(cls, folder: Path, config: SignalsConfig) -> Signals:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        columns = Columns.load(folder)
        members = Membership.load(folder, len(columns))
        return cls(
            columns,
            members,
            Neighbours.load(folder / "neighbours"),
            Factors.load(folder / "factors"),
            LikeMinded.load(folder / "likeminded"),
            Words.load(folder / "words", config.words, members.playlists),
            Sounds.load(folder / "sounds", len(columns)),
            SoundSpace.load(folder / "space"),
            config.sides,
            Rises.load(folder),
        )


def _lengths(vectors: Floats) -> Floats:
    lengths: Floats = np.sqrt(np.square(vectors).sum(axis=1))
    return lengths


def kept_keys(columns: Columns, n_columns: int) -> NDArray[np.uint64]:
    """What tells the columns of `widened` from one another, whatever else is there: record ids, and places of words."""
    words = np.arange(n_columns - len(columns) - len(columns.artist_ids))
    ids = [np.asarray(some, np.uint64) for some in (columns.songs, columns.artist_ids, words)]
    return np.concatenate([some | np.uint64(kind << 32) for kind, some in enumerate(ids)])


def widened(weights: Csr, columns: Columns, called: Csr, config: SidesConfig) -> Csr:
    """Songs, artists and words side by side, ``(n_rows, n_songs + n_artists + n_words)`` float32.

    A factorisation of such a matrix gives artists and words vectors in the space of the songs, so that a row with few
    songs, and a song with few rows, are known by their artists too (one matrix with side information as pseudo-items;
    compare collective factorisation, Singh & Gordon 2008).

    Args:
        weights: ``(n_rows, n_songs)``.
        columns: the artist of each song.
        called: ``(n_rows, n_words)``.
        config: how much artists and words weigh.
    """
    liked = sp.csr_array((np.maximum(weights.data, 0), weights.indices, weights.indptr), shape=weights.shape)
    artists = sp.csr_array(liked @ columns.by_artist)
    artists.data = np.float32(config.artists / np.log(2)) * np.log1p(artists.data)
    wide = sp.hstack([weights, artists, called * np.float32(config.words)], format="csr", dtype=np.float32)
    wide.eliminate_zeros()
    wide.sort_indices()
    return sp.csr_array(wide)
