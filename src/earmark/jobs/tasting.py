"""The taste of one listener, read from the record as it is now."""

from __future__ import annotations

import polars as pl

from earmark.jobs.house import House
from earmark.jobs.opened_build import OpenedBuild
from earmark.taste.profile import Taste, profile


def taste_of(house: House, name: str, live: OpenedBuild | None) -> Taste:
    """The profile of the listener called ``name``, beside what others hold as the live build has it, if there is one.

    Raises:
        UnknownNameError: there is no such listener.
    """
    store = house.store
    listener = store.find_listener(name)
    listens, feedback = store.listens([listener.id]), store.feedback([listener.id])
    own = store.playlist_songs([listener.id])
    mentioned = pl.concat([frame["song"].drop_nulls() for frame in (listens, feedback, own)]).unique().sort()
    return profile(
        listener.name,
        listens=listens,
        feedback=feedback,
        own_playlists=own.select("listener", "song"),
        songs=store.songs(mentioned.to_list()),
        artists=store.artists(feedback["artist"].drop_nulls().unique().sort().to_list()),
        holders=None if live is None else _holders(live),
        config=house.learning.evidence,
        time_zone=listener.time_zone,
    )


def _holders(live: OpenedBuild) -> pl.DataFrame:
    """How many listeners and playlists held each song when the build was made."""
    model = live.model
    return pl.DataFrame({"song": model.columns.songs, "holders": model.popularity})
