"""Loves and hates, as players give and read them. A verdict is on the song, so all its versions share it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from earmark.listening.feedback import Feedback, Verdict
from earmark.music.items import Track
from earmark.store.port import ItemId
from earmark.store.scrobbles import Opinion
from earmark.web.auth import Here
from earmark.web.listenbrainz.documents import read_document
from earmark.web.listenbrainz.errors import ApiError, bad_request
from earmark.web.listenbrainz.recordings import item_of, mbid_of, msid_of, uri_of
from earmark.web.listenbrainz.who import Asking, Themselves
from earmark.web.openapi import takes
from earmark.web.replies import reply
from earmark.web.service import Service

SCORES: Final = {Verdict.LOVE: 1, Verdict.HATE: -1}
VERDICTS: Final = {score: verdict for verdict, score in SCORES.items()}
MOST_ITEMS: Final = 1_000

router = APIRouter(tags=["ListenBrainz: feedback"])


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """A verdict on a recording that either id names."""

    score: int
    recording_msid: str | None = None
    recording_mbid: str | None = None


@router.post("/feedback/recording-feedback", openapi_extra=takes(Said))
async def give(request: Request, account: Asking, service: Here) -> Response:
    """Love (1), hate (−1) or take back (0) a recording, named by our id or MusicBrainz's."""
    said = await read_document(request, Said)
    if said.score not in (-1, 0, 1):
        raise bad_request("Feedback can have a value of 1, 0 or -1.")
    await run_in_threadpool(_give, service, account.listener, said)
    return reply({"status": "ok"})


def _give(service: Service, listener: Any, said: Said) -> None:
    store = service.house.store
    item = _item(service, said.recording_msid, said.recording_mbid)
    words = store.items([item]).row(0, named=True)
    if words["kind"] != "track":
        raise bad_request("Feedback can be given on music only.")
    about = Track(words["artist"], words["title"])
    with store.writing() as writer:
        if said.score == 0:
            ((_, song),) = writer.items([about])
            writer.take_back(listener, song=song)
        else:
            writer.add_feedback(listener, [Feedback(VERDICTS[said.score], about, at=service.now())])


def _item(service: Service, msid: str | None, mbid: str | None) -> ItemId:
    """The item that either id names.

    Raises:
        ApiError: neither is given, one is no UUID, or nothing here has it.
    """
    if not msid and not mbid:
        raise bad_request("Either recording_msid or recording_mbid must be given.")
    store = service.house.store
    try:
        known = [item_of(msid)] if msid else list(store.scrobbles.items_called(uri_of(mbid or "")))
    except ValueError:
        raise bad_request(f"{msid or mbid} is not a valid UUID.") from None
    found = [item for item in known if item is not None and store.items([item]).height]
    if not found:
        raise ApiError(404, f"No recording {msid or mbid} is known here: no player has told of it yet.")
    return found[0]


@router.get("/feedback/user/{user}/get-feedback")
def given(
    account: Themselves,
    service: Here,
    score: Literal["1", "-1"] | None = None,
    count: Annotated[int, Query(ge=0)] = 25,
    offset: Annotated[int, Query(ge=0, le=1 << 31)] = 0,
    metadata: bool = False,
) -> Response:
    """A page of what somebody loves and hates, newest first."""
    verdicts = tuple(VERDICTS.values()) if score is None else (VERDICTS[int(score)],)
    page, total = service.house.store.scrobbles.opinions(
        account.listener, verdicts, offset=offset, n=min(count, MOST_ITEMS)
    )
    told = [_told(one, account.name, metadata=metadata) for one in page]
    return reply({"feedback": told, "count": len(told), "total_count": total, "offset": offset})


def _told(one: Opinion, user: str, *, metadata: bool) -> dict[str, Any]:
    msid, mbid = msid_of(one.item), mbid_of(one.uri)
    told: dict[str, Any] = {
        "user_id": user,
        "recording_msid": msid,
        "recording_mbid": mbid,
        "score": SCORES[Verdict(one.verdict)],
        "created": (one.at or 0) // 1_000,
        "track_metadata": None,
    }
    if metadata:
        words: dict[str, Any] = {"artist_name": one.artist, "track_name": one.title}
        if one.release is not None:
            words["release_name"] = one.release
        told["track_metadata"] = words
    return told
