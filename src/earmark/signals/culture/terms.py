"""How music is described: kinds of music, adjectives of sound and mood, and the parts of music that they stand before.

Method: words are tagged from a word list of ours (`earmark.signals.culture.lexicon`) and, before a part of music, by
their endings ("glassy synths"); runs of tagged words are read by a small grammar of noun phrases, as chunkers do
(Abney 1991, "Parsing by chunks"): kinds of music with what specifies them ("ambient dub techno"), parts with their
adjective ("hushed vocals"), and adjectives. No model is needed, and a text costs a fraction of a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from earmark.signals.culture.lexicon import Found, Phrases, sections
from earmark.signals.culture.sentences import Words

GENRE, KIND, SOUND, PART, COMMON = 1, 2, 4, 8, 16
LONGEST_KIND: Final = 4
"""Words in the name of a kind of music: "melodic technical death metal"."""
LEAST_LETTERS: Final = 5
"""Of a word that is taken for an adjective by its ending."""
WHOLE, INNER, BARE = 1.0, 0.5, 0.3
"""What a phrase weighs, what a shorter phrase inside it weighs, and what its last word weighs alone."""
_DETERMINERS: Final = frozenset(
    ["a", "the", "this", "that", "his", "her", "their", "my", "your", "our", "its", "whole", "each", "every"]
)


class Term(NamedTuple):
    """One term where it stands."""

    at: int
    """Which word of the sentence it ends with."""
    text: str
    weight: float


class Entry(NamedTuple):
    """An entry of the list: its usual spelling, and what it may be."""

    text: str
    kinds: int


class Vocabulary:
    """The word list, ready to be looked up."""

    def __init__(self) -> None:
        listed = sections("vocabulary")
        kinds: dict[str, int] = {}
        for section, kind in (
            ("genre", GENRE), ("kind", KIND), ("sound", SOUND), ("part", PART), ("common", COMMON)
        ):  # fmt: skip
            for word in listed[section]:
                kinds[word] = kinds.get(word, 0) | kind
        known = {word: Entry(word, kind) for word, kind in kinds.items()}
        spelled = dict(known)
        for word, entry in known.items():
            if entry.kinds & (GENRE | PART):
                spelled.setdefault(plural(word), entry)
        for line in listed["spelled"]:
            usual, _, others = (part.strip() for part in line.partition("="))
            for other in others.split(","):
                spelled[other.strip()] = known[usual]
        self.entries = Phrases(spelled.items())
        self._skipped = frozenset(listed["skip"])
        self._endings = tuple(ending.removeprefix("-") for ending in listed["ending"])
        self._usual = {other: entry.text for other, entry in spelled.items() if other != entry.text}

    def usual(self, term: str) -> str:
        """The usual spelling of a term as somebody wrote it, in lower case: "lofi" is "lo-fi", "synths" "synth"."""
        words = " ".join(term.casefold().split())
        return self._usual.get(words, words)

    def describes(self, word: str) -> bool:
        """Whether a word that is not listed has the ending of an adjective of sound."""
        return (
            len(word) >= LEAST_LETTERS
            and word.endswith(self._endings)
            and word.islower()
            and word not in self._skipped
        )


def find_terms(words: Words) -> list[Term]:
    """The terms in a sentence, in order."""
    found: list[Term] = []
    run: list[Found[Entry]] = []
    for place in vocabulary().entries.find(words.lower):
        if _is_name(words.written, place):
            continue
        if run and place.start != run[-1].stop:
            found += _read(words.written, run)
            run = []
        run.append(place)
    return found + list(_read(words.written, run)) if run else found


@cache
def vocabulary() -> Vocabulary:
    """The word list, read once a process."""
    return Vocabulary()


def plural(word: str) -> str:
    """The regular plural of an English noun."""
    if word.endswith(("s", "x", "sh", "ch")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _is_name(words: Sequence[str], place: Found[Entry]) -> bool:
    """Capitals inside a sentence are names ("Soft Machine"), but those of a kind of music that stands alone."""
    if words[place.start][0].islower():
        return False
    after = words[place.stop : place.stop + 1]
    if place.start == 0:
        return bool(after) and after[0].istitle()
    if not place.meaning.kinds & GENRE:
        return True
    return any(word[0].isupper() for word in (words[place.start - 1], *after))


def _read(words: Sequence[str], run: Sequence[Found[Entry]]) -> Iterator[Term]:
    """The terms of a run of entries, each beginning where the one before it ends."""
    at = 0
    while at < len(run):
        end = _end_of_kind(run, at)
        if end == at + 1 and run[at].meaning.kinds & COMMON and _means_else(words, run, at):
            at = end
            continue
        if end > at:
            yield from _kind(run[at:end])
            if at and run[at - 1].meaning.kinds & SOUND:
                kind = " ".join(place.meaning.text for place in run[at - 1 : end])
                yield Term(run[end - 1].stop - 1, kind, INNER)
            if end < len(run) and run[end].meaning.kinds & PART:
                kind = " ".join(place.meaning.text for place in run[at:end])
                yield Term(run[end].stop - 1, f"{kind} {run[end].meaning.text}", INNER)
        else:
            yield from _other(words, run, at)
            end = at + 1
        at = end


def _end_of_kind(run: Sequence[Found[Entry]], start: int) -> int:
    """Where a kind of music that begins at ``start`` ends; ``start`` if none does."""
    end = start
    for at in range(start, min(len(run), start + LONGEST_KIND)):
        kinds = run[at].meaning.kinds
        if not kinds & (GENRE | KIND):
            break
        if kinds & GENRE:
            end = at + 1
    return end


def _means_else(words: Sequence[str], run: Sequence[Found[Entry]], at: int) -> bool:
    """Whether a kind of music that is an everyday word too ("the whole country", "her soul") stands for that."""
    start = run[at].start
    return len(run) == 1 and start > 0 and words[start - 1].lower() in _DETERMINERS


def _kind(run: Sequence[Found[Entry]]) -> Iterator[Term]:
    last = run[-1].stop - 1
    texts = [place.meaning.text for place in run]
    yield Term(last, " ".join(texts), WHOLE)
    for begin in range(1, len(texts) - 1):
        yield Term(last, " ".join(texts[begin:]), INNER)
    if len(texts) > 1:
        yield Term(last, texts[-1], BARE)
    for place in run[:-1]:
        if place.meaning.kinds & (GENRE | SOUND):
            yield Term(place.stop - 1, place.meaning.text, INNER)


def _other(words: Sequence[str], run: Sequence[Found[Entry]], at: int) -> Iterator[Term]:
    place = run[at]
    last, entry = place.stop - 1, place.meaning
    if entry.kinds & PART:
        describing = _describing(words, run, at)
        if describing:
            yield Term(last, f"{describing} {entry.text}", WHOLE)
        yield Term(last, entry.text, BARE if describing or " " not in entry.text else WHOLE)
    elif entry.kinds & SOUND:
        yield Term(last, entry.text, WHOLE)


def _describing(words: Sequence[str], run: Sequence[Found[Entry]], at: int) -> str:
    """What stands before a part of music and describes it; empty if nothing does."""
    if at:
        before = run[at - 1].meaning
        return before.text if before.kinds & (SOUND | PART) else ""
    start = run[0].start
    return words[start - 1] if start and vocabulary().describes(words[start - 1]) else ""
