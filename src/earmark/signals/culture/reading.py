"""Read a text: its language, its sketch, and what it says about whom.

The whole path of one document, from plain text to what is kept of it. Everything is found in one pass over its
sentences, and only sentences of which something is said about somebody are looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict, Field

from earmark.music.documents import QUOTE_LETTERS, Document, Mention, Reading
from earmark.signals.culture.duplicates import sketch_of, words_in
from earmark.signals.culture.language import ENGLISH, UNKNOWN, language_of
from earmark.signals.culture.nearness import Named, NearnessConfig, Subject, near
from earmark.signals.culture.opinion import find_judgements, opinion
from earmark.signals.culture.sentences import NAME, Sentence, Words, mask, sentences, shortened, words_of
from earmark.signals.culture.terms import find_terms

READ_BY: Final = "1"
"""Which version of reading a `Reading` is by; another one reads documents again that are still at hand."""


_MASKED: Final = re.compile(f" ?{NAME} ?")


class Place(Protocol):
    """A name in a text, and whose it is; see `earmark.signals.culture.linking`."""

    @property
    def artist(self) -> int:
        """Record id."""

    @property
    def song(self) -> int | None:
        """Record id, where it is a song of the artist."""

    @property
    def release(self) -> str | None:
        """Title, where it is a release of the artist."""

    @property
    def start(self) -> int:
        """Where it begins in the text."""

    @property
    def end(self) -> int:
        """Where it ends."""

    @property
    def probability(self) -> float:
        """That it is meant."""


class Links(Protocol):
    """What finds names in texts."""

    def link_all(
        self, texts: Sequence[str], titles: Sequence[str] | None = None
    ) -> Sequence[Sequence[Place]]:
        """The names in each text by start, which do not overlap."""


class ReaderConfig(BaseModel):
    """How texts are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    letters: int = Field(default=200_000, ge=1_000)
    """Of a longer text, no more is read."""
    sentence_words: int = Field(default=200, ge=10)
    """Of a longer sentence, which is a list or no prose at all, what it says is not looked for; names in it count."""
    terms: int = Field(default=40, ge=1)
    """Terms kept for each mention, the heaviest."""
    least_probability: float = Field(default=0.5, ge=0, le=1)
    """Names less likely meant are kept as mentions, but nothing is said of them."""
    nearness: NearnessConfig = NearnessConfig()
    """How far what is said reaches."""


class Reader:
    """Reads documents; one a process."""

    def __init__(self, linker: Links, config: ReaderConfig | None = None) -> None:
        self.config = config or ReaderConfig()
        self._linker = linker

    def read(self, document: Document) -> Reading:
        """All that is kept of a document."""
        return self.read_all([document])[0]

    def read_all(self, documents: Sequence[Document]) -> list[Reading]:
        """The same of many documents, whose names are found together, which is faster."""
        texts = [document.text[: self.config.letters] for document in documents]
        linked = self._linker.link_all(texts, [document.title for document in documents])
        return [
            self._reading(document, text, places)
            for document, text, places in zip(documents, texts, linked, strict=True)
        ]

    def _reading(self, document: Document, text: str, places: Sequence[Place]) -> Reading:
        language = language_of(text, document.language)
        said = _Said(document.title, text, places, self.config)
        if places:
            said.hear(english=language in (ENGLISH, UNKNOWN))
        words = words_in(text)
        return Reading(language, len(words), sketch_of(words), said.mentions())


class _Said:
    """What one text says, gathered by whom it is said of."""

    def __init__(self, title: str, text: str, places: Sequence[Place], config: ReaderConfig) -> None:
        self._config, self._text, self._places = config, text, places
        numbers: dict[tuple[int, int | None, str | None], int] = {}
        self._keys = [
            numbers.setdefault((place.artist, place.song, place.release), len(numbers)) for place in places
        ]
        self._of = list(numbers)
        self._terms: list[dict[str, float]] = [{} for _ in numbers]
        self._judged: list[list[tuple[float, float]]] = [[] for _ in numbers]
        self._quotes: list[tuple[float, Sentence | None]] = [(-1.0, None)] * len(numbers)
        self._topics = self._about(title)

    def hear(self, *, english: bool) -> None:
        """Go through the sentences; of a text in another language, only names and quotes are taken."""
        heard = list(self._about_somebody())
        texts = [sentence.text for sentence, _, _ in heard]
        spoken = words_of(texts) if english else [Words([], [])] * len(heard)
        for (sentence, about, keys), words in zip(heard, spoken, strict=True):
            prose = len(words.written) <= self._config.sentence_words
            said = self._note(words, about, _places(words, keys)) if prose else 0.0
            self._quote(sentence, keys, said)

    def _about_somebody(self) -> Iterator[tuple[Sentence, dict[int, float], list[int | None]]]:
        """Sentences of which it is known whom they are about: how nearly, where they name nobody, else whom they name.

        Names that are hardly meant are None.
        """
        subject = Subject(self._topics, self._config.nearness)
        sure = [
            key if place.probability >= self._config.least_probability else None
            for place, key in zip(self._places, self._keys, strict=True)
        ]
        for sentence in sentences(mask(self._text, [(place.start, place.end) for place in self._places])):
            keys = sure[sentence.names : sentence.names + sentence.text.count(NAME)]
            named = next((key for key in keys if key is not None), None)
            if named is not None:
                subject.named(sentence.paragraph, named)
                yield sentence, {}, keys
            elif not keys and (about := subject.unnamed(sentence.paragraph)):
                yield sentence, about, []

    def mentions(self) -> tuple[Mention, ...]:
        """By whom the text names first."""
        times = [0] * len(self._of)
        surest = [0.0] * len(self._of)
        for place, key in zip(self._places, self._keys, strict=True):
            times[key] += 1
            surest[key] = max(surest[key], place.probability)
        return tuple(
            Mention(
                artist,
                times[key],
                surest[key],
                opinion(self._judged[key]),
                self._unmasked(self._quotes[key][1]),
                self._heaviest(key),
                song,
                release,
            )
            for key, (artist, song, release) in enumerate(self._of)
        )

    def _about(self, title: str) -> list[int]:
        """Whom the text as a whole is about: artists named in its title, else one who has half of all its names."""
        artists: dict[int, int] = {}
        titled: dict[int, None] = {}
        for place in self._places:
            if place.probability >= self._config.least_probability:
                artists[place.artist] = artists.get(place.artist, 0) + 1
                if self._text[place.start : place.end] in title:
                    titled[place.artist] = None
        total = sum(artists.values())
        about = list(titled) or [
            artist for artist, count in artists.items() if count > 2 and 2 * count >= total
        ]
        # What is said in general is said of the artist as such, where that is named at all.
        return [
            min(
                (key for key, of in enumerate(self._of) if of[0] == artist),
                key=lambda key: self._of[key][1:] != (None, None),
            )
            for artist in about
        ]

    def _note(self, words: Words, about: dict[int, float], named: Sequence[Named]) -> float:
        """Note what a sentence says, of whom it is about or of whom it names; how much that is."""
        total, near_to = 0.0, self._config.nearness
        for term in find_terms(words):
            for key, nearness in about.items() if about else near(term.at, named, near_to):
                weights = self._terms[key]
                weights[term.text] = weights.get(term.text, 0.0) + term.weight * nearness
                total += term.weight * nearness
        for judgement in find_judgements(words):
            for key, nearness in about.items() if about else near(judgement.at, named, near_to):
                self._judged[key].append((judgement.value, judgement.weight * nearness))
                total += abs(judgement.value) * nearness
        return total

    def _quote(self, sentence: Sentence, keys: Sequence[int | None], said: float) -> None:
        """Keep a sentence for those in it of whom none before said as much."""
        for key in keys:
            if key is not None and said > self._quotes[key][0]:
                self._quotes[key] = (said, sentence)

    def _unmasked(self, sentence: Sentence | None) -> str:
        if sentence is None:
            return ""
        here = iter(self._places[sentence.names :])
        return shortened(_MASKED.sub(lambda _: self._name(next(here)), sentence.text), QUOTE_LETTERS)

    def _name(self, place: Place) -> str:
        return self._text[place.start : place.end]

    def _heaviest(self, key: int) -> tuple[tuple[str, float], ...]:
        best = sorted(self._terms[key].items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple((term, round(weight, 4)) for term, weight in best[: self._config.terms])


def _places(words: Words, keys: Sequence[int | None]) -> list[Named]:
    """Where among the words of a sentence the names stand that are meant."""
    at = [place for place, word in enumerate(words.written) if word == NAME] if keys else []
    return [Named(place, key) for place, key in zip(at, keys, strict=False) if key is not None]
