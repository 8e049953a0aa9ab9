"""Reading what was sent: whole, but never more than is allowed."""

from __future__ import annotations

from starlette.requests import Request


class TooLargeError(ValueError):
    """More was sent than is allowed."""


async def whole_body(request: Request, most: int) -> bytes:
    """All that was sent.

    Raises:
        TooLargeError: it is more than ``most`` bytes; the rest is not read.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise TooLargeError
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLargeError
        parts.append(part)
    return b"".join(parts)
