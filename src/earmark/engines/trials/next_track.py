"""The next track: learn from everyone's past, and ask for what they played after it, song by song."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.engines.progress import Progress
from earmark.engines.trials.report import Report, compared
from earmark.errors import TooLittleError
from earmark.evaluation.next_track import (
    DEPTH,
    Answer,
    Held,
    hold_later,
    markov_chain,
    most_played,
    most_recent,
    score_next,
)
from earmark.evaluation.session_neighbours import session_neighbours
from earmark.evaluation.splits import SPREAD
from earmark.listening.evidence import EvidenceConfig
from earmark.signals.collaborative.next_track.model import NextTrack, NextTrackConfig, draw_plays
from earmark.signals.collaborative.next_track.moment import Moment
from earmark.store.snapshot import Frames

OURS: Final = "next track"
JUDGE: Final = f"mrr@{DEPTH}"
MOST_ASKED: Final = 500
"""So many plays of a listener are asked for at most."""
PEERS: Final[Mapping[str, Answer]] = {
    "personal Markov chain": markov_chain,
    "session neighbours": session_neighbours,
    "most played": most_played,
    "most recent": most_recent,
}


def try_next_track(
    frames: Frames,
    config: NextTrackConfig,
    evidence: EvidenceConfig,
    progress: Progress,
    *,
    cut: float,
    seed: int,
    most_asked: int = MOST_ASKED,
) -> Report:
    """Cut everyone's plays, learn from what came before, and ask us and the peers for what was played after.

    Args:
        frames: a snapshot.
        config: of our model.
        evidence: says which plays sounded.
        progress: told of stages.
        cut: share of each listener's plays that lies before their cut, give or take a little.
        seed: for all that is drawn.
        most_asked: plays of each listener that are asked for at most.

    Raises:
        TooLittleError: nobody's history is long enough.
    """
    everyone = draw_plays(frames.listens, frames.feedback, frames.songs, evidence, config, seed=seed)
    held = hold_later(everyone, at=cut, most=most_asked, seed=seed)
    if not held:
        raise TooLittleError(
            "Nobody's history is long enough to hold some of it out.",
            f"Import a history of at least {config.least_plays} listens.",
        )
    with progress.stage("learning what follows what"):
        model = NextTrack.fit([one.past for one in held], config, seed=seed)
    answers: dict[str, Answer] = {OURS: lambda one: answered(model, one), **PEERS}
    scores = {}
    with progress.stage("asking for the next track", len(answers) * len(held), "lists") as advance:
        for system, answer in answers.items():
            lists = []
            for one in held:
                lists.append(answer(one))
                advance(1)
            scores[system] = score_next(lists, held)
    n_asked = sum(len(one.asked) for one in held)
    repeats = float(np.mean([_repeats(one).mean() for one in held]))
    return Report(
        task="next track",
        setting=(
            f"{n_asked:,} plays after {cut:.0%} (give or take {SPREAD:.0%}) of each listener's plays, each asked for "
            f"from all that came before it; {repeats:.0%} of them repeat a song"
        ),
        seed=seed,
        rows=len(held),
        judge=JUDGE,
        lines=compared(scores, {}, ours=(OURS,), judge=JUDGE, seed=seed),
        notes=model.notes,
    )


def answered(model: NextTrack, held: Held) -> NDArray[np.int64]:
    """What the model proposes for every play asked for, ``(n_asked, 20)`` padded with −1."""
    lists = np.full((len(held.asked), DEPTH), -1, np.int64)
    for row, play in enumerate(held.asked.tolist()):
        moment = Moment.of(held.plays, play, held.plays.asked_at(play))
        songs = model.propose(moment, DEPTH).songs
        lists[row, : len(songs)] = songs
    return lists


def _repeats(held: Held) -> NDArray[np.bool_]:
    """Whether each play asked for is of a song that sounded before."""
    heard = held.plays.heard
    repeats: NDArray[np.bool_] = heard.occurrences.earlier[np.searchsorted(heard.at, held.asked)] > 0
    return repeats
