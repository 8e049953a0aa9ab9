"""Every part of our own API."""

from __future__ import annotations

from typing import Final

from earmark.web.api import builds, export, exposures, feedback, listeners, listens, mixes, music, taste

ROUTERS: Final = tuple(
    part.router for part in (listeners, listens, feedback, mixes, music, taste, exposures, export, builds)
)
