"""People sign in: passwords hashed by Argon2id, tokens that are random UUIDs and are stored as digests only."""

from __future__ import annotations

from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from earmark.errors import EarmarkError, UnknownNameError
from earmark.store.named import did_you_mean
from earmark.store.people import AccountRecord, People, Role

LEAST_LETTERS: Final = 8
MOST_LETTERS: Final = 1_000
"""Of a password: hashing more would only be a way to keep the server busy."""

_hasher: Final = PasswordHasher()
_NOBODYS: Final = _hasher.hash("nobody's password")
"""Checked where there is no account, so that how long it takes does not say so."""


def add_account(people: People, name: str, role: Role, password: str | None) -> AccountRecord:
    """Let a listener sign in.

    Raises:
        EarmarkError: the password is too short or too long, or they have an account.
    """
    return people.add(name, role, None if password is None else hashed(password))


def hashed(password: str) -> str:
    """What is stored of a password.

    Raises:
        EarmarkError: it is too short or too long.
    """
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise EarmarkError(
            f"A password has {LEAST_LETTERS} to {MOST_LETTERS:,} letters.",
            "Choose another; a sentence is easy to keep.",
        )
    return _hasher.hash(password)


def signed_in(people: People, name: str, password: str) -> AccountRecord | None:
    """The account that this name and password open, or None."""
    account = people.find(name)
    known = account.password if account and account.password else _NOBODYS
    try:
        _hasher.verify(known, password[:MOST_LETTERS])
    except VerificationError:
        return None
    if account is None or account.password is None:
        return None
    if _hasher.check_needs_rehash(known):
        people.rehash(account.listener, _hasher.hash(password))
    return account


def new_token(people: People, name: str, called: str) -> str:
    """A token for one of a listener's players; it is shown once and cannot be read again.

    Raises:
        EarmarkError: there is no such account, or they have a token of this name.
    """
    token = str(uuid4())
    people.add_token(account_of(people, name).listener, called, digest(token))
    return token


def digest(token: str) -> bytes:
    """SHA-256 of a token as a UUID, however it is written; tokens are random, so a salt would add nothing."""
    try:
        return sha256(UUID(token).bytes).digest()
    except ValueError:
        return sha256(token.encode("utf-8", "replace")).digest()


def account_of(people: People, name: str) -> AccountRecord:
    """The account of a listener.

    Raises:
        UnknownNameError: they have none.
    """
    account = people.find(name)
    if account is None:
        known = {one.name.casefold(): one.name for one in people.accounts()}
        raise UnknownNameError(
            f"{name!r} has no account.",
            did_you_mean(name.casefold(), known) if known else f"Make one: earmark people add {name}.",
        )
    return account
