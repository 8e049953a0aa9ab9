"""Which playlists somebody has: those that they made or imported, and those that were made for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from earmark.store.people import AccountRecord
from earmark.web.auth import Here
from earmark.web.listenbrainz.errors import bad_request
from earmark.web.listenbrainz.jspf import Sheet
from earmark.web.listenbrainz.sheets import editions, editions_made, playlist_sheet
from earmark.web.listenbrainz.who import Themselves
from earmark.web.replies import reply
from earmark.web.service import Service

MOST: Final = 1_000
SHORTEST: Final = 3
"""Letters to search for."""

router = APIRouter(tags=["ListenBrainz: playlists"])


class _Page:
    """Which of the playlists are asked for. They are told without their tracks."""

    def __init__(
        self,
        count: Annotated[int, Query(ge=0)] = 25,
        offset: Annotated[int, Query(ge=0, le=1 << 31)] = 0,
    ) -> None:
        self.n, self.offset = min(count, MOST), offset

    def answer(self, sheets: Sequence[Sheet], total: int) -> Response:
        """The page; clients ask on until ``offset`` and ``count`` reach ``playlist_count``."""
        told = [sheet.jspf() for sheet in sheets]
        return reply({"playlists": told, "playlist_count": total, "count": self.n, "offset": self.offset})

    def searched(self, service: Service, account: AccountRecord, text: str, *, everybodys: bool) -> Response:
        """The page of what was found."""
        found, total = service.house.store.playlists.search(
            account.listener, text, everybodys=everybodys, offset=self.offset, n=self.n
        )
        return self.answer([playlist_sheet(one) for one in found], total)


def _searched(query: str = "", name: str = "") -> str:
    text = query or name
    if len(text) < SHORTEST:
        raise bad_request(f"Query string must be at least {SHORTEST} characters long.")
    return text


Page = Annotated[_Page, Depends()]
Searched = Annotated[str, Depends(_searched)]


@router.get("/user/{user}/playlists")
def owned(account: Themselves, service: Here, page: Page) -> Response:
    """Those that they made or imported, the newest first."""
    found, total = service.house.store.playlists.page(account.listener, offset=page.offset, n=page.n)
    return page.answer([playlist_sheet(one) for one in found], total)


@router.get("/user/{user}/playlists/createdfor")
def made_for(account: Themselves, service: Here, page: Page) -> Response:
    """Their mixes, each edition a playlist, the newest first."""
    listener = service.house.store.find_listener(account.name)
    weeks = editions_made(service, listener)
    return page.answer(editions(service, listener, weeks[page.offset : page.offset + page.n]), len(weeks))


@router.get("/user/{user}/playlists/recommendations")
def recommended(account: Themselves, service: Here) -> Response:
    """The mix of now."""
    listener = service.house.store.find_listener(account.name)
    latest = editions(service, listener, editions_made(service, listener)[:1])
    return _Page(count=len(latest), offset=0).answer(latest, len(latest))


@router.get("/user/{user}/playlists/collaborator")
def shared(account: Themselves, page: Page) -> Response:
    """None: playlists have no collaborators here."""
    return page.answer([], 0)


@router.get("/user/{user}/playlists/search")
def search(account: Themselves, service: Here, page: Page, text: Searched) -> Response:
    """Theirs, by a part of the title or the annotation."""
    return page.searched(service, account, text, everybodys=False)
