"""How well Earmark continues real playlists, beside how well known methods do, on the same splits.

Strong generalisation, as in the RecSys Challenge 2018: 400 playlists are unknown but for their names and some songs.
Songs are what the data calls tracks. Peers, tuned on playlists that were not asked for: iALS and item neighbours of
`implicit`, item neighbours with shrinkage, playlist neighbours, RP3β (Paudel et al. 2017), songs of the artists shown,
songs of playlists called alike, popularity, and the reciprocal-rank fusion of six of them (Cormack et al. 2009).
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp

from earmark.engines.local import LearnSettings, learn
from earmark.engines.progress import Unwatched
from earmark.engines.trials.continuation import continued
from earmark.evaluation.continuation import KINDS, Challenges, challenges, split
from earmark.evaluation.metrics import PerListener, clicks, mean, ndcg, r_precision
from earmark.music.letters import fold, words
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.neighbours import NeighbourConfig, Neighbours
from earmark.store.frames import FEEDBACK, LISTENERS
from earmark.store.snapshot import Frames
from earmark.threads import one_blas_thread
from measured import real_data, report

DEEPEST = 500
HELD_OUT = 400
AT_ONCE = 100
"""Challenges whose scores for all songs are held at once."""
FUSED = ("implicit iALS", "item neighbours, shrunk", "playlist neighbours", "RP3beta", "artists", "titles")
SOFTENING = 60
"""k of reciprocal-rank fusion."""

GOAL = {"r_precision": 0.150, "ndcg@500": 0.280, "clicks": 5.0}
OURS = "Earmark"
KNOWN = {
    "best single peer": {"r_precision": 0.1343, "ndcg@500": 0.2557, "clicks": 8.4},
    "best blend": {"r_precision": 0.1394, "ndcg@500": 0.2660, "clicks": 5.9},
}
"""What peers were once found to reach, on splits of another hand."""

Lists = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Public:
    """Playlists as plain arrays: ``lists`` of tracks from 0 in order, ``names``, and the artist of each track."""

    lists: list[np.ndarray[Any, Any]]
    names: list[str]
    artists: np.ndarray[Any, Any]

    @classmethod
    def read(cls, path: Path) -> Public:
        """Read a file of one JSON object a line; tracks are told apart by their addresses."""
        tracks: dict[str, int] = {}
        artists: dict[str, int] = {}
        artist_of, lists, names = [], [], []
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                playlist = json.loads(line)
                for artist, _, address in playlist["tracks"]:
                    if address not in tracks:
                        tracks[address] = len(tracks)
                        artist_of.append(artists.setdefault(artist, len(artists)))
                lists.append(np.array([tracks[track[2]] for track in playlist["tracks"]], np.int32))
                names.append(playlist["name"])
        return cls(lists, names, np.array(artist_of, np.int32))

    def matrix(self, lists: Sequence[np.ndarray[Any, Any]]) -> sp.csr_matrix:
        """Ones where a list holds a column, ``(n_lists, n_tracks)`` float32."""
        starts = np.cumsum([0, *(len(one) for one in lists)])
        held = sp.csr_matrix(
            (np.ones(starts[-1], np.float32), np.concatenate(lists), starts),
            shape=(len(lists), len(self.artists)),
        )
        held.sum_duplicates()
        held.data[:] = 1
        return held


@dataclass(frozen=True)
class Task:
    """What the peers learn from and what they are asked.

    ``held`` ``(n_playlists, n_tracks)``, ``called`` ``(n_playlists, n_words)``; of the challenges ``shown`` and
    ``called_now`` alike; ``by_artist`` ``(n_tracks, n_artists)``; ``asked`` with the truth.
    """

    held: sp.csr_matrix
    called: sp.csr_matrix
    shown: sp.csr_matrix
    called_now: sp.csr_matrix
    by_artist: sp.csr_matrix
    asked: Challenges
    seed: int

    @classmethod
    def of(cls, public: Public, *, seed: int) -> Task:
        """Hold playlists out and ask how they go on."""
        learned, held_out = split(len(public.lists), HELD_OUT, seed=seed)
        # Columns stand in an order that says nothing; ties go to the lower.
        n = len(public.artists)
        columns = Columns(np.random.default_rng(seed).permutation(n).astype(np.int32), np.zeros(n, np.int32))
        asked = challenges(
            [public.names[at] for at in held_out],
            [public.lists[at] for at in held_out],
            columns,
            seed=seed,
        )
        names = [public.names[at] for at in learned]
        known = {
            word: at for at, word in enumerate(sorted({word for name in names for word in _words(name)}))
        }
        artists = public.artists[columns.songs]
        return cls(
            public.matrix([columns.find(public.lists[at]) for at in learned]),
            _called(names, known),
            public.matrix(asked.seeds),
            _called(asked.names, known),
            sp.csr_matrix((np.ones(n, np.float32), artists, np.arange(n + 1))),
            asked,
            seed,
        )

    @cached_property
    def holders(self) -> np.ndarray[Any, Any]:
        """Playlists that hold each track, ``(n_tracks,)``."""
        return np.asarray(self.held.sum(0), np.float32).ravel()

    @cached_property
    def lengths(self) -> np.ndarray[Any, Any]:
        """Tracks of each playlist, ``(n_playlists,)``."""
        return np.diff(self.held.indptr).astype(np.float32)


def ours(public: Public, *, seed: int) -> tuple[Lists, Challenges]:
    """What Earmark continues with when it has learned from the same playlists; each track is a song of its own."""
    learned, held_out = split(len(public.lists), HELD_OUT, seed=seed)
    frames = _frames(public, learned)
    with one_blas_thread():
        model = learn(frames, LearnSettings(seed=seed), Unwatched()).model
        asked = challenges(
            [public.names[at] for at in held_out],
            [public.lists[at] for at in held_out],
            model.columns,
            seed=seed,
        )
        return continued(model, asked, lambda _: None), asked


def _frames(public: Public, learned: np.ndarray[Any, Any]) -> Frames:
    """A record that holds some of the playlists and nothing else."""
    lists = [public.lists[at] for at in learned]
    songs = np.arange(len(public.artists), dtype=np.int32)
    nobody = pl.lit(None, pl.Int32)
    return Frames(
        listens=pl.DataFrame(
            schema={
                "listener": pl.Int32,
                "song": pl.Int32,
                "item": pl.Int32,
                "started_at": pl.Int64,
                "ms_played": pl.Int32,
                "ending": pl.UInt8,
                "private": pl.Boolean,
            }
        ),
        playlists=pl.DataFrame(
            {"playlist": learned.astype(np.int32), "name": [public.names[at] for at in learned]}
        ).with_columns(listener=nobody, followers=nobody),
        playlist_songs=pl.DataFrame(
            {
                "playlist": np.repeat(learned, [len(one) for one in lists]).astype(np.int32),
                "position": np.concatenate([np.arange(len(one)) for one in lists]).astype(np.int32),
                "song": np.concatenate(lists).astype(np.int32),
            }
        ),
        songs=pl.DataFrame({"song": songs, "artist": public.artists, "item": songs}).with_columns(
            artist_name=pl.lit(""), title=pl.lit(""), release=pl.lit(None, pl.String), duration_ms=nobody
        ),
        listeners=pl.DataFrame(schema=LISTENERS),
        feedback=pl.DataFrame(schema=FEEDBACK),
    )


def peers(task: Task) -> dict[str, Lists]:
    """What every peer continues with, columns ``(n_challenges, 500)`` padded with −1, and their fusion."""
    found = {
        "popularity": _popularity(task),
        "implicit iALS": _implicit_als(task),
        "implicit item neighbours": _implicit_neighbours(task),
        "item neighbours, shrunk": _neighbours(task),
        "playlist neighbours": _playlist_neighbours(task),
        "RP3beta": _rp3beta(task),
        "artists": _artists(task),
        "titles": _titles(task),
    }
    return found | {"fusion": fused([found[name] for name in FUSED], task.held.shape[1])}


def fused(lists: Sequence[Lists], n_tracks: int) -> Lists:
    """Reciprocal-rank fusion: the sum of 1 / (60 + rank) over the lists that name a track."""
    joined = np.full((len(lists[0]), DEEPEST), -1, np.int32)
    for row in range(len(joined)):
        score = np.zeros(n_tracks, np.float32)
        for some in lists:
            place = np.flatnonzero(some[row] >= 0)
            score[some[row, place]] += 1 / (SOFTENING + 1 + place)
        _take_best(score, joined[row])
    return joined


def scores(lists: Lists, asked: Challenges) -> dict[str, PerListener]:
    """R-precision, nDCG@500 and clicks of each challenge."""
    truth = asked.truth
    return {
        "r_precision": r_precision(lists, truth),
        "ndcg@500": ndcg(lists, truth, DEEPEST),
        "clicks": clicks(lists, truth),
    }


def _popularity(task: Task) -> Lists:
    return _best(task, sp.csr_matrix(np.ones((len(task.asked), 1), np.float32)), task.holders[None])


def _implicit_als(task: Task) -> Lists:
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=256, regularization=100.0, alpha=20.0, iterations=12, random_state=task.seed
    )
    model.fit(task.held, show_progress=False)
    rows = np.arange(len(task.asked))
    ids, _ = model.recommend(
        rows, task.shown, N=DEEPEST, recalculate_user=True, filter_already_liked_items=True
    )
    return np.asarray(ids)


def _implicit_neighbours(task: Task) -> Lists:
    from implicit.nearest_neighbours import CosineRecommender

    model = CosineRecommender(K=200)
    model.fit(task.held, show_progress=False)
    ids, scores = model.recommend(
        np.arange(len(task.asked)), task.shown, N=DEEPEST, filter_already_liked_items=True
    )
    return np.where(np.asarray(scores) > 0, ids, -1)


def _neighbours(task: Task) -> Lists:
    model = Neighbours(NeighbourConfig(k=1000, shrink=15.0, damping=0.0)).fit(task.held)
    return model.score(task.shown, task.shown, DEEPEST)[0]


def _playlist_neighbours(task: Task) -> Lists:
    rarity = sp.diags_array(np.log1p(task.held.shape[0] / np.maximum(task.holders, 1)) ** 2)
    shared = sp.csr_matrix(task.shown @ rarity @ task.held.T)
    whole = np.asarray((task.held @ rarity).sum(1)).ravel()
    shared.data = (shared.data / whole[shared.indices] ** 0.25) ** 1.5
    return _best(task, shared, task.held)


def _rp3beta(task: Task) -> Lists:
    to_playlists = task.shown @ sp.diags_array(1 / np.maximum(task.holders, 1)) @ task.held.T
    to_tracks = (
        sp.diags_array(1 / task.lengths) @ task.held @ sp.diags_array(np.maximum(task.holders, 1) ** -0.3)
    )
    return _best(task, to_playlists, to_tracks)


def _artists(task: Task) -> Lists:
    held = sp.diags_array(np.log1p(task.holders)) @ task.by_artist
    return _best(task, task.shown @ task.by_artist, held.T)


def _titles(task: Task) -> Lists:
    rarity = np.log1p(task.called.shape[0] / np.asarray(task.called.sum(0)).ravel())
    shared = task.called_now @ sp.diags_array(rarity**2) @ task.called.T
    return _best(task, shared, task.held)


def _best(task: Task, voices: sp.csr_matrix, votes: Any) -> Lists:
    """The best 500 open tracks of each challenge by ``voices @ votes``; only scores above 0 count."""
    lists = np.full((len(task.asked), DEEPEST), -1, np.int32)
    voices, votes = sp.csr_matrix(voices), sp.csr_matrix(votes)
    for start in range(0, len(lists), AT_ONCE):
        scores = (voices[start : start + AT_ONCE] @ votes).toarray()
        scores[task.shown[start : start + AT_ONCE].nonzero()] = 0
        for row, score in enumerate(scores):
            _take_best(score, lists[start + row])
    return lists


def _take_best(score: np.ndarray[Any, Any], into: np.ndarray[Any, Any]) -> None:
    """Fill a row with the places of the greatest scores above 0; ties by lower place."""
    above = np.flatnonzero(score > 0)
    if len(above) > len(into):
        least = np.partition(score[above], -len(into))[-len(into)]
        above = above[score[above] >= least]
    order = above[np.argsort(-score[above], kind="stable")][: len(into)]
    into[: len(order)] = order


def _words(name: str) -> set[str]:
    """The words of a name and the name as a whole."""
    spelled = words(fold(name)) or name.strip()
    return {*spelled.split(), f"={spelled}"}


def _called(names: Sequence[str], known: dict[str, int]) -> sp.csr_matrix:
    rows = [sorted(known[word] for word in _words(name) if word in known) for name in names]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([word for row in rows for word in row], np.int32)
    return sp.csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(names), len(known)))


def main() -> None:
    """Print what every system reaches, seed by seed, over all kinds and kind by kind, and the means over the seeds."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=3, help="splits to try")
    public = Public.read(real_data() / "playlists" / "playlists.jsonl.gz")
    found: list[dict[str, dict[str, list[float]]]] = []
    took: list[dict[str, float]] = []
    for seed in range(1, 1 + arguments.parse_args().seeds):
        began, used = time.perf_counter(), time.process_time()
        lists, asked = ours(public, seed=seed)
        took.append(
            {"wall_s": round(time.perf_counter() - began, 1), "cpu_s": round(time.process_time() - used, 1)}
        )
        task = Task.of(public, seed=seed)
        found.append(
            {OURS: _figures(lists, asked)}
            | {peer: _figures(theirs, task.asked) for peer, theirs in peers(task).items()}
        )
    means = {
        system: {
            metric: round(float(np.mean([one[system][metric][0] for one in found])), 4)
            for metric in found[0][system]
        }
        for system in found[0]
    }
    report(
        "playlist continuation",
        {
            "goal": GOAL,
            "peers_known_figures": KNOWN,
            "means": means,
            "columns": ["all", *_kinds()],
            "seeds": found,
            "ours_took": took,
        },
    )


def _figures(lists: Lists, asked: Challenges) -> dict[str, list[float]]:
    by_kind = [np.arange(len(asked)), *(np.flatnonzero(asked.kinds == kind) for kind in range(len(KINDS)))]
    return {
        metric: [round(mean(values[rows]), 4) for rows in by_kind]
        for metric, values in scores(lists, asked).items()
    }


def _kinds() -> list[str]:
    return [f"{n} drawn" if anywhere else f"first {n}" for n, anywhere in KINDS]


if __name__ == "__main__":
    main()
