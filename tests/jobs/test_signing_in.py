"""How often a password may be tried, by whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from earmark.jobs import people
from earmark.jobs.people import _hasher as hasher_of_programs
from earmark.jobs.signing_in import AT_ONE_NAME, FROM_ONE_ADDRESS, SigningIn, TooManyAttemptsError
from earmark.listening.listens import UnixMs
from earmark.store.port import Store
from earmark.store.sql_store import open_store

NOW = UnixMs(1_790_000_000_000)
DAY_MS = 86_400_000


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(open_store("sqlite://")) as store:
        yield store


def passes(signing_in: SigningIn, name: str, address: str, at: int = 0, browser: str | None = None) -> bool:
    try:
        signing_in.begin(name, address, browser, UnixMs(NOW + at))
    except TooManyAttemptsError:
        return False
    return True


def test_one_address_alone_does_not_use_up_the_attempts_at_a_name(store: Store) -> None:
    signing_in = SigningIn(store.attempts, b"key")
    for second in range(0, DAY_MS, 20_000):
        passes(signing_in, "anna", "192.0.2.1", second)
    assert passes(signing_in, "anna", "198.51.100.1", DAY_MS)


def test_a_name_is_guessed_at_a_few_times_a_day_by_however_many(store: Store) -> None:
    signing_in = SigningIn(store.attempts, b"key")
    guesses = sum(
        passes(signing_in, "anna", f"192.0.2.{n % 200}", n * 10_000) for n in range(DAY_MS // 10_000)
    )
    assert guesses <= AT_ONE_NAME.at_once + DAY_MS // AT_ONE_NAME.every_ms
    # And while they guess, the browser in which she signed in lets her in.
    assert passes(signing_in, "anna", "192.0.2.1", DAY_MS, browser="hers")


def test_who_waits_as_told_comes_through(store: Store) -> None:
    signing_in = SigningIn(store.attempts, b"key")
    for _ in range(FROM_ONE_ADDRESS.at_once):
        assert passes(signing_in, "anna", "192.0.2.1")
    with pytest.raises(TooManyAttemptsError) as raised:
        signing_in.begin("anna", "192.0.2.1", None, NOW)
    assert raised.value.wait_s == FROM_ONE_ADDRESS.every_ms // 1_000
    assert not passes(signing_in, "anna", "192.0.2.1", (raised.value.wait_s - 1) * 1_000)
    assert passes(signing_in, "anna", "192.0.2.1", raised.value.wait_s * 1_000)


def test_neither_names_nor_addresses_are_stored(store: Store) -> None:
    SigningIn(store.attempts, b"key").begin("anna", "192.0.2.1", None, NOW)
    SigningIn(store.attempts, b"other key").begin("anna", "192.0.2.1", None, NOW)
    assert store.attempts.prune(UnixMs(NOW + DAY_MS)) == 4


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("2001:db8::2", True),
        ("2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8:0:1::1", False),
        ("192.0.2.1", False),
    ],
)
def test_who_has_an_address_of_ipv6_has_its_network(store: Store, address: str, same: bool) -> None:
    signing_in = SigningIn(store.attempts, b"key")
    for n in range(FROM_ONE_ADDRESS.at_once):
        assert passes(signing_in, f"name {n}", "2001:db8::1")
    assert passes(signing_in, "anna", address) != same


def test_an_address_of_ipv4_is_itself_however_it_is_written(store: Store) -> None:
    signing_in = SigningIn(store.attempts, b"key")
    for n in range(FROM_ONE_ADDRESS.at_once):
        assert passes(signing_in, f"name {n}", "192.0.2.1")
    assert not passes(signing_in, "anna", "::ffff:192.0.2.1")
    assert passes(signing_in, "anna", "::ffff:192.0.2.2")


def test_passwords_are_hashed_as_rfc_9106_asks_for() -> None:
    # The one that programs use: tests have a cheaper one by now.
    assert hasher_of_programs.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert people._hasher is not hasher_of_programs
