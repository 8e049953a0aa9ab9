"""Bodies of requests as documents of a shape, and how the API's description tells of them."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import Depends
from starlette.requests import Request

from earmark.web.api.problems import ProblemError
from earmark.web.bodies import TooLargeError, whole_body

MOST_BYTES: Final = 10 << 20

T = TypeVar("T")


async def read_document(request: Request, shape: type[T]) -> T:
    """The body as a document of this shape.

    Raises:
        ProblemError: it is too large (413), no JSON (400), or of another shape (422).
    """
    try:
        return msgspec.json.decode(await whole_body(request, MOST_BYTES), type=shape)
    except TooLargeError:
        raise ProblemError(413, f"The body has at most {MOST_BYTES:,} bytes.") from None
    except msgspec.ValidationError as error:
        raise ProblemError(422, f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProblemError(400, "The body is not JSON.", "Send a JSON document in UTF-8.") from None


def takes(shape: type[Any]) -> dict[str, Any]:
    """For ``openapi_extra``: the body that a route reads by `read_document`."""
    (_,), parts = msgspec.json.schema_components([shape])
    schema = parts[shape.__name__]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


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
