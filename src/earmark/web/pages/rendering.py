"""Pages from templates, in which whatever comes from outside is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

WEB: Final = Path(__file__).parent.parent
STATIC: Final = WEB / "static"


def page(template: str, status: int = 200, **told: Any) -> HTMLResponse:
    """The page that a template makes of what it is told."""
    return HTMLResponse(_templates().get_template(template).render(told), status)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
