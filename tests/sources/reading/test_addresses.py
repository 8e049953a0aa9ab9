"""One spelling for each address, and which numeric ones lie out on the internet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.sources.reading.addresses import is_public, site_of, web_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://Notes.Example", "https://notes.example/"),
        (" http://notes.example:80/a#top ", "http://notes.example/a"),
        ("https://notes.example:443/a?b=1&utm_source=x&utm_medium=y", "https://notes.example/a?b=1"),
        ("https://notes.example:8443/a", "https://notes.example:8443/a"),
        ("https://notes.example./a b/é?q=ü", "https://notes.example/a%20b/%C3%A9?q=%C3%BC"),
        ("https://notes.example/a%20b", "https://notes.example/a%20b"),
        ("http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("/next", "https://base.example/next"),
        ("?page=2", "https://base.example/in/feed?page=2"),
        ("//other.example/x", "https://other.example/x"),
    ],
)
def test_one_spelling(text: str, address: str) -> None:
    assert web_address(text, "https://base.example/in/feed") == address
    assert web_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "mailto:a@b.example",
        "javascript:x",
        "file:///etc/passwd",
        "ftp://a.example/",
        "http://",
        "http://user@a.example/",
        "http://a.example:99999/",
        "http://a.example:0/",
        "http://[::1/",
        "words",
        "",
        "https://a.example/" + "a" * 2_000,
    ],
)
def test_what_is_none(text: str) -> None:
    assert web_address(text) is None


@settings(max_examples=50)
@given(st.text())
def test_any_text_is_an_address_in_one_spelling_or_none(text: str) -> None:
    address = web_address(text, "https://base.example/")
    assert address is None or web_address(address) == address


def test_a_site_goes_by_its_host() -> None:
    assert site_of("https://www.notes.example:8443/a") == "notes.example"


@pytest.mark.parametrize(
    "numeric", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
)
def test_out_on_the_internet(numeric: str) -> None:
    assert is_public(numeric)


@pytest.mark.parametrize(
    "numeric",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "nonsense",
    ],
)
def test_within_the_house(numeric: str) -> None:
    assert not is_public(numeric)
