"""Forms that a page sent: the fields by name, each once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends
from starlette.requests import Request

from earmark.web.api.problems import ProblemError
from earmark.web.bodies import TooLargeError, whole_body

URLENCODED: Final = "application/x-www-form-urlencoded"
MOST_BYTES: Final = 16_384
MOST_FIELDS: Final = 20


def is_form(request: Request) -> bool:
    """Whether a form was sent."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == URLENCODED


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields; read once, though several ask.

    Raises:
        ProblemError: it is no form, or too large.
    """
    read: Mapping[str, str] | None = getattr(request.state, "form", None)
    if read is None:
        if not is_form(request):
            raise ProblemError(415, f"This takes a form ({URLENCODED}).")
        try:
            body = await whole_body(request, MOST_BYTES)
            fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except TooLargeError:
            raise ProblemError(413, f"A form has at most {MOST_BYTES:,} bytes.") from None
        except ValueError:
            raise ProblemError(400, "The form cannot be read.") from None
        read = request.state.form = dict(fields)
    return read


Form = Annotated[Mapping[str, str], Depends(form_of)]
"""The fields of the form that was sent."""
