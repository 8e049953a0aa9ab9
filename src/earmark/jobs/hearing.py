"""What a process of its own does with one file: read what it says of itself, tell its sound's identity, hear it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.errors import EarmarkError
from earmark.listening.libraries import FileMark, LibraryFile
from earmark.music.sound import Sound
from earmark.sources.folder.covers import Covers
from earmark.sources.folder.reading import Described, describe, with_sound
from earmark.sources.folder.walking import Beside


class AskWhoHears(msgspec.Struct, frozen=True):
    """Say which models hear here."""


class Look(msgspec.Struct, frozen=True):
    """Read what a file says of itself, and tell its sound by a digest."""

    path: str
    root: str
    """The library in which it lies."""
    mark: FileMark
    beside: Beside


class Hear(msgspec.Struct, frozen=True):
    """Hear what a file sounds like."""

    path: str
    digest: bytes


class Sounding(msgspec.Struct, frozen=True):
    """What a file sounds like; None, and why, if it could not be heard."""

    sound: Sound | None = None
    embedding: NDArray[np.float32] | None = None
    fault: str | None = None
    trouble: str | None = None
    """What was the matter though it was heard."""


class Unreadable(msgspec.Struct, frozen=True):
    """Nothing is known of a file, as it could not be read; the next time it may."""

    cause: str


Ask = AskWhoHears | Look | Hear
Told = str | Described | Sounding | Unreadable


class Heard(Protocol):
    """What ears hear in one file; see `earmark.signals.audio.hearing.Heard`."""

    @property
    def sound(self) -> Sound:
        """Its figures."""

    @property
    def embedding(self) -> NDArray[np.float32]:
        """Its place among sounds, ``(n_dimensions,)``."""

    @property
    def damaged(self) -> int:
        """Packets of which nothing could be made."""

    @property
    def cut_short(self) -> bool:
        """Whether it ends before its sound does."""


class Ears(Protocol):
    """Whoever hears; see `earmark.signals.audio.hearing.Ears`."""

    @property
    def by(self) -> str:
        """Which models."""

    def hear(self, path: Path) -> Heard:
        """What a file sounds like.

        Raises:
            EarmarkError: it cannot be decoded.
        """


OpenEars = Callable[[Path], Ears]
"""Opens the models, given the folder of those that were fetched; of a module, so that other processes can call it."""


def open_ears(models: Path) -> Ears:
    """The models that come with Earmark, and those in the folder.

    Raises:
        EarmarkError: one is missing or damaged.
    """
    from earmark.signals.audio.hearing import Ears as TrainedEars

    return TrainedEars(models)


def begin(open_: OpenEars, models: Path, covers: Path) -> Callable[[Ask], Told]:
    """What a process does, once its models are open.

    Raises:
        EarmarkError: a model is missing or damaged.
    """
    ears, kept = open_(models), Covers(covers)

    def do(ask: Ask) -> Told:
        match ask:
            case AskWhoHears():
                return ears.by
            case Look():
                return _looked_at(ask, kept)
            case Hear():
                return _heard(ask, ears)

    return do


def _looked_at(ask: Look, covers: Covers) -> Described | Unreadable:
    from earmark.signals.audio.payload import payload

    path = Path(ask.path)
    try:
        described = describe(ask.path, ask.root, ask.mark, ask.beside, covers)
        if described.file.fault is not None:
            return described
        carried = payload(path)
    except OSError as error:
        return _unreadable(error)
    except EarmarkError as error:
        if isinstance(error.__cause__, OSError):
            return Unreadable(_cause(error, path))
        fault = LibraryFile(path=ask.path, mark=ask.mark, fault=_cause(error, path))
        return Described(fault, by_path=False, troubles=())
    file = with_sound(described.file, carried.digest, carried.duration_ms)
    return msgspec.structs.replace(described, file=file)


def _heard(ask: Hear, ears: Ears) -> Sounding | Unreadable:
    path = Path(ask.path)
    try:
        heard = ears.hear(path)
    except OSError as error:
        return _unreadable(error)
    except EarmarkError as error:
        if isinstance(error.__cause__, OSError):
            return Unreadable(_cause(error, path))
        return Sounding(fault=_cause(error, path))
    trouble = None
    if heard.cut_short:
        trouble = "ends before its sound does; it was heard as far as it goes"
    elif heard.damaged:
        trouble = "is damaged in places; the rest was heard"
    return Sounding(heard.sound, heard.embedding, None, trouble)


def _unreadable(error: OSError) -> Unreadable:
    return Unreadable(f"cannot be read: {error.strerror or error}")


def _cause(error: EarmarkError, path: Path) -> str:
    """What is wrong with the file, without its name, which stands before it anyway."""
    # What is kept of it may be kept where bytes that are no text cannot.
    what = error.what.removeprefix(f"{path} ").rstrip(".")
    return what.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
