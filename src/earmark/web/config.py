"""What the service lets in, and what it notes of it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ServeConfig(BaseModel):
    """`earmark serve`, where the defaults do not fit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log_requests: Literal["notable", "all"] = "notable"
    """Requests that get a line in the log: those that failed or were slow, or all."""
    slow_ms: int = Field(1_000, ge=0)
    """A request that took at least so long was slow."""
    metrics_open: bool = False
    """Whether ``/metrics`` is told to whoever asks, and not to the owner's tokens only."""
    header_seconds: float = Field(10.0, gt=0)
    """A request's headers must be here within this, or the connection is closed."""
    body_seconds: float = Field(60.0, gt=0)
    """And its body within this."""
    body_megabytes: int = Field(256, ge=16)
    """Bodies that are being read may hold so much memory together; who comes then is asked to come again."""
    connections: int = Field(1_000, ge=1)
    """A process has at most so many connections at once; further ones are answered 503."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses or networks, separated by commas, of reverse proxies whose ``X-Forwarded-For`` and ``-Proto`` hold;
    ``*`` for all."""
