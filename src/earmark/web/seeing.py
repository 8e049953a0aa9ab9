"""Which songs somebody may know of.

The record holds music that only one listener has to do with, maybe in private, and its ids are numbers in a row. So
only what some listener or playlist of the live build holds is told to anybody, and whatever else is a listener's own to
that listener; anything else is not there.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from earmark.jobs.kindred import is_held
from earmark.jobs.opened_build import OpenedBuild
from earmark.sources.listenbrainz import Metadata, track_told
from earmark.store.port import ListenerId, SongId
from earmark.web.service import Service


def seen_songs(service: Service, listener: ListenerId, songs: Iterable[SongId]) -> set[SongId]:
    """Those of the songs that the listener may know of."""
    build, tracks = live_build(service), service.house.store.tracks
    wanted = set(songs)
    seen = {song for song in wanted if build and is_held(build, song)}
    seen |= {song for song in wanted - seen if tracks.concerns(listener, song=song)}
    # What sounds now is loved before it counts as played.
    return seen | (wanted - seen and wanted & _sounding(service, listener))


def _sounding(service: Service, listener: ListenerId) -> set[SongId]:
    store = service.house.store
    told = store.scrobbles.playing(listener, service.now())
    if told is None:
        return set()
    track = track_told(msgspec.json.decode(told, type=Metadata))
    return {song for song in store.known_songs([track]) if song is not None}


def live_build(service: Service) -> OpenedBuild | None:
    """The live build; None before anything was learned."""
    return service.live.build() if service.house.builds.live() else None
