from __future__ import annotations

import pytest

from earmark.signals.culture.language import UNKNOWN, language_of

ENGLISH = (
    "The second side of the record is slower, and it has a patience that the first could only hint at. When the drums"
    " come back they are almost welcome, but what stays with you is the quiet of the songs before them."
)
TEXTS = {
    "en": ENGLISH,
    "de": "Die zweite Seite der Platte ist langsamer und hat eine Geduld, welche die erste nur andeuten konnte. Wenn"
    " das Schlagzeug zurückkommt, ist es beinahe willkommen, doch bleibt die Stille der Lieder davor.",
    "fr": "La deuxième face du disque est plus lente, et elle a une patience que la première ne faisait que suggérer."
    " Quand la batterie revient, elle est presque bienvenue, mais c'est le silence qui reste.",
    "ja": "アルバムの後半はゆっくりとしていて、前半にはなかった静けさがあります。ドラムが戻ってくるとほっとします。",
    "ru": "Вторая сторона пластинки медленнее, и в ней есть терпение, на которое первая лишь намекала.",
    "he": "הצד השני של התקליט איטי יותר, ויש בו סבלנות שהצד הראשון רק רמז עליה.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_tells_its_language(language: str) -> None:
    assert language_of(TEXTS[language]) == language


def test_what_markup_says_of_a_long_text_is_not_believed() -> None:
    assert language_of(ENGLISH * 5, "de") == "en"


def test_a_text_too_short_to_tell_is_what_its_markup_says() -> None:
    assert language_of("Oh!", "pt-BR") == "pt"


def test_what_has_no_words_has_no_language() -> None:
    assert language_of("") == language_of("1975 !!! …") == UNKNOWN


def test_headings_of_another_language_do_not_decide() -> None:
    menu = "Startseite Über uns Datenschutz Impressum Kontakt\n\n"
    assert language_of(menu + ENGLISH * 6 + menu) == "en"
