"""What OpenSubsonic adds, before a real Subsonic server: token log-in, API keys, forms, and more about each song.

The server behind is Supysonic, which speaks plain Subsonic. This gate checks who asks as the specification says
(https://opensubsonic.netlify.app/docs/), answers what is new, and hands everything else through.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import md5
from typing import Any, Final

import httpx
from tests.http_answers import Answering, Reply, Request, answering
from tests.subsonic import PASSWORD, MusicServer

API_KEY: Final = "3f1c-key"
EXTENSIONS: Final = ("formPost", "apiKeyAuthentication")


def _ok(**parts: Any) -> Reply:
    body = {"status": "ok", "version": "1.16.1", "openSubsonic": True, **parts}
    return Reply(200, json.dumps({"subsonic-response": body}).encode())


def _failed(code: int, message: str) -> Reply:
    error = {"code": code, "message": message}
    body = {"status": "failed", "version": "1.16.1", "openSubsonic": True, "error": error}
    return Reply(200, json.dumps({"subsonic-response": body}).encode())


@contextmanager
def gate(
    behind: MusicServer, user: str, more: Mapping[str, Mapping[str, Any]], *, most_at_once: int = 500
) -> Iterator[Answering]:
    """The server ``behind`` as one of OpenSubsonic; ``more`` is what is told of songs beyond Subsonic, by title."""

    def refusal(given: Mapping[str, list[str]]) -> Reply | None:
        one = {name: values[0] for name, values in given.items()}
        if "apiKey" in one:
            if "u" in one:
                return _failed(43, "Multiple conflicting authentication mechanisms provided")
            return None if one["apiKey"] == API_KEY else _failed(44, "Invalid API key")
        token = md5((PASSWORD + one["s"]).encode()).hexdigest()
        return None if (one["u"], one["t"]) == (user, token) else _failed(40, "Wrong username or password")

    def reply(request: Request) -> Reply:
        if request.method == "getOpenSubsonicExtensions":
            return _ok(openSubsonicExtensions=[{"name": name, "versions": [1]} for name in EXTENSIONS])
        if (refused := refusal(request.parameters)) is not None:
            return refused
        if request.method == "tokenInfo":
            return _ok(tokenInfo={"username": user})
        asked = {
            name: values
            for name, values in request.parameters.items()
            if name not in ("u", "t", "s", "apiKey")
        }
        if "songCount" in asked:
            asked["songCount"] = [str(min(int(asked["songCount"][0]), most_at_once))]
        url = f"{behind.url}/rest/{request.method}.view"
        before = {*behind.playlists(user)} if request.method == "createPlaylist" else set()
        answer = httpx.post(url, data={**asked, "u": user, "p": PASSWORD}).json()["subsonic-response"]
        if request.method == "createPlaylist":
            # Since version 1.14, what was made or changed is answered.
            (playlist,) = asked.get("playlistId") or sorted({*behind.playlists(user)} - before)
            return _ok(playlist=behind.ask(user, "getPlaylist", id=playlist)["playlist"])
        for song in answer.get("searchResult3", {}).get("song", []):
            song.update(more.get(song["title"], {}))
        return Reply(200, json.dumps({"subsonic-response": {**answer, "openSubsonic": True}}).encode())

    with answering(reply) as server:
        yield server
