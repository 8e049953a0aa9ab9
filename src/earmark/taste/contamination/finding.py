"""Look through one listener's record for what is likely not their taste."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from earmark.listening.evidence import EvidenceConfig
from earmark.taste.contamination import children, sleep
from earmark.taste.contamination.config import ContaminationConfig
from earmark.taste.contamination.grounds import Knowledge, Vectors, figures
from earmark.taste.contamination.history import Bools, History, Ints
from earmark.taste.contamination.saying import sentence
from earmark.taste.contamination.suspicion import Figures, Kind, Played, Suspicion
from earmark.taste.contamination.words import CHILDREN, SLEEP, Vocabulary

Words = list[list[str]]


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
        for kind, at, why in self._candidates(history, knowledge, free):
            sure = JUDGES[kind](why)
            if sure >= self.config.sure:
                free[at] = False
                told.append(_told(history, kind, at, sure, why))
        return tuple(sorted(told, key=lambda one: (one.since, one.kind)))

    def _candidates(
        self, history: History, knowledge: Knowledge, free: Bools
    ) -> Iterator[tuple[Kind, Ints, Figures]]:
        """Plays that may be suspected, the surest kinds first; ``free`` says which are not suspected yet."""
        sleepy, childish = knowledge.words(self._sleep), knowledge.words(self._children)
        found: list[tuple[Kind, Callable[[], Iterator[Ints]], Words]] = [
            (Kind.SLEEP, lambda: sleep.nights(history, self.config.sleep), sleepy),
            (Kind.CHILDREN, lambda: children.sittings(history, childish, self.config.children), childish),
        ]
        for kind, look, words in found:
            for at in look():
                if len(left := at[free[at]]):
                    yield kind, left, figures(history, left, knowledge, words)


JUDGES = {Kind.SLEEP: sleep.confidence, Kind.CHILDREN: children.confidence}


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
