"""What a listener said outright about a song or an artist."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from earmark.listening.listens import UnixMs
from earmark.music.items import Track


class Verdict(StrEnum):
    """A judgement in the listener's own words; a later one on the same thing and of the same kind replaces it."""

    LOVE = "love"
    HATE = "hate"
    HIDE = "hide"
    SAVE = "save"
    EXCLUDE = "exclude"
    """Keep the plays, but let them teach nothing."""


class Feedback(msgspec.Struct, frozen=True, gc=False):
    """A verdict on a track's song, or, where ``track`` is None, on everything by ``artist``.

    ``at`` is None where the source does not date it.
    """

    verdict: Verdict
    track: Track | None = None
    artist: str | None = None
    at: UnixMs | None = None
