"""People sign in: passwords hashed by Argon2id, tokens that are random UUIDs and are stored as digests only."""

from __future__ import annotations

import shlex
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from earmark.errors import UnfitError, UnknownNameError
from earmark.store.named import did_you_mean
from earmark.store.people import AccountRecord, People, Role

LEAST_LETTERS: Final = 8
MOST_LETTERS: Final = 1_000
"""Of a password: hashing more would only be a way to keep the server busy."""

LONGEST_NAME: Final = 100

_hasher: Final = PasswordHasher()
_NOBODYS: Final = _hasher.hash("nobody's password")
"""Checked where there is no account, so that how long it takes does not say so."""


def add_account(people: People, name: str, role: Role, password: str | None) -> AccountRecord:
    """Let a listener sign in.

    Raises:
        EarmarkError: the name or the password does not fit, or they have an account.
    """
    return people.add(fitting_name(name), role, None if password is None else hashed(password))


def fitting_name(name: str) -> str:
    """The name, if it can be shown and typed.

    Raises:
        UnfitError: it is empty, too long, or begins, ends or goes on with what cannot be seen.
    """
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise UnfitError(
            f"A name has 1 to {LONGEST_NAME} letters, and none that cannot be seen at its beginning or end.",
            "Choose another.",
        )
    return name


def hashed(password: str) -> str:
    """What is stored of a password.

    Raises:
        UnfitError: it is too short or too long.
    """
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise UnfitError(
            f"A password has {LEAST_LETTERS} to {MOST_LETTERS:,} letters.",
            "Choose another; a sentence is easy to keep.",
        )
    return _hasher.hash(password)


def offered_set_up(people: People) -> str | None:
    """A key by which somebody may become the first owner, in place of any earlier one; None where there is an owner."""
    key = token_urlsafe()
    return key if people.offer_set_up(digest(key)) else None


def set_up(people: People, key: str, name: str, password: str) -> AccountRecord | None:
    """Make the first owner by their key; None where it opens nothing (any more).

    Raises:
        EarmarkError: the name or the password does not fit, or the name has an account.
    """
    return people.set_up(digest(key), fitting_name(name), hashed(password))


def signed_in(people: People, name: str, password: str) -> AccountRecord | None:
    """The account that this name and password open, or None."""
    # Whoever made an account has a name that can be shown; nothing else is asked of the record.
    account = people.find(name) if name.isprintable() else None
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
        EarmarkError: there is no such account, its name does not fit, or they have a token of this name.
    """
    token = str(uuid4())
    people.add_token(account_of(people, name).listener, fitting_name(called), digest(token))
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
            did_you_mean(name.casefold(), known)
            if known
            else f"Make one: earmark people add {shlex.quote(name)}.",
        )
    return account
