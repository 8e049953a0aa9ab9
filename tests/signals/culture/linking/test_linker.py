"""What is linked, where, and how sure: of texts and names that were made up."""

import pickle
from itertools import pairwise

import pytest

from earmark.signals.culture.linking import Link, Linker, LinkingConfig, Name

BAND = Name("Velvet Harbour", 1)
TEXT = (
    "Velvet Harbour are a band from the coast, and their new album is out now. On it, singer Ada Winterling "
    "plays piano on most songs. I saw Velvet Harbour live last year, and Velvet Harbour's guitars were loud."
)


def linked(names: list[Name], text: str, title: str = "", **settings: float) -> list[tuple[str, int]]:
    return [(text[link.start : link.end], link.artist) for link in _links(names, text, title, **settings)]


def _links(names: list[Name], text: str, title: str = "", **settings: float) -> list[Link]:
    return Linker(names, LinkingConfig(**settings)).link(text, title)


def probability(names: list[Name], text: str, title: str = "") -> float:
    return max((link.probability for link in _links(names, text, title, least=0)), default=0)


def test_a_band_that_a_text_is_about_is_linked_wherever_it_is_named() -> None:
    links = _links([BAND, Name("Ada Winterling", 2)], TEXT, "Velvet Harbour come home")
    assert [(link.artist, TEXT[link.start : link.end]) for link in links] == [
        (1, "Velvet Harbour"), (2, "Ada Winterling"), (1, "Velvet Harbour"), (1, "Velvet Harbour"),
    ]  # fmt: skip
    assert all(link.probability > 0.5 for link in links if link.artist == 1)


def test_names_in_small_letters_or_within_words_are_not_found() -> None:
    text = "The air at the airport was low. AirBnB and Airport and midAir are no bands."
    assert linked([Name("Air", 1), Name("Low", 2)], text, least=0) == []


@pytest.mark.parametrize(
    ("name", "band", "word"),
    [
        (
            "Low",
            "Low are a band from Duluth. I saw the band Low live, and Low played songs from their album. Low left.",
            "Low clouds hung over the town. It was cold, and the low sun was low all day. Low tide came, low and slow.",
        ),
        (
            "Future",
            "The rapper Future released an album. I like songs by Future, and Future's tracks are all hits on tour.",
            "Future plans are open. In future we hope to do more, as the future of the town is the future of us all.",
        ),
    ],
)
def test_a_word_is_a_band_where_the_text_speaks_of_one(name: str, band: str, word: str) -> None:
    assert probability([Name(name, 1)], band) > 0.5 > probability([Name(name, 1)], word)


def test_the_title_makes_a_name_likelier() -> None:
    text = "There is a new record by Savage Daughters. It is their best since the last one, and it sounds so."
    names = [Name("Savage Daughters", 1)]
    assert probability(names, text, "Savage Daughters: a record") >= probability(names, text, "A record")


def test_the_longest_name_is_taken() -> None:
    names = [Name("Velvet", 7), Name("Harbour", 8), BAND]
    assert {artist for _, artist in linked(names, TEXT, least=0)} == {1}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("The Tin Pilots", "the Tin Pilots"),
        ("The Tin Pilots", "Tin Pilots"),
        ("Tin Pilots, The", "The Tin Pilots"),
        ("Salt & Ember", "Salt and Ember"),
        ("Salt and Ember", "Salt & Ember"),
        ("Renée Ødegård", "Renee Odegard"),
        ("Renée Ødegård", "Rene\u0301e Ødegård"),
        ("K.L.M.P.", "KLMP"),
        ("Zeta-Q", "Zeta Q"),
        ("VRLDS", "Vrlds"),
        ("Velvet Harbour", "VELVET HARBOUR"),
        ("Kid’s Table", "Kid's Table"),
        ("Ka/Rō", "Ka/Ro"),
        ("!!!", "!!!"),
        ("Ümlaut ümlaut", "U\u0308mlaut ümlaut"),
    ],
)
def test_a_name_is_found_as_texts_write_it(name: str, written: str) -> None:
    text = f"I went to see {written} play, and {written} played songs."
    assert linked([Name(name, 3)], text, least=0) == [(written, 3), (written, 3)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("青い港", "昨日、青い港のライブを見た。"),
        ("별빛항구", "별빛항구의 새 앨범이 나왔다."),
        ("ميناء الفجر", "أصدرت فرقة ميناء الفجر ألبوما جديدا."),
        ("נמל הלילה", "להקת נמל הלילה הוציאה אלבום."),
        ("Порт Рассвет", "Группа Порт Рассвет выпустила альбом."),
    ],
)
def test_names_in_other_scripts_are_found_where_they_stand(name: str, text: str) -> None:
    assert linked([Name(name, 4)], text, least=0) == [(name, 4)]


def test_places_are_those_of_the_text_as_it_was_given() -> None:
    text = "Cafe\u0301 \u200bnoir…\r\n“Velvet\u00a0Harbour”\u200f and Émile Ålesund 🎸 and Velvet Harbour."
    found = linked([BAND, Name("Émile Ålesund", 5)], text, least=0)
    assert found == [("Velvet\u00a0Harbour", 1), ("Émile Ålesund", 5), ("Velvet Harbour", 1)]


@pytest.mark.parametrize(
    "name", ["The", "!!!", "1975", "The 1975", "Air", "Yes", "A", "-", "…", "", " ", "𝄞", "\x02"]
)
def test_no_name_breaks_anything(name: str) -> None:
    text = "The Air was thin in 1975, and Yes!!! - they said… A day. \x02\x03\x00 𝄞 The end" * 3
    for link in _links([Name(name, 1), BAND], text, "The title", least=0):
        assert 0 <= link.start < link.end <= len(text)
    assert all(link.probability < 0.5 for link in _links([Name(name, 1)], text))


def test_works_are_looked_for_only_where_their_artist_is_meant() -> None:
    names = [BAND, Name("Glass Lanterns", 1, release="Glass Lanterns"), Name("Slow Ferry (Live)", 1, song=9)]
    text = f"{TEXT} The album Glass Lanterns ends with Slow Ferry, its best song."
    works = [(text[one.start : one.end], one.song, one.release) for one in _links(names, text, least=0)][3:]
    assert works == [("Glass Lanterns", None, "Glass Lanterns"), ("Slow Ferry", 9, None)]
    alone = "The album Glass Lanterns ends with Slow Ferry, its best song."
    assert _links(names, alone, least=0) == []


def test_links_do_not_overlap_and_come_in_order() -> None:
    names = [
        BAND,
        Name("Velvet Harbour", 1, release="Velvet Harbour"),
        Name("Harbour Live", 2),
        Name("Harbour", 3),
    ]
    links = _links(names, TEXT.replace("Harbour live", "Harbour Live"), least=0)
    assert [one.end <= other.start for one, other in pairwise(links)].count(False) == 0


def test_many_texts_at_once_tell_what_each_tells_alone() -> None:
    linker = Linker([BAND, Name("Ada Winterling", 2), Name("Coast", 3)], LinkingConfig(least=0, at_once=3))
    texts = [TEXT, "", TEXT[:90], "No name at all", TEXT[100:], "Ünd Velvet Harbour", "\u0301Velvet Harbour"]
    titles = ["Velvet Harbour", "", "Coast", "", "", "Ada Winterling und", "é"]
    alone = [linker.link(text, title) for text, title in zip(texts, titles, strict=True)]
    assert linker.link_all(texts, titles) == alone
    assert any(alone)


def test_an_unlikely_name_is_a_candidate_until_least() -> None:
    every = _links([Name("Coast", 1)], TEXT.replace("the coast", "the Coast"), least=0)
    assert every
    assert every[0].probability < 0.9
    assert _links([Name("Coast", 1)], TEXT.replace("the coast", "the Coast"), least=0.95) == []


def test_a_linker_can_be_carried_to_another_process() -> None:
    linker = Linker([BAND], LinkingConfig(least=0.3))
    again = pickle.loads(pickle.dumps(linker))
    assert again.link(TEXT) == linker.link(TEXT) != []
    assert again.config == linker.config


def test_no_names_and_no_texts() -> None:
    assert Linker([]).link(TEXT) == []
    assert Linker([BAND]).link("") == []
    assert Linker([BAND]).link("", "Velvet Harbour") == []
    assert Linker([BAND]).link_all([]) == []


def test_a_hundred_thousand_aliases() -> None:
    names = [Name(f"Band {number} of {number % 7}", number // 10) for number in range(100_000)]
    linker = Linker([*names, BAND])
    assert {link.artist for link in linker.link(f"{TEXT} Band 99999 of 4 were there, too.")} >= {1}
