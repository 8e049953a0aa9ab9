"""Our own API, version 1: everything that Earmark knows about a listener, to the listener."""

from __future__ import annotations

from typing import Final

API: Final = "/api/v1"
"""Where it is."""
