from __future__ import annotations

import pytest

from earmark.engines.progress import Progress, Unwatched


def test_nobody_watches_and_nothing_is_swallowed():
    watched: Progress = Unwatched()
    with watched.stage("work", 3, "songs") as advance:
        advance(1)
    with pytest.raises(KeyError), watched.stage("work"):
        raise KeyError
