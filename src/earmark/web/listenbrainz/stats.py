"""Statistics, counted when they are asked for. There is no content (204) where nothing was played."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from fastapi import APIRouter, Depends, Query
from numpy.typing import NDArray
from starlette.responses import Response

from earmark.store.tallies import Of, Tally
from earmark.web.auth import Here
from earmark.web.listenbrainz.ranges import Range, bins_of, days_of, moment_of
from earmark.web.listenbrainz.recordings import mbid_of, msid_of
from earmark.web.listenbrainz.who import Themselves
from earmark.web.openapi import NO_CONTENT
from earmark.web.replies import reply

MOST_ITEMS: Final = 1_000
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

router = APIRouter(tags=["ListenBrainz: statistics"])


class _Stretch:
    """A range of one listener's time."""

    def __init__(self, account: Themselves, service: Here, range: Range = Range.ALL_TIME) -> None:
        self.account, self.range = account, range
        self.tallies = service.house.store.tallies
        self.zone = ZoneInfo(service.house.store.find_listener(account.name).time_zone)
        today = dt.datetime.fromtimestamp(service.now() / 1_000, self.zone).date()
        self.days = days_of(range, today)
        self.first, self.last = (moment_of(day, self.zone) for day in self.days)
        self.updated = service.now() // 1_000

    def payload(self, **told: Any) -> Response:
        """What was counted, and over what."""
        common = {
            "user_id": self.account.name,
            "range": self.range.value,
            "from_ts": self.first // 1_000,
            "to_ts": self.last // 1_000 - 1,
            "last_updated": self.updated,
        }
        return reply({"payload": told | common})


class _Page:
    """Which of the counts are wanted."""

    def __init__(
        self,
        stretch: Annotated[_Stretch, Depends()],
        count: Annotated[int, Query(ge=0)] = 25,
        offset: Annotated[int, Query(ge=0, le=1 << 31)] = 0,
    ) -> None:
        self.stretch, self.n, self.offset = stretch, min(count, MOST_ITEMS), offset

    def counted(self, of: Of) -> tuple[list[Tally], int]:
        """The rows of this page, and how many there are in all."""
        stretch = self.stretch
        return stretch.tallies.tally(
            stretch.account.listener, of, stretch.first, stretch.last, offset=self.offset, n=self.n
        )

    def answer(self, plural: str, singular: str, told: list[dict[str, Any]], total: int) -> Response:
        """The page under its name."""
        if not total:
            return Response(status_code=204)
        counts = {"count": len(told), "offset": self.offset, f"total_{singular}_count": total}
        return self.stretch.payload(**{plural: told}, **counts)


Page = Annotated[_Page, Depends()]
Stretch = Annotated[_Stretch, Depends()]


@router.get("/stats/user/{user}/artists", responses=NO_CONTENT)
def artists(page: Page) -> Response:
    """Who was played most."""
    rows, total = page.counted(Of.ARTIST)
    return page.answer("artists", "artist", [_artist(row) for row in rows], total)


@router.get("/stats/user/{user}/releases", responses=NO_CONTENT)
def releases(page: Page) -> Response:
    """Which releases were."""
    rows, total = page.counted(Of.RELEASE)
    told = [_artist(row) | {"release_mbid": None, "release_name": row.release} for row in rows]
    return page.answer("releases", "release", told, total)


@router.get("/stats/user/{user}/release-groups", responses=NO_CONTENT)
def release_groups(page: Page) -> Response:
    """The same: what the record knows of releases is their names, which all of a group share."""
    rows, total = page.counted(Of.RELEASE)
    told = [_artist(row) | {"release_group_mbid": None, "release_group_name": row.release} for row in rows]
    return page.answer("release_groups", "release_group", told, total)


@router.get("/stats/user/{user}/recordings", responses=NO_CONTENT)
def recordings(page: Page) -> Response:
    """Which recordings were."""
    rows, total = page.counted(Of.RECORDING)
    return page.answer("recordings", "recording", [_recording(row) for row in rows], total)


def _artist(row: Tally) -> dict[str, Any]:
    return {"artist_mbid": None, "artist_mbids": [], "artist_name": row.artist, "listen_count": row.plays}


def _recording(row: Tally) -> dict[str, Any]:
    return _artist(row) | {
        "track_name": row.title,
        "release_name": row.release or "",
        "release_mbid": None,
        "recording_mbid": mbid_of(row.uri),
        "recording_msid": None if row.item is None else msid_of(row.item),
    }


@router.get("/stats/user/{user}/listening-activity", responses=NO_CONTENT)
def listening_activity(stretch: Stretch) -> Response:
    """How much was played, day by day, month by month or year by year, in the range and the one before it."""
    zone = stretch.zone
    bins = [
        (name, moment_of(first, zone), moment_of(last, zone))
        for name, (first, last) in bins_of(stretch.range, stretch.days)
    ]
    moments = stretch.tallies.moments(stretch.account.listener, bins[0][1], bins[-1][2])
    if not len(moments):
        return Response(status_code=204)
    told = [
        {
            "from_ts": first // 1_000,
            "to_ts": last // 1_000 - 1,
            "listen_count": int(np.searchsorted(moments, last) - np.searchsorted(moments, first)),
            "time_range": name,
        }
        for name, first, last in bins
    ]
    return stretch.payload(listening_activity=told)


@router.get("/stats/user/{user}/daily-activity", responses=NO_CONTENT)
def daily_activity(stretch: Stretch) -> Response:
    """How much was played at each hour of each weekday, where the listener lives."""
    moments = stretch.tallies.moments(stretch.account.listener, stretch.first, stretch.last)
    if not len(moments):
        return Response(status_code=204)
    counts = by_hour(moments, stretch.zone).tolist()
    told = {
        day: [{"hour": hour, "listen_count": plays} for hour, plays in enumerate(of_day)]
        for day, of_day in zip(WEEKDAYS, counts, strict=True)
    }
    return stretch.payload(daily_activity=told)


def by_hour(moments: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Plays by weekday and hour, ``(7, 24)``, of moments in Unix ms.

    No zone changes its offset from UTC within a quarter of an hour, so each quarter is looked up once.
    """
    quarters, plays = np.unique(moments // 900_000, return_counts=True)
    counts = np.zeros((7, 24), np.int64)
    for quarter, n in zip(quarters.tolist(), plays.tolist(), strict=True):
        local = dt.datetime.fromtimestamp(quarter * 900, zone)
        counts[local.weekday(), local.hour] += n
    return counts
