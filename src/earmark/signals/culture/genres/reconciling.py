"""Words of many hands, brought to the tree: what each artist and song is, in genres, with who said so.

Three kinds of word come in: what people wrote, with counts; what files say, often several genres in one field
("Rock; Indie/Alternative") or a number of ID3; and what texts call the music. Each is split, brought to the tree's
spelling and weighed against what else the same source says of the same artist; several sources are joined as
witnesses who err independently (noisy-or, Pearl 1988). A genre that everybody has says little, so its weight falls
with how common it is (inverse document frequency, Spärck Jones 1972). What is said of a genre is said, more faintly,
of those above it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from earmark.signals.culture.genres.terms import Kind, read_id3
from earmark.signals.culture.genres.tree import GenreTree

APART: Final = re.compile(r"\s*[;,|\\\x00]+\s*")
"""What stands between several genres in one field and nowhere else."""
PERHAPS_APART: Final = re.compile(r"\s*/+\s*|\s+[-–—]\s+")
"""What stands between several genres, but also within the name of one: "Hip-Hop/Rap"."""
NUMBERS: Final = re.compile(r"\((\d{1,3}|RX|CR)\)")
"""References of ID3v2.3 to the genres of ID3v1, and to "remix" and "cover"."""
MADE_OF: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "artist": pl.Int32,
    "song": pl.Int32,
    "genre": pl.String,
    "weight": pl.Float32,
    "sources": pl.List(pl.String),
    "tags": pl.List(pl.String),
}
"""The columns that `reconcile` makes."""


class ReconcilingConfig(BaseModel):
    """How far tags are believed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shrink: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Weight that must be said before a source is half believed; what one hand wrote once is little."""
    composed: float = Field(default=0.7, ge=0, le=1)
    """Share of a tag's weight that goes to its genre where the tag as a whole is not in the tree."""
    upward: float = Field(default=0.3, ge=0, lt=1)
    """Share of what is said of a genre that is said of each parent as well."""
    damping: float = Field(default=0.6, ge=0, le=1)
    """How much of the weight of a genre falls away, at most, where all artists have it."""
    evidence: int = Field(default=5, ge=1, le=100)
    """Tags named behind each weight, the heaviest first."""


class Said(NamedTuple):
    """One genre that a tag says, and which share of the tag's weight it gets."""

    genre: str
    share: float


class _Word(NamedTuple):
    source: str
    tag: str
    weight: float
    means: tuple[Said, ...]


def split(tag: str) -> Iterator[str]:
    """The genres in one field of a file, as written, numbers of ID3 by their names."""
    numbers = read_id3()
    named = NUMBERS.findall(tag) or ([tag.strip()] if tag.isascii() and tag.strip().isdigit() else [])
    yield from (numbers[int(number)] for number in named if number.isdigit() and int(number) < len(numbers))
    if named != [tag.strip()]:
        yield from filter(None, map(str.strip, APART.split(NUMBERS.sub("", tag))))


def meaning(tag: str, tree: GenreTree, composed: float = 0.7) -> tuple[Said, ...]:
    """The genres that a tag says, their shares summing to 1 at most; none where it says no genre.

    Args:
        tag: as it was written.
        tree: the genres.
        composed: share for the genre of a tag that is only known by its end; see `ReconcilingConfig`.
    """
    found: dict[str, float] = defaultdict(float)
    fields = list(split(tag))
    for field in fields:
        parts = [field] if tree.term(field) else [part for part in PERHAPS_APART.split(field) if part]
        for part in parts:
            taken = tree.composed(part)
            if taken is None:
                continue
            whole = 1 / len(fields) / len(parts)
            found[taken.genre] += whole * (composed if taken.modifiers else 1)
            shading = [term.name for term in taken.modifiers if term.kind is Kind.GENRE]
            for genre in shading:
                found[genre] += whole * (1 - composed) / len(shading)
    return tuple(Said(genre, share) for genre, share in found.items())


def reconcile(tags: pl.DataFrame, tree: GenreTree, config: ReconcilingConfig | None = None) -> pl.DataFrame:
    """What genres artists and songs are of, 0 to 1, by all that was said of them.

    Args:
        tags: ``artist``, ``song`` (null for the artist as such), ``source``, ``tag`` and ``weight``, in any order;
            weights of one source compare with each other, such as counts. What weighs nothing says nothing.
        tree: the genres.
        config: how far tags are believed.

    Returns:
        ``artist``, ``song``, ``genre``, ``weight``, and behind each weight its ``sources`` and the ``tags`` that say
        it, the heaviest first; sorted by artist, song, weight from the top, and genre.
    """
    config = config or ReconcilingConfig()
    means = {tag: meaning(tag, tree, config.composed) for tag in tags["tag"].unique().to_list()}
    order = ["artist", "song", "source", "tag"]
    rows = tags.filter(pl.col("weight") > 0, pl.col("weight").is_finite()).sort(order, nulls_last=False)
    said: dict[tuple[int, int | None], list[_Word]] = defaultdict(list)
    for artist, song, source, tag, weight in rows.select(*order, "weight").iter_rows():
        if means[tag]:
            said[artist, song].append(_Word(source, tag, weight, means[tag]))
    believed = {of: _believed(words, config.shrink) for of, words in said.items()}
    common = Counter(genre for weights in believed.values() for genre in weights)
    made = [
        (*of, genre, weight, *_evidence(said[of], stems, config.evidence))
        for of, weights in believed.items()
        for genre, (weight, stems) in _raised(
            _damped(weights, common, len(believed), config.damping), tree, config.upward
        ).items()
    ]
    return pl.DataFrame(made, schema=pl.Schema(MADE_OF), orient="row").sort(
        ["artist", "song", "weight", "genre"], descending=[False, False, True, False], nulls_last=False
    )


def _believed(words: Iterable[_Word], shrink: float) -> dict[str, float]:
    """How surely each genre is meant, all sources together."""
    by_source: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for word in words:
        for genre, share in word.means:
            by_source[word.source][genre] += word.weight * share
    doubted: dict[str, float] = defaultdict(lambda: 1.0)
    for weights in by_source.values():
        whole = max(weights.values()) + shrink
        for genre, weight in weights.items():
            doubted[genre] *= 1 - weight / whole
    return {genre: 1 - doubt for genre, doubt in doubted.items()}


def _damped(
    weights: dict[str, float], common: Counter[str], entities: int, damping: float
) -> dict[str, float]:
    """Weights less what falls away of genres that many have: nothing where one has it, ``damping`` where all have."""
    return {
        genre: weight * (1 - damping * math.log(common[genre]) / math.log(max(entities, 2)))
        for genre, weight in weights.items()
    }


def _raised(weights: dict[str, float], tree: GenreTree, upward: float) -> dict[str, tuple[float, set[str]]]:
    """With what passes on to ancestors: each genre's weight, and which genres it stems from."""
    doubted: dict[str, float] = defaultdict(lambda: 1.0)
    stems: dict[str, set[str]] = defaultdict(set)
    for genre, weight in weights.items():
        for name, steps in ((genre, 0), *tree.ancestors(genre).items()):
            if name in tree:
                doubted[name] *= 1 - weight * upward**steps
                stems[name].add(genre)
    return {name: (1 - doubt, stems[name]) for name, doubt in doubted.items()}


def _evidence(words: Iterable[_Word], stems: set[str], most: int) -> tuple[list[str], list[str]]:
    """The sources and the tags that say any of some genres, the tags by weight."""
    behind = [word for word in words if any(one.genre in stems for one in word.means)]
    behind.sort(key=lambda word: (-word.weight, word.tag))
    return sorted({word.source for word in behind}), list(dict.fromkeys(word.tag for word in behind))[:most]
