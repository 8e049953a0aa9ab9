"""Tell what names a version ("Live at …", "2011 Remaster", "feat. …") from what belongs to a song's title.

Works on folded text (`earmark.music.letters.fold`). Brackets and " - " suffixes are candidates; one is a mark
if

1. it holds a word that nothing but a version bears ("remastered"), or
2. it is made of qualifying words alone ("live acoustic", "explicit album version"), or
3. it ends in a word for a kind of version ("… remix", "… radio edit", "… sessions"), or
4. it opens as a mark does ("live at …", "feat. …", 'from "…"', "20th anniversary …").

All else is title text. What joins and why: ``docs/decisions/what-is-one-song.md``.
"""

from __future__ import annotations

import re
from typing import Final

from earmark.music.letters import words

LONGEST_MARK: Final = 200
"""Characters; longer text in brackets is prose, not a mark."""
DEEPEST_NESTING: Final = 8
"""Brackets within brackets; below that they are ink. With the length above, keeps any title linear."""


def _set_of(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


_ALWAYS: Final = _set_of("""
    remaster remasters remastered remastering remasterizado remasterizada remasterise remasterisee
    remasterisiert remasterizacion remasterizacao rerecorded rerecording
""")
_STRONG: Final = _ALWAYS | _set_of("""
    live acoustic acustico acustica akustik bonus explicit clean dirty edited uncensored censored radio edit
    mix remix mixed original extended single mono stereo demo demos instrumental karaoke vocal studio stripped
    unplugged version versao versione ver deluxe cover acapella alternate alternative alt unreleased uncut
    session sessions video audio lyrics lyric visualizer visualiser hd hq 4k anniversary orchestral remake
    rework bootleg vip dub nightcore slowed piano main
""")
_QUALIFYING: Final = _STRONG | _set_of("""
    and full new track tracks album lp ep official digital digitally non music edition club dance soundtrack
    film tv cut take inch reverb rough early first second
""")
_ENDINGS: Final = _set_of("""
    remix remixes rmx mix edit edits version versions versao versione ver vers demo demos acoustic acustico
    acustica unplugged session sessions instrumental karaoke soundtrack recording recordings edition rework
    bootleg remake vip reedit refix reimagined reimagination nightcore ost outtake dub flip live
""")
_NOT_AN_ENDING_AFTER: Final = {
    "live": _set_of("""
        i we you they he she to long who people and or let cant dont how where that life wont will must could
        can only really so one
    """),
    "mix": _set_of("the"),
    "dub": _set_of("a"),
    "flip": _set_of("a the to"),
    "recording": _set_of("im still"),
}
_OPENINGS: Final = re.compile(
    r"""(?:
      live\ (?:(?:at|from|in|on|im|bei|aus|au|en|em|desde|by\ request)\ \S|\d
             |(?:and\ )?(?:acoustic|sessions?|version|unplugged|audio|performance|record(?:ing|ed)|bonus
             |studio|lounge|video|album|instrumental|piano)\b|.*\b(?:19|20)\d\d\b)
    | (?:acoustic|unplugged|version|session)\ live\ (?:at|from|in)\ \S
    | (?:mtv\ )?unplugged\b
    | (?:in\ )?(?:true\ )?(?:mono|stereo)$
    | a\ cappella$
    | take\ \d
    | (?:alternate|alternative|alt|first|second|third|early|out)\ takes?$
    | (?:.*\ )?(?:ao\ vivo|en\ vivo|en\ directo|en\ concierto|dal\ vivo|en\ direct)(?:\ |$)
    | (?:.*\ )?in\ concert$
    | (?:feat|ft|featuring|duet\ with|prod|produced\ by)\ \S
    | from\ the\ vault$
    | (?:music\ |theme\ |songs?\ |inspired\ by\ )?from\ .*\b(?:soundtrack|movie|motion\ picture|film|score|ost
             |musical|series|broadway|cast|video\ game)\b
    | (?:\S+\ ){0,3}original\ (?:motion\ picture|broadway|cast|london|soundtrack|score|television|tv)\b
    | (?:recorded\ (?:at|live|in|for|on))\b
    | (?:sped|speed)\ up\b | slowed\b | deluxe\b
    | (?:\d+\ ?(?:st|nd|rd|th)?\ (?:years?\ )?)anniversary\b
    | version\ (?!of\b) | versao\ | mixed\ by\ | remix(?:ed)?\ by\ | spotify\ singles?$
    | (?:.*\ )?bonus\ tracks?$
    | (?:official|original)\ (?:music\ |lyrics?\ |hd\ )*(?:video|audio|visuali[sz]er)
    )""",
    re.VERBOSE,
)
_FROM_QUOTED: Final = re.compile(r'\s*(?:[^\s"]+ ){0,3}from (?:[^\s"]+ ){0,5}"')
_REJOINED: Final = re.compile(r"\bre (?=master|record|work|fix|edit|imagin|mix)")
_LEADING_NUMBERS: Final = re.compile(r"(?:\d+ )+(?!anniversary|years?\b|st\b|nd\b|rd\b|th\b)")
_BRACKET: Final = re.compile(r"[()\[\]]")
_DASH: Final = re.compile(r"(?<= )-+(?= )")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_DATE_WORD: Final = re.compile(
    r"\d+(?:st|nd|rd|th)?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_NUMBER_WORDS: Final = _set_of("one two three four five six seven eight nine ten twenty thirty hundred")


def is_version_mark(text: str) -> bool:
    """Whether folded text, found in brackets or after a dash, names a version and is no part of the title."""
    if len(text) > LONGEST_MARK:
        return False
    if _FROM_QUOTED.match(text):
        return True
    spelled = without_credit(_REJOINED.sub("re", words(text)))
    tokens = spelled.split()
    if not tokens:
        return False
    if not _ALWAYS.isdisjoint(tokens) or _OPENINGS.match(_LEADING_NUMBERS.sub("", spelled)):
        return True
    if not _STRONG.isdisjoint(tokens) and all(token in _QUALIFYING or token.isdecimal() for token in tokens):
        return True
    while len(tokens) > 1 and _DATE_WORD.fullmatch(tokens[-1]):
        tokens.pop()
    last = tokens[-1]
    return last in _ENDINGS and not (len(tokens) > 1 and tokens[-2] in _NOT_AN_ENDING_AFTER.get(last, ()))


def without_credit(text: str) -> str:
    """Drop "feat. …" from folded text or plain words, up to its end or the next bracket; never all of it.

    "6 ft under" and "a feat of strength" are left alone.
    """
    if " feat" not in text and " ft" not in text:
        return text
    tokens = text.split()
    kept: list[str] = []
    crediting = False
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if token[0] in "([":
            crediting = False
        elif kept and following and not crediting:
            crediting = _opens_credit(token.rstrip(".,-"), kept[-1], following)
        if not crediting:
            kept.append(token)
    return " ".join(kept)


def _opens_credit(token: str, before: str, following: str) -> bool:
    if token == "ft":
        return not (before in _NUMBER_WORDS or (before.isdecimal() and len(before) < 4))
    return token in {"feat", "featuring"} and following != "of"


def _without_brackets(folded: str) -> str:
    """A folded title less every bracket that is a mark, innermost first; an unclosed one runs to the end."""
    open_texts: list[list[str]] = [[]]

    def close() -> None:
        inner = "".join(open_texts.pop())
        open_texts[-1].append(" " if is_version_mark(inner) else f" ({inner}) ")

    start = 0
    for bracket in _BRACKET.finditer(folded):
        open_texts[-1].append(folded[start : bracket.start()])
        start = bracket.end()
        if bracket[0] in "([":
            if len(open_texts) <= DEEPEST_NESTING:
                open_texts.append([])
        elif len(open_texts) > 1:
            close()
    open_texts[-1].append(folded[start:])
    while len(open_texts) > 1:
        close()
    return "".join(open_texts[0])


def without_version_marks(folded: str) -> str:
    """The part of a folded title that names the song. Blank if the title is nothing but marks."""
    if "(" in folded or "[" in folded:
        folded = _without_brackets(folded)
    first, *suffixes = _DASH.split(f" {folded} ")
    kept: list[str] = []
    dated = False
    for suffix in map(str.strip, reversed(suffixes)):
        if is_version_mark(suffix):
            dated = True
        elif not (dated and _YEAR.fullmatch(suffix)):  # "Song - 1999 - Remaster"
            dated = False
            kept.append(suffix)
    return " ".join(map(without_credit, [first, *reversed(kept)]))
