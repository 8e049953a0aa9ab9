"""The music that somebody keeps on a server of their own, as that server tells of it."""

from __future__ import annotations

import msgspec

from earmark.listening.listens import UnixMs
from earmark.music.items import Track


class LibraryTrack(msgspec.Struct, frozen=True, gc=False):
    """One file of a library.

    ``remote_id`` is the server's own name for it; ``mbid`` a MusicBrainz recording id; ``plays`` counts the plays of
    the account that was asked, where the server says; ``starred_at`` is when that account starred it.
    """

    track: Track
    remote_id: str
    path: str | None = None
    genres: tuple[str, ...] = ()
    mbid: str | None = None
    isrc: str | None = None
    plays: int = 0
    starred_at: UnixMs | None = None
