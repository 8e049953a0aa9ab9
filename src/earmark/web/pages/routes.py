"""Every page."""

from __future__ import annotations

from typing import Final

from earmark.web.pages import account, entering

PAGES: Final = (entering.router, account.router)
PATHS: Final = frozenset(str(getattr(route, "path", "")) for router in PAGES for route in router.routes)
"""Where people are shown pages, and errors as pages."""
