"""The one spelling by which a tag is looked up: "Hip-Hop", "hip hop music" and "hiphop" are the same word.

People write genres as they hear them; what differs between their hands is hyphens and spaces, capitals and accents,
how "and" is written, a last "music", the plural, and words cut short. Each way of reading a tag is tried in turn, the
most literal first, so that a spelling that the vocabulary has is never bent into another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from earmark.music.letters import fold, raw_words, words

MUSIC: Final = frozenset(
    {"music", "musik", "musica", "musique", "muziek", "muzyka", "genre", "style", "stuff"}
)
"""Last words that say nothing: "folk music" is folk."""
LONG: Final = {
    "alt": "alternative", "alternativo": "alternative", "alternatif": "alternative", "prog": "progressive",
    "progressivo": "progressive", "progressif": "progressive", "psych": "psychedelic", "psy": "psychedelic",
    "psicodelico": "psychedelic", "tech": "technical", "melo": "melodic", "symph": "symphonic",
    "sinfonico": "symphonic", "exp": "experimental", "experimentale": "experimental", "trad": "traditional",
    "oldschool": "old school", "oldskool": "old school", "atmo": "atmospheric", "instr": "instrumental",
    "contemp": "contemporary", "elektro": "electro", "elektronic": "electronic", "uk": "british", "us": "american",
    "aussie": "australian", "japan": "japanese", "scandinavian": "nordic", "hardcor": "hardcore",
}  # fmt: skip
"""Words cut short or in another language, and what they stand for; tried only where nothing is found as it stands."""
LONGEST = 80
"""Letters of the longest tag that may be a name; what is longer is a sentence."""


_PLAIN: Final = re.compile(r"[a-z0-9]+(?:[ -][a-z0-9]+)*").fullmatch


def spoken(tag: str) -> list[str]:
    """The words of a tag in one spelling; none if it is blank, and a lone "n" between others reads "and"."""
    plain = words(fold(tag[: 4 * LONGEST])) or raw_words(tag[: 4 * LONGEST])
    said = plain.split()
    return ["and" if word == "n" and 0 < at < len(said) - 1 else word for at, word in enumerate(said)]


def key(tag: str) -> str:
    """Under which a name is filed: its words, closed up."""
    if _PLAIN(tag) and " n " not in tag:
        return tag.replace(" ", "").replace("-", "")
    return "".join(spoken(tag))


def readings(tag: str) -> Iterator[str]:
    """Keys under which a tag may be filed, the most literal first."""
    said = spoken(tag)
    if not said or len(tag) > LONGEST:
        return
    yield "".join(said)
    bare = said
    while len(bare) > 1 and bare[-1] in MUSIC:
        bare = bare[:-1]
    for some in (bare, _singular(bare)):
        yield "".join(some)
        meant = [LONG.get(word, word) for word in some]
        yield "".join(meant).replace(" ", "")
        if len(meant) == 2 and meant != some:  # "Metal progressif": other languages put the noun first.
            yield "".join(reversed(meant)).replace(" ", "")


def _singular(said: list[str]) -> list[str]:
    last = said[-1]
    if len(last) > 4 and last.endswith("ies"):
        return [*said[:-1], last[:-3] + "y"]
    if len(last) > 3 and last.endswith("s") and not last.endswith("ss"):
        return [*said[:-1], last[:-1]]
    return said
