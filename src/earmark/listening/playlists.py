"""A list that somebody put together by hand."""

from __future__ import annotations

import msgspec

from earmark.music.items import Track


class Playlist(msgspec.Struct, frozen=True, gc=False):
    """An ordered list of tracks under a name; ``followers`` is how many people keep it, where known."""

    name: str
    tracks: tuple[Track, ...]
    followers: int | None = None
