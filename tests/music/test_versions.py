from __future__ import annotations

import pytest

from earmark.music.letters import fold
from earmark.music.versions import is_version_mark, without_credit, without_version_marks


@pytest.mark.parametrize(
    "text",
    [
        "Live",
        "live at home",
        "Remastered 2009",
        "2009 - Remaster",
        "feat. Odile",
        'From "Moon"',
        "A Cappella",
        "VIP",
    ],
)
def test_marks(text: str) -> None:
    assert is_version_mark(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "Live Forever",
        "Born to Live",
        "feat.",
        "In the Mix",
        "2009",
        "Part 2",
        "from the hill",
        "live at",
        "A very long aside that goes on and on " * 6 + "remix",
    ],
)
def test_title_text(text: str) -> None:
    assert not is_version_mark(fold(text))


def test_what_is_left_of_a_title_may_be_blank() -> None:
    assert without_version_marks(fold("(Live) [Remix]")).strip() == ""


def test_a_credit_ends_at_the_next_bracket() -> None:
    assert without_credit("song feat odile (part 2) coda") == "song (part 2) coda"


def test_a_credit_needs_a_song_and_a_name() -> None:
    assert without_credit(" feat odile") == "feat odile"
    assert without_credit("small feat") == "small feat"
