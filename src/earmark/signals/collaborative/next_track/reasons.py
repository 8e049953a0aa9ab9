"""Why a known song is proposed now: what was strongest in its activation, counted again in full from the plays."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec
import numpy as np

from earmark.signals.collaborative.next_track.activation import WEIGHTS, terms
from earmark.signals.collaborative.next_track.habits import DAY_S
from earmark.signals.collaborative.next_track.moment import Moment
from earmark.signals.collaborative.next_track.plays import Ints

LATELY_DAYS = 30


class Ground(StrEnum):
    """What weighed most."""

    AFTER = "after"
    """They played it right after the last song before."""
    BESIDE = "beside"
    """They played it in the same sittings as one of the last songs."""
    ARTIST = "artist"
    """It is by the artist they are playing."""
    HABIT = "habit"
    """They play it often, or lately."""


class Recall(msgspec.Struct, frozen=True, omit_defaults=True):
    """The evidence for one song; every number counts plays that sounded, of the listener's own.

    ``seed`` is the record id of the song that it came after, or in ``times`` sittings with; ``plays`` of this song, and
    ``lately`` those of them in the last 30 days.
    """

    ground: Ground
    plays: int
    lately: int
    seed: int = 0
    times: int = 0

    def phrase(self, title_of: Callable[[int], str], artist: str) -> str:
        """The reason as a sentence; ``title_of`` names a song by its record id."""
        match self.ground:
            case Ground.AFTER:
                return f"you played it right after “{title_of(self.seed)}” {_times(self.times)}"
            case Ground.BESIDE:
                sittings = "one sitting" if self.times == 1 else f"{self.times:,} sittings"
                return f"you played it in {sittings} with “{title_of(self.seed)}”"
            case Ground.ARTIST:
                return f"you are playing {artist}; you played this song {_times(self.plays)}"
            case Ground.HABIT:
                lately = f", {_times(self.lately)} in the last {LATELY_DAYS} days" if self.lately else ""
                return f"you played it {_times(self.plays)}{lately}"


def recall(moment: Moment, songs: Ints) -> list[Recall]:
    """The reason for each of ``songs``, positions in ``moment.plays.songs`` of songs that are known."""
    above = {name: WEIGHTS[name] * values[songs] for name, values in terms(moment).items()}
    weights = {
        Ground.AFTER: above["after_two"] + above["after_any"] + above["followed_at_a_distance"],
        Ground.BESIDE: above["near"],
        Ground.ARTIST: above["by_last_artist"],
        # Every known song has a base level: only what it has beyond that of the usual candidate speaks for it.
        Ground.HABIT: above["base_level"] - np.median(above["base_level"]) if len(songs) else np.empty(0),
    }
    strongest = np.argsort(-np.stack(list(weights.values())), axis=0, kind="stable")
    grounds = list(weights)
    return [
        _first_true(moment, int(song), [grounds[place] for place in order])
        for song, order in zip(songs, strongest.T, strict=True)
    ]


def _first_true(moment: Moment, song: int, grounds: list[Ground]) -> Recall:
    """The first of ``grounds`` that the plays bear out."""
    heard = moment.plays.heard
    end = moment.echoes.end
    songs = heard.song[:end]
    places = np.flatnonzero(songs == song)
    plays, lately = len(places), int((moment.now - heard.started[places] <= LATELY_DAYS * DAY_S).sum())
    for ground in grounds:
        if ground is Ground.AFTER and len(moment.last):
            times = int((songs[places[places > 0] - 1] == moment.last[0]).sum())
            if times:
                return Recall(ground, plays, lately, int(moment.plays.songs[moment.last[0]]), times)
        if ground is Ground.BESIDE:
            sittings = np.unique(heard.sitting[places])
            for other in moment.last[moment.last != song]:
                times = len(np.intersect1d(sittings, heard.sitting[:end][songs == other]))
                if times > 1:
                    return Recall(ground, plays, lately, int(moment.plays.songs[other]), times)
        if ground is Ground.ARTIST and moment.by_last_artist[song]:
            return Recall(ground, plays, lately)
        if ground is Ground.HABIT:
            break
    return Recall(Ground.HABIT, plays, lately)


def _times(plays: int) -> str:
    return {1: "once", 2: "twice"}.get(plays, f"{plays:,} times")
