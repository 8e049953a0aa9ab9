"""What was shown, whatever database keeps it."""

from __future__ import annotations

import pytest

from earmark.errors import StoreError
from earmark.listening.listens import UnixMs
from earmark.music.items import Track
from earmark.store.exposures import RECOMMENDATIONS, Exposure
from earmark.store.port import ItemId, ListenerId, Store

NOON = 1_700_000_000_000


@pytest.fixture
def item(store: Store) -> ItemId:
    with store.writing() as writer:
        ((item, _),) = writer.items([Track("Velvet Harbour", "Lantern")])
    return item


@pytest.fixture
def ada(store: Store) -> ListenerId:
    with store.writing() as writer:
        return writer.listener("Ada")


def shown(item: ItemId, at: int = 0, slot: str = "home", position: int = 0) -> Exposure:
    return Exposure(
        UnixMs(NOON + at), slot, position, item, RECOMMENDATIONS, None, "discover", 0.25, "0123456789ab"
    )


def test_what_was_shown_is_told_the_latest_first(store: Store, ada: ListenerId, item: ItemId) -> None:
    every = [shown(item, at, slot, place) for at in (0, 5) for slot in ("car", "home") for place in (0, 1, 2)]
    assert store.exposures.add(ada, every) == 12
    assert store.exposures.page(ada, n=20) == every[::-1]
    walked: list[Exposure] = []
    while page := store.exposures.page(
        ada,
        n=5,
        **({"beyond": (walked[-1].shown_at, walked[-1].slot, walked[-1].position)} if walked else {}),
    ):
        walked += page
    assert walked == every[::-1]


def test_a_place_shows_one_item_at_a_moment(store: Store, ada: ListenerId, item: ItemId) -> None:
    assert store.exposures.add(ada, [shown(item)] * 3) == 1
    assert store.exposures.add(ada, [shown(item), shown(item, position=1)]) == 1
    bare = Exposure(UnixMs(NOON), "list", 0, item, "weekly", "2026-W47", "weekly", None, None)
    assert store.exposures.add(ada, [bare]) == 1
    assert store.exposures.page(ada, n=1) == [bare]


def test_who_is_forgotten_leaves_nothing_and_gets_nothing(
    store: Store, ada: ListenerId, item: ItemId
) -> None:
    store.exposures.add(ada, [shown(item)])
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    assert store.exposures.page(ada, n=9) == []
    with pytest.raises(StoreError, match="forgotten"):
        store.exposures.add(ada, [shown(item)])
    assert store.items([item]).is_empty()


def test_an_item_that_somebody_else_was_shown_stays(store: Store, ada: ListenerId, item: ItemId) -> None:
    with store.writing() as writer:
        bo = writer.listener("Bo")
    store.exposures.add(bo, [shown(item)])
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    assert store.items([item])["title"].to_list() == ["Lantern"]
