"""Every part of our own API."""

from __future__ import annotations

from typing import Final

from earmark.web.api import (
    builds,
    export,
    exposures,
    feedback,
    listeners,
    listens,
    mixes,
    music,
    people,
    playlists,
    session,
    taste,
    tokens,
)

_PARTS: Final = (
    session,
    people,
    tokens,
    listeners,
    listens,
    feedback,
    playlists,
    mixes,
    music,
    taste,
    exposures,
    export,
    builds,
)
ROUTERS: Final = tuple(part.router for part in _PARTS)
QUICK: Final = (listeners.RECOMMENDATIONS,)
