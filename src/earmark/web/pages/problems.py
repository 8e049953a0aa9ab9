"""Errors as pages; who is not signed in is asked to."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from earmark.web.api.problems import ProblemError
from earmark.web.pages.rendering import page


def problem_page(problem: ProblemError) -> Response:
    """What happened and what to do."""
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    answer = page(
        "problem.html", problem.status, title=problem.title, detail=problem.detail, remedy=problem.remedy
    )
    answer.headers.update(problem.headers)
    return answer
