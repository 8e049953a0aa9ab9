"""Bodies of requests as structs. Nobody has to say that they send JSON."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends
from starlette.requests import Request

from earmark.web.api.problems import ProblemError
from earmark.web.bodies import TooLargeError, whole_body

MOST_BYTES: Final = 10 << 20


async def _sent(request: Request) -> bytes:
    try:
        return await whole_body(request, MOST_BYTES)
    except TooLargeError:
        raise ProblemError(413, f"A body has at most {MOST_BYTES:,} bytes.", "Send it in parts.") from None


Sent = Annotated[bytes, Depends(_sent)]
"""All that was sent, or 413."""


def body(shape: Any) -> Any:
    """The body as a struct of this shape; 400 if it is no JSON, 422 if it is of another shape."""

    async def read(sent: Sent) -> Any:
        try:
            return msgspec.json.decode(sent, type=shape)
        except msgspec.ValidationError as error:
            raise ProblemError(422, str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProblemError(400, f"The body is no JSON document: {error}.") from None

    return Depends(read)
