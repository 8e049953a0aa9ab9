"""Of whom something is said: a term or a judgement belongs to the names that stand near it.

Inside a sentence nearness falls with the words between (as in Tang et al. 2015 for opinions about aspects, and in the
proximity kernels of Lv & Zhai 2009); a sentence without a name is still about whom the one before it was about, less
and less so, or about whom the whole text is about.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class NearnessConfig(BaseModel):
    """How far what is said reaches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    half: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    """Words away from a name at which nearness is a half."""
    second: float = Field(default=0.4, ge=0, le=1)
    """How much of its nearness a name keeps where another stands nearer, on the other side."""
    carried: float = Field(default=0.5, ge=0, lt=1)
    """What is left of nearness with each sentence of a paragraph that names nobody."""
    topic: float = Field(default=0.3, ge=0, le=1)
    """The least nearness, in sentences that name nobody, of whom the text as a whole is about."""


class Named(NamedTuple):
    """A name where it stands in a sentence."""

    at: int
    """Which word it is."""
    key: int
    """Whose it is, as the reader counts them."""


def near(at: int, named: Sequence[Named], config: NearnessConfig) -> list[tuple[int, float]]:
    """Whom a word of the same sentence is about, and how nearly: the names next to it on either side."""
    if len(named) == 1:
        return [(named[0].key, config.half / (config.half + abs(at - named[0].at)))]
    after = bisect_left(named, at, key=_place)
    beside = sorted((abs(at - name.at), name.key) for name in named[max(0, after - 1) : after + 1])
    return [
        (key, (config.second if number else 1.0) * config.half / (config.half + away))
        for number, (away, key) in enumerate(beside)
        if number == 0 or key != beside[0][1]
    ]


class Subject:
    """Whom sentences are about that name nobody."""

    def __init__(self, topics: Sequence[int], config: NearnessConfig) -> None:
        """``topics``: whom the text as a whole is about; none, if many."""
        self._config = config
        self._topics = tuple(topics)
        self._last: int | None = None
        self._paragraph, self._left = -1, 0.0

    def named(self, paragraph: int, first: int) -> None:
        """Hear of a sentence with names; whoever is named first there is what it is about."""
        self._last, self._paragraph, self._left = first, paragraph, 1.0

    def unnamed(self, paragraph: int) -> dict[int, float]:
        """Whom a sentence without names is about, and how nearly."""
        if paragraph != self._paragraph:
            self._left = 0.0
        self._left *= self._config.carried
        about = dict.fromkeys(self._topics, self._config.topic)
        if self._last is not None and self._left > about.get(self._last, 0.0):
            about[self._last] = self._left
        return {key: nearness for key, nearness in about.items() if nearness > LEAST}


LEAST = 0.05
"""Nearness below which nothing is said."""


def _place(name: Named) -> int:
    return name.at
