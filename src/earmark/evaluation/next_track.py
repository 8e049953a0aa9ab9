"""The next track: plays after a cut, each asked for from all that came before it; and the peers' answers.

Protocol: each listener's plays are cut at a moment of their own, drawn about a share of them. Models learn from what
lies before the cut. After it, plays that sounded are drawn and asked for one by one, each at the minute in which it
began, with everything before it known (also what came after the cut, and which plays were skipped). All songs are
candidates; a song that was just played may be asked for again, and one that was never played is asked for too, though
no system here can name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.evaluation.metrics import Truth, hit_rate, reciprocal_rank
from earmark.evaluation.scores import Scores
from earmark.evaluation.splits import SPREAD
from earmark.signals.collaborative.next_track.plays import Ints, Plays

DEPTH: Final = 20
LEAST_PLAYS: Final = 50
"""With fewer plays that sounded a listener cannot be cut in two."""


@dataclass(frozen=True)
class Held:
    """One listener: all their ``plays``, how many lie before the ``cut``, and which of the later ones are asked for."""

    plays: Plays
    cut: int
    asked: Ints

    @property
    def past(self) -> Plays:
        """What a model may learn from."""
        return self.plays.first(self.cut)


Answer = Callable[[Held], NDArray[np.int64]]
"""Positions in ``plays.songs`` for every play asked for, best first, ``(n_asked, 20)`` padded with −1."""


def hold_later(everyone: Sequence[Plays], *, at: float, most: int, seed: int) -> list[Held]:
    """Cut everyone who has played enough.

    Args:
        everyone: the listeners.
        at: share of each listener's plays that sounded that lies before the cut, give or take `SPREAD`.
        most: ask for at most so many plays of a listener.
        seed: for what is drawn.
    """
    held = []
    for listener, plays in enumerate(everyone):
        heard = plays.heard.at
        if len(heard) < LEAST_PLAYS:
            continue
        draw = np.random.default_rng([seed, listener])
        first = int(len(heard) * np.clip(draw.uniform(at - SPREAD, at + SPREAD), 0.0, 1.0))
        later = heard[first:]
        if first and len(later):
            asked = np.sort(draw.choice(later, min(most, len(later)), replace=False))
            held.append(Held(plays, int(later[0]), asked))
    return held


def score_next(lists: Sequence[NDArray[np.integer]], held: Sequence[Held]) -> Scores:
    """MRR@20 and HR@20 of each listener: means over the plays asked for, so that every listener has one voice."""
    ranks, hits = [], []
    for listed, one in zip(lists, held, strict=True):
        truth = Truth(np.arange(len(one.asked) + 1), one.plays.song[one.asked])
        ranks.append(reciprocal_rank(listed, truth, DEPTH).mean())
        hits.append(hit_rate(listed, truth, DEPTH).mean())
    return Scores({f"mrr@{DEPTH}": np.array(ranks), f"hr@{DEPTH}": np.array(hits)})


def most_played(held: Held) -> NDArray[np.int64]:
    """What the listener has played most often; of two alike the later played."""
    return lists_of(held, lambda end: most_often(held.plays.heard.song[:end]))


def most_recent(held: Held) -> NDArray[np.int64]:
    """What the listener has played last."""
    return lists_of(held, lambda end: held.plays.heard.song[:end][::-1].tolist())


def markov_chain(held: Held) -> NDArray[np.int64]:
    """What has most often followed the last song, of two alike the later; then what is played most often."""
    song, where = held.plays.heard.song, held.plays.heard.occurrences

    def answer(end: int) -> list[int]:
        if not end:
            return []
        start = where.starts[song[end - 1]]
        followers = song[where.order[start : start + where.earlier[end - 1]] + 1]
        return [*most_often(followers), *most_often(song[:end])]

    return lists_of(held, answer)


def lists_of(held: Held, answer: Callable[[int], Iterable[int]]) -> NDArray[np.int64]:
    """The first distinct songs of ``answer(n)``, n being how many plays sounded before each play asked for."""
    lists = np.full((len(held.asked), DEPTH), -1, np.int64)
    for row, end in enumerate(np.searchsorted(held.plays.heard.at, held.asked)):
        distinct = list(islice(dict.fromkeys(answer(int(end))), DEPTH))
        lists[row, : len(distinct)] = distinct
    return lists


def most_often(songs: Ints) -> list[int]:
    """The songs that stand there most often, of two alike the one that stands later; enough to fill any list."""
    if not len(songs):
        return []
    counts = np.bincount(songs)
    last = np.full(len(counts), -1)
    last[songs] = np.arange(len(songs))
    there = np.flatnonzero(counts)
    best: list[int] = there[np.lexsort((-last[there], -counts[there]))][: 2 * DEPTH].tolist()
    return best
