"""How texts about music are read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from earmark.sources.reading.config import FetchingConfig, ReadingConfig


class ReadConfig(BaseModel):
    """How many processes read texts, when one is given up, and how often feeds are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int | None = Field(None, ge=1, le=256)
    """Processes that read texts at once; as many as the machine has cores, if nobody says otherwise."""
    keep_text: bool = False
    """Whether the texts themselves are kept, beside what they say of whom; where a feed is added, this is noted with
    it."""
    feed_hours: float = Field(6.0, ge=0.25, le=8_760, allow_inf_nan=False)
    """Hours after which a feed is read again by the worker."""
    document_seconds: float = Field(60.0, gt=0, allow_inf_nan=False)
    """A text that takes longer to read is given up."""
    process_megabytes: int = Field(1_024, ge=256)
    """A text for which a process would take more memory is given up."""
    fetching: FetchingConfig = FetchingConfig()
    """How pages and feeds are fetched."""
    documents: ReadingConfig = ReadingConfig()
    """What of a feed or a folder becomes a document."""
