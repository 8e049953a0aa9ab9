from __future__ import annotations

import pytest

from earmark.signals.culture.nearness import Named, NearnessConfig, Subject, near

CONFIG = NearnessConfig(half=10, second=0.5, carried=0.5, topic=0.2)


def test_nearness_falls_with_the_words_between() -> None:
    assert dict(near(10, [Named(0, 7)], CONFIG)) == {7: 0.5}
    assert dict(near(0, [Named(0, 7)], CONFIG)) == {7: 1.0}


def test_the_farther_name_keeps_less() -> None:
    found = dict(near(5, [Named(0, 1), Named(9, 2), Named(30, 3)], CONFIG))
    assert found == {2: pytest.approx(10 / 14), 1: pytest.approx(0.5 * 10 / 15)}


def test_a_name_that_stands_on_both_sides_counts_once() -> None:
    assert dict(near(5, [Named(4, 1), Named(6, 1)], CONFIG)) == {1: pytest.approx(10 / 11)}


def test_what_follows_is_about_whom_was_named_less_and_less() -> None:
    subject = Subject([], CONFIG)
    assert subject.unnamed(0) == {}
    subject.named(0, 8)
    assert [subject.unnamed(0), subject.unnamed(0), subject.unnamed(1)] == [{8: 0.5}, {8: 0.25}, {}]


def test_whom_a_text_is_about_is_meant_everywhere() -> None:
    subject = Subject([4], CONFIG)
    assert subject.unnamed(0) == {4: 0.2}
    subject.named(1, 8)
    assert subject.unnamed(1) == {4: 0.2, 8: 0.5}
