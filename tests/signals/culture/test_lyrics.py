import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.music.lyrics import LyricFigures, Reason
from earmark.signals.culture.lyrics import read_lyrics
from earmark.signals.culture.lyrics.lines import sung
from earmark.signals.culture.lyrics.wordlists import LANGUAGES, word_list

ENGLISH = "the wind is in the trees and you are walking with me to the river where we used to be\n"


def reasons(line: str, around: str = ENGLISH, language: str = "en") -> set[str]:
    """Why a line is explicit that stands after a verse of one language."""
    figures = read_lyrics(f"{around}\n{line}", language)
    number = around.count("\n") + 2
    assert all(each.lines == (number,) for each in figures.explicit)
    return {each.reason.value for each in figures.explicit}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("what the fuck is going on", "strong language"),
        ("what the f**k is going on", "strong language"),
        ("what the f*ck is going on", "strong language"),
        ("what the F*** is going on", "strong language"),
        ("that is such sh!t you know", "strong language"),
        ("that is such $hit you know", "strong language"),
        ("you lying b1tch, you", "strong language"),
        ("fuuuuuck this place", "strong language"),
        ("f u c k this place", "strong language"),
        ("F.U.C.K. this place", "strong language"),
        ("mothaf--kin' king of the hill", "strong language"),
        ("he pulled the trigger and shot him dead", "violence"),
        ("she was murdered by the river", "violence"),
        ("snorting cocaine in the hall", "drugs"),
        ("roll another blunt and pass it to me", "drugs"),
        ("she is a stripper and he is a pimp", "sex"),
    ],
)
def test_an_explicit_line_says_why(line: str, reason: str) -> None:
    assert reason in reasons(line)


@pytest.mark.parametrize(
    "line",
    [
        "I took the train to Scunthorpe and to Essex",
        "a cocktail for the lady, a peacock on the lawn",
        "assassin bugs and classes, massive glasses, grass and brass",
        "a shot of whisky on the bar",
        "we shot a video on the bridge",
        "killing time and the lights, dressed to kill",
        "kill the lights and play the groove",
        "the glockenspiel and the sextet",
        "Dickens and Hancock went to Sussex",
        "put a penny in the slot, a token of my love",
        "high tide, sky high, crack of dawn",
        "a bottle of coke and a weed in the garden flower bed",
        "it cost $5, call me at 555-0134 :-)",
        "this is *really* what I mean, my fickle friend",
        "a great tit and a blue tit, great birds",
        "silly old me",
    ],
)
def test_a_harmless_line_is_not_explicit(line: str) -> None:
    assert reasons(line) == set()


@pytest.mark.parametrize(
    ("language", "verse", "dirty", "clean"),
    [
        (
            "de",
            "ich gehe durch die Nacht und du bist nicht bei mir, der Wind weht durch die Straßen",
            "ihr seid doch alle Arschlöcher",
            "die Vögel singen und der dicke Marsch ist lang",
        ),
        (
            "fr",
            "je marche dans la nuit et tu n'es pas avec moi, le vent souffle dans les rues",
            "putain, c'est quoi cette merde",
            "comme un con-cert dans la nuit",
        ),
        (
            "es",
            "camino por la noche y tú no estás conmigo, el viento sopla por las calles",
            "hijo de puta, qué mierda",
            "la computadora disputa los años del camino",
        ),
        (
            "pt",
            "eu ando pela noite e você não está comigo, o vento sopla nas ruas da cidade",
            "vai tomar no cu, caralho",
            "o cuidado e a disputa do circo",
        ),
        (
            "it",
            "cammino nella notte e tu non sei con me, il vento soffia nelle strade della città",
            "vaffanculo, che stronzo",
            "il calcolo e la reputazione, e la cultura",
        ),
    ],
)
def test_each_language_has_its_own_list(language: str, verse: str, dirty: str, clean: str) -> None:
    assert "strong language" in reasons(dirty, verse, language)
    assert reasons(clean, verse, language) == set()
    assert read_lyrics(f"{verse}\n{dirty}", language).language == language


def test_a_word_of_one_language_does_not_count_in_another() -> None:
    german = "ich gehe durch die Nacht und du bist nicht bei mir, der Wind weht durch die Straßen"
    assert reasons("die Katze ist so dick, sie frisst die ganze Nacht", german, "de") <= {"sex"}
    assert reasons("I had a bite of bread with you", ENGLISH) == set()
    assert "strong language" in reasons("und sie sagt motherfucker zu mir", german, "de")


def test_figures_name_lines_as_they_stand_in_the_text() -> None:
    figures = read_lyrics(
        "[Verse 1]\n\n[00:01.50]the river and the wind\n(Chorus)\n[00:03.00]oh shit, the river\n"
    )
    assert figures.lines == 2
    assert [(each.reason, each.lines) for each in figures.explicit] == [(Reason.STRONG_LANGUAGE, (5,))]
    assert figures.is_explicit


def test_one_line_that_names_a_gun_is_noted_but_no_warning() -> None:
    once = read_lyrics("my father had a gun\nand he sang about the river\nand he sang about the sea\n", "en")
    assert [each.reason for each in once.explicit] == [Reason.VIOLENCE]
    assert not once.is_explicit
    twice = read_lyrics(
        "my father had a gun\nand he murdered by the river\nand he sang about the sea\n", "en"
    )
    assert twice.is_explicit


def test_languages_have_shares_and_a_line_may_be_in_another() -> None:
    figures = read_lyrics(
        "I am walking down the road and you are not with me tonight\n"
        "the wind is cold and I don't know what you are thinking of\n"
        "Ich weiß nicht, was ich mit dir und mir noch soll\n"
    )
    assert figures.language == "en"
    assert [language for language, _ in figures.languages] == ["en", "de"]
    assert sum(share for _, share in figures.languages) == pytest.approx(1)
    assert figures.judged == pytest.approx(1)


def test_themes_and_moods_need_two_different_lines() -> None:
    chorus = "I love you, darling\n" * 4
    assert read_lyrics(chorus + "the table and the chair\n", "en").themes == ()
    figures = read_lyrics(chorus + "kiss me, my sweetheart\nthe table and the chair\n", "en")
    assert dict(figures.themes)["love"] == pytest.approx(2 / 3)
    assert figures.valence is not None
    assert figures.valence > 0


def test_a_negated_feeling_is_not_felt() -> None:
    glad = "I am happy with the morning\nyou smile and the sun is shining\nthis is joy and this is bliss\n"
    denied = "I am not happy with the morning\nyou never smile at me\nthere is no joy and there is no bliss\n"
    assert dict(read_lyrics(glad, "en").moods)["glad"] == pytest.approx(1)
    assert "glad" not in dict(read_lyrics(denied, "en").moods)


def test_dark_words_have_low_valence() -> None:
    figures = read_lyrics(
        "I cry and I weep in sorrow\nthe pain and the grief are mine\nI hate the tears\n", "en"
    )
    assert figures.valence is not None
    assert figures.valence < -0.5


@pytest.mark.parametrize("text", ["", "\n\n", "[Chorus]\n(x2)\n", "[00:01.00]\n[00:02.00]\n", "♪ ♪ ♪"])
def test_where_nothing_is_sung_there_is_nothing_to_say(text: str) -> None:
    figures = read_lyrics(text)
    assert figures.words == 0
    assert (figures.language, figures.themes, figures.explicit, figures.valence) == (None, (), (), None)


def test_a_language_without_a_list_is_told_but_not_judged() -> None:
    figures = read_lyrics("夜の海を歩いて君のことを思い出していた\n風が吹いて星が見えた夜だった\n")
    assert figures.language == "ja"
    assert (figures.explicit, figures.judged) == ((), 0)


def test_the_text_is_not_in_the_figures() -> None:
    figures = read_lyrics("zanzibarwards I wander, fuck it\nzanzibarwards again\n", "en")
    told = msgspec.json.encode(figures).decode()
    assert "zanzibar" not in told
    assert "fuck" not in told
    assert msgspec.json.decode(told, type=LyricFigures) == figures


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_has_all_sections(language: str) -> None:
    english, own = word_list("en").own, word_list(language).own
    assert set(own) == set(english)
    assert {*Reason, "harmless", "short", "negation"} <= set(own)


@settings(max_examples=60)
@given(st.text(max_size=200), st.sampled_from([None, "en", "de", "xx", ""]))
def test_any_text_may_be_read(text: str, language: str | None) -> None:
    figures = read_lyrics(text, language)
    numbers = {line.number for line in sung(text, language)}
    assert figures.lines == len(numbers)
    for each in figures.explicit:
        assert list(each.lines) == sorted(set(each.lines))
        assert numbers.issuperset(each.lines)
    assert figures == read_lyrics(text, language)
