"""Markdown and its front matter, as site generators and their authors write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.sources.checks import RowFaultError
from earmark.sources.reading.markdown import heading, parted, plain_markdown

POST = """---
layout: post
title: "Paper Foxes: a record"   # ours
Date:   2024-10-03 12:00:00 +0200
tags:
- quiet
<!-- label: none -->
author: 'Ada'
link: http://a.example/
---

Words below.
---
"""


def test_front_matter_and_what_is_below() -> None:
    written = parted(POST)
    assert written.front["title"] == "Paper Foxes: a record"
    assert written.front["date"] == "2024-10-03 12:00:00 +0200"
    assert written.front["author"] == "Ada"
    assert "tags" not in written.front
    assert written.body == "\nWords below.\n---\n"


def test_front_matter_in_toml() -> None:
    written = parted('+++\r\ntitle = "Paper Foxes"\r\ndate = 2024-10-03\r\ntags = ["a"]\r\n+++\r\nWords.')
    assert written.front == {"title": "Paper Foxes", "date": "2024-10-03"}
    assert written.body == "Words."


@pytest.mark.parametrize("text", ["Words.", "---\nno end", "", "----\na: b\n----\n", " ---\na: b\n---\n"])
def test_text_without_front_matter(text: str) -> None:
    assert (parted(text).front, parted(text).body) == ({}, text)


def test_toml_that_is_none_is_left_out() -> None:
    assert parted("+++\n= = =\n+++\nWords.") == parted("+++\n+++\nWords.")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Paper Foxes** play _slow_ `songs`.", "Paper Foxes play slow songs."),
        ("[Paper Foxes](http://a.example/x_y) and ![cover](c.jpg)!", "Paper Foxes and !"),
        ("# A\n\n> quoted\nstill\n\n* one\n* two\n\n1. three", "A\n\nquoted still\n\none\n\ntwo\n\nthree"),
        ("A line\nbroken here  \nand here", "A line broken here\nand here"),
        ("<!-- hidden\n\nstill --> seen <strong>Paper</strong> Foxes", "seen Paper Foxes"),
        ('<a href="x"><img src="y" alt="no"></a>Seen\n\nToo', "Seen\n\nToo"),
        ("{% include player.html id='7' %}\n\nSeen {{ page.title }} too", "Seen too"),
        ("| a | b |\n|---|---|\n| c | d |", "a b\n\nc d"),
        ("~~no~~ snake_case_name 5 * 3 * 2", "no snake_case_name 5 * 3 * 2"),
        ("!!! and AC\\*DC, [The] & co", "!!! and AC*DC, [The] & co"),
        ("音楽**「静か」**な", "音楽「静か」な"),
        ("b***y good, **P'**s and Q's", "b***y good, P's and Q's"),
    ],
)
def test_what_is_to_be_read(markdown: str, text: str) -> None:
    assert plain_markdown(markdown) == text


def test_the_heading_that_a_text_begins_with() -> None:
    assert heading("\n# *Paper* Foxes #\n\nWords") == "Paper Foxes"
    assert heading("Words\n# Later") is None
    assert heading("## Of a part") is None


@pytest.mark.parametrize("bomb", ["<b>x</b>" * 150_000, "*a " * 1_000_000], ids=["tags", "stars"])
def test_a_bomb_is_refused(bomb: str) -> None:
    with pytest.raises(RowFaultError):
        plain_markdown(bomb)


@settings(max_examples=50)
@given(st.text("#*_[]()<>`~|!-+=:{}%&\\ \nab1", max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    plain_markdown(text)
    parted(f"---\n{text}\n---\n{text}")
    heading(text)
