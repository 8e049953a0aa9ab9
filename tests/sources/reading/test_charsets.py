"""Text whose encoding is told rightly, wrongly, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.sources.reading.charsets import decoded

GERMAN = "Die Füchse spielen laut und schön, und die zweite Platte ist größer als die erste. " * 8
FRENCH = (
    "Le groupe joue une musique très calme, et la première chanson, où ça déçoit, est la plus belle. " * 8
)
RUSSIAN = "Группа играет тихую музыку, и второй альбом лучше первого. " * 8
JAPANESE = "このバンドは静かな音楽を演奏している。二枚目のアルバムは一枚目より良い。" * 8
GREEK = "Το συγκρότημα παίζει ήσυχη μουσική και ο δεύτερος δίσκος είναι καλύτερος. " * 8
HEBREW = "הלהקה מנגנת מוזיקה שקטה והאלבום השני טוב מהראשון. " * 8
KOREAN = "밴드는 조용한 음악을 연주하고 두 번째 앨범이 첫 번째보다 낫다. " * 8
CHINESE = "乐队演奏安静的音乐，第二张专辑比第一张更好。" * 8


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        (GERMAN, "iso-8859-1", "ISO-8859-1"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (JAPANESE, "shift_jis", '"Shift_JIS"'),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (HEBREW, "iso-8859-8", "iso-8859-8-i"),
        ("“quoted” — 5 €", "cp1252", "latin-1"),
        ("“quoted” — 5 €", "cp1252", "us-ascii"),
        (CHINESE + "镕", "gb18030", "gb2312"),
        (KOREAN + "똠", "cp949", "euc-kr"),
    ],
)
def test_what_the_server_says_is_taken_as_browsers_take_it(text: str, encoding: str, label: str) -> None:
    assert decoded(text.encode(encoding), label) == text


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1251", "no-such-thing", "base64", "", None])
@pytest.mark.parametrize("text", [GERMAN, RUSSIAN, JAPANESE, HEBREW])
def test_what_has_the_form_of_utf8_is_utf8_whatever_is_said(text: str, label: str | None) -> None:
    assert decoded(text.encode(), label) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_stands_above_all(encoding: str) -> None:
    assert decoded(JAPANESE.encode(encoding), "iso-8859-1") == JAPANESE


@pytest.mark.parametrize(
    "markup",
    [
        '<meta charset="windows-1251">',
        "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>",
        '<?xml version="1.0" encoding="windows-1251"?>',
    ],
)
@pytest.mark.parametrize("label", [None, "utf-8"])
def test_what_the_markup_says_where_the_server_says_nothing_true(markup: str, label: str | None) -> None:
    assert decoded(f"{markup}{RUSSIAN}".encode("cp1251"), label) == f"{markup}{RUSSIAN}"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (GREEK, "iso8859-7"),
        (HEBREW, "cp1255"),
        (KOREAN, "euc_kr"),
        (CHINESE, "gb18030"),
    ],
)
def test_where_nobody_says_it_is_guessed(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@given(st.text())
def test_utf8_comes_back_as_it_was(text: str) -> None:
    raw = text.encode("utf-8", "replace")
    if b"\x1b" not in raw:
        assert decoded(raw) == raw.decode().removeprefix("\ufeff")


@settings(max_examples=50)
@given(
    st.binary(max_size=200),
    st.sampled_from(["utf-8", "shift_jis", "utf-16", "idna", "rot13", "utf-7", "x" * 99]),
)
def test_any_bytes_become_text(raw: bytes, label: str) -> None:
    assert isinstance(decoded(raw, label), str)
