"""Write checkpoints of TensorFlow's as the formats' specifications have them, with weights made up here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

MAGIC = 0xDB4775248B80FB57
Arrays = Mapping[str, NDArray[np.generic]]
TYPES = {np.dtype("f4"): 1, np.dtype("f8"): 2, np.dtype("i8"): 9}


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def entry(array: NDArray[np.generic], offset: int) -> bytes:
    """A BundleEntryProto; numbers that are zero are left out, as protocol buffers do."""
    shape = b"".join(field(2, field(1, size) if size else b"") for size in array.shape)
    crc = varint(6 << 3 | 5) + b"\1\2\3\4"
    return (
        field(1, TYPES[array.dtype])
        + field(2, shape)
        + (field(4, offset) if offset else b"")
        + field(5, array.nbytes)
        + crc
    )


def block(entries: list[tuple[bytes, bytes]], *, restart_every: int = 16) -> bytes:
    """A block of a table, its trailer (no compression, a checksum) included."""
    out, restarts, before = bytearray(), [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % restart_every == 0:
            restarts.append(len(out))
        else:
            while shared < min(len(key), len(before)) and key[shared] == before[shared]:
                shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    restarts = restarts or [0]
    out += b"".join(at.to_bytes(4, "little") for at in restarts) + len(restarts).to_bytes(4, "little")
    return bytes(out)


def bundle(arrays: Arrays, *, entries_per_block: int = 7, restart_every: int = 16) -> tuple[bytes, bytes]:
    """The index and the data of a checkpoint."""
    data, entries = bytearray(), [(b"", field(1, 1))]
    for name in sorted(arrays):
        array = np.asarray(arrays[name], order="C")
        entries.append((name.encode(), entry(array, len(data))))
        data += array.tobytes()
    index, places = bytearray(), []
    trailer = b"\0\5\6\7\x08"
    for start in range(0, len(entries), entries_per_block):
        some = entries[start : start + entries_per_block]
        written = block(some, restart_every=restart_every)
        places.append((some[-1][0], varint(len(index)) + varint(len(written))))
        index += written + trailer
    handles = bytearray()
    for written in (block([]), block(places, restart_every=1)):
        handles += varint(len(index)) + varint(len(written))
        index += written + trailer
    index += bytes(handles).ljust(40, b"\0") + MAGIC.to_bytes(8, "little")
    return bytes(index), bytes(data)


def small_musicnn(
    seed: int, filters: tuple[int, ...] = (7, 6, 3, 4, 5), middle: int = 8
) -> dict[str, NDArray[np.float32]]:
    """MusiCNN's arrays with few filters, some of them dead and some turned over by their normalisation."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, NDArray[np.float32]] = {}

    def keep(name: str, values: NDArray[np.float64]) -> None:
        arrays[name] = values.astype(np.float32)

    def norm(number: int, size: int) -> None:
        name = f"batch_normalization_{number}" if number else "batch_normalization"
        keep(f"{name}/gamma", rng.normal(0.3, 1, size))
        keep(f"{name}/beta", rng.normal(0, 0.5, size))
        keep(f"{name}/moving_mean", rng.normal(0, 0.5, size))
        keep(f"{name}/moving_variance", rng.uniform(0, 2, size))

    def convolution(number: int, shape: tuple[int, ...], dead: int = 0) -> None:
        name = f"conv2d_{number}" if number else "conv2d"
        kernel = rng.normal(0, 1 / np.sqrt(np.prod(shape[:3])), shape)
        kernel[..., :dead] *= 1e-12
        keep(f"{name}/kernel", kernel)
        keep(f"{name}/bias", rng.normal(0, 0.3, shape[3]))
        norm(number + 1, shape[3])

    norm(0, 1)
    shapes = ((7, 38), (7, 67), (128, 1), (64, 1), (32, 1))
    for number, (shape, size) in enumerate(zip(shapes, filters, strict=True)):
        convolution(number, (*shape, 1, size), dead=size // 3)
    convolution(5, (7, sum(filters), 1, middle), dead=2)
    convolution(6, (7, middle, 1, middle))
    convolution(7, (7, middle, 1, middle))
    pooled = 2 * (sum(filters) + 3 * middle)
    norm(9, pooled)
    keep("dense/kernel", rng.normal(0, 1 / np.sqrt(pooled), (pooled, 20)))
    keep("dense/bias", rng.normal(0, 0.3, 20))
    norm(10, 20)
    keep("dense_1/kernel", rng.normal(0, 0.3, (20, 50)))
    keep("dense_1/bias", rng.normal(0, 0.3, 50))
    return arrays
