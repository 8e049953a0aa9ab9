"""Feeds that are read again and again, whatever database keeps them."""

from __future__ import annotations

import msgspec

from earmark.listening.listens import UnixMs
from earmark.store.feeds import FeedId
from earmark.store.port import Store

NOON = UnixMs(1_700_000_000_000)
A, B = "https://example.org/feed", "https://example.org/zweiter?ä=%s"


def test_a_feed_is_noted_once(store: Store) -> None:
    first = store.feeds.add(A, NOON, keep_text=False)
    assert (first.address, first.keep_text, first.made_at, first.read_at) == (A, False, NOON, None)
    second = store.feeds.add(B, NOON, keep_text=True)
    assert store.feeds.add(A, UnixMs(NOON + 1), keep_text=True) == msgspec.structs.replace(
        first, keep_text=True
    )
    assert [one.id for one in store.feeds.all()] == [first.id, second.id]
    assert first.id != second.id


def test_how_a_feed_was_found_is_noted(store: Store) -> None:
    first, second = (store.feeds.add(address, NOON, keep_text=False) for address in (A, B))
    store.feeds.note(first.id, UnixMs(NOON + 5), etag='W/"1"', modified="Mon", fault=None)
    store.feeds.note(second.id, UnixMs(NOON + 6), etag=None, modified=None, fault="It is away.")
    store.feeds.note(FeedId(999), NOON, etag=None, modified=None, fault=None)
    one, two = store.feeds.all()
    assert (one.read_at, one.etag, one.modified, one.fault) == (NOON + 5, 'W/"1"', "Mon", None)
    assert (two.read_at, two.etag, two.modified, two.fault) == (NOON + 6, None, None, "It is away.")
    assert store.feeds.add(A, NOON, keep_text=False) == one


def test_a_feed_that_was_dropped_is_not_there_any_more(store: Store) -> None:
    first = store.feeds.add(A, NOON, keep_text=False)
    store.feeds.add(B, NOON, keep_text=False)
    assert (store.feeds.drop(A), store.feeds.drop(A)) == (True, False)
    assert [one.address for one in store.feeds.all()] == [B]
    assert store.feeds.add(A, NOON, keep_text=False).id > first.id
