"""What in a listener's record may not be their taste, as far as the live build helps to tell."""

from __future__ import annotations

import numpy as np
import polars as pl

from earmark.errors import UnknownNameError
from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.listening.edits import Exclude
from earmark.listening.exclusions import TheseListens
from earmark.store.port import ListenerRecord
from earmark.taste.contamination.finding import Suspecting
from earmark.taste.contamination.grounds import Vectors
from earmark.taste.contamination.suspicion import Suspicion


def suspicions_of(house: House, listener: ListenerRecord, live: OpenedBuild | None) -> tuple[Suspicion, ...]:
    """What is suspected of the listens that count, by when it began."""
    listens = house.store.listens([listener.id])
    songs = house.store.songs(listens["song"].unique().sort().to_list())
    lengths = pl.DataFrame(schema={"song": pl.Int32, "duration_ms": pl.Int32})
    if live is not None:
        lengths = live.snapshot.songs.select("song", "duration_ms")
    songs = songs.join(lengths, on="song", how="left", maintain_order="left")
    suspecting = Suspecting(evidence=house.learning.evidence)
    if live is None:
        return suspecting.find(listens, songs, time_zone=listener.time_zone)
    order = np.argsort(live.model.columns.songs)
    vectors = Vectors(live.model.columns.songs[order], live.model.factors.item_factors[order])
    return suspecting.find(
        listens,
        songs,
        sounds=live.snapshot.sounds,
        tags=live.snapshot.tags,
        vectors=vectors,
        time_zone=listener.time_zone,
    )


def excluding_suspected(
    house: House, listener: ListenerRecord, number: int, live: OpenedBuild | None
) -> Exclude:
    """The edit that leaves out what is suspected as the ``number``-th.

    Raises:
        UnknownNameError: not so much is suspected.
    """
    suspected = suspicions_of(house, listener, live)
    if not 1 <= number <= len(suspected):
        raise UnknownNameError(
            f"There is no doubt number {number}: {len(suspected)} are known.",
            f"See them with: earmark taste {listener.name} --doubts",
        )
    return Exclude(TheseListens(tuple((one.song, one.started_at) for one in suspected[number - 1].listens)))
