"""Whom blog posts are about, as `earmark.signals.culture.linking` tells it, beside plain look-ups of names.

Gold is what the posts' authors marked: names in their front matter, bold or linked, that the catalogue knows (see
training/linking_examples.py). Markup is stripped before anything reads the texts. The gold is incomplete, so precision
against it is told too low for whatever finds those who are named in passing. A post and an artist are one pair, as
likely as its likeliest place. The trees that judge a post never saw it: posts are split into ten parts by seed, and
those of nine teach those that judge the tenth.

On encyclopedia pages, which taught nothing, the page's own artist must be found by the trees that are shipped. Speed
is that of texts of 500 words, made of the posts' words, with the whole catalogue, on one core.

    python linking.py                  # EARMARK_DATA is the data
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))

from earmark.music.names import artist_key
from earmark.signals.culture.linking import Linker
from earmark.signals.culture.said import SaidConfig
from linking_examples import Examples, gold
from linking_names import Catalogue, catalogue
from linking_posts import Post, posts
from linking_training import FOLDS, Teacher
from measured import real_data, report

Pairs = dict[tuple[int, int], float]
"""Posts and artists, and how likely each artist is meant there."""
RECALL: Final = 0.75
SURE: Final = 0.5
NAMES: Final = 100_000
WORDS: Final = 500
DOCUMENTS: Final = 640
BINS: Final = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)


def judged(teacher: Teacher, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities of all names in posts with and without titles, by trees that did not see the post."""
    fold = np.random.default_rng(seed).permutation(len(teacher.posts)) % FOLDS
    told = np.zeros(len(teacher.titled.marked)), np.zeros(len(teacher.untitled.marked))
    for held in range(FOLDS):
        judge = teacher.artists(fold != held)
        for probabilities, these in zip(told, (teacher.titled, teacher.untitled), strict=True):
            own = (fold == held)[these.posts]
            probabilities[own] = judge.probabilities(these.features[own])
    return told


def best_of(these: Examples, probabilities: NDArray[np.float64]) -> Pairs:
    """Each pair by its likeliest place."""
    best: Pairs = {}
    for post, thing, likely in zip(
        these.posts.tolist(), these.things.tolist(), probabilities.tolist(), strict=True
    ):
        best[post, thing] = max(likely, best.get((post, thing), 0.0))
    return best


def against(pairs: Pairs, marked: Sequence[set[int]]) -> dict[str, float]:
    """Precision at recall of .75 and more, mean precision, and both at the usual threshold."""
    whole = sum(map(len, marked))
    order = sorted(pairs, key=lambda pair: (-pairs[pair], pair))
    right = np.cumsum([thing in marked[post] for post, thing in order])
    precision, recall = right / np.arange(1, len(order) + 1), right / whole
    sure = sum(pairs[pair] >= SURE for pair in order)
    enough = recall >= RECALL
    hits = np.diff(right, prepend=0) > 0
    return {
        f"precision_at_recall_{RECALL}": float(precision[enough].max()) if enough.any() else 0.0,
        "mean_precision": float(precision[hits].sum() / whole),
        "precision_where_sure": float(precision[sure - 1]) if sure else 0.0,
        "recall_where_sure": float(recall[sure - 1]) if sure else 0.0,
        "pairs_where_sure": float(sure),
    }


def looked_up(these: Sequence[Post], names: Catalogue, *, case: bool) -> Pairs:
    """Every name that stands in a text between words, as it is written, or whatever its case."""
    known: dict[tuple[str, ...], int] = {}
    for name in names.artists:
        words = tuple(_words(name.text if case else name.text.casefold()))
        if words:
            known.setdefault(words, name.artist)
    longest = max(map(len, known))
    found: Pairs = {}
    for at, post in enumerate(these):
        words = _words(post.text if case else post.text.casefold())
        for begin in range(len(words)):
            for size in range(1, longest + 1):
                artist = known.get(tuple(words[begin : begin + size]))
                if artist is not None:
                    found[at, artist] = 1.0
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text.replace("’", "'"))


def calibration(these: Examples, told: NDArray[np.float64]) -> list[dict[str, float]]:
    """Of names as likely as this: how many, how likely, and how many were marked."""
    place = np.digitize(told, BINS[1:-1])
    return [
        {
            "from": BINS[at],
            "names": int((place == at).sum()),
            "told": round(float(told[place == at].mean()), 3),
            "marked": round(float(these.marked[place == at].mean()), 3),
            "marked_or_hardly_else": round(float((these.marked | these.hardly_else)[place == at].mean()), 3),
        }
        for at in range(len(BINS) - 1)
        if (place == at).any()
    ]


def pages(data: Path) -> Iterator[tuple[str, str]]:
    """Encyclopedia pages: titles and texts."""
    with (data / "text" / "wikipedia" / "ambient.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield row["Title"], row["Text"]


def own_artists(data: Path, names: Catalogue) -> dict[str, float]:
    """Of pages about an artist whom the catalogue knows: where they are linked, and how likely."""
    linker = Linker(names.artists)
    told = {}
    for titled in (True, False):
        sure, found, count = 0, 0, 0
        for title, text in pages(data):
            bare = re.sub(r"\s*\([^)]*\)$", "", title)
            by = re.search(r"\((.+) album\)$", title)
            artist = names.ids.get(artist_key(by[1] if by else bare))
            if artist is None:
                continue
            likely = [
                link.probability
                for link in linker.link(text, bare if titled else "")
                if link.artist == artist
            ]
            count += 1
            found += bool(likely)
            sure += max(likely, default=0.0) >= SURE
        told["with_title" if titled else "without"] = {
            "pages": count, "linked": round(found / count, 3), "sure": round(sure / count, 3),
        }  # fmt: skip
    return told


def speed(these: Sequence[Post], names: Catalogue) -> dict[str, float]:
    """Texts of 500 words a CPU second, many at once and one by one."""
    listed = (names.artists + names.works)[:NAMES]
    began = time.process_time()
    linker = Linker(listed)
    made = time.process_time() - began
    words = " ".join(post.text for post in these).split(" ")
    starts = np.random.default_rng(0).integers(0, len(words) - WORDS, DOCUMENTS).tolist()
    texts = [" ".join(words[start : start + WORDS]) for start in starts]
    many, single = [], []
    for _ in range(3):
        began = time.process_time()
        links = linker.link_all(texts)
        many.append(DOCUMENTS / (time.process_time() - began))
        began = time.process_time()
        for text in texts[:128]:
            linker.link(text)
        single.append(128 / (time.process_time() - began))
    return {
        "names": len(listed),
        "seconds_to_make_ready": round(made, 2),
        "documents_a_second_at_once": round(float(np.median(many))),
        "documents_a_second_one_by_one": round(float(np.median(single))),
        "links_a_document": round(sum(map(len, links)) / DOCUMENTS, 1),
    }


def _mean(figures: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([one[name] for one in figures])), 3) for name in figures[0]}


def to_read(these: list[Post], names: Catalogue, n: int, seed: int) -> Iterator[str]:
    """Links that are told as facts, by trees that did not see the post, drawn at random, with what stands around."""
    teacher = Teacher(these, names, 1)
    likely, _ = judged(teacher, 1)
    read, found = teacher.finder.read([post.text for post in these], [post.title for post in these])
    places, _ = teacher.finder.artists(read, found)
    starts = read.tokens.starts[places.begins]
    body = starts >= 0
    ends = read.tokens.ends[places.ends - 1]
    called = {name.artist: name.text for name in names.artists}
    facts = np.flatnonzero(likely >= SaidConfig().least_probability)
    for at in np.random.default_rng(seed).permutation(facts)[:n].tolist():
        text, start, end = these[teacher.titled.posts[at]].text, starts[body][at], ends[body][at]
        around = f"{text[max(0, start - 70) : start]}<<{text[start:end]}>>{text[end : end + 60]}"
        yield f"{called[int(teacher.titled.things[at])]} {likely[at]:.2f} | {' '.join(around.split())}"


def main() -> None:
    """Print the figures as JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--only", choices=["posts", "pages", "speed"])
    arguments.add_argument(
        "--read", type=int, metavar="N", help="print N links to be read by a human, instead"
    )
    arguments.add_argument("--draw", type=int, default=1, help="seed of that draw")
    asked = arguments.parse_args()
    data = real_data()
    these, names = list(posts(data / "text" / "blog")), catalogue(data)
    if asked.read:
        print("\n".join(to_read(these, names, asked.read, asked.draw)))
        return
    figures: dict[str, Any] = {}
    if asked.only in (None, "posts"):
        figures |= of_posts(these, names, asked.seeds)
    if asked.only in (None, "pages"):
        figures["encyclopedia_pages_own_artist"] = own_artists(data, names)
    if asked.only in (None, "speed"):
        figures["speed"] = speed(these, names)
    report("linking", figures)


def of_posts(these: list[Post], names: Catalogue, seeds: int) -> dict[str, Any]:
    """Ours and the peers, against what authors marked."""
    marked, naive = gold(these, names.ids), gold(these, names.ids, naive=True)
    ours: dict[str, list[dict[str, float]]] = {}
    for seed in range(seeds):
        teacher = Teacher(these, names, seed)
        told = judged(teacher, seed)
        for name, examples, likely in zip(
            ("with title", "without title"), (teacher.titled, teacher.untitled), told, strict=True
        ):
            pairs = best_of(examples, likely)
            ours.setdefault(name, []).append(against(pairs, marked))
            ours.setdefault(f"{name}, all that is bold", []).append(against(pairs, naive))
        last = calibration(teacher.titled, told[0])
    return {
        "posts": len(these),
        "catalogue": {"artists": len(names.ids), "names": len(names.artists)},
        "marked_pairs": {"names": sum(map(len, marked)), "all that is bold": sum(map(len, naive))},
        "earmark": {name: _mean(several) for name, several in ours.items()},
        "calibration": last,
        "look-up, any case": _mean([against(looked_up(these, names, case=False), naive)]),
        "look-up, case kept": _mean([against(looked_up(these, names, case=True), naive)]),
        "look-up, case kept, names": _mean([against(looked_up(these, names, case=True), marked)]),
    }


if __name__ == "__main__":
    main()
