"""A listener's mixes: which editions were made, and each with its songs and a reason for every one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from earmark.errors import UnknownNameError
from earmark.jobs.editions import show
from earmark.mixes.files import FORMATS
from earmark.mixes.shown import Shown
from earmark.store.pages import EDITIONS, EditionMade
from earmark.web.api.described import described
from earmark.web.api.paging import Page, Paging
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Themselves
from earmark.web.auth import Here
from earmark.web.openapi import JSON

MEDIA: Final[Mapping[str, tuple[str, ...]]] = {
    "json": (JSON,),
    "m3u8": ("application/vnd.apple.mpegurl", "audio/x-mpegurl", "audio/mpegurl"),
    "xspf": ("application/xspf+xml",),
    "jspf": ("application/jspf+json",),
}
"""What each format is called in ``Accept``; the first of each is the ``Content-Type`` of the answer."""
LATEST: Final = "latest"

MixName = Annotated[
    str, Path(alias="mix", pattern=r"^[a-z-]{1,40}$", description="Which mix, such as `weekly`.")
]
Edition = Annotated[
    str, Path(alias="edition", pattern=r"^(latest|\d{4}-W\d\d)$", description="An ISO week, or `latest`.")
]

router = APIRouter(tags=["Mixes"])


@router.get("/listeners/{listener}/mixes", **described(Page[EditionMade], problems=(400, 404)))
def mixes(
    account: Themselves,
    service: Here,
    paging: Paging,
    mix: Annotated[str | None, Query(max_length=40, description="Only this mix.")] = None,
) -> Response:
    """Which editions were made of which mixes, newest first."""
    pages = service.house.store.pages
    return paging.page(
        lambda beyond, n: pages.editions(account.listener, mix, beyond=beyond, n=n),
        EDITIONS,
    )


@router.get(
    "/listeners/{listener}/mixes/{mix}/{edition}",
    **described(
        Shown,
        problems=(404, 406),
        also=[media for form in ("m3u8", "xspf", "jspf") for media in MEDIA[form][:1]],
    ),
)
def edition(
    account: Themselves,
    service: Here,
    mix: MixName,
    edition: Edition,
    form: Annotated[
        Literal["json", "m3u8", "xspf", "jspf"] | None,
        Query(alias="format", description="Instead of `Accept`."),
    ] = None,
    accept: Annotated[str, Header()] = "*/*",
) -> Response:
    """An edition: its songs in order, each with its reason, as counted (``reason``) and as a sentence (``why``)."""
    store = service.house.store
    chosen = form or accepted(accept)
    if chosen is None:
        every = ", ".join(media for names in MEDIA.values() for media in names)
        raise ProblemError(406, "None of the accepted types can be answered.", f"The types are {every}.")
    made = store.pages.editions(account.listener, mix, n=1) if edition == LATEST else []
    if edition == LATEST and not made:
        raise ProblemError(404, f"No edition of the mix {mix!r} was made yet.")
    try:
        shown = show(service.house, store.find_listener(account.name), made[0].week if made else edition, mix)
    except UnknownNameError as error:
        raise ProblemError(404, error.what) from None
    return Response(FORMATS[chosen](shown), media_type=MEDIA[chosen][0], headers={"vary": "Accept"})


def accepted(header: str) -> str | None:
    """The format that an ``Accept`` header likes best (RFC 9110, 12.5.1), the first of several; None if none."""
    best: tuple[float, str] | None = None
    wanted = [_weighed(one) for one in header.split(",")]
    for form, names in MEDIA.items():
        # The most specific range that fits decides.
        fitting = [
            (len(media.strip("*")), weight)
            for media, weight in wanted
            if any(media in (name, f"{name.partition('/')[0]}/*", "*/*") for name in names)
        ]
        weight = max(fitting, default=(0, 0.0))[1]
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, form)
    return best[1] if best else None


def _weighed(media: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in media.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, float(parameter[2:])
            except ValueError:
                return name, 0.0
    return name, 1.0
