"""An edition made ready to be seen."""

from __future__ import annotations

import shlex

import msgspec
import polars as pl

from earmark.errors import UnknownNameError
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.mixes.shown import Shown, ShownEntry
from earmark.mixes.weekly import NAME
from earmark.ranking.reasons import Reason
from earmark.store.port import EditionRecord, ListenerRecord


def show(house: House, listener: ListenerRecord, week: str, mix: str = NAME) -> Shown:
    """The listener's edition of a week.

    Raises:
        UnknownNameError: none was made.
    """
    edition = house.store.edition(listener.id, mix, week)
    if edition is None:
        raise UnknownNameError(
            f"{listener.name} has no {mix} mix of {week}.",
            f"Make it with `earmark weekly --listener {shlex.quote(listener.name)} --week {week}`.",
        )
    return _shown(house, listener, edition)


def _shown(house: House, listener: ListenerRecord, edition: EditionRecord) -> Shown:
    reasons = [msgspec.json.decode(entry.reason, type=Reason) for entry in edition.entries]
    items = house.store.items([entry.item for entry in edition.entries])
    seeds = sorted({seed.song for reason in reasons for seed in reason.seeds})
    titles = dict(house.store.songs(seeds).select("song", "title").iter_rows())
    durations = _durations(house, edition)
    entries = tuple(
        ShownEntry(
            row["artist"],
            row["title"],
            row["release"],
            row["uri"],
            row["duration_ms"] or durations.get(entry.song),
            reason.phrase(titles.__getitem__, row["artist"]),
            reason,
            entry.item,
            entry.song,
        )
        for entry, row, reason in zip(edition.entries, items.iter_rows(named=True), reasons, strict=True)
    )
    known = [entry.duration_ms for entry in entries if entry.duration_ms]
    minutes = round(sum(known) / len(known) * len(entries) / 60_000) if 2 * len(known) > len(entries) else 0
    return Shown(
        listener.name,
        edition.mix,
        edition.week,
        edition.made_at,
        edition.build,
        edition.still_learning,
        minutes,
        entries,
    )


def _durations(house: House, edition: EditionRecord) -> dict[int, int]:
    """How long songs last as far as plays agree, from the live build's snapshot; milliseconds by song."""
    build = house.builds.live()
    if build is None:
        return {}
    songs = snapshot_of(house, house.builds.manifest(build)).songs
    wanted = pl.Series("song", [entry.song for entry in edition.entries], dtype=pl.Int32)
    known = songs.filter(pl.col("song").is_in(wanted.implode()) & pl.col("duration_ms").is_not_null())
    return dict(known.select("song", "duration_ms").iter_rows())
