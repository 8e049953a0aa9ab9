"""How texts are fetched and read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FetchingConfig(BaseModel):
    """How pages and feeds are fetched, and when that is broken off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: str = Field(default="", max_length=200, pattern=r"^[\x20-\x7e]*$")
    """An address that whoever runs a site may write to; it is sent along with each request."""
    pause_s: float = Field(default=2.0, ge=0, le=600, allow_inf_nan=False)
    """Seconds between two requests to one host."""
    longest_pause_s: float = Field(default=30.0, ge=0, le=3_600, allow_inf_nan=False)
    """Seconds between two requests to a host that asks for more than this (``Crawl-delay``)."""
    timeout_s: float = Field(default=20.0, gt=0, le=600, allow_inf_nan=False)
    """Seconds without a byte, after which a request is given up."""
    longest_s: float = Field(default=120.0, gt=0, le=3_600, allow_inf_nan=False)
    """Seconds that one request may take in all."""
    largest_bytes: int = Field(default=8 << 20, ge=1_024, le=1 << 30)
    """Bytes of a page or feed, unpacked, beyond which it is broken off."""
    most_redirects: int = Field(default=5, ge=0, le=20)
    """How often a request is sent on before it is given up."""


class ReadingConfig(BaseModel):
    """What becomes a document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fetch_pages: bool = True
    """Whether the page of a feed's entry is fetched where the feed holds only a short summary of it."""
    short_letters: int = Field(default=600, ge=0, le=100_000)
    """Letters of an entry's text below which it is taken for a summary."""
    most_pages: int = Field(default=3, ge=1, le=100)
    """How many pages of one feed are read, where it names a next one."""
    most_entries: int = Field(default=1_000, ge=1, le=100_000)
    """How many entries of one feed are read."""
    largest_bytes: int = Field(default=8 << 20, ge=1_024, le=1 << 30)
    """Bytes of a local file of text, beyond which it is not read; tables and JSON lines may be of any size."""
