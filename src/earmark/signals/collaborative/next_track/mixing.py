"""The new among the known: how much of it, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from earmark.signals.collaborative.next_track.manner import Manner

Song = TypeVar("Song")

LEAST_NEW: Final = 0.1
"""Even somebody who only ever repeats is offered so much that is new."""
MOST_NEW: Final = 0.5
"""Even somebody who tries everything hears so much that is known."""
FIRST_PLAY: Final = 1
"""Place of the first plays among `Heard.traits`."""


def share_of_new(manner: Manner) -> float:
    """How much of what is proposed is new: as much as of the listener's last 200 plays, within the two bounds."""
    return min(max(float(manner.usually[FIRST_PLAY]), LEAST_NEW), MOST_NEW)


def mixed(known: Sequence[Song], new: Sequence[Song], n: int, share: float) -> list[Song]:
    """At most ``n`` songs: ``share`` of them new, spread evenly, the first one known; each kind in its own order.

    Where one kind runs short, the other takes its place.
    """
    n_new = min(round(n * share), len(new))
    n_known = min(n - n_new, len(known))
    n_new = min(n - n_known, len(new))
    length = n_known + n_new
    places = (
        {(number + 1) * length // (n_new + 1) for number in range(n_new)} if n_known else set(range(n_new))
    )
    of_new, of_known = iter(new), iter(known)
    return [next(of_new) if place in places else next(of_known) for place in range(length)]
