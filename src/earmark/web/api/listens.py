"""Plays: read page by page, told in batches, taken back one by one. All are shown to their listener alone."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Path, Query
from msgspec import Meta
from starlette.responses import Response

from earmark.listening.listens import EARLIEST_LISTEN, LONGEST_PLAY_MS, Ending, Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.sources.checks import LONGEST_NAME, RowFaultError, Window, track_of
from earmark.store.pages import LISTENS
from earmark.store.port import ItemId
from earmark.store.scrobbles import Scrobble
from earmark.web.api.described import described
from earmark.web.api.documents import body
from earmark.web.api.idempotency import Once
from earmark.web.api.paging import Page, Paging
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Themselves
from earmark.web.auth import Here
from earmark.web.replies import reply

MOST_TOGETHER: Final = 1_000
AHEAD_MS: Final = 3_600_000
"""How far a client's clock may be ahead."""
TOLD: Final = Origin("api", 1)
"""Plays told of here, to the millisecond."""
FOREVER: Final = 1 << 60

Ended = Literal["unknown", "completed", "skipped", "stopped"]
Moment = Annotated[int, Query(ge=-FOREVER, le=FOREVER, description="Unix milliseconds.")]
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
Played = Annotated[int, Meta(ge=0, le=LONGEST_PLAY_MS)]
Lasting = Annotated[int, Meta(ge=1, le=LONGEST_PLAY_MS)]

router = APIRouter(tags=["Listens"])


class ListenTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One play. ``started_at`` is a time of RFC 3339 with its zone, or Unix milliseconds."""

    artist: Name
    title: Name
    started_at: Annotated[dt.datetime, Meta(tz=True)] | Annotated[int, Meta(ge=-FOREVER, le=FOREVER)]
    release: Name | None = None
    ms_played: Played | None = None
    duration_ms: Lasting | None = None
    ending: Ended = "unknown"
    private: bool = False
    uri: Name | None = None
    device: Name | None = None
    """What it was played on."""


class ListensTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Plays, at most a thousand."""

    listens: Annotated[list[ListenTold], Meta(min_length=1, max_length=MOST_TOGETHER)]


class Refused(msgspec.Struct, frozen=True):
    """A play that cannot be stored: its place in the batch, from 0, and why."""

    place: int
    why: str


class Accepted(msgspec.Struct, frozen=True):
    """``accepted`` plays are in the record now, each once, be they told for the first time or again."""

    accepted: int
    refused: list[Refused]


class ListenShown(msgspec.Struct, frozen=True):
    """One play. ``id`` names it among its listener's; ``song`` is null for episodes and chapters."""

    id: str
    started_at: int
    """Unix milliseconds."""
    item: int
    song: int | None
    artist: str
    title: str
    release: str | None
    uri: str | None
    duration_ms: int | None
    ms_played: int | None
    ending: str
    private: bool
    origin: str
    """Who told of it."""


@router.get("/listeners/{listener}/listens", **described(Page[ListenShown], problems=(400, 404)))
def listens(
    account: Themselves,
    service: Here,
    paging: Paging,
    after: Moment = -FOREVER,
    before: Moment = FOREVER,
) -> Response:
    """Plays that started between two moments, neither included; newest first."""
    pages = service.house.store.pages
    return paging.page(
        lambda beyond, n: pages.listens(
            account.listener, after=UnixMs(after), before=UnixMs(before), beyond=beyond, n=n
        ),
        LISTENS,
        listen_shown,
    )


def listen_shown(one: Scrobble) -> ListenShown:
    """A play as it is told."""
    return ListenShown(
        f"{one.started_at}-{one.item}",
        one.started_at,
        one.item,
        one.song,
        one.artist,
        one.title,
        one.release,
        one.uri,
        one.duration_ms,
        one.ms_played,
        one.ending.name.lower(),
        one.private,
        one.origin,
    )


@router.post(
    "/listeners/{listener}/listens",
    **described(Accepted, takes=ListensTold, problems=(400, 404, 409, 413)),
)
def tell(
    account: Themselves, told: Annotated[ListensTold, body(ListensTold)], once: Once, service: Here
) -> Response:
    """Tell of plays. The answer comes when they are stored; those that cannot be are named, and stop no others.

    The same play may be told of again: it is stored once.
    """

    def store() -> Response:
        possible = Window(EARLIEST_LISTEN, UnixMs(service.now() + AHEAD_MS))
        heard: list[Listen] = []
        refused: list[Refused] = []
        for place, one in enumerate(told.listens):
            try:
                heard.append(_listen(one, possible))
            except RowFaultError as fault:
                refused.append(Refused(place, fault.cause))
        if heard:
            service.inbox.tell(account.listener, heard, TOLD).result()
        return reply(Accepted(len(heard), refused))

    return once.answer(store)


def _listen(told: ListenTold, possible: Window) -> Listen:
    """The play that is told of.

    Raises:
        RowFaultError: it has no name, or cannot have been then.
    """
    track: Track = track_of(told.artist, told.title, told.release, told.uri, told.duration_ms)
    at = told.started_at
    moment = round(at.timestamp() * 1_000) if isinstance(at, dt.datetime) else at
    ending = Ending[told.ending.upper()]
    return Listen(track, possible.check(moment), told.ms_played, ending, told.private, device=told.device)


@router.delete("/listeners/{listener}/listens/{listen}", **described(status=204, problems=(404,)))
def take_back(
    account: Themselves,
    service: Here,
    listen: Annotated[str, Path(pattern=r"^-?\d{1,16}-\d{1,10}$", description="The `id` of the play.")],
) -> Response:
    """Take back a play: it teaches nothing any more."""
    moment, _, number = listen.rpartition("-")
    at, item = UnixMs(int(moment)), ItemId(int(number))
    store = service.house.store
    (*there,) = store.pages.listens(
        account.listener, after=UnixMs(at - 1), before=UnixMs(at + 1), beyond=(at, item + 1), n=1
    )
    if not there or there[0].item != item:
        raise ProblemError(404, "There is no such play.")
    store.scrobbles.remove(account.listener, item, at // 1_000)
    return Response(status_code=204)
