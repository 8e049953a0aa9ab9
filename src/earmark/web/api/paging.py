"""Lists a page at a time, by cursors: each names the last row that was told, so rows that come meanwhile shift nothing.

A cursor is the key of that row, in JSON, in base64url: clients hand it back as it is.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from earmark.store.walks import Key, Row, Walk
from earmark.web.api.problems import ProblemError
from earmark.web.replies import reply

MOST: Final = 1_000
LONGEST: Final = 500
"""Letters of a cursor."""

Told = TypeVar("Told")

_PARTS: Final = {int: Annotated[int, msgspec.Meta(ge=-(1 << 62), le=1 << 62)], str: str}


class Page(msgspec.Struct, Generic[Told], frozen=True):
    """A part of a list. ``next`` is the cursor of what follows, null at the end."""

    items: list[Told]
    next: str | None


def written(key: tuple[int | str, ...]) -> str:
    """The cursor that stands for a row's key."""
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def read(cursor: str, like: Key) -> Key:
    """The key that a cursor stands for, of the same parts as ``like``.

    Raises:
        ProblemError: 400, it is none of ours.
    """
    shape: Any = tuple[tuple(_PARTS[type(part)] for part in like)]  # type: ignore[misc]
    try:
        told = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key: Key = msgspec.json.decode(told, type=shape)
    except (ValueError, msgspec.DecodeError):
        raise ProblemError(
            400,
            "That is no cursor of this list.",
            "Take it from `next` of the page before, as it stands there.",
        ) from None
    return key


class _Paging:
    """Which part of a list is asked for."""

    def __init__(
        self,
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = 100,
        cursor: Annotated[
            str | None, Query(max_length=LONGEST, description="`next` of the page before.")
        ] = None,
    ) -> None:
        self._url, self._limit, self._cursor = request.url, limit, cursor

    def page(
        self,
        find: Callable[[Key, int], Sequence[Row]],
        walk: Walk[Row, Key],
        told: Callable[[Row], Any] = lambda one: one,
    ) -> Response:
        """The page as an answer, with the address of the next one in a ``Link`` header (RFC 8288).

        Args:
            find: at most so many rows beyond a key, in the order of the list.
            walk: how the pages follow each other.
            told: a row as it is told, where that is not as it is.
        """
        beyond = walk.first if self._cursor is None else read(self._cursor, walk.first)
        rows = find(beyond, self._limit + 1)
        more = written(walk.key_of(rows[self._limit - 1])) if len(rows) > self._limit else None
        answer = reply(Page([told(row) for row in rows[: self._limit]], more))
        if more is not None:
            following = self._url.include_query_params(cursor=more)
            answer.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
        return answer


Paging = Annotated[_Paging, Depends()]
"""Which part of a list is asked for, by ``limit`` and ``cursor``."""
