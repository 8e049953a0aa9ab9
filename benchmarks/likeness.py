"""Whether artists whom the world describes alike are heard by the same people: nDCG@10 of each artist's nearest.

Gold are the ten artists that share most listeners with each one (cosine with shrinkage 5, HetRec 2011). First, from
people's tags for artists with five tags and ten listeners or more; then from encyclopedia pages alone, for artists whom
the pages describe. Settings were chosen on half of the artists; the other half is told. Peers see the same: logarithms
of counts times inverse document frequency by cosine, the same with latent semantic analysis, positive pointwise mutual
information with singular vectors; and for pages, all words of an artist's own page.
"""

from __future__ import annotations

import csv
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.linalg import svds

from earmark.music.documents import Document
from earmark.signals.culture.linking import Linker, Name
from earmark.signals.culture.reading import Reader
from earmark.signals.culture.sentences import tokens
from earmark.signals.culture.vectors import CulturalVectors
from earmark.store.culture_frames import MENTIONS, TAGS, no_mentions, no_tags
from earmark.threads import one_blas_thread
from hetrec import FOLDER, HetRec
from measured import real_data, report

DEPTH, SHRINK, FACTORS = 10, 5.0, 200
LEAST_TAGS, LEAST_LISTENERS = 5, 10
KNOWN = {"what": "biographies", "sparse terms with LSA-200": 0.233, "sentence embeddings": 0.118}
GENRES = {"artist": pl.Int32, "song": pl.Int32, "genre": pl.String, "weight": pl.Float32}

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ids = np.ndarray[Any, np.dtype[np.int64]]


def heard_by_the_same(plays: Ids, artists: Ids) -> Floats:
    """``(n, n)``: the gain of each artist's ten nearest by listeners, 0 for all others."""
    kept = np.isin(plays[1], artists)
    who, artist = plays[0, kept], np.searchsorted(artists, plays[1, kept])
    heard = sp.csr_array((np.ones(len(who)), (artist, who)), shape=(len(artists), who.max() + 1))
    both = (heard @ heard.T).toarray()
    lengths = np.sqrt(np.diag(both))
    gains = both / (np.outer(lengths, lengths) + SHRINK)
    np.fill_diagonal(gains, 0)
    tenth = np.sort(gains, axis=1)[:, -min(DEPTH, len(artists))][:, None]
    return np.where(gains >= tenth, gains, 0)


def ndcg(likeness: Floats, gains: Floats, asked: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    """Over the artists that are asked for and have a gain at all."""
    likeness = likeness.astype(np.float64).copy()
    np.fill_diagonal(likeness, -np.inf)
    depth = min(DEPTH, len(gains) - 1)
    discount = 1 / np.log2(np.arange(2, depth + 2))
    best = np.argsort(-likeness, axis=1, kind="stable")[:, :depth]
    found = np.take_along_axis(gains, best, axis=1) @ discount
    ideal = -np.sort(-gains, axis=1)[:, :depth] @ discount
    some = asked & (ideal > 0)
    return round(float((found[some] / ideal[some]).mean()), 4)


def unit(rows: Any) -> Any:
    """Rows at unit length."""
    dense = rows if isinstance(rows, np.ndarray) else None
    lengths = np.linalg.norm(dense, axis=1) if dense is not None else np.sqrt(rows.multiply(rows).sum(axis=1))
    scale = 1 / np.maximum(lengths, 1e-12)
    return dense * scale[:, None] if dense is not None else sp.csr_array(sp.diags_array(scale) @ rows)


def peers(counts: sp.csr_array[Any, tuple[int, int]]) -> dict[str, Floats]:
    """Likeness by what is usual."""
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    counts = sp.csr_array(counts[:, held > 1], dtype=np.float64)
    held = held[held > 1]
    weighed = counts.copy()
    weighed.data = np.log1p(counts.data)
    tfidf = unit(sp.csr_array(weighed @ sp.diags_array(np.log(counts.shape[0] / held))))
    pairs = weighed.tocoo()
    rows, columns = weighed.sum(axis=1), weighed.sum(axis=0) ** 0.75
    lift = np.log(pairs.data / (rows[pairs.row] * columns[pairs.col] / columns.sum()))
    ppmi = unit(sp.csr_array((np.maximum(lift, 0), (pairs.row, pairs.col)), shape=pairs.shape))
    found = {"tf-idf": (tfidf @ tfidf.T).toarray()}
    for name, matrix in (("tf-idf, LSA-200", tfidf), ("PPMI, SVD-200", ppmi)):
        kept = min(FACTORS, min(matrix.shape) - 1)
        left, singular, _ = svds(matrix, k=kept, v0=np.ones(min(matrix.shape)))
        rows_there = unit(left * singular)
        found[name] = rows_there @ rows_there.T
    return found


def ours(vectors: CulturalVectors, artists: Ids) -> dict[str, Floats]:
    """Likeness by Earmark's vectors, and by their terms alone."""
    rows = np.array([vectors.row(int(artist)) for artist in artists])
    factors, terms = vectors.factors[rows], vectors.weights[rows]
    return {
        "earmark": (factors @ factors.T).astype(np.float64),
        "earmark, terms alone": (terms @ terms.T).toarray(),
    }


def by_tags(tables: HetRec) -> dict[str, Any]:
    """From people's tags."""
    given = pl.DataFrame({"artist": tables.given[1], "tag": tables.given[2]})
    tags = given.group_by("artist", "tag").len("weight").sort("artist", "tag")
    tagged = (
        tags.group_by("artist").agg(pl.col("weight").sum()).filter(pl.col("weight") >= LEAST_TAGS)["artist"]
    )
    heard, listeners = np.unique(tables.plays[1], return_counts=True)
    artists = np.intersect1d(tagged.to_numpy(), heard[listeners >= LEAST_LISTENERS])
    tags = tags.filter(pl.col("artist").is_in(artists.tolist()))
    frame = tags.select(
        pl.col("artist").cast(pl.Int32),
        song=pl.lit(None, pl.Int32),
        source=pl.lit("people"),
        tag=pl.col("tag").replace_strict(tables.called, return_dtype=pl.String),
        weight=pl.col("weight").cast(pl.Float32),
    ).cast(dict(TAGS))
    columns, at = np.unique(tags["tag"].to_numpy(), return_inverse=True)
    counts = sp.csr_array(
        (tags["weight"].to_numpy(), (np.searchsorted(artists, tags["artist"].to_numpy()), at)),
        shape=(len(artists), len(columns)),
    )
    vectors = CulturalVectors.fit(no_mentions(), frame, pl.DataFrame(schema=GENRES), now=0)
    return told({**ours(vectors, artists), **peers(counts)}, heard_by_the_same(tables.plays, artists))


def by_pages(tables: HetRec) -> dict[str, Any]:
    """From encyclopedia pages, by all that they say of whomever; and of those with a page, by its words."""
    lines = (real_data() / FOLDER / "artists.dat").read_text(encoding="utf-8").splitlines()[1:]
    called = {line.split("\t")[1]: int(line.split("\t")[0]) for line in lines}
    csv.field_size_limit(10**8)
    with (real_data() / "text/wikipedia/ambient.csv").open(encoding="utf-8", newline="") as file:
        pages = [(row["Title"], row["Text"]) for row in csv.DictReader(file)]
    reader = Reader(Linker([Name(name, number) for name, number in called.items()]))
    readings = reader.read_all([Document(title, "pages", title, text) for title, text in pages])
    rows = [
        {
            "document": number, "source": title, "address": title, "published_at": None, "artist": mention.artist,
            "song": None, "release": None, "times": mention.times, "probability": mention.probability,
            "opinion": mention.opinion, "quote": mention.quote,
            "terms": [{"term": term, "weight": weight} for term, weight in mention.terms],
        }
        for number, ((title, _), reading) in enumerate(zip(pages, readings, strict=True))
        for mention in reading.mentions
    ]  # fmt: skip
    vectors = CulturalVectors.fit(
        pl.DataFrame(rows, schema=dict(MENTIONS)), no_tags(), pl.DataFrame(schema=GENRES), now=0
    )
    own = {
        called[title.split(" (")[0]]: text
        for title, text in pages
        if title.split(" (")[0] in called and "album" not in title
    }
    heard, listeners = np.unique(tables.plays[1], return_counts=True)
    known = np.intersect1d(vectors.artists, heard[listeners >= LEAST_LISTENERS])
    figures = told(ours(vectors, known), heard_by_the_same(tables.plays, known))
    with_page = np.array([artist for artist in known if int(artist) in own])
    bags = [
        Counter(word.lower() for word in tokens(own[int(artist)]) if word[0].isalpha())
        for artist in with_page
    ]
    words = {word: at for at, word in enumerate(sorted({word for bag in bags for word in bag}))}
    counts = sp.csr_array(
        (
            [count for bag in bags for count in bag.values()],
            ([at for at, bag in enumerate(bags) for _ in bag], [words[word] for bag in bags for word in bag]),
        ),
        shape=(len(bags), len(words)),
    )
    gains = heard_by_the_same(tables.plays, with_page)
    return {
        "all who are described": figures,
        "those with a page of their own": told(
            {**ours(vectors, with_page), **peers(counts)}, gains, halves=False
        ),
    }


def told(likenesses: dict[str, Floats], gains: Floats, *, halves: bool = True) -> dict[str, Any]:
    """The figures of each system."""
    chosen_on = np.random.default_rng(1).random(len(gains)) < 0.5
    everybody = np.ones(len(gains), bool)
    asked = {"settings chosen on": chosen_on, "told": ~chosen_on} if halves else {"all": everybody}
    return {
        "artists": len(gains),
        "ndcg@10": {
            name: {which: ndcg(likeness, gains, some) for which, some in asked.items()}
            for name, likeness in likenesses.items()
        },
        "at_random": ndcg(np.random.default_rng(2).random(gains.shape), gains, everybody),
    }


def main() -> None:
    """Print what each system reaches."""
    tables = HetRec.read()
    with one_blas_thread():
        report(
            "likeness of artists by what is said of them",
            {"by_tags": by_tags(tables), "by_pages": by_pages(tables), "known": KNOWN},
        )


if __name__ == "__main__":
    main()
