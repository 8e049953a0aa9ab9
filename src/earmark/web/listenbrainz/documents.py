"""Bodies of requests as documents of a shape. Players do not always say that they send JSON, so nobody has to."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import Request

from earmark.web.bodies import TooLargeError, whole_body
from earmark.web.listenbrainz.errors import ApiError, bad_request
from earmark.web.listenbrainz.payload import MOST_BYTES

T = TypeVar("T")


async def read_document(request: Request, shape: type[T]) -> T:
    """The body as a document of this shape.

    Raises:
        ApiError: it is too large, or of another shape.
    """
    try:
        return msgspec.json.decode(await whole_body(request, MOST_BYTES), type=shape)
    except TooLargeError:
        raise ApiError(413, f"Payload too large: at most {MOST_BYTES} bytes.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"Cannot parse JSON document: {error}") from None
