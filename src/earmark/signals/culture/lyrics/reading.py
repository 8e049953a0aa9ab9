"""Lyrics into figures: in which languages, about what, how they feel, and which lines are not for every ear.

Explicit is what is said, not of whom: a song may swear and hate nobody, and one may hate in clean words, so nothing
here speaks of hatred. The text itself is not kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from earmark.music.lyrics import Explicitness, LyricFigures, Reason
from earmark.music.sound import Share
from earmark.signals.culture.language import UNKNOWN
from earmark.signals.culture.lyrics.lines import Line, sung
from earmark.signals.culture.lyrics.wording import wording
from earmark.signals.culture.lyrics.wordlists import HARMLESS, LANGUAGES, NEGATION, Entries, abroad, word_list

MOODS: Final = {
    "glad": 1, "calm": 1, "hopeful": 1, "tender": 1, "proud": 1,
    "sad": -1, "angry": -1, "anxious": -1, "longing": -1,
}  # fmt: skip
"""Each mood, and whether it adds to valence or takes from it."""
THEME: Final = "theme "
MOOD: Final = "mood "
LEAST_LINES: Final = 2
"""Different lines that must speak of a theme or feel like a mood."""
LEAST_FEELING: Final = 3
"""Words of feeling below which there is no telling the valence."""
DOUBT: Final = 2.0
"""Words of no feeling that are added, lest few words make an extreme valence."""
NEGATED_WITHIN: Final = 3
"""Words after a negation that mean the opposite."""


class _Read(NamedTuple):
    line: Line
    words: list[str]


def read_lyrics(text: str, language: str | None = None) -> LyricFigures:
    """What can be said of lyrics.

    Args:
        text: one line of it for each sung line; times of a timed text and headings in brackets are passed over.
        language: what their file says, as ISO 639-1, believed where the text itself is too short to tell.
    """
    known = tuple(abroad(UNKNOWN)[reason] for reason in Reason)
    read = [_Read(line, wording(line.text, known)) for line in sung(text, language)]
    words = sum(len(one.words) for one in read)
    if not words:
        return LyricFigures(lines=len(read), words=0)
    sung_in: Counter[str] = Counter()
    for one in read:
        sung_in[one.line.language] += len(one.words)
    languages = tuple(
        (name, Share(count / words))
        for name, count in sorted(sung_in.items(), key=lambda pair: (-pair[1], pair[0]))
        if name != UNKNOWN
    )
    different = list({tuple(one.words): one for one in read}.values())
    feelings = [_feelings(one) for one in different]
    return LyricFigures(
        lines=len(read),
        words=words,
        language=languages[0][0] if languages else None,
        languages=languages,
        themes=_shares((_themes(one) for one in different), len(different)),
        moods=_shares((mood.keys() for mood in feelings), len(different)),
        valence=_valence(feelings),
        explicit=_explicit(read),
        judged=Share(sum(share for name, share in languages if name in LANGUAGES)),
    )


def _lists(language: str) -> list[Mapping[str, Entries]]:
    """The entries that count in a line: all of its own language's, and what others' have that no language mistakes."""
    return [*([word_list(language).own] if language in LANGUAGES else []), abroad(language)]


def _explicit(read: Iterable[_Read]) -> tuple[Explicitness, ...]:
    lines: dict[Reason, list[int]] = defaultdict(list)
    for line, words in read:
        lists = _lists(line.language)
        taken = frozenset[int]().union(*(entries[HARMLESS].find(words) for entries in lists))
        for reason in Reason:
            if any(entries[reason].find(words, taken) for entries in lists):
                lines[reason].append(line.number)
    return tuple(Explicitness(reason, tuple(lines[reason])) for reason in Reason if lines[reason])


def _themes(read: _Read) -> set[str]:
    if read.line.language not in LANGUAGES:
        return set()
    own = word_list(read.line.language).own
    return {
        name.removeprefix(THEME)
        for name, entries in own.items()
        if name.startswith(THEME) and entries.find(read.words)
    }


def _feelings(read: _Read) -> Counter[str]:
    """Words of each mood in a line; one that is negated is of none."""
    found: Counter[str] = Counter()
    if read.line.language in LANGUAGES:
        own = word_list(read.line.language).own
        denied = {
            word for at in own[NEGATION].find(read.words) for word in range(at + 1, at + 1 + NEGATED_WITHIN)
        }
        for mood in MOODS:
            felt = own[MOOD + mood].find(read.words) - denied
            if felt:
                found[mood] = len(felt)
    return found


def _shares(found: Iterable[Iterable[str]], lines: int) -> tuple[tuple[str, Share], ...]:
    counts = Counter(name for names in found for name in names)
    return tuple(
        (name, Share(count / lines))
        for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        if count >= LEAST_LINES
    )


def _valence(feelings: Sequence[Counter[str]]) -> float | None:
    felt = sum(feelings, Counter[str]())
    if felt.total() < LEAST_FEELING:
        return None
    return sum(MOODS[mood] * count for mood, count in felt.items()) / (felt.total() + DOUBT)
