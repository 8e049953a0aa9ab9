"""Counts of plays, whatever database keeps them."""

from __future__ import annotations

import pytest

from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Episode, Track
from earmark.store.port import ListenerId, Store
from earmark.store.tallies import Of, Tally

NOON = 1_700_000_000_000
HOUR = 3_600_000
URI = "https://musicbrainz.org/recording/ea124a4d-0b1c-4a5c-8e51-000000000001"


@pytest.fixture
def ada(store: Store) -> ListenerId:
    one, two = Track("Velvet Harbour", "Lantern", "Lamps", URI), Track("Velvet Harbour", "Pier", "Lamps")
    other = Track("Anchor", "Rope")
    played = [one, two, one, other, one, other, Episode("Signal", "One")]
    listens = [Listen(item, UnixMs(NOON + n * HOUR)) for n, item in enumerate(played)]
    listens.append(Listen(other, UnixMs(NOON + 9 * HOUR), private=True))
    with store.writing() as writer:
        ada, bo = writer.listener("Ada"), writer.listener("Bo")
        writer.add_listens([ada] * len(listens), listens, Origin("phone"))
        writer.add_listens([bo], [Listen(two, UnixMs(NOON))], Origin("phone"))
    return ada


def tally(
    store: Store, ada: ListenerId, of: Of, hours: tuple[int, int] = (0, 24), **page: int
) -> tuple[list[Tally], int]:
    first, last = (UnixMs(NOON + hour * HOUR) for hour in hours)
    return store.tallies.tally(ada, of, first, last, offset=page.get("offset", 0), n=page.get("n", 9))


def test_artists_releases_and_recordings_are_counted_most_played_first(store: Store, ada: ListenerId) -> None:
    assert tally(store, ada, Of.ARTIST) == ([Tally(4, "Velvet Harbour"), Tally(2, "Anchor")], 2)
    assert tally(store, ada, Of.RELEASE) == ([Tally(4, "Velvet Harbour", None, "Lamps")], 1)
    recordings, total = tally(store, ada, Of.RECORDING)
    assert [(one.plays, one.title, one.release, one.uri) for one in recordings] == [
        (3, "Lantern", "Lamps", URI),
        (2, "Rope", None, None),
        (1, "Pier", "Lamps", None),
    ]
    assert total == 3
    assert store.items([one.item for one in recordings if one.item])["title"].to_list() == [
        "Lantern",
        "Rope",
        "Pier",
    ]


def test_the_first_moment_counts_and_the_last_does_not(store: Store, ada: ListenerId) -> None:
    assert tally(store, ada, Of.ARTIST, (1, 3))[0] == [Tally(2, "Velvet Harbour")]
    moments = store.tallies.moments(ada, UnixMs(NOON + HOUR), UnixMs(NOON + 3 * HOUR))
    assert moments.tolist() == [NOON + HOUR, NOON + 2 * HOUR]


def test_pages_and_what_is_private(store: Store, ada: ListenerId) -> None:
    assert tally(store, ada, Of.ARTIST, offset=1, n=1) == ([Tally(2, "Anchor")], 2)
    assert tally(store, ada, Of.ARTIST, (8, 24)) == ([], 0)
