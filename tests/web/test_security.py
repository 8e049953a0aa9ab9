"""What every answer tells browsers, whatever was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.homes import opened
from tests.web.conftest import Served
from tests.web.servers import serving

from earmark.jobs.signing_in import SignInConfig

EVERY = (
    "/",
    "/setup",
    "/sign-in",
    "/nothing",
    "/static/earmark.css",
    "/static/nothing",
    "/health/live",
    "/api/v1/session",
    "/api/openapi.json",
    "/1/validate-token",
    "/1/user/Ada/listens",
)


@pytest.mark.parametrize("path", EVERY)
def test_every_answer_has_them(served: Served, path: str) -> None:
    headers = httpx.get(served.url + path).headers
    policy = headers["content-security-policy"]
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "microphone=()" in headers["permissions-policy"]
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")
    assert "strict-transport-security" not in headers
    over_https = httpx.get(served.url + path, headers={"X-Forwarded-Proto": "https"}).headers
    assert over_https["strict-transport-security"] == "max-age=31536000"


def test_what_does_not_change_is_not_sent_again(served: Served) -> None:
    path = f"{served.url}/static/earmark.css"
    tag = httpx.get(path).headers["etag"]
    assert httpx.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_pages_of_other_sites_may_ask_with_tokens_and_never_with_cookies(served: Served) -> None:
    browser, elsewhere = served.browser(), {"Origin": "https://player.example"}
    for path in ("/api/v1/session", "/1/user/Ada/listens"):
        with served.client() as program:
            answer = program.get(path, headers=elsewhere)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
        before = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
        assert httpx.options(served.url + path, headers=elsewhere | before).status_code == 200
        for asked in (answer, browser.get(path, headers=elsewhere)):
            # Without this, no browser hands the answer of a request with cookies over.
            assert "access-control-allow-credentials" not in asked.headers
            assert asked.headers["access-control-allow-origin"] == "*"


def test_a_setting_says_https_where_no_proxy_does(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        with serving(replace(house, sign_in=SignInConfig(https=True))) as address:
            headers = httpx.get(f"{address}/sign-in").headers
        assert "strict-transport-security" in headers
