"""Accounts and tokens, whatever database keeps them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256

import pytest

from earmark.errors import StoreError, UnknownNameError
from earmark.store.people import AccountRecord, Role
from earmark.store.port import ListenerId, Store
from earmark.store.sql_store import open_store


def digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def of_token(store: Store, token: str) -> AccountRecord | None:
    among = [digest("nobody's"), digest(token)]
    return store.people.of_tokens(among).get(digest(token))


def test_an_account_is_a_listeners(store: Store) -> None:
    with store.writing() as writer:
        ada = writer.listener("Ada")
    made = store.people.add("Ada", Role.OWNER, "hash")
    assert (made.listener, made.name, made.role, made.password, made.epoch) == (
        ada,
        "Ada",
        Role.OWNER,
        "hash",
        0,
    )
    assert store.people.find("Ada") == made
    newcomer = store.people.add("Bo", Role.LISTENER, None)
    assert store.find_listener("Bo").id == newcomer.listener
    assert store.people.accounts() == [made, newcomer]
    assert store.people.find("Cy") is None


def test_nobody_has_two_and_the_community_has_none(store: Store) -> None:
    store.people.add("Ada", Role.LISTENER, None)
    with pytest.raises(StoreError, match="'Ada' has an account already"):
        store.people.add("Ada", Role.OWNER, None)
    with store.writing() as writer:
        writer.listener("Ann", community="forum")
    with pytest.raises(StoreError, match="'Ann' is already a listener of the community"):
        store.people.add("Ann", Role.LISTENER, None)
    assert [one.name for one in store.people.accounts()] == ["Ada"]


def test_a_new_password_ends_sessions_and_a_role_does_not(store: Store) -> None:
    ada = store.people.add("Ada", Role.OWNER, None).listener
    store.people.add("Bo", Role.OWNER, None)
    store.people.change(ada, password="first")
    store.people.change(ada, role=Role.EDITOR)
    found = store.people.find("Ada")
    assert found
    assert (found.password, found.epoch, found.role) == ("first", 1, Role.EDITOR)


def test_a_session_ends_with_its_epoch(store: Store) -> None:
    ada = store.people.add("Ada", Role.OWNER, "hash").listener
    bo = store.people.add("Bo", Role.LISTENER, "hash").listener
    store.people.end_sessions(ada)
    assert [one.epoch for one in map(store.people.of_listener, (ada, bo)) if one] == [1, 0]
    assert store.people.of_listener(ada) == store.people.find("Ada")
    assert store.people.of_listener(ListenerId(99)) is None


def test_the_first_owner_is_made_by_the_newest_key_once(store: Store) -> None:
    with store.writing() as writer:
        ada = writer.listener("Ada")
    store.people.add("Bo", Role.LISTENER, None)
    for key in ("old", "new"):
        assert store.people.offer_set_up(digest(key))
    assert [store.people.offers_set_up(digest(key)) for key in ("old", "new", "guess")] == [
        False,
        True,
        False,
    ]
    assert store.people.set_up(digest("old"), "Ada", "hash") is None
    with pytest.raises(StoreError, match="'Bo' has an account already"):
        store.people.set_up(digest("new"), "Bo", "hash")
    made = store.people.set_up(digest("new"), "Ada", "hash")
    assert made
    assert (made.listener, made.role, made.password) == (ada, Role.OWNER, "hash")
    assert store.people.set_up(digest("new"), "Cy", "hash") is None
    assert not store.people.offers_set_up(digest("new"))
    assert not store.people.offer_set_up(digest("another"))


@pytest.mark.parametrize("way", ["added", "promoted"])
def test_an_owner_made_otherwise_makes_the_key_void(store: Store, way: str) -> None:
    bo = store.people.add("Bo", Role.LISTENER, None).listener
    store.people.offer_set_up(digest("key"))
    if way == "added":
        store.people.add("Ada", Role.OWNER, None)
    else:
        store.people.change(bo, role=Role.OWNER)
    assert not store.people.offers_set_up(digest("key"))
    assert store.people.set_up(digest("key"), "Cy", "hash") is None


def test_of_many_who_set_up_at_once_one_becomes_owner(postgres: str) -> None:
    with closing(open_store(postgres)) as store:
        store.people.offer_set_up(digest("key"))
        gate = threading.Barrier(8)

        def set_up(n: int) -> AccountRecord | None:
            gate.wait()
            if n % 4 == 3:
                # Another process starts meanwhile.
                store.people.offer_set_up(digest("key"))
            return store.people.set_up(digest("key"), f"Owner {n}", "hash")

        with ThreadPoolExecutor(8) as pool:
            made = [one for one in pool.map(set_up, range(8)) if one]
        assert [one.name for one in store.people.accounts()] == [one.name for one in made]
        assert len(made) == 1


def test_the_last_owner_stays_one(store: Store) -> None:
    ada = store.people.add("Ada", Role.OWNER, None).listener
    store.people.add("Bo", Role.LISTENER, None)
    with pytest.raises(StoreError, match="nobody would own"):
        store.people.change(ada, role=Role.LISTENER, password="lost with the role")
    found = store.people.find("Ada")
    assert found
    assert (found.role, found.password) == (Role.OWNER, None)


def test_tokens_are_named_found_and_revoked(store: Store) -> None:
    ada = store.people.add("Ada", Role.LISTENER, None)
    bo = store.people.add("Bo", Role.LISTENER, None)
    store.people.add_token(ada.listener, "phone", digest("a"))
    store.people.add_token(ada.listener, "car", digest("b"))
    store.people.add_token(bo.listener, "phone", digest("c"))
    assert [token.name for token in store.people.tokens(ada.listener)] == ["car", "phone"]
    assert of_token(store, "a") == ada
    assert of_token(store, "c") == bo
    assert of_token(store, "d") is None
    with pytest.raises(StoreError, match="token 'phone' already"):
        store.people.add_token(ada.listener, "phone", digest("e"))
    with pytest.raises(UnknownNameError, match="Did you mean 'phone'"):
        store.people.revoke(ada.listener, "fone")
    store.people.revoke(ada.listener, "phone")
    assert of_token(store, "a") is None
    assert of_token(store, "c") == bo


def test_who_is_forgotten_can_sign_in_no_more(store: Store) -> None:
    ada = store.people.add("Ada", Role.LISTENER, "hash")
    store.people.add_token(ada.listener, "phone", digest("a"))
    with store.writing(alone=True) as writer:
        writer.forget(ada.listener)
    assert store.people.accounts() == []
    assert of_token(store, "a") is None
