"""How an account shows who it is: by salted token, by password, or by API key."""

from __future__ import annotations

import secrets
from enum import StrEnum
from hashlib import md5
from typing import Final, assert_never

import msgspec

_SALT_BYTES: Final = 12


class Way(StrEnum):
    """What is sent with every request."""

    TOKEN = "token"
    """MD5 of the password and a salt, new each time; since version 1.13 of the protocol."""
    PASSWORD = "password"
    """The password itself, in hexadecimal: for servers that keep passwords hashed and so cannot check a token."""
    KEY = "key"
    """A key that the server made, in place of name and password (OpenSubsonic's ``apiKeyAuthentication``)."""


class Login(msgspec.Struct, frozen=True):
    """An account of a server. The secret, a password or a key, is in no text that this makes of itself."""

    way: Way
    user: str
    secret: str

    def __repr__(self) -> str:
        return f"Login({self.way}, {self.user!r})"

    def parameters(self) -> dict[str, str]:
        """What to add to a request."""
        match self.way:
            case Way.TOKEN:
                salt = secrets.token_hex(_SALT_BYTES)
                # The protocol asks for MD5.
                token = md5((self.secret + salt).encode(), usedforsecurity=False).hexdigest()
                return {"u": self.user, "t": token, "s": salt}
            case Way.PASSWORD:
                return {"u": self.user, "p": f"enc:{self.secret.encode().hex()}"}
            case Way.KEY:
                return {"apiKey": self.secret}
        assert_never(self.way)
