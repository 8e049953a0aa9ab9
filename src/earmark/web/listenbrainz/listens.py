"""Plays: telling of them, reading them back, taking them back."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from earmark.listening.listens import UnixMs
from earmark.store.people import AccountRecord
from earmark.store.scrobbles import Scrobble
from earmark.web.auth import Here, account_of_token, service_of, token_of
from earmark.web.bodies import TooLargeError, whole_body
from earmark.web.listenbrainz.documents import read_document
from earmark.web.listenbrainz.errors import ApiError, bad_request
from earmark.web.listenbrainz.payload import MOST_BYTES, Kind, Submission, duration_s, read_submission
from earmark.web.listenbrainz.recordings import item_of, mbid_of, msid_of
from earmark.web.listenbrainz.shapes import Submitted
from earmark.web.listenbrainz.who import Asking, Themselves, whoever
from earmark.web.openapi import takes
from earmark.web.quick import Flag, QuickRoute
from earmark.web.replies import reply
from earmark.web.service import Service

OK: Final = {"status": "ok"}
LONGEST_PLAYING_S: Final = 600
"""What sounds now is taken to have ended after this, where its length is not told."""
MOST_ITEMS: Final = 1_000
READ_AT_ONCE: Final = 65_536
"""Bytes; reading more takes milliseconds, in which others are to be answered."""
Seconds = Annotated[int | None, Query(ge=0, le=10**11)]

_TAG: Final = "ListenBrainz: listens"
router = APIRouter(tags=[_TAG])


async def submit_listens(request: Request) -> Response:
    """Tell of plays (``single``, ``import``), or of what sounds now (``playing_now``).

    The answer comes when they are stored.
    """
    service, account = service_of(request), await whoever(request)
    return_msid = RETURN_MSID.of(request)
    try:
        body = await whole_body(request, MOST_BYTES)
    except TooLargeError:
        raise ApiError(413, f"Payload too large: at most {MOST_BYTES} bytes.") from None
    read = partial(read_submission, body, service.now())
    submission = read() if len(body) <= READ_AT_ONCE else await run_in_threadpool(read)
    if submission.kind is Kind.PLAYING_NOW:
        await run_in_threadpool(_note_playing, service, account, submission)
    else:
        await stored(service, account, submission)
    if not return_msid or submission.kind is Kind.IMPORT:
        return reply(OK)
    return reply(OK | {"recording_msid": await run_in_threadpool(_msid, service, submission)})


RETURN_MSID: Final = Flag("return_msid")


def submitting(prefix: str) -> QuickRoute:
    """How players tell of plays below this prefix."""
    return QuickRoute(
        "POST",
        f"{prefix}/submit-listens",
        submit_listens,
        parameters=(RETURN_MSID,),
        tags=(_TAG,),
        openapi_extra=takes(Submitted),
    )


async def stored(service: Service, account: AccountRecord, submission: Submission) -> None:
    """Hand plays to the inbox and wait until they are in the record.

    Raises:
        EarmarkError: they could not be stored; the client is to try again.
    """
    plays, well = len(submission.listens), False
    service.metrics.told(plays)
    try:
        await asyncio.wrap_future(service.inbox.tell(account.listener, submission.listens))
        well = True
    finally:
        service.metrics.stored(account.listener, plays, well=well)


def _note_playing(service: Service, account: AccountRecord, submission: Submission) -> None:
    lasts = duration_s(submission.metadata) or LONGEST_PLAYING_S
    told = msgspec.json.encode(submission.metadata).decode()
    service.house.store.scrobbles.tell_playing(account.listener, told, UnixMs(service.now() + lasts * 1_000))


def _msid(service: Service, submission: Submission) -> str:
    with service.house.store.writing() as writer:
        ((item, _),) = writer.items(submission.tracks[:1])
    return msid_of(item)


@router.get("/validate-token")
async def validate_token(request: Request, token: str | None = None) -> Response:
    """Whether a token is valid, and whose it is. An invalid one is answered with 200, too."""
    given = token_of(request) or token
    if not given:
        raise bad_request("You need to provide an Authorization token.")
    account = await account_of_token(request, given)
    if account is None:
        return reply({"code": 200, "message": "Token invalid.", "valid": False})
    return reply({"code": 200, "message": "Token valid.", "valid": True, "user_name": account.name})


@router.get("/user/{user}/listens")
def listens(
    account: Themselves,
    service: Here,
    max_ts: Seconds = None,
    min_ts: Seconds = None,
    count: Annotated[int, Query(ge=0)] = 25,
) -> Response:
    """A page of plays, newest first; the bounds are not included."""
    if max_ts is not None and min_ts is not None and max_ts <= min_ts:
        raise bad_request("max_ts should be greater than min_ts")
    scrobbles = service.house.store.scrobbles
    # A play is known to the millisecond, and is told as of its second.
    after = None if min_ts is None else UnixMs(min_ts * 1_000 + 999)
    before = None if max_ts is None else UnixMs(max_ts * 1_000)
    page = scrobbles.page(account.listener, after=after, before=before, n=min(count, MOST_ITEMS))
    oldest, newest = scrobbles.span(account.listener) or (0, 0)
    told = [_told(one, account.name) for one in page]
    payload = {
        "count": len(told),
        "user_id": account.name,
        "latest_listen_ts": newest // 1_000,
        "oldest_listen_ts": oldest // 1_000,
        "listens": told,
    }
    return reply({"payload": payload})


def _told(one: Scrobble, user: str) -> dict[str, Any]:
    msid, mbid = msid_of(one.item), mbid_of(one.uri)
    info: dict[str, Any] = {"recording_msid": msid, "submission_client": one.origin}
    for key, value in (
        ("recording_mbid", mbid),
        ("origin_url", None if mbid else one.uri),
        ("duration_ms", one.duration_ms),
        ("ms_played", one.ms_played),
    ):
        if value is not None:
            info[key] = value
    metadata: dict[str, Any] = {"artist_name": one.artist, "track_name": one.title, "additional_info": info}
    if one.release is not None:
        metadata["release_name"] = one.release
    second = one.started_at // 1_000
    return {
        "listened_at": second,
        "inserted_at": second,
        "recording_msid": msid,
        "user_name": user,
        "track_metadata": metadata,
    }


@router.get("/user/{user}/listen-count")
def listen_count(account: Themselves, service: Here) -> Response:
    """How many plays there are."""
    return reply({"payload": {"count": service.house.store.scrobbles.count(account.listener)}})


@router.get("/user/{user}/playing-now")
def playing_now(account: Themselves, service: Here) -> Response:
    """What sounds now, in the words of the player that told of it."""
    told = service.house.store.scrobbles.playing(account.listener, service.now())
    listens = []
    if told is not None:
        metadata = msgspec.json.decode(told)
        listens.append({"track_metadata": metadata, "user_name": account.name, "playing_now": True})
    payload = {"count": len(listens), "user_id": account.name, "playing_now": True, "listens": listens}
    return reply({"payload": payload})


@router.post("/playing-now/delete")
def stop_playing(account: Asking, service: Here) -> Response:
    """Nothing sounds any more."""
    service.house.store.scrobbles.stop_playing(account.listener)
    return reply(OK)


class Deletion(msgspec.Struct):
    """A play, named by its second and its recording."""

    listened_at: int
    recording_msid: str


@router.post("/delete-listen", openapi_extra=takes(Deletion))
async def delete_listen(request: Request, account: Asking, service: Here) -> Response:
    """Take back a play, named by its second and its recording."""
    told = await read_document(request, Deletion)
    try:
        item = item_of(told.recording_msid)
    except ValueError:
        raise bad_request(f"{told.recording_msid}: Recording MSID format invalid.") from None
    if item is not None and 0 <= told.listened_at < 1 << 40:
        await run_in_threadpool(
            service.house.store.scrobbles.remove, account.listener, item, told.listened_at
        )
    return reply(OK)


class Mark(msgspec.Struct):
    """Up to when plays were imported, in Unix seconds, and from where."""

    ts: int
    service: str = "lastfm"


@router.get("/latest-import")
def latest_import(
    service: Here,
    user_name: str,
    account: Asking,
    service_name: Annotated[str, Query(alias="service")] = "lastfm",
) -> Response:
    """Up to when plays were imported from another service."""
    if user_name != account.name:
        raise ApiError(404, f"Cannot find user: {user_name}")
    at = service.house.store.scrobbles.import_mark(account.listener, service_name)
    return reply({"musicbrainz_id": account.name, "latest_import": at})


@router.post("/latest-import", openapi_extra=takes(Mark))
async def set_latest_import(request: Request, account: Asking, service: Here) -> Response:
    """Note up to when plays were imported from another service."""
    told = await read_document(request, Mark)
    if not 0 <= told.ts < 1 << 40 or not 0 < len(told.service) <= 100:
        raise bad_request("ts must be Unix seconds, and service a short name.")
    await run_in_threadpool(
        service.house.store.scrobbles.set_import_mark, account.listener, told.service, told.ts
    )
    return reply(OK)
