"""What a scan found, in figures, and what it left out."""

from __future__ import annotations

import msgspec
import numpy as np

from earmark.music.sound import TONICS, Mode, Sound


class LeftOut(msgspec.Struct, frozen=True):
    """A file, a folder or a picture of which something could not be taken in, and why."""

    path: str
    cause: str


def left_out(path: str, cause: str) -> LeftOut:
    """What was left out, in characters that can be written anywhere."""
    return LeftOut(readable(path), readable(cause))


def readable(text: str) -> str:
    """With escapes for bytes that are no text, and for characters that a terminal would obey."""
    told = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in told)


class Spread(msgspec.Struct, frozen=True):
    """How a figure is spread over the sounds: a tenth of them lies below the first, half below the second, …"""

    low: float
    middle: float
    high: float
    n: int
    """Of how many it is known."""


class SoundsFound(msgspec.Struct, frozen=True):
    """What the sounds of the whole library are like."""

    n: int
    hours: float
    tempo: Spread | None
    """In beats per minute."""
    loudness: Spread | None
    """In LUFS."""
    energy: Spread | None
    keys: tuple[tuple[str, int], ...]
    """The keys, and how many sounds are in each; the most common first."""
    minor: float | None
    """The share of those in minor, among those whose key is known."""


class ScanReport(msgspec.Struct, frozen=True):
    """What a scan found."""

    files: int
    """Files of music that lie in the folders."""
    new: int
    changed: int
    """With another sound than before, or readable now."""
    retagged: int
    """With the same sound, but other tags, cover or lyrics."""
    moved: int
    gone: int
    unchanged: int
    heard: int
    """Sounds that were heard now."""
    lyrics: int
    """Songs whose words were read now."""
    by_path: int
    """Of those read now, how many are named by their path, as their tags do not."""
    left_out_before: int
    """Files that were left out by an earlier scan, and for the same reasons now; they were not tried again."""
    left_out: tuple[LeftOut, ...]
    sounds: SoundsFound | None
    """None if nothing was heard yet."""
    build_asked_for: bool
    """Whether something changed that a build is to be made from, and one was asked for."""
    seconds: float

    @property
    def changed_anything(self) -> bool:
        """Whether the record is another than before."""
        return any((self.new, self.changed, self.retagged, self.moved, self.gone, self.heard, self.lyrics))


class Sounds:
    """Gathers what sounds are like, one by one."""

    def __init__(self) -> None:
        self._n, self._ms = 0, 0
        self._tempo: list[float] = []
        self._loudness: list[float] = []
        self._energy: list[float] = []
        self._keys = np.zeros((2, 12), np.int64)

    def add(self, sound: Sound) -> None:
        """One more."""
        self._n += 1
        self._ms += sound.duration_ms
        if sound.tempo is not None:
            self._tempo.append(sound.tempo.bpm)
        if sound.loudness is not None:
            self._loudness.append(sound.loudness)
        if sound.energy is not None:
            self._energy.append(sound.energy)
        if sound.key is not None:
            self._keys[int(sound.key.mode is Mode.MINOR), sound.key.tonic] += 1

    def found(self) -> SoundsFound | None:
        """All together; None if there were none."""
        if not self._n:
            return None
        named = [
            (f"{TONICS[tonic]} {mode}", int(self._keys[row, tonic]))
            for row, mode in enumerate((Mode.MAJOR, Mode.MINOR)) for tonic in range(12)
        ]  # fmt: skip
        known = int(self._keys.sum())
        return SoundsFound(
            n=self._n,
            hours=self._ms / 3_600_000,
            tempo=_spread(self._tempo),
            loudness=_spread(self._loudness),
            energy=_spread(self._energy),
            keys=tuple(sorted((one for one in named if one[1]), key=lambda one: -one[1])),
            minor=int(self._keys[1].sum()) / known if known else None,
        )


def _spread(figures: list[float]) -> Spread | None:
    if not figures:
        return None
    low, middle, high = np.quantile(figures, (0.1, 0.5, 0.9)).tolist()
    return Spread(low, middle, high, len(figures))
