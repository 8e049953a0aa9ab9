"""HTML as plain text, and HTML that was made to exhaust who parses it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.sources.checks import RowFaultError
from earmark.sources.reading.markup import TOO_DEEP, TOO_MANY_TAGS, is_markup, plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>bold</b>\nword</p><p>Two</p>", "One bold word\n\nTwo"),
        ("one<br>two<br/><br/>three", "one\ntwo\n\nthree"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\n\nc"),
        ("a<script>x()</script>b<style>c{}</style> <!-- d -->e<?php f ?>", "ab e"),
        ("<i>f</i><b>oxes</b> &amp; &eacute;&#8217;&nbsp;s", "foxes & é’ s"),
        ("<blockquote><p>q</p></blockquote>after", "q\n\nafter"),
        ("plain words", "plain words"),
        ("", ""),
        ("<!-- nothing -->", ""),
        ("<!doctype html>", ""),
        ("<p>موسيقى \u200fهادئة</p><p>静かな音楽</p>", "موسيقى \u200fهادئة\n\n静かな音楽"),
        ("<img alt='x' src='data:" + "a" * 50_000 + "'>words", "words"),
        ("a \x00\x1d\x1e b", "a b"),
    ],
)
def test_what_is_to_be_read(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize(
    ("html", "cause"),
    [
        ("<b>x</b>" * 150_000, TOO_MANY_TAGS),
        ("<br>" * 60_000, TOO_MANY_TAGS),
        (("<div>" * 200 + "x" + "</div>" * 200) * 100, TOO_DEEP),
        (("<p " + " ".join(f"a{n}" for n in range(300)) + ">") * 700, TOO_MANY_TAGS),
    ],
    ids=["tags", "elements", "depths", "attributes"],
)
def test_bombs_are_refused(html: str, cause: str) -> None:
    with pytest.raises(RowFaultError) as told:
        plain(html)
    assert told.value.cause == cause


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 30_000 + "x",
        "<p " + " ".join(f"a{n}" for n in range(200_000)) + ">x",
        "<p " + "a='<' " * 150_000 + ">x",
        "x" + "<" * 150_000,
        "x" + "<a '" * 90_000 + '<a "' * 90_000,
        "&amp;" * 200_000,
    ],
    ids=["depth", "attributes", "quoted", "brackets", "quotes", "entities"],
)
def test_what_would_take_the_square_of_its_length_does_not(html: str) -> None:
    begun = time.process_time()
    plain(html)
    # By the square, each takes minutes.
    assert time.process_time() - begun < 10


def test_markup_is_told_from_words() -> None:
    assert all(map(is_markup, ("<p>a", "a<br/>b", "a &amp; b", "&#8217;", "</i>")))
    assert not any(map(is_markup, ("a < b", "R&B; and soul", "AT&T", "1<2>1", "", "<3")))


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    plain(text)
    plain(f"<p>{text}</p><div {text}>")


@settings(max_examples=30)
@given(st.lists(st.text("abc é音", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=6))
def test_words_stay_whole_and_in_order(paragraphs: list[str]) -> None:
    html = "".join(f"<p><i>{part}</i></p>" for part in paragraphs)
    assert plain(html) == "\n\n".join(" ".join(part.split()) for part in paragraphs)
