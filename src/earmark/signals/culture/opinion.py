"""What is said about the music: judgements, not moods.

Plain lexicons of sentiment call "sad", "dark" and "harsh" bad, but so are the most praised records described. Here only
words that judge count (`lexicon/judgements.txt`, written for Earmark), after the manner of Taboada et al. (2011),
"Lexicon-based methods for sentiment analysis": a word's weight is turned by a negation before it, though not to its
full opposite, strengthened and weakened by words of degree, and what follows a "but" counts for more than what it
takes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from earmark.signals.culture.lexicon import Phrases, sections
from earmark.signals.culture.sentences import Words, tokens

NEGATION_REACH: Final = 4
"""Words behind a negation that it turns, within a clause."""
DEGREE_REACH: Final = 2
NOT_BAD, NOT_GOOD = 0.4, 0.8
"""How much of a weight is left, the other way round: "not bad" praises little, "not good" blames much."""
MORE, LESS = 1.35, 0.6
TAKEN_BACK, INSISTED = 0.5, 1.3
"""How much a judgement counts before and after the turn of a sentence."""
DOUBT: Final = 0.35
"""Judgements of weight nought that stand beside those found: a single faint word is little to go by."""

NEUTRAL, NOT, STANDS, DEGREE, TURN, GRANT = range(6)


class Judgement(NamedTuple):
    """One judgement where it stands."""

    at: int
    """Which word of the sentence it ends with."""
    value: float
    """−1 (bad) to 1 (good)."""
    weight: float
    """How much it counts for beside others."""


def find_judgements(words: Words) -> list[Judgement]:
    """The judgements in a sentence, in order."""
    judging, telling = _judging()
    if telling.isdisjoint(words.lower):
        return []
    return _weighed(
        [
            _Mark(found.stop - 1, *found.meaning)
            for found in judging.find(words.lower)
            if found.meaning[0] is not None or not _is_name(words.written, found.start, found.stop)
        ]
    )


def opinion(judgements: Sequence[tuple[float, float]]) -> float | None:
    """What values with weights come to, −1 to 1; None where there are none."""
    total = sum(weight for _, weight in judgements)
    if not total:
        return None
    return sum(value * weight for value, weight in judgements) / (total + DOUBT)


class _Mark(NamedTuple):
    at: int
    kind: int | None
    """None for a judgement."""
    value: float


@cache
def _judging() -> tuple[Phrases[tuple[int | None, float]], frozenset[str]]:
    """All entries, and one word of each that judges: where none of these is, nothing is judged."""
    listed = sections("judgements")
    meanings: list[tuple[str, tuple[int | None, float]]] = []
    kinds = {"not": NOT, "turn": TURN, "grant": GRANT, "neutral": NEUTRAL, "stands": STANDS}
    for section, entries in listed.items():
        if section in kinds:
            meanings += [(entry, (kinds[section], 0.0)) for entry in entries]
        elif section in ("more", "less"):
            meanings += [(entry, (DEGREE, MORE if section == "more" else LESS)) for entry in entries]
        else:
            meanings += [(entry, (None, float(section))) for entry in entries]
    meanings += [(mark, (NEUTRAL, 0.0)) for mark in ",;:.!?()—–…"]
    everyday = frozenset(word for some in sections("english").values() for word in some)
    telling = (
        max(tokens(entry), key=lambda word: (word not in everyday, len(word)))
        for entry, (kind, _) in meanings
        if kind is None
    )
    return Phrases(meanings), frozenset(telling)


def _is_name(words: Sequence[str], start: int, stop: int) -> bool:
    """Whether the words stand in capitals as names do; a word all in capitals is said aloud."""
    if not words[start].istitle():
        return False
    return start > 0 or (words[stop : stop + 1] != [] and words[stop].istitle())


def _weighed(marks: Sequence[_Mark]) -> list[Judgement]:
    turns = [mark.at for mark in marks if mark.kind == TURN]
    granted = [mark.at for mark in marks if mark.kind == GRANT]
    found = []
    for number, mark in enumerate(marks):
        if mark.kind is not None:
            continue
        value = _turned(mark, marks[:number])
        weight = 1.0
        if turns:
            weight = INSISTED if mark.at > turns[0] else TAKEN_BACK
        elif any(at < mark.at for at in granted) and not _clause_between(granted, mark.at, marks):
            weight = TAKEN_BACK
        found.append(Judgement(mark.at, max(-1.0, min(1.0, value)), weight))
    return found


def _turned(mark: _Mark, before: Sequence[_Mark]) -> float:
    """The value of a judgement after the words of degree and the negations that reach it."""
    value = mark.value
    for other in reversed(before):
        away = mark.at - other.at
        if other.kind == NEUTRAL or away > NEGATION_REACH or other.kind in (TURN, GRANT):
            break
        if other.kind == STANDS:
            break
        if other.kind == DEGREE and away <= DEGREE_REACH:
            value *= other.value
        elif other.kind == NOT:
            return -value * (NOT_GOOD if value > 0 else NOT_BAD)
    return value


def _clause_between(granted: Sequence[int], at: int, marks: Sequence[_Mark]) -> bool:
    last = max(grant for grant in granted if grant < at)
    return any(mark.kind == NEUTRAL and last < mark.at < at for mark in marks)
