"""The weekly run: an edition for everyone who has none yet this week."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import polars as pl

from earmark.engines.progress import Progress
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.jobs.locks import using
from earmark.jobs.opened_build import OpenedBuild, live_manifest
from earmark.listening.listens import UnixMs, clock
from earmark.mixes.weekly import NAME, Draft, compose
from earmark.mixes.weeks import week_of
from earmark.ranking.recommender import Recommender
from earmark.store.port import AsIf, EditionRecord, EntryRecord, ItemId, ListenerId, ListenerRecord, SongId
from earmark.threads import one_blas_thread

EDITIONS_AT_ONCE = 1_024
"""Few enough that choosing goes on while they are filed."""


class WeeklyReport(msgspec.Struct, frozen=True):
    """What a weekly run did.

    ``short`` names listeners whose edition holds fewer songs than it should, ``empty`` those to whom no song at all is
    open; for these no edition is filed, so that they get one once more is known.
    """

    week: str
    build: str
    made: int
    already_made: int
    still_learning: int
    broadened: int
    """Mixes in which the guard exchanged songs, because they were narrower or more popular than the plays."""
    short: tuple[str, ...]
    empty: tuple[str, ...]


def run_weekly(
    house: House, listeners: Sequence[ListenerRecord], week: str, progress: Progress
) -> WeeklyReport:
    """Make this week's edition for each of ``listeners`` who has none.

    Raises:
        NotLearnedError: no build is live.
        StoreError: the record refuses; editions filed before stay.
    """
    with using(house.home), one_blas_thread():
        return _run(house, listeners, week, progress)


def _run(house: House, listeners: Sequence[ListenerRecord], week: str, progress: Progress) -> WeeklyReport:
    manifest = live_manifest(house)
    done = house.store.editions_made(NAME, week)
    waiting = [one for one in listeners if one.id not in done]
    names: dict[int, str] = {one.id: one.name for one in waiting}
    item_of = dict(snapshot_of(house, manifest).songs.select("song", "item").iter_rows())
    made, still_learning, broadened = 0, 0, 0
    short: list[str] = []
    empty: list[str] = []
    with progress.stage("choosing songs", len(waiting), "listeners") as advance:
        for batch in _batches(draft_mixes(house, OpenedBuild(house, manifest), waiting)):
            drafts = [draft for draft in batch if draft.songs]
            _file(house, drafts, week, manifest.id, item_of)
            made += len(drafts)
            still_learning += sum(draft.still_learning for draft in drafts)
            broadened += sum(draft.broadened > 0 for draft in drafts)
            short += [names[draft.listener] for draft in drafts if len(draft.songs) < house.weekly.entries]
            empty += [names[draft.listener] for draft in batch if not draft.songs]
            advance(len(batch))
    return WeeklyReport(
        week=week,
        build=manifest.id,
        made=made,
        already_made=len(listeners) - len(waiting),
        still_learning=still_learning,
        broadened=broadened,
        short=tuple(short),
        empty=tuple(empty),
    )


def draft_mixes(
    house: House, build: OpenedBuild, listeners: Sequence[ListenerRecord], edits: AsIf | None = None
) -> Iterator[Draft]:
    """What each listener would be given now, by ascending id; nothing is filed.

    With ``edits``, these are taken for all edits that they made of their taste.
    """
    if not listeners:
        return
    histories = build.histories(sorted(one.id for one in listeners), mix=NAME, edits=edits)
    durations = _aligned(build.model, build.snapshot.songs, "duration_ms")
    yield from compose(build.model, histories, durations, house.weekly, now=clock())


def this_week(time_zone: str, now: UnixMs | None = None) -> str:
    """The ISO week in a time zone, at present or at ``now``."""
    seconds = time.time() if now is None else now / 1000
    return week_of(dt.datetime.fromtimestamp(seconds, ZoneInfo(time_zone)))


def _aligned(model: Recommender, songs: pl.DataFrame, value: str) -> np.ndarray:
    """A column of the songs table in the model's column order, 0 for null."""
    found = np.zeros(len(model.columns), np.int64)
    at = model.columns.find(songs["song"].to_numpy())
    found[at[at >= 0]] = songs[value].fill_null(0).to_numpy()[at >= 0]
    return found


def _file(house: House, drafts: Sequence[Draft], week: str, build: str, item_of: dict[int, int]) -> None:
    """Store drafts as editions, each song in the version that most people play."""
    now = UnixMs(int(time.time() * 1000))
    encode = msgspec.json.Encoder().encode

    def edition(draft: Draft) -> EditionRecord:
        entries = tuple(
            EntryRecord(ItemId(item_of[song]), SongId(song), encode(reason).decode())
            for song, reason in zip(draft.songs, draft.reasons, strict=True)
        )
        return EditionRecord(
            ListenerId(draft.listener), NAME, week, now, build, draft.still_learning, entries
        )

    with house.store.writing() as writer:
        writer.add_editions(edition(draft) for draft in drafts)


def _batches(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    batch: list[Draft] = []
    for draft in drafts:
        batch.append(draft)
        if len(batch) == EDITIONS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
