"""What goes wrong when something is fetched, in words that can be counted, and what to do about it."""

from __future__ import annotations

from typing import Final

from earmark.errors import EarmarkError

_REMEDIES: Final = {
    401: "It is for members only; read it elsewhere.",
    403: "The site does not let programs read it; read it elsewhere.",
    404: "See that the address is right; the page may have moved.",
    410: "It was taken away for good: take it off the list.",
    429: "It was asked too often: read it less often.",
}


class FetchError(EarmarkError):
    """Something cannot be fetched.

    ``cause`` is short, for a list of what was skipped; ``status`` is that of the server's answer, if it gave one.
    """

    def __init__(self, address: str, cause: str, remedy: str, status: int | None = None) -> None:
        super().__init__(f"{address}: {cause}.", remedy)
        self.address = address
        self.cause = cause
        self.status = status


def refusal(address: str, status: int, retry_after: str | None) -> FetchError:
    """What a status other than 200 means for who asked."""
    later = f"Try again in {retry_after} s." if (retry_after or "").isdecimal() else "Try again later."
    remedy = (
        later if retry_after or status >= 500 else _REMEDIES.get(status, "See that the address is right.")
    )
    return FetchError(address, f"the server refuses (HTTP status {status})", remedy, status)
