"""Names that stand in posts, with their features, and whether they are meant there.

Gold is what authors marked (`linking_posts`), and it is incomplete: many whom a post names in passing are not marked.
So a name that is not marked, but hardly could be anything else (`hardly_else`: words that texts at large do not know,
or two and more that are not common, with capitals, inside a sentence, nothing beside them that they could belong to),
is held for half meant.

So that it matters less which artists these few posts write of, each post is also read with their names put in place by
others', drawn from the catalogue, and without its title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.music.names import song_key
from earmark.signals.culture.linking import vocabulary
from earmark.signals.culture.linking.features import FEATURES, Floats, features
from earmark.signals.culture.linking.finder import Finder
from earmark.signals.culture.linking.lexicon import Lexicon
from earmark.signals.culture.linking.names import Name
from earmark.signals.culture.linking.spelling import BREAK
from earmark.signals.culture.linking.tokens import tokens
from linking_names import Catalogue
from linking_posts import Post

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_FIGURES: Final = re.compile(r"\d+(st|nd|rd|th|s)?")
SUBSTITUTED: Final = 0.8
"""Of the artists that a post marks, how many get another's name."""
LONGEST: Final = 30
"""Letters of a name that takes another's place."""
HARD: Final = 4.0
"""Commonness of the rarest word of a hard name."""
SHARE_HARD: Final = 0.5
FOREIGN_TITLES: Final = 20_000
"""Titles by others that are looked for in each post."""


class Examples(NamedTuple):
    """Names in posts."""

    features: Floats
    marked: Flags
    """Whether the author marked whom each names."""
    hardly_else: Flags
    posts: Ints
    things: Ints
    """Whom each names."""


def gold(posts: Sequence[Post], ids: dict[str, int], *, naive: bool = False) -> list[set[int]]:
    """Whom each post's author marked, of all whom the catalogue knows.

    Figures, single letters and the names of formats ("LP", "7") are often bold, and there are artists of that name;
    they count only where the front matter names them, unless ``naive``.
    """
    return [
        {ids[key] for key in post.marked if key in ids and (naive or key in post.tagged or not _odd(key))}
        for post in posts
    ]


def _odd(key: str) -> bool:
    return key in vocabulary.FORMATS or len(key) <= 2 or _FIGURES.fullmatch(key) is not None


def examples(
    finder: Finder, texts: Sequence[str], titles: Sequence[str], marked: Sequence[set[int]]
) -> Examples:
    """All artists' names in texts."""
    read, found = finder.read(texts, titles)
    these, _ = finder.artists(read, found)
    figures = features(read, these)
    body = read.tokens.starts[these.begins] >= 0
    posts = read.tokens.documents[these.begins].astype(np.int64)
    known = [thing in marked[post] for post, thing in zip(posts.tolist(), these.things.tolist(), strict=True)]
    return Examples(
        figures[body],
        np.array(known, np.bool_)[body],
        hardly_else(figures[body]),
        posts[body],
        these.things[body],
    )


def hardly_else(figures: Floats) -> Flags:
    """Names that hardly could be anything else, by their features alone."""
    of = dict(zip(FEATURES, figures.T, strict=True))
    apart = np.all(
        [
            of[name] == 0
            for name in (
                "capital_before", "capital_after", "bridge_after", "joined", "small_here", "format", "month",
                "begins_sentence",
            )
        ],
        axis=0,
    )  # fmt: skip
    long = (of["words"] >= 2) & (of["rarest"] < 6) & (of["letters"] >= 7)
    unknown = (of["rarest"] == 0) & (of["letters"] >= 5)
    return np.asarray(apart & (of["capitalised"] == 1) & (of["manner"] < 2) & (long | unknown))


def substituted(
    finder: Finder, posts: Sequence[Post], marked: Sequence[set[int]], catalogue: Catalogue, seed: int
) -> tuple[list[str], list[str], list[set[int]]]:
    """Posts in which others take the place of those who are marked; half of them without their titles."""
    rng = np.random.default_rng(seed)
    read, found = finder.read([post.text for post in posts], [post.title for post in posts])
    these, _ = finder.artists(read, found)
    starts, ends = read.tokens.starts[these.begins], read.tokens.ends[these.ends - 1]
    owner = read.tokens.documents[these.begins]
    draw = _Draw(catalogue.artists, rng)
    texts, titles, others = [], [], []
    for at, post in enumerate(posts):
        instead = {thing: draw(marked[at]) for thing in sorted(marked[at]) if rng.random() < SUBSTITUTED}
        whole, lead = f"{post.title}\n\n{post.text}", len(post.title) + 2
        own = np.flatnonzero(owner == at)
        for place in own[np.argsort(-starts[own])]:
            thing = int(these.things[place])
            if thing in instead:
                start, end = int(starts[place]) + lead, int(ends[place]) + lead
                whole = whole[:start] + instead[thing].text + whole[end:]
        title, _, text = whole.partition("\n\n")
        texts.append(text)
        titles.append(title if rng.random() < 0.5 else "")
        others.append({instead[thing].artist if thing in instead else thing for thing in marked[at]})
    return texts, titles, others


class _Draw:
    """Names to put in place of others: any, and as many whose words are common, which are the hard ones."""

    def __init__(self, names: Sequence[Name], rng: np.random.Generator) -> None:
        self._all = [name for name in names if 1 < len(name.text) < LONGEST]
        common = Lexicon.load()
        told = tokens([BREAK.join(name.text.replace(BREAK, "") for name in self._all)])
        known, _ = common.look_up(told.numbers)
        parts = np.flatnonzero(told.first == ord(BREAK))
        firsts = np.append(0, parts[:-1] + 1)
        rarest = np.minimum.reduceat(np.where(told.words, known, np.float32(99)), firsts)
        self._hard = [name for name, rare in zip(self._all, rarest, strict=True) if HARD <= rare < 99]
        self._rng = rng

    def __call__(self, but: set[int]) -> Name:
        while True:
            pool = self._hard if self._rng.random() < SHARE_HARD else self._all
            name = pool[int(self._rng.integers(len(pool)))]
            if name.artist not in but:
                return name


def works_examples(
    posts: Sequence[Post], marked: Sequence[set[int]], catalogue: Catalogue, seed: int
) -> Examples:
    """Titles by those who are marked, meant where they are in italics; and titles by others, which are not meant."""
    rng = np.random.default_rng(seed)
    present = set().union(*marked)
    nobody = len(catalogue.ids)
    own = [name for name in catalogue.works if name.artist in present]
    drawn = rng.choice(len(catalogue.works), min(FOREIGN_TITLES, len(catalogue.works)), replace=False)
    foreign = [
        Name(catalogue.works[at].text, nobody, song=int(at))
        for at in np.sort(drawn)
        if catalogue.works[at].artist not in present
    ]
    names = own + foreign
    finder = Finder(names)
    read, found = finder.read([post.text for post in posts], [post.title for post in posts])
    meant = np.array(
        sorted(at << 31 | artist for at in range(len(posts)) for artist in [*marked[at], nobody]), np.int64
    )
    these, numbers = finder.works(read, found, meant)
    body = read.tokens.starts[these.begins] >= 0
    owner = read.tokens.documents[these.begins].astype(np.int64)
    leaning = [{song_key(text) for text in post.leaning if text.strip()} for post in posts]
    listed = list(zip(owner.tolist(), numbers.tolist(), strict=True))
    italic = np.array([song_key(names[number].text) in leaning[at] for at, number in listed], np.bool_)
    theirs = np.array([names[number].artist != nobody for _, number in listed], np.bool_)
    some = body & (theirs | ~italic)
    return Examples(
        features(read, these)[some], (italic & theirs)[some], theirs[some], owner[some], these.things[some]
    )
