"""Loves and hates, as players give and read them. A verdict is on the song, so all its versions share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from earmark.listening.feedback import Feedback, Verdict
from earmark.music.items import Track
from earmark.store.people import AccountRecord
from earmark.store.port import ListenerId
from earmark.store.scrobbles import Opinion
from earmark.web.auth import Here
from earmark.web.listenbrainz.documents import read_document
from earmark.web.listenbrainz.errors import bad_request
from earmark.web.listenbrainz.naming import recording_meant, recordings_meant
from earmark.web.listenbrainz.recordings import mbid_of, msid_of
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


def _give(service: Service, listener: ListenerId, said: Said) -> None:
    named = said.recording_msid or said.recording_mbid
    if not named:
        raise bad_request("Either recording_msid or recording_mbid must be given.")
    about = recording_meant(service, listener, named)
    with service.house.store.writing() as writer:
        if said.score == 0:
            writer.take_back(listener, song=about.song)
        else:
            track = Track(about.artist_name, about.title)
            writer.add_feedback(listener, [Feedback(VERDICTS[said.score], track, at=service.now())])


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


class _Asked(msgspec.Struct):
    recording_msids: list[str] = []
    recording_mbids: list[str] = []


@router.get("/feedback/user/{user}/get-feedback-for-recordings")
def given_on(
    account: Themselves,
    service: Here,
    recording_msids: str | None = None,
    recording_mbids: str | None = None,
    recordings: str | None = None,
) -> Response:
    """What somebody said of these recordings, named by ids with commas between; 0 where they said nothing."""
    msids = recording_msids if recording_msids is not None else recordings
    return _on_each(service, account, _Asked(_listed(msids), _listed(recording_mbids)))


@router.post("/feedback/user/{user}/get-feedback-for-recordings")
async def given_on_many(request: Request, account: Themselves, service: Here) -> Response:
    """The same of as many as do not fit into an address."""
    asked = await read_document(request, _Asked)
    return await run_in_threadpool(_on_each, service, account, asked)


def _listed(ids: str | None) -> list[str]:
    return [one.strip() for one in (ids or "").split(",") if one.strip()]


def _on_each(service: Service, account: AccountRecord, asked: _Asked) -> Response:
    ids = [*asked.recording_msids, *asked.recording_mbids]
    if not ids:
        raise bad_request("No valid recording msid or recording mbid found.")
    if len(ids) > MOST_ITEMS:
        raise bad_request(f"At most {MOST_ITEMS} recordings can be asked about at once.")
    n = len(asked.recording_msids)
    told = [
        _said_on(account.name, msid=one if at < n else None, mbid=None if at < n else one, said=said)
        for at, (one, said) in enumerate(zip(ids, _verdicts(service, account, ids), strict=True))
    ]
    return reply({"feedback": told})


@router.get("/feedback/recording/{recording}/get-feedback-mbid")
def given_on_mbid(
    account: Asking, service: Here, recording: str, score: Literal["1", "-1"] | None = None
) -> Response:
    """What who asks said of a recording; what others did is theirs."""
    return _on_one(service, account, score, mbid=recording)


@router.get("/feedback/recording/{recording}/get-feedback")
def given_on_msid(
    account: Asking, service: Here, recording: str, score: Literal["1", "-1"] | None = None
) -> Response:
    """The same of one that is named by an id of ours."""
    return _on_one(service, account, score, msid=recording)


def _on_one(
    service: Service,
    account: AccountRecord,
    score: str | None,
    *,
    msid: str | None = None,
    mbid: str | None = None,
) -> Response:
    ((given, at),) = _verdicts(service, account, [msid or mbid or ""])
    wanted = given != 0 and score in (None, str(given))
    told = [_said_on(account.name, msid=msid, mbid=mbid, said=(given, at))] if wanted else []
    return reply({"feedback": told, "count": len(told), "total_count": len(told), "offset": 0})


def _verdicts(service: Service, account: AccountRecord, ids: Sequence[str]) -> list[tuple[int, int | None]]:
    """The score that each recording has, 0 if none, and when it was given, in Unix seconds."""
    meant = recordings_meant(service, account.listener, ids)
    songs = [one.song for one in meant if one]
    said = service.house.store.tracks.verdicts(account.listener, songs, tuple(VERDICTS.values()))
    told: list[tuple[int, int | None]] = []
    for one in meant:
        verdict, at = said.get(one.song, (None, None)) if one else (None, None)
        told.append((SCORES[Verdict(verdict)] if verdict else 0, None if at is None else at // 1_000))
    return told


def _said_on(
    user: str, *, msid: str | None, mbid: str | None, said: tuple[int, int | None]
) -> dict[str, Any]:
    score, created = said
    return {
        "user_id": user,
        "recording_msid": msid,
        "recording_mbid": mbid,
        "score": score,
        "created": created,
        "track_metadata": None,
    }
