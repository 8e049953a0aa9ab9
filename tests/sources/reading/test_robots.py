"""What a site asks, by the examples of RFC 9309 and by what sites write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.sources.reading.robots import parse_robots

# RFC 9309, 5.1 and 5.2, with this program in the place of "foobot" and another in that of "barbot".
SIMPLE = """
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: earmark
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""
LONGEST = "User-Agent: earmark\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n"


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("earmark", "/example/page.html", True),
        ("earmark", "/example/allowed.gif", True),
        ("earmark", "/example/", False),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("bazbot", "/other", True),
        ("quxbot", "/example/page.html", True),
        ("another", "/picture.gif", False),
        ("another", "/picture.gif?x", True),
        ("another", "/publications/a", True),
    ],
)
def test_the_standards_simple_example(agent: str, path: str, allowed: bool) -> None:
    assert parse_robots(SIMPLE, agent).allows(path) is allowed


def test_the_longest_rule_decides() -> None:
    rules = parse_robots(LONGEST)
    assert rules.allows("/example/page/a")
    assert not rules.allows("/example/page/disallowed.gif")


def test_of_two_equal_rules_the_kinder_decides() -> None:
    assert parse_robots("User-agent: *\nDisallow: /a\nAllow: /a").allows("/a")


@pytest.mark.parametrize(
    ("rule", "path", "fits"),
    [
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish", False),
        ("/fish*", "/fishheads", True),
        ("/fish/", "/fish", False),
        ("/*.php", "/folder/any.php.file", True),
        ("/*.php$", "/folder/any.php", True),
        ("/*.php$", "/folder/any.php?x", False),
        ("/*.php$", "/folder.php/any.php", True),
        ("/fish*.php", "/fishheads/catfish.php?x", True),
        ("/a*b*c$", "/abc", True),
        ("/a*bc$", "/abcbc", True),
        ("/a*aa$", "/aa", False),
        ("/$", "/", True),
        ("/$", "/a", False),
        ("*", "/", True),
        ("/%7Ejoe/", "/~joe/index", True),
        ("/~joe/", "/%7ejoe/index", True),
        ("/ä", "/%C3%A4b", True),
        ("", "/", False),
    ],
)
def test_patterns(rule: str, path: str, fits: bool) -> None:
    assert parse_robots(f"User-agent: *\nDisallow: {rule}").allows(path) is not fits


def test_groups_of_one_name_are_joined_and_comments_left_out() -> None:
    rules = parse_robots(
        "\ufeffuser-agent: EARMARK/2 # us\r\ndisallow: /a#b\r\nSitemap: x\n\nUser-agent: earmark\nDisallow: /c"
    )
    assert [rules.allows(path) for path in ("/a", "/c", "/d")] == [False, False, True]


def test_rules_before_anybody_is_named_are_nobodys() -> None:
    assert parse_robots("Disallow: /\nUser-agent: *\nDisallow: /a").allows("/b")


@pytest.mark.parametrize(
    ("said", "delay"), [("1.5", 1.5), ("0", 0.0), ("-1", None), ("nan", None), ("inf", None), ("soon", None)]
)
def test_delays(said: str, delay: float | None) -> None:
    assert parse_robots(f"User-agent: *\nCrawl-delay: {said}").delay_s == delay


def test_a_rule_of_many_stars_takes_no_time() -> None:
    assert parse_robots("User-agent: *\nDisallow: /" + "*a" * 5_000 + "b$").allows("/" + "a" * 20_000)


@settings(max_examples=50)
@given(st.text(), st.text())
def test_any_text_can_be_read(text: str, path: str) -> None:
    parse_robots(text).allows(path)
    parse_robots(f"User-agent: *\nDisallow: {text}").allows(path)
