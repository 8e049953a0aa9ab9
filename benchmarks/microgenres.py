"""Micro-genres on artists of HetRec 2011 (Last.fm): what artists are, whether names hold for others, whether they stay.

- `labels`: artists whom a public list gives fine labels (matched by `artist_key`) in five folds: the likeliest label
  of an artist of a fold, learned from the other four, is right if the list gives it (P@1); and once more from who
  listens and what others are called alone. Beside it, nearest neighbours by tags, by listening and by both, each with
  the number of neighbours that was best in validation.
- `names`: of the artists with at least ten listeners and a tag (and, harder, with five), a fifth is hidden.
  Micro-genres are found and named among the rest; each hidden artist is placed by who listens alone, and it is counted
  whether it carries a term of the name that it is given, as terms are brought to one spelling. `at random`: the same
  with the hidden artists' micro-genres dealt out anew. Beside it, plain k-means on the vectors, named by the two terms
  of highest p · log(p / q).
- `stability`: from all artists with two listeners, and again without 5 % of the plays; and without 5 % of the artists:
  share of artists whose micro-genre keeps its name, after the first build and from scratch.
- `cost`: CPU seconds of a build on one core.

Settings were chosen with `--validation`, which draws folds and hidden artists by other seeds.
"""

from __future__ import annotations

import argparse
import ast
import csv
import gzip
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from earmark.music.names import artist_key
from earmark.signals.collaborative.factors import FactorConfig, Factors
from earmark.signals.culture.genres import GenreTree
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.labelling import Known, Labelling, LabellingConfig
from earmark.taste.microgenres.model import MicroGenres
from earmark.taste.microgenres.views import directions, tf_idf
from earmark.taste.microgenres.vocabulary import Vocabulary
from earmark.threads import one_blas_thread
from hetrec import FOLDER, HetRec
from measured import real_data, report

FACTORS = FactorConfig(factors=128, regularization=20.0, alpha=5.0)
LABELS = "artists/artist_microgenres.csv.gz"
FOLDS = 5
HIDDEN = 0.2
LOST = 0.05
NAMES = MicroGenreConfig()
"""As it comes: settings were chosen for it."""
KNOWN = {
    "labels, P@1": {"tags": 0.590, "listening": 0.495, "both": 0.599},
    "names, share of hidden artists": {"clusters of listening": 0.78, "at random": 0.19},
}
GOAL = {"labels, P@1": 0.66, "names, share of hidden artists": 0.85, "names, distinct": 0.95}
Array = np.ndarray[Any, Any]
Matrix = sp.csr_array[Any, tuple[int, int]]


@dataclass(frozen=True)
class Artists:
    """``plays`` ``(n_artists, n_listeners)``, ``tags`` ``(n_artists, n_tags)``, ``labels`` of those on the list."""

    ids: Array
    names: list[str]
    plays: Matrix
    tags: Matrix
    tag_names: list[str]
    labels: list[tuple[str, ...]]

    @classmethod
    def read(cls) -> Artists:
        """Read the tables and the list of labels."""
        tables = HetRec.read()
        who, artist, times = tables.plays
        ids = np.unique(artist)
        called = {}
        for line in (real_data() / FOLDER / "artists.dat").read_text(encoding="utf-8").split("\n")[1:]:
            number, *rest = line.split("\t")
            if rest:
                called[int(number)] = rest[0]
        given = tables.given[:, np.isin(tables.given[1], ids)]
        tags = np.unique(given[2])
        fine: dict[str, set[str]] = {}
        with gzip.open(real_data() / LABELS, "rt", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                fine.setdefault(artist_key(row["artist"]), set()).update(ast.literal_eval(row["genres"]))
        names = [called.get(int(number), "") for number in ids]
        return cls(
            ids.astype(np.int32),
            names,
            _counts(ids, artist, np.unique(who), who, times),
            _counts(ids, given[1], tags, given[2], np.ones(given.shape[1])),
            [tables.called[int(tag)].strip().lower() for tag in tags],
            [tuple(sorted(fine.get(artist_key(name), ()))) if name else () for name in names],
        )

    @cached_property
    def listeners(self) -> Array:
        """How many listeners each artist has."""
        return np.diff(self.plays.indptr)

    @cached_property
    def vectors(self) -> Array:
        """Learned vectors of the artists."""
        return learned(self.plays)

    @cached_property
    def tree(self) -> GenreTree:
        """Of genres."""
        return GenreTree.load()

    def micro_genres(
        self,
        rows: Array,
        *,
        vectors: Array | None = None,
        before: MicroGenres | None = None,
        seed: int = 0,
    ) -> MicroGenres:
        """Those of some artists."""
        return MicroGenres.fit(
            self.ids[rows],
            artist_names=[self.names[row] for row in rows],
            listening=(self.vectors if vectors is None else vectors)[rows],
            terms=sp.csr_array(self.tags[rows]),
            term_names=self.tag_names,
            tree=self.tree,
            sound=None,
            weight=np.asarray(self.plays.sum(axis=1))[rows],
            before=before,
            config=NAMES,
            seed=seed,
        )


def learned(plays: Matrix) -> Array:
    """Vectors of artists from plays ``(n_artists, n_listeners)``."""
    return Factors(FACTORS).fit(sp.csr_array(plays.T.astype(np.float32)).log1p()).item_factors


def labels(artists: Artists, seeds: list[int]) -> dict[str, Any]:
    """P@1 of ours and of neighbours."""
    rows = np.flatnonzero([bool(some) for some in artists.labels])
    vocabulary = sorted({label for row in rows for label in artists.labels[row]})
    at = {label: column for column, label in enumerate(vocabulary)}
    pairs = [(row, at[label]) for row, one in enumerate(rows) for label in artists.labels[one]]
    who, what = np.array(pairs).T
    truth = sp.csr_array((np.ones(len(who), np.float32), (who, what)), shape=(len(rows), len(vocabulary)))
    config = LabellingConfig()
    tagged = np.flatnonzero(np.diff(artists.tags.indptr) > 0)
    played = np.argsort(-np.asarray(artists.plays.sum(axis=1))[tagged], kind="stable")
    lenders = np.sort(tagged[played[: config.most_teachers]])
    told, untold = (
        Known.of(
            words=words,
            listening=artists.vectors,
            lent=sp.csr_array(artists.tags[lenders]),
            lenders=lenders,
            config=config,
            seed=0,
        )
        for words in (artists.tags, sp.csr_array(artists.tags.shape, dtype=np.float32))
    )
    tags, listening = tf_idf(artists.tags)[rows], tf_idf(artists.plays)[rows]
    by_tags, by_listening = (tags @ tags.T).toarray(), (listening @ listening.T).toarray()

    def ours(known: Known) -> Callable[[Array, Array], Array]:
        return lambda taught, asked: (
            Labelling(config).fit(known, truth[taught], rows[taught]).expected(rows[asked])
        )

    def neighbours(alike: Array, k: int) -> Callable[[Array, Array], Array]:
        def scores(taught: Array, asked: Array) -> Array:
            likeness = alike[np.ix_(asked, taught)]
            least = -np.partition(-likeness, k, axis=1)[:, k : k + 1]
            votes = sp.csr_array(np.where(likeness > least, likeness, 0))
            return np.asarray((votes @ truth[taught]).toarray())

        return scores

    systems: Mapping[str, Callable[[Array, Array], Array]] = {
        "earmark": ours(told),
        "earmark, without a word of the artist": ours(untold),
        "neighbours by tags": neighbours(by_tags, 20),
        "neighbours by listening": neighbours(by_listening, 40),
        "neighbours by both": neighbours(by_tags + by_listening, 20),
    }
    right: dict[str, list[float]] = {system: [] for system in systems}
    for seed in seeds:
        folds = np.array_split(np.random.default_rng(seed).permutation(len(rows)), FOLDS)
        for system, scores in systems.items():
            found = []
            for asked in folds:
                taught = np.setdiff1d(np.arange(len(rows)), asked)
                best = scores(taught, asked).argmax(axis=1)
                found.append(truth[asked].toarray()[np.arange(len(asked)), best])
            right[system].append(float(np.concatenate(found).mean()))
    return {
        "artists": len(rows),
        "labels": len(vocabulary),
        "p@1": {system: round(float(np.mean(some)), 4) for system, some in right.items()},
        "of_seeds": {system: [round(one, 4) for one in some] for system, some in right.items()},
    }


def names(artists: Artists, seeds: list[int], least_listeners: int) -> dict[str, Any]:
    """Whether hidden artists carry a term of the name that they are given."""
    vocabulary = Vocabulary.of(artists.tag_names, artists.tree)
    column = {name: at for at, name in enumerate(vocabulary.names)}
    carried = sp.csr_array(((artists.tags @ vocabulary.spellings) > 0).astype(np.float32))
    eligible = np.flatnonzero((artists.listeners >= least_listeners) & (np.diff(artists.tags.indptr) > 0))
    rows = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(eligible)
        n = int(len(order) * HIDDEN)
        hidden, rest = order[:n], np.sort(order[n:])
        found = artists.micro_genres(rest, seed=seed)
        nobody = np.full(n, -1)
        place = found.songs(nobody, listening=artists.vectors[hidden]).toarray().argmax(axis=1)
        ours = [[column[term] for term in (one.modifier, one.core) if term] for one in found.genres]
        place_plain, plain = _plain(artists.vectors, carried, rest, hidden, n_clusters=len(found), seed=seed)
        row: dict[str, float] = {"micro_genres": len(found)}
        for system, where, terms in (("earmark", place, ours), ("k-means", place_plain, plain)):
            dealt = np.random.default_rng(seed).permutation(where)
            row[f"{system}: share"] = _holds(carried, hidden, where, terms)
            row[f"{system}: at random"] = _holds(carried, hidden, dealt, terms)
            row[f"{system}: distinct"] = len({tuple(sorted(some)) for some in terms}) / len(terms)
        rows.append(row)
    return {
        "artists": len(eligible),
        **{what: round(float(np.mean([row[what] for row in rows])), 3) for what in rows[0]},
    }


def stability(artists: Artists, seed: int) -> dict[str, Any]:
    """Share of artists whose micro-genre keeps its name from one build to another."""
    rows = np.flatnonzero(artists.listeners >= 2)
    random = np.random.default_rng(seed)
    first = artists.micro_genres(rows, seed=seed)
    fewer = artists.plays.tocoo()
    keep = random.random(fewer.nnz) >= LOST
    thinned = sp.csr_array((fewer.data[keep], (fewer.row[keep], fewer.col[keep])), shape=artists.plays.shape)
    vectors = learned(thinned)
    some = np.sort(random.permutation(rows)[: int(len(rows) * (1 - LOST))])
    told = {}
    for what, left, seen in (("5 % of plays", rows, vectors), ("5 % of artists", some, artists.vectors)):
        for how, before in (("after the first", first), ("from scratch", None)):
            second = artists.micro_genres(left, vectors=seen, before=before, seed=seed + 1)
            told[f"{what} fewer, {how}"] = _same(first, second)
    return {"artists": len(rows), "micro_genres": len(first), "share_of_artists_with_the_same_name": told}


def cost(artists: Artists) -> dict[str, Any]:
    """CPU seconds of a build of all artists, and of the most played."""
    most = np.argsort(-artists.plays.sum(axis=1), kind="stable")
    spent = {}
    artists.vectors, artists.tree  # noqa: B018
    for n in (300, 1_000, len(most)):
        began = time.process_time()
        found = artists.micro_genres(np.sort(most[:n]))
        spent[f"{n} artists"] = {
            "cpu_s": round(time.process_time() - began, 2),
            "micro_genres": len(found),
            "named_by_terms": sum(one.core is not None for one in found.genres),
        }
    return {**spent, "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def main() -> None:
    """Measure all four, or those named, and print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--seeds", type=int, default=3, help="draw folds and hidden artists with so many seeds"
    )
    arguments.add_argument("--validation", action="store_true", help="other seeds than those of the test")
    arguments.add_argument("--only", choices=("labels", "names", "stability", "cost"))
    chosen = arguments.parse_args()
    first = 100 if chosen.validation else 1
    seeds = list(range(first, first + chosen.seeds))
    artists = Artists.read()
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "cost": lambda: cost(artists),
        "labels": lambda: labels(artists, seeds),
        "names": lambda: {f"at least {least} listeners": names(artists, seeds, least) for least in (10, 5)},
        "stability": lambda: stability(artists, seeds[0]),
    }
    with one_blas_thread():
        found = {what: part() for what, part in parts.items() if chosen.only in {None, what}}
    report(
        "micro-genres",
        {
            "goal": GOAL,
            "peers_known_figures": KNOWN,
            **found,
            "settings": {
                "factors": FACTORS.model_dump(),
                "micro_genres": NAMES.model_dump(),
                "labelling": LabellingConfig().model_dump(),
                "seeds": seeds,
            },
        },
    )


def _plain(
    vectors: Array, carried: Matrix, rest: Array, hidden: Array, *, n_clusters: int, seed: int
) -> tuple[Array, list[list[int]]]:
    """Spherical k-means on the vectors; two terms for each cluster by p · log(p / q)."""
    points = directions(vectors)
    centres = points[rest][np.random.default_rng(seed).permutation(len(rest))[:n_clusters]]
    for _ in range(20):
        place = (points[rest] @ centres.T).argmax(axis=1)
        one = sp.csr_array((np.ones(len(rest)), (place, np.arange(len(rest)))), shape=(n_clusters, len(rest)))
        moved = directions(one @ points[rest])
        centres = np.where(moved.any(axis=1, keepdims=True), moved, centres)
    counts = (one @ carried[rest]).toarray()
    share = (
        counts / np.maximum(counts.max(axis=1, initial=1), np.bincount(place, minlength=n_clusters))[:, None]
    )
    usual = np.asarray(carried[rest].sum(axis=0)) / len(rest)
    own = np.where(
        (share >= 0.15) & (counts >= 3),
        share * np.log(np.maximum(share, 1e-9) / np.maximum(usual, 1e-9)),
        0,
    )
    best = np.argsort(-own, axis=1, kind="stable")[:, :2]
    terms = [[int(term) for term in some if own[at, term] > 0] for at, some in enumerate(best)]
    return (points[hidden] @ centres.T).argmax(axis=1), terms


def _holds(carried: Matrix, hidden: Array, place: Array, terms: list[list[int]]) -> float:
    held = carried[hidden].toarray()
    return float(np.mean([held[row, terms[where]].any() for row, where in enumerate(place)]))


def _same(first: MicroGenres, second: MicroGenres) -> float:
    """Share of the artists of both whose micro-genre has one name."""
    names = {
        int(artist): first.genres[at].name
        for artist, at in zip(first.artists, first.place, strict=True)
        if at >= 0
    }
    kept = [
        second.genres[at].name == names[int(artist)]
        for artist, at in zip(second.artists, second.place, strict=True)
        if at >= 0 and int(artist) in names
    ]
    return round(float(np.mean(kept)), 3)


def _counts(rows: Array, row: Array, columns: Array, column: Array, times: Array) -> Matrix:
    counts = sp.csr_array(
        (times.astype(np.float32), (np.searchsorted(rows, row), np.searchsorted(columns, column))),
        shape=(len(rows), len(columns)),
    )
    counts.sum_duplicates()
    return counts


if __name__ == "__main__":
    main()
