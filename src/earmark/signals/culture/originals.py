"""Texts that say something new, each known by its address: whatever comes is compared with all that came before.

Method: as `earmark.signals.culture.duplicates`, for texts that come a few at a time. Those that were there first lie in
sorted arrays, one a band; those that came since, in a dictionary, until they are enough to be sorted in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.culture.duplicates import HASHES, SKETCH_BYTES, DuplicatesConfig

SORTED_IN: Final = 8_192
"""So many texts in the dictionary, and an eighth of those in the arrays, are sorted in."""
LOOKED_AT: Final = 16
"""Of texts that agree in a band, as those of one site may in what stands on all its pages, so many are compared."""
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
"""Odd, and near 2⁶⁴ over the golden ratio (Knuth, *The Art of Computer Programming* 3, 6.4)."""


class Originals:
    """Texts that repeat no other.

    Args:
        known: address and sketch of each text that is known already; none repeats another.
        config: when two texts count as one.
    """

    def __init__(self, known: Iterable[tuple[str, bytes]], config: DuplicatesConfig | None = None) -> None:
        self._config = config or DuplicatesConfig()
        self._addresses: list[str] = []
        self._at: dict[str, int] = {}
        self._sketches: list[bytes] = []
        self._late: dict[int, list[int]] = {}
        """By the number of a part of theirs, those that are not sorted in."""
        self._n_sorted = 0
        for address, sketch in known:
            self._append(address, sketch)
        self._sort_in()

    def repeated(self, texts: Sequence[tuple[str, bytes]]) -> list[str | None]:
        """The address of the text that each nearly repeats; None for one that says something new, which is known then.

        A text whose address is known replaces the one of that address. Of several that it repeats, the first is told.

        Args:
            texts: address and sketch of each, in order.

        Raises:
            ValueError: a sketch is of another length.
        """
        if any(sketch and len(sketch) != SKETCH_BYTES for _, sketch in texts):
            raise ValueError(f"sketches: one is not {SKETCH_BYTES} bytes long.")
        keys = self._keys([sketch for _, sketch in texts])
        sorted_in = self._agreeing(keys)
        found: list[str | None] = []
        for (address, sketch), own, among_sorted in zip(texts, keys, sorted_in, strict=True):
            before = self._at.get(address)
            if before is not None and self._sketches[before] == sketch:
                found.append(None)
                continue
            if before is not None:
                self._drop(before)
            first = self._first(sketch, [*among_sorted, *self._agreeing_late(own)]) if sketch else None
            if first is None:
                self._append(address, sketch, own)
            found.append(None if first is None else self._addresses[first])
        if len(self._addresses) - self._n_sorted > max(SORTED_IN, self._n_sorted // 8):
            self._sort_in()
        return found

    def _append(self, address: str, sketch: bytes, keys: NDArray[np.uint64] | None = None) -> None:
        at = self._at[address] = len(self._addresses)
        self._addresses.append(address)
        self._sketches.append(sketch)
        if keys is not None and sketch:
            alone = [at]
            for key in keys.tolist():
                # Most parts are one text's alone: all of these share a list.
                if self._late.setdefault(key, alone) is not alone:
                    self._late[key] = [*self._late[key], at]

    def _drop(self, at: int) -> None:
        # Where it is looked up, it is like nothing any more.
        self._sketches[at] = b""
        del self._at[self._addresses[at]]

    def _sort_in(self) -> None:
        keys = self._keys(self._sketches)
        self._order = np.argsort(keys, axis=0, kind="stable")
        self._sorted = np.ascontiguousarray(np.take_along_axis(keys, self._order, axis=0).T)
        self._late.clear()
        self._n_sorted = len(self._addresses)

    def _keys(self, sketches: Sequence[bytes]) -> NDArray[np.uint64]:
        """A number for each part of each sketch, ``(n_texts, bands)``; equal ones for equal parts of one band."""
        nothing = bytes(SKETCH_BYTES)
        minima = np.frombuffer(b"".join(one or nothing for one in sketches), "<u4")
        bands = minima.reshape(len(sketches), self._config.bands, HASHES // self._config.bands)
        keys = np.zeros(bands.shape[:2], np.uint64) + np.arange(1, self._config.bands + 1, dtype=np.uint64)
        for row in range(bands.shape[2]):
            keys = (keys ^ bands[:, :, row]) * _MIX
            keys ^= keys >> np.uint64(29)
        return keys

    def _agreeing(self, keys: NDArray[np.uint64]) -> list[list[int]]:
        """For each text, those of the sorted ones that agree with it in a band."""
        found: list[list[int]] = [[] for _ in keys]
        if not self._n_sorted:
            return found
        for band, known in enumerate(self._sorted):
            begins = np.searchsorted(known, keys[:, band])
            agree = known[np.minimum(begins, len(known) - 1)] == keys[:, band]
            for text in np.flatnonzero(agree):
                begin = begins[text]
                stop = np.searchsorted(known[begin : begin + LOOKED_AT], keys[text, band], side="right")
                found[text] += self._order[begin : begin + stop, band].tolist()
        return found

    def _agreeing_late(self, keys: NDArray[np.uint64]) -> list[int]:
        late = self._late
        return [at for key in keys.tolist() if key in late for at in late[key][:LOOKED_AT]]

    def _first(self, sketch: bytes, agreeing: Sequence[int]) -> int | None:
        """The first of those that agree in a band which is like the sketch as a whole."""
        places = [at for at in sorted(set(agreeing)) if self._sketches[at]]
        if not places:
            return None
        minima = np.frombuffer(b"".join(self._sketches[at] for at in places), "<u4").reshape(-1, HASHES)
        alike = np.mean(minima == np.frombuffer(sketch, "<u4"), axis=1) >= self._config.alike
        return places[int(np.argmax(alike))] if alike.any() else None
