"""Plain text end to end: documents a second on two cores, with 100,000 names.

Posts of music blogs, without their markup, and encyclopedia pages are read as the job worker reads them: by processes,
each with a reader of its own, portions at a time. Names are artists of public play counts and playlists, and songs of
playlists up to 100,000. Each document is read several times; nothing is kept from one time to the next. Beside the
pace as a whole, what each step costs is told in CPU milliseconds, and what common libraries take for some of them.
"""

from __future__ import annotations

import csv
import gzip
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from earmark.music.documents import Document
from earmark.signals.culture.duplicates import sketch
from earmark.signals.culture.language import language_of
from earmark.signals.culture.linking import Linker, Name
from earmark.signals.culture.reading import Reader
from earmark.signals.culture.sentences import sentences, tokens
from hetrec import FOLDER
from measured import real_data, report

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))
from linking_posts import posts

NAMES = 100_000
CORES = 2
PORTION = 64
WARMING = 10
"""So often everything is read before, by both processes."""
SECONDS = 10.0
"""About how long each trial takes."""
GOAL, KNOWN = 1_000, 862
"""Documents a second: what is aimed at, and what was once found."""


def catalogue() -> list[Name]:
    """Artists first, then songs."""
    artists: dict[str, int] = {}
    lines = (real_data() / FOLDER / "artists.dat").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        artists.setdefault(line.split("\t")[1], len(artists))
    songs: dict[tuple[str, str], int] = {}
    with gzip.open(real_data() / "playlists/playlists.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            for artist, title, _ in json.loads(line)["tracks"]:
                artists.setdefault(artist, len(artists))
                songs.setdefault((artist, title), len(songs))
    names = [Name(artist, number) for artist, number in artists.items()]
    works = [Name(title, artists[artist], number) for (artist, title), number in songs.items()]
    return [*names, *works][:NAMES]


def documents() -> dict[str, list[Document]]:
    """Of each kind."""
    blog = [
        Document(address=post.name, source="blog", title=post.title, text=post.text)
        for post in posts(real_data() / "text/blog")
    ]
    csv.field_size_limit(10**8)
    with (real_data() / "text/wikipedia/ambient.csv").open(encoding="utf-8", newline="") as file:
        pages = [
            Document(address=row["Title"], source="pages", title=row["Title"], text=row["Text"])
            for row in csv.DictReader(file)
        ]
    return {"blog posts": blog, "encyclopedia pages": pages}


_reader: list[Reader] = []


def _begin(names: list[Name]) -> None:
    _reader.append(Reader(Linker(names)))


def _read(portion: list[Document]) -> tuple[int, float]:
    began = time.process_time()
    readings = _reader[0].read_all(portion)
    return sum(len(reading.mentions) for reading in readings), time.process_time() - began


def pace(pool: Any, some: Sequence[Document]) -> dict[str, float]:
    """Documents a second, and what one takes."""
    portions = [list(some[at : at + PORTION]) for at in range(0, len(some), PORTION)]
    # The names are made ready, and what is read once is read, before the clock runs.
    pool.map(_read, portions * WARMING, chunksize=1)
    began = time.perf_counter()
    pool.map(_read, portions * CORES, chunksize=1)
    once = (time.perf_counter() - began) / CORES
    times = max(2, round(SECONDS / max(once, 1e-3)))
    began = time.perf_counter()
    told = pool.map(_read, portions * times, chunksize=1)
    took, n = time.perf_counter() - began, times * len(some)
    cpu = sum(seconds for _, seconds in told)
    return {
        "documents_per_s": round(n / took),
        "documents_per_s_if_both_cores_were_ours": round(CORES * n / cpu),
        "cpu_ms": round(1_000 * cpu / n, 3),
        "words": round(sum(len(one.text.split()) for one in some) / len(some)),
        "letters_per_s": round(sum(len(one.text) for one in some) * times / took),
        "mentions": round(sum(found for found, _ in told) / n, 2),
    }


def steps(some: Sequence[Document]) -> dict[str, float]:
    """CPU milliseconds a document, the least of five rounds."""
    linker = Linker([Name("Nobody In Particular", 1)])
    systems: dict[str, Callable[[Document], object]] = {
        "language": lambda one: language_of(one.text),
        "sketch": lambda one: sketch(one.text),
        "sentences and words": lambda one: [tokens(part.text) for part in sentences(one.text)],
        "all, with one name known, one document at a time": Reader(linker).read,
        "py3langid over all of the text": _langid(),
        "datasketch over the same shingles": _datasketch,
    }
    found: dict[str, float] = {}
    for name, system in systems.items():
        rounds = []
        for _ in range(5):
            began = time.process_time()
            for one in some:
                system(one)
            rounds.append(time.process_time() - began)
        found[name] = round(1_000 * min(rounds) / len(some), 3)
    return found


def _langid() -> Callable[[Document], object]:
    import py3langid

    return lambda one: py3langid.classify(one.text)


def _datasketch(one: Document) -> object:
    from datasketch import MinHash

    words = one.text.lower().split()
    shingles = [" ".join(words[at : at + 4]).encode() for at in range(max(1, len(words) - 3))]
    minima = MinHash(num_perm=128, seed=1)
    minima.update_batch(shingles)
    return minima.digest()


def main() -> None:
    """Print the pace, kind by kind, and what the steps cost."""
    names, kinds = catalogue(), documents()
    with multiprocessing.get_context("spawn").Pool(CORES, _begin, (names,)) as pool:
        paces = {kind: pace(pool, some) for kind, some in kinds.items()}
    report(
        "plain text end to end",
        {
            "names": len(names),
            "processes": CORES,
            "pace": paces,
            "cpu_ms_of_steps_on_blog_posts": steps(kinds["blog posts"]),
            "known": KNOWN,
            "goal": GOAL,
        },
    )


if __name__ == "__main__":
    main()
