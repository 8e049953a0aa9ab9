"""Players that tell a service of plays, at little cost to themselves: one thread, sockets kept open, bodies joined.

Run as a process of its own: takes what is to be told as one JSON document, and says how it went as another. Every
player tells one request after the other, and again if it was not answered, as real ones do.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

ANSWER: Final = b'{"status":"ok"}'
AGAIN_S: Final = 0.02
"""Between two tries to reach a service that is away."""


class Player(msgspec.Struct):
    """One connection: ``batch`` plays a request, ``apart_s`` from each other, by the listeners of ``tokens`` in turn.

    ``pause_s`` is waited after each answer. Tells of ``plays`` for each token, or until time is up if that is None.
    """

    name: str
    tokens: list[str]
    first_s: int
    apart_s: int
    batch: int
    pause_s: float = 0.0
    plays: int | None = None


class Load(msgspec.Struct):
    """What is to be told, to whom. Track ``words[i]`` is drawn as often as its rank in ``words`` says."""

    port: int
    words: str
    players: list[Player]
    seconds: float
    seed: int = 0


class Line:
    """The connection of a player, and what it is about to say or has said."""

    def __init__(self, player: Player, port: int, metadata: list[bytes], draws: Iterator[int]) -> None:
        self.player = player
        self.port = port
        self.metadata = metadata
        self.draws = draws
        self.turns = cycle(range(len(player.tokens)))
        self.told = [0] * len(player.tokens)
        self.turn = 0
        self.request = b""
        self.answer = b""
        self.sent_at = 0.0
        self.due_at = 0.0
        self.seconds: list[float] = []
        self.again = 0
        self.socket = self.connected()

    def connected(self) -> socket.socket:
        """A new connection, as soon as there is somebody to answer."""
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            except ConnectionError:
                time.sleep(AGAIN_S)
            else:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
                return connection

    def compose(self) -> bool:
        """Put the next request into words; False if there is nothing more to tell."""
        self.turn, player = next(self.turns), self.player
        if player.plays is not None and self.told[self.turn] >= player.plays:
            return False
        at = player.first_s + self.told[self.turn] * player.apart_s
        listens = [
            b'{"listened_at":%d,"track_metadata":%b}'
            % (at + n * player.apart_s, self.metadata[next(self.draws)])
            for n in range(player.batch)
        ]
        kind = b"single" if player.batch == 1 else b"import"
        body = b'{"listen_type":"%b","payload":[%b]}' % (kind, b",".join(listens))
        token = player.tokens[self.turn].encode()
        self.request = (
            b"POST /1/submit-listens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token %b\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (token, len(body), body)
        )
        return True

    def send(self) -> None:
        """Say it."""
        self.answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.request)

    def heard(self) -> bool:
        """Take in what came; True once the request is answered for.

        Raises:
            ConnectionError: the service went away.
            SystemExit: it refused.
        """
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionResetError
        self.answer += part
        if not self.answer.endswith(ANSWER):
            if b"\r\n\r\n" in self.answer and b" 200 " not in self.answer[:20]:
                sys.exit(f"{self.player.name}: {self.answer.decode()}")
            return False
        now = time.perf_counter()
        self.seconds.append(now - self.sent_at)
        self.due_at = now + self.player.pause_s
        self.told[self.turn] += self.player.batch
        return True

    def speak_again(self) -> None:
        """Reach the service anew, and say again what was not answered for."""
        self.again += 1
        self.socket.close()
        self.socket = self.connected()
        self.send()


def tell(load: Load) -> dict[str, Any]:
    """Tell it all, and say how long each kind of player waited."""
    metadata = Path(load.words).read_bytes().splitlines()
    draws = cycle(drawn(len(metadata), 500_000, load.seed))
    lines = [Line(player, load.port, metadata, draws) for player in load.players]
    began, cpu = time.perf_counter(), time.process_time()
    _converse(lines, began + load.seconds)
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - cpu,
        "lines": [
            {"name": line.player.name, "told": line.told, "again": line.again, "seconds": line.seconds}
            for line in lines
        ],
    }


def _converse(lines: list[Line], until: float) -> None:
    selector = selectors.EpollSelector()
    waiting = list(lines)
    speaking = 0
    while waiting or speaking:
        now = time.perf_counter()
        for line in [line for line in waiting if line.due_at <= now or now >= until]:
            waiting.remove(line)
            if now < until and line.compose():
                _try(line, line.send)
                selector.register(line.socket, selectors.EVENT_READ, line)
                speaking += 1
        pause = max(0.0, min((line.due_at for line in waiting), default=now + 1) - time.perf_counter())
        for key, _ in selector.select(pause):
            line = key.data
            known = line.socket
            if _try(line, line.heard):
                selector.unregister(known)
                speaking -= 1
                waiting.append(line)
            elif line.socket is not known:
                selector.unregister(known)
                selector.register(line.socket, selectors.EVENT_READ, line)


def _try(line: Line, act: Any) -> bool:
    while True:
        try:
            return bool(act())
        except ConnectionError:
            act = line.speak_again


def drawn(n_tracks: int, n: int, seed: int) -> list[int]:
    """Tracks as they are played: the popular far more often (Zipf–Mandelbrot, (rank + 30) ** -0.9)."""
    heights = np.cumsum((np.arange(1, n_tracks + 1) + 30.0) ** -0.9)
    at = np.random.default_rng(seed).random(n) * heights[-1]
    tracks: list[int] = np.searchsorted(heights, at).tolist()
    return tracks


if __name__ == "__main__":
    print(json.dumps(tell(msgspec.json.decode(sys.stdin.buffer.read(), type=Load))))
