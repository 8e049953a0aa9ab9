"""Look through one listener's record for what is likely not their taste."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from earmark.listening.evidence import EvidenceConfig
from earmark.taste.contamination import children, circles, party, shared, sleep
from earmark.taste.contamination.config import ContaminationConfig
from earmark.taste.contamination.grounds import Knowledge, Vectors, figures
from earmark.taste.contamination.history import Bools, History, Ints
from earmark.taste.contamination.saying import sentence
from earmark.taste.contamination.suspicion import Figures, Kind, Played, Suspicion
from earmark.taste.contamination.words import CHILDREN, SLEEP, Vocabulary


class Suspecting:
    """Finds listens that are likely not their listener's taste; each stands in one suspicion at most."""

    def __init__(
        self, config: ContaminationConfig | None = None, evidence: EvidenceConfig | None = None
    ) -> None:
        self.config = config or ContaminationConfig()
        self.evidence = evidence or EvidenceConfig()
        self._sleep, self._children = Vocabulary(SLEEP), Vocabulary(CHILDREN)

    def find(
        self,
        listens: pl.DataFrame,
        songs: pl.DataFrame,
        *,
        sounds: pl.DataFrame | None = None,
        tags: pl.DataFrame | None = None,
        vectors: Vectors | None = None,
        time_zone: str = "UTC",
    ) -> tuple[Suspicion, ...]:
        """What is suspected, by (since, kind); plays alone are enough.

        Args:
            listens: ``Snapshot.listens`` of one listener.
            songs: ``Snapshot.songs`` of at least all songs in them.
            sounds: ``Snapshot.sounds``; None where nothing was heard.
            tags: ``artist``, ``song`` or null, ``tag``; None where there are none.
            vectors: item vectors of a build; None without one.
            time_zone: an IANA name; days, nights and times of day are told in it.

        Raises:
            ValueError: the listens are of several listeners.
        """
        history = History.of(listens, songs, time_zone=time_zone, evidence=self.evidence)
        if not len(history):
            return ()
        knowledge = Knowledge.of(history, songs, sounds, tags, vectors)
        free, told = np.ones(len(history), np.bool_), []
        for look in self._looks(history, knowledge, free):
            for at in look.candidates():
                if not len(left := at[free[at]]):
                    continue
                why = figures(history, left, knowledge, look.words)
                if (sure := look.judge(why)) >= self.config.sure:
                    free[left] = False
                    told.append(_told(history, look.kind, left, sure, why))
        return tuple(sorted(told, key=lambda one: (one.since, one.kind)))

    def _looks(self, history: History, knowledge: Knowledge, free: Bools) -> tuple[_Look, ...]:
        """What is looked for, the surest first; what was suspected already (not ``free``) is not looked at again."""
        sleepy, childish = knowledge.words(self._sleep), knowledge.words(self._children)
        config = self.config
        apart = list(circles.closed_circles(history, config.circles))
        return (
            _Look(Kind.SLEEP, lambda: sleep.nights(history, config.sleep), sleep.confidence, sleepy),
            _Look(Kind.CHILDREN, lambda: iter(apart), children.confidence_of_circle, childish),
            _Look(
                Kind.CHILDREN,
                lambda: children.sittings(history, childish, config.children),
                children.confidence,
                childish,
            ),
            _Look(Kind.SHARED, lambda: iter(apart), circles.confidence),
            _Look(
                Kind.SHARED,
                lambda: _among(history, free, lambda rest: shared.weeks(rest, config.shared)),
                shared.confidence,
            ),
            _Look(
                Kind.PARTY,
                lambda: _among(history, free, lambda rest: party.evenings(rest, config.party)),
                party.confidence,
            ),
        )


@dataclass(frozen=True)
class _Look:
    """One way to look: candidates (positions of plays), how sure their figures make, and words that may name them."""

    kind: Kind
    candidates: Callable[[], Iterator[Ints]]
    judge: Callable[[Figures], float]
    words: list[list[str]] | None = None


def _among(history: History, free: Bools, look: Callable[[History], Iterator[Ints]]) -> Iterator[Ints]:
    """What is found among the free plays alone, as positions in the whole history."""
    rest = np.flatnonzero(free)
    if len(rest):
        yield from (rest[at] for at in look(history.part(rest)))


def _told(history: History, kind: Kind, at: Ints, sure: float, why: Figures) -> Suspicion:
    started, song = history.started[at].tolist(), history.ids[history.song[at]].tolist()
    return Suspicion(
        kind=kind,
        since=started[0],
        until=int(history.ended[at].max()),
        listens=tuple(Played(moment, one) for moment, one in zip(started, song, strict=True)),
        confidence=sure,
        figures=why,
        why=sentence(kind, why),
    )
