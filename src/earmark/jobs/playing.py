"""What to play now: known songs that the moment calls for, and new ones among them."""

from __future__ import annotations

import time

import msgspec
import numpy as np
import polars as pl

from earmark.engines.local import NEXT_TRACK
from earmark.jobs.house import House
from earmark.jobs.locks import using
from earmark.jobs.opened_build import OpenedBuild
from earmark.listening.evidence import EvidenceConfig
from earmark.listening.listens import clock
from earmark.ranking.reasons import Reason, explain
from earmark.signals.collaborative.next_track.mixing import mixed, share_of_new
from earmark.signals.collaborative.next_track.model import NextTrack
from earmark.signals.collaborative.next_track.moment import Moment
from earmark.signals.collaborative.next_track.plays import Plays, read_plays
from earmark.signals.collaborative.next_track.reasons import Recall, recall
from earmark.store.port import ListenerRecord
from earmark.threads import one_blas_thread


class Upcoming(msgspec.Struct, frozen=True):
    """One song to play, and why. ``reason`` is a `Recall` of the listener's own plays, or a `Reason` for a new song."""

    artist: str
    title: str
    new: bool
    why: str
    reason: Recall | Reason


class Queue(msgspec.Struct, frozen=True):
    """What to play now. ``sitting`` counts the plays of the present sitting; ``share_new`` is how much is to be new."""

    listener: str
    build: str
    sitting: int
    share_new: float
    entries: tuple[Upcoming, ...]
    notes: tuple[str, ...]


def play_next(house: House, name: str, n: int, *, now: float | None = None) -> Queue:
    """The ``n`` songs to play now.

    Args:
        house: the home folder.
        name: of the listener.
        n: how many songs; fewer where fewer are known.
        now: Unix seconds; the present by default.

    Raises:
        UnknownNameError: there is no such listener.
        NotLearnedError: no build is live, or it is damaged.
    """
    with using(house.home), one_blas_thread():
        listener = house.store.find_listener(name)
        build = OpenedBuild.live(house)
        model = NextTrack.load(house.builds.path(build.manifest.id) / NEXT_TRACK)
        plays = _plays(house, listener, build.settings.evidence)
        moment = Moment.of(plays, len(plays), time.time() if now is None else now)
        proposed = model.propose(moment, n).songs
        known = dict(zip(plays.songs[proposed].tolist(), recall(moment, proposed), strict=True))
        share = share_of_new(moment.manner)
        new = _unheard(build, listener, n)
        reasons: dict[int, Recall | Reason] = {**known, **new}
        songs = mixed(list(known), list(new), n, share)
        return Queue(
            listener.name,
            build.manifest.id,
            moment.manner.sitting,
            round(share, 3),
            _shown(house, {song: reasons[song] for song in songs}),
            model.notes,
        )


def _plays(house: House, listener: ListenerRecord, evidence: EvidenceConfig) -> Plays:
    """All that the listener has played and that may teach, as the record stands now."""
    listens, feedback = house.store.listens([listener.id]), house.store.feedback([listener.id])
    named = pl.concat([listens["song"], feedback["song"].drop_nulls()]).unique().sort()
    songs = house.store.songs(named.to_list())
    return dict(read_plays(listens, feedback, songs, evidence)).get(listener.id, Plays.none())


def _unheard(build: OpenedBuild, listener: ListenerRecord, n: int) -> dict[int, Reason]:
    """The best ``n`` songs that the listener never heard, best first, by record id, with their reasons."""
    model, histories = build.model, build.histories([listener.id])
    ranked = model.discover(histories, n)
    columns = ranked.songs[0][ranked.songs[0] >= 0]
    leads = ranked.bond_share[0][: len(columns)] > 0.5
    reasons = explain(model, histories, np.zeros(len(columns), np.int32), columns, leads, now=clock())
    return dict(zip(model.columns.songs[columns].tolist(), reasons, strict=True))


def _shown(house: House, reasons: dict[int, Recall | Reason]) -> tuple[Upcoming, ...]:
    """The songs with their names, and their reasons in words."""
    seeds = {
        seed
        for reason in reasons.values()
        for seed in ([one.song for one in reason.seeds] if isinstance(reason, Reason) else [reason.seed])
        if seed
    }
    every = sorted({*reasons, *seeds})
    named = house.store.songs(every)
    titles = dict(zip(every, named["title"].to_list(), strict=True))
    artists = dict(zip(every, named["artist_name"].to_list(), strict=True))
    entries = []
    for song, reason in reasons.items():
        new = isinstance(reason, Reason)
        why = reason.phrase(titles.__getitem__, artists[song])
        entries.append(
            Upcoming(artists[song], titles[song], new, f"new to you; {why}" if new else why, reason)
        )
    return tuple(entries)
