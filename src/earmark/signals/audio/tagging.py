"""Which of the words that listeners might write on a recording are likely enough to be shown."""

from __future__ import annotations

import numpy as np

from earmark.music.sound import Share, Tag
from earmark.signals.audio.embedding import Floats
from earmark.signals.audio.musicnn.published import TAGS

LEAST = 0.15


def shown(probabilities: Floats) -> tuple[Tag, ...]:
    """The likely tags, the likeliest first; ``probabilities`` ``(n_tags,)``, of `TAGS`."""
    order = np.argsort(-probabilities, kind="stable")
    return tuple(Tag(TAGS[at], Share(float(probabilities[at]))) for at in order if probabilities[at] >= LEAST)
