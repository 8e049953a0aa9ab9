"""Meet a server for the first time: how it wants to be asked, and whether the account is known."""

from __future__ import annotations

from typing import Final

import msgspec

from earmark.sources.subsonic.login import Login, Way
from earmark.sources.subsonic.server import MISSING_PARAMETER, NO_TOKENS, Server, SubsonicError

FORM_POST: Final = "formPost"


class Manners(msgspec.Struct, frozen=True):
    """What a server said of itself.

    One that is ``open_``, speaking OpenSubsonic, answers an empty search with all that it has; with ``form_post``, it
    takes requests of any length.
    """

    open_: bool = False
    form_post: bool = False


def introduced(url: str, login: Login) -> tuple[Login, Manners]:
    """The login as the server wants it, and how it wants to be asked; by ``ping``.

    A server that knows no tokens (it lacks the parameter ``p``, or says so) is given the password itself.

    Raises:
        SubsonicError: it does not know the account, is no Subsonic server, or cannot be reached.
    """
    with Server(url, login) as server:
        try:
            answer = server.ask("ping")
        except SubsonicError as error:
            if login.way is Way.TOKEN and error.code in (NO_TOKENS, MISSING_PARAMETER):
                return introduced(url, Login(Way.PASSWORD, login.user, login.secret))
            raise
        if not answer.open_subsonic:
            return login, Manners()
        offered = {one.name for one in server.ask("getOpenSubsonicExtensions").open_subsonic_extensions}
        if login.way is Way.KEY:
            info = server.ask("tokenInfo").token_info
            login = Login(Way.KEY, str(info.username) if info else login.user, login.secret)
        return login, Manners(open_=True, form_post=FORM_POST in offered)
