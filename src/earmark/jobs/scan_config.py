"""How a music folder is scanned."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ScanConfig(BaseModel):
    """How many processes hear music, and when a file is given up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int | None = Field(None, ge=1, le=256)
    """Processes that read and hear files at once; as many as the machine has cores, if nobody says otherwise."""
    longest_minutes: float = Field(120.0, gt=0)
    """Longer files are read but not heard: they are mixes, broadcasts and books."""
    file_seconds: float = Field(600.0, gt=0)
    """A file that takes longer to read, or to hear, is given up."""
    process_megabytes: int = Field(640, ge=256)
    """A file for which a process would take more memory is given up."""
