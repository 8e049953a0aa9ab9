"""Bodies are unpacked by so much at a time as is still wanted."""

from __future__ import annotations

import tracemalloc
import zlib

import httpx
import pytest

from earmark.sources.reading.bodies import body_of
from earmark.sources.reading.faults import FetchError


def test_a_bomb_is_never_held_unpacked() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(32)) + packer.flush()
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(bomb))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="more than 1 MB"):
            body_of(response, "https://a.example/", 1 << 20, False, lambda: False)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
