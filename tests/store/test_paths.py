from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earmark.store.paths import path_of, spelled

ODD = st.text(st.sampled_from("a/é\udc80\udcbe\udcee\udcff\uef80\uefbe\uefff\ueeff\uf000"))


def test_a_name_in_utf_8_is_spelled_as_it_is() -> None:
    assert spelled("/музыка/Björk – Jóga.flac") == "/музыка/Björk – Jóga.flac"


def test_bytes_that_are_no_text_stand_for_themselves() -> None:
    assert spelled(b"/a/\xff\xe9.mp3".decode("utf-8", "surrogateescape")) == "/a/\uefff\uefe9.mp3"


@given(st.binary(max_size=12) | ODD.map(lambda text: text.encode("utf-8", "surrogateescape")))
def test_every_name_on_a_disk_comes_back(name: bytes) -> None:
    path = name.decode("utf-8", "surrogateescape")
    text = spelled(path)
    text.encode()
    assert path_of(text) == path


@given(ODD, ODD)
def test_no_two_names_are_spelled_alike(one: str, other: str) -> None:
    names = [name.encode("utf-8", "surrogateescape") for name in (one, other)]
    paths = [name.decode("utf-8", "surrogateescape") for name in names]
    assert (spelled(paths[0]) == spelled(paths[1])) == (names[0] == names[1])
