"""What players send when they tell of plays, for the description of the API; it is checked in `payload`."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from earmark.web.listenbrainz.payload import EARLIEST_S, MOST_LISTENS, Kind

Words = Annotated[str, msgspec.Meta(min_length=1)]


class Metadata(msgspec.Struct, omit_defaults=True):
    """What was played, in the player's words."""

    artist_name: Words
    track_name: Words
    release_name: str | None = None
    additional_info: dict[str, Any] = {}


class Told(msgspec.Struct, omit_defaults=True):
    """One play; without ``listened_at``, what sounds now."""

    track_metadata: Metadata
    listened_at: Annotated[int, msgspec.Meta(ge=EARLIEST_S)] | None = None


class Submitted(msgspec.Struct):
    """Plays of one listener."""

    listen_type: Kind
    payload: Annotated[list[Told], msgspec.Meta(min_length=1, max_length=MOST_LISTENS)]
