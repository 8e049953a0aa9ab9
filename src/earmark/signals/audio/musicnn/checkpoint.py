"""Read the arrays of a TensorFlow checkpoint ("tensor bundle", version 2) without TensorFlow.

Source: tensorflow/core/util/tensor_bundle and tensorflow/core/lib/io/table (formats), LevelDB's doc/table_format.md.
The index is a sorted table: blocks of entries whose keys share prefixes, a block that says where the blocks are, and a
footer that says where that one is. A key is an array's name; its value is a BundleEntryProto: type, shape, and where
in the data file the numbers stand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.errors import UnreadableInputError

FOOTER_BYTES: Final = 48
MAGIC: Final = bytes.fromhex("57fb808b247547db")
NOT_COMPRESSED: Final = 0
FLOAT: Final = 1
"""DT_FLOAT of TensorFlow's types.proto: float32, little-endian."""
VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5
"""How a field of a protocol buffer is written."""

Floats = NDArray[np.float32]


class _Place(NamedTuple):
    offset: int
    size: int


def read_arrays(index: bytes, data: bytes) -> Mapping[str, Floats]:
    """Every float32 array of a checkpoint in one shard, by name.

    Args:
        index: what stands in the ``.index`` file.
        data: what stands in the ``.data-00000-of-00001`` file.

    Raises:
        UnreadableInputError: these are not the two files of a checkpoint, or are cut off.
    """
    try:
        return dict(_arrays(index, data))
    except (IndexError, KeyError, ValueError) as error:
        raise UnreadableInputError(
            f"The checkpoint cannot be read: {error}.", "Fetch the package that holds it anew."
        ) from error


def _arrays(index: bytes, data: bytes) -> Iterator[tuple[str, Floats]]:
    footer = index[-FOOTER_BYTES:]
    if len(footer) < FOOTER_BYTES or not footer.endswith(MAGIC):
        raise ValueError("the index does not end as one does")
    # The first of the footer's two places is of a block of statistics, which is empty.
    _, at = _place(footer, 0)
    blocks, _ = _place(footer, at)
    for _, where in _entries(index, blocks):
        for name, entry in _entries(index, _place(where, 0)[0]):
            # The nameless entry is the header: how many shards there are, and the byte order.
            if name and (array := _array(entry, data)) is not None:
                yield name.decode(), array


def _entries(index: bytes, place: _Place) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of a block: after each prefix that a key shares with the last one comes what is new."""
    end = place.offset + place.size
    if index[end] != NOT_COMPRESSED:
        raise ValueError("the index is compressed")
    block = index[place.offset : end]
    restarts = int.from_bytes(block[-4:], "little")
    at, stop, key = 0, len(block) - 4 * (restarts + 1), b""
    while at < stop:
        shared, at = _varint(block, at)
        new, at = _varint(block, at)
        size, at = _varint(block, at)
        key = key[:shared] + block[at : at + new]
        yield key, block[at + new : at + new + size]
        at += new + size


def _array(entry: bytes, data: bytes) -> Floats | None:
    """What a BundleEntryProto describes, or None if it is not of float32."""
    about = dict(_fields(entry))
    if about[1] != FLOAT:
        return None
    shape = [
        int(dict(_fields(_bytes(one))).get(1, 0)) for number, one in _fields(_bytes(about[2])) if number == 2
    ]
    start, size = int(about.get(4, 0)), int(about[5])
    if size != 4 * math.prod(shape) or start + size > len(data):
        raise ValueError("an array does not fit into the data file")
    return np.frombuffer(data, "<f4", math.prod(shape), start).reshape(shape)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The numbered fields of a protocol buffer, in order."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, form = tag >> 3, tag & 7
        if form == VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if form == BYTES:
            size, at = _varint(message, at)
        else:
            size = {FOUR_BYTES: 4, EIGHT_BYTES: 8}[form]
        yield number, message[at : at + size]
        at += size


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a field is a number that should be a message")
    return value


def _place(block: bytes, at: int) -> tuple[_Place, int]:
    offset, at = _varint(block, at)
    size, at = _varint(block, at)
    return _Place(offset, size), at


def _varint(block: bytes, at: int) -> tuple[int, int]:
    """A whole number in seven bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while True:
        byte = block[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
