"""When two spellings name the same artist, the same song, or the same recording of it.

Each function gives a key: equal keys, equal things. Keys are lower-case words, single-spaced, never empty for
a name that is not blank, and stable (the key of a key is itself). They are for comparing, not for showing.
"""

from __future__ import annotations

import re
from typing import Final

from earmark.music.letters import fold, plain_words, raw_words, words
from earmark.music.versions import without_credit, without_version_marks

_WITH: Final = re.compile(
    r"([(\[]|\s[-–—]\s)with[ \t](?!(?:Me|You|U|Us|Him|Her|Them|My|Your|It|All)\b)(?=(\w))"
)
_CREDIT_WORDS: Final = frozenset({"ft", "featuring"})


def artist_key(name: str) -> str:
    """Identity of an artist: spelling, "&" or "and", a leading "The" (or ", The") and "feat. …" ignored.

    Names are never split: "A & B" and "Tyler, The Creator" are one artist each.
    """
    key = plain_words(name)
    if key is None:
        folded = fold(name).strip()
        head, comma, tail = folded.rpartition(",")
        if comma and tail.strip() == "the" and words(head) not in {"", "the"}:
            folded = head
        key = words(folded)
    key = without_credit(key)
    while key.startswith("the ") and key != "the the":
        key = key[4:]
    return key or raw_words(name)


def song_key(title: str) -> str:
    """Identity of a song among its artist's: the title in one spelling, less all that names a version."""
    key = plain_words(title)
    if key is None:
        folded = fold(_with_as_credit(title))
        key = words(without_version_marks(folded)) or words(folded)
    return _part_spelled_out(without_credit(key)) or raw_words(title)


def track_key(title: str) -> str:
    """Identity of a recording among its artist's: the title in one spelling, version marks kept.

    "Song - Live" and "Song (live)" are one recording, "Song" is another; "ft.", "featuring" and "(with …)"
    all read "feat".
    """
    key = plain_words(title)
    if key is None:
        key = words(fold(_with_as_credit(title)))
    if " ft " in key or " featuring " in key:
        first, *rest = key.split()
        key = " ".join([first, *("feat" if word in _CREDIT_WORDS else word for word in rest)])
    return _part_spelled_out(key) or raw_words(title)


def _with_as_credit(title: str) -> str:
    """Read "(with Somebody)" as "(feat Somebody)"; "(With Me)" and "(with love)" are title text."""
    if "with" not in title:
        return title
    return _WITH.sub(lambda found: found[0] if found[2].islower() else f"{found[1]}feat ", title)


def _part_spelled_out(key: str) -> str:
    if "pt" not in key:
        return key
    return " ".join(["part" if word == "pt" else word for word in key.split()])
