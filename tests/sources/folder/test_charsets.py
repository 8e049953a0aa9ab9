from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.sources.folder.charsets import decoded, mended

RUSSIAN = "Не слышны в саду даже шорохи, всё здесь замерло до утра"
JAPANESE = "さくら さくら のやまもさとも みわたすかぎり"
KATAKANA = "スキヤキ・ソング"
KOREAN = "아리랑 아리랑 아라리요 아리랑 고개로 넘어간다"
CHINESE = "好一朵美丽的茉莉花 芬芳美丽满枝桠 又香又白人人夸"
TRADITIONAL = "好一朵美麗的茉莉花 芬芳美麗滿枝椏 又香又白人人誇"
WESTERN = "Café de l’Été, Björk – “Jóga”, Ñandú, Motörhead"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        ("Кино", "cp1251"),
        (JAPANESE, "shift_jis"),
        (KATAKANA, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "euc_kr"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"),
        (WESTERN, "cp1252"),
        ("Björk", "latin-1"),
        ("ÅÄÖ", "latin-1"),
    ],
)
def test_older_encodings_are_recognised_by_what_people_write(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text
    assert mended(text.encode(encoding).decode("latin-1")) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [WESTERN, "[00:01.00]plain words", "la"])
def test_unicode_is_recognised_by_its_form(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_the_mark_of_utf_16_stands_before_big_endian_too() -> None:
    assert decoded(b"\xfe\xff" + KOREAN.encode("utf-16-be")) == KOREAN


def test_what_fits_nothing_is_marked() -> None:
    assert decoded(b"abc\x81def") == "abc\ufffddef"


@given(st.text())
def test_utf_8_comes_back(text: str) -> None:
    assert decoded(b"\xef\xbb\xbf" + text.encode()) == text


@given(st.binary())
def test_anything_becomes_text(raw: bytes) -> None:
    decoded(raw).encode()
    mended(raw.decode("latin-1")).encode()


@given(st.text(st.characters(min_codepoint=0x100, exclude_categories=["Cs"]), min_size=1))
def test_text_beyond_latin_1_was_read_rightly(text: str) -> None:
    assert mended(text) == text
