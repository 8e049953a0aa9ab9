from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from earmark.music.documents import QUOTE_LETTERS, Document, Mention
from earmark.signals.culture.duplicates import sketch
from earmark.signals.culture.reading import Reader, ReaderConfig


class Found(NamedTuple):
    artist: int
    song: int | None
    release: str | None
    start: int
    end: int
    probability: float


class ByName:
    """Links by looking names up, each with what it stands for."""

    def __init__(self, names: Mapping[str, tuple[int, int | None, str | None, float]]) -> None:
        self._names = names

    def link_all(self, texts: Sequence[str], titles: Sequence[str] | None = None) -> list[list[Found]]:
        return [self._link(text) for text in texts]

    def _link(self, text: str) -> list[Found]:
        pattern = "|".join(re.escape(name) for name in sorted(self._names, key=len, reverse=True))
        return [
            Found(*self._names[found[0]][:3], found.start(), found.end(), self._names[found[0]][3])
            for found in re.finditer(pattern, text)
        ]


NAMES = {
    "Marble Heron": (1, None, None, 0.9),
    "Tin Orchard": (2, None, None, 0.8),
    "Bang!": (3, None, None, 0.9),
    "Low": (4, None, None, 0.2),
    "Evening Ferry": (1, 11, None, 0.7),
    "Harbour": (1, None, "Harbour", 0.7),
}


def read(
    text: str, title: str = "", config: ReaderConfig | None = None
) -> dict[tuple[int, int | None, str | None], Mention]:
    document = Document(address="a", source="s", title=title, text=text)
    reading = Reader(ByName(NAMES), config).read(document)
    return {(one.artist, one.song, one.release): one for one in reading.mentions}


def test_a_text_is_read_whole() -> None:
    text = (
        "Marble Heron make ambient dub techno with hushed vocals, and it is wonderful. Tin Orchard play dull country"
        " rock instead.\n\nLater Marble Heron appear again."
    )
    reading = Reader(ByName(NAMES)).read(Document("a", "s", "News", text))
    assert reading.language == "en"
    assert reading.words == len(text.split())
    assert reading.sketch == sketch(text)
    heron, orchard = reading.mentions
    assert (heron.artist, heron.times, heron.probability) == (1, 2, 0.9)
    assert heron.terms[0][0] == "ambient dub techno"
    assert "country rock" not in dict(heron.terms)
    assert dict(orchard.terms)["country rock"] > 0
    assert heron.opinion is not None and heron.opinion > 0.3
    assert orchard.opinion is not None and orchard.opinion < -0.1
    assert heron.quote.startswith("Marble Heron make ambient dub techno")


def test_many_are_read_as_one_by_one() -> None:
    reader = Reader(ByName(NAMES))
    documents = [Document("a", "s", "", text) for text in ("Bang! are loud.", "", "Tin Orchard play dub.")]
    assert reader.read_all(documents) == [reader.read(document) for document in documents]
    assert reader.read_all([]) == []


def test_songs_and_releases_are_mentions_of_their_own() -> None:
    said = read(
        "Evening Ferry is a slow waltz of droning organ. Harbour is a noisy punk record by Marble Heron."
    )
    assert said.keys() == {(1, 11, None), (1, None, "Harbour"), (1, None, None)}
    assert "droning organ" in dict(said[1, 11, None].terms)
    assert "punk" in dict(said[1, None, "Harbour"].terms)


def test_words_of_names_say_nothing() -> None:
    assert read("Bang! and Tin Orchard met.")[3, None, None].terms == ()


def test_what_follows_a_name_is_said_of_it() -> None:
    said = read("We heard Tin Orchard. The guitars are jangly and it is a superb show.")
    assert "jangly" in dict(said[2, None, None].terms)
    assert (said[2, None, None].opinion or 0) > 0


def test_a_text_is_about_whom_its_title_names() -> None:
    text = "Today Tin Orchard toured with Marble Heron.\n\nThe record is full of shimmering drone."
    assert "shimmering drone" in dict(read(text, "Marble Heron: Harbour")[1, None, None].terms)
    assert "shimmering drone" not in dict(read(text, "Tours")[1, None, None].terms)


def test_an_unlikely_name_is_kept_but_nothing_is_said_of_it() -> None:
    said = read("Low, gloomy slowcore of Tin Orchard.")
    assert said[4, None, None].terms == () and said[4, None, None].quote == ""
    assert "slowcore" in dict(said[2, None, None].terms)


def test_quotes_show_names_as_they_stand_and_are_short() -> None:
    assert read("We like Bang! (a lot). Fine.")[3, None, None].quote == "We like Bang! (a lot)."
    assert len(read("Bang! " + "and so on, they said, " * 40)[3, None, None].quote) <= QUOTE_LETTERS


def test_of_other_languages_names_and_quotes_are_kept() -> None:
    text = "Die neue Platte von Tin Orchard ist eine stille, aber sehr schöne Reihe von Liedern über das Meer und Rock."
    said = read(text)[2, None, None]
    assert said.terms == () and said.opinion is None
    assert said.quote == text


def test_a_text_without_names_says_nothing() -> None:
    assert read("A quiet day.") == {} == read("")


def test_a_list_without_end_is_no_sentence() -> None:
    said = read("Bang! techno " * 500, config=ReaderConfig(sentence_words=50))
    assert said[3, None, None].times == 500
    assert said[3, None, None].terms == ()


def test_no_more_is_read_than_the_settings_say() -> None:
    assert read("word " * 300 + "Bang!", config=ReaderConfig(letters=1_000)) == {}


@given(
    st.lists(
        st.sampled_from([*NAMES, "techno.", "dull", "\n\n", "\0", "great", "“", "Mr.", "。"]), max_size=40
    )
)
def test_any_text_can_be_read(parts: list[str]) -> None:
    said = read(" ".join(parts))
    for name, (artist, song, release, _) in NAMES.items():
        if name in parts:
            assert said[artist, song, release].times >= 1
    for mention in said.values():
        assert mention.opinion is None or -1 <= mention.opinion <= 1
        assert len(mention.quote) <= QUOTE_LETTERS
        assert all(weight > 0 for _, weight in mention.terms)
