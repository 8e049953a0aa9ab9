"""Fill a record with a made world: its listeners as our own, its playlists as community data."""

from __future__ import annotations

from itertools import islice

import msgspec

from earmark.engines.progress import Progress
from earmark.listening.listens import Origin
from earmark.store.port import Store
from earmark.store.tags import TagRecord
from earmark.world import World

ORIGIN = Origin("made world")
COMMUNITY = "made playlists"
TAGS = "made tags"
LISTENS_AT_ONCE = 1_000_000
PLAYLISTS_AT_ONCE = 20_000


class Filled(msgspec.Struct, frozen=True):
    """How much of the world was stored."""

    listeners: int
    listens: int
    playlists: int
    tags: int


def fill(store: Store, world: World, progress: Progress) -> Filled:
    """Store a world's playlists and histories, a million listens to a transaction; what is there stays."""
    config = world.config
    stored = listens = playlists = 0
    with progress.stage("making playlists", config.playlists, "playlists") as advance:
        made = world.playlists()
        while batch := list(islice(made, PLAYLISTS_AT_ONCE)):
            with store.writing() as writer:
                playlists += writer.add_playlists(batch, community=COMMUNITY).new
            advance(len(batch))
    with progress.stage("making listeners", config.listeners, "listeners") as advance:
        people = world.listeners()
        while stored < config.listeners:
            with store.writing() as writer:
                waiting = 0
                for person in people:
                    played = person.listens()
                    who = writer.listener(person.name)
                    writer.add_listens([who] * len(played), played, ORIGIN)
                    waiting += len(played)
                    stored += 1
                    advance(1)
                    if waiting >= LISTENS_AT_ONCE:
                        break
                listens += writer.settle().new
    return Filled(stored, listens, playlists, _add_tags(store, world))


def _add_tags(store: Store, world: World) -> int:
    """What people call the artists, of those whom somebody played or put into a playlist."""
    given = list(world.tags())
    artists = store.documents.artists_named([name for name, _, _ in given])
    tags = [
        TagRecord(artist, None, tag, weight)
        for artist, (_, tag, weight) in zip(artists, given, strict=True)
        if artist is not None
    ]
    with store.writing() as writer:
        return writer.replace_tags(TAGS, {one.artist for one in tags}, tags)
