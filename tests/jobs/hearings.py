"""Ears for tests of scans: they hear by what a file is called. Other processes import them."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.errors import EarmarkError
from earmark.jobs.hearing import Ears
from earmark.music.items import Milliseconds
from earmark.music.sound import Bpm, Key, Lufs, Mode, Share, Sound, Tempo


class ToyHeard(NamedTuple):
    sound: Sound
    embedding: NDArray[np.float32]
    damaged: int = 0
    cut_short: bool = False


class ToyEars:
    """Hear the size of a file as its tempo; say so in a log beside the models."""

    def __init__(self, models: Path) -> None:
        told = models / "by"
        self.by = told.read_text() if told.exists() else "toys 1"
        self._log = models / "heard"

    def hear(self, path: Path) -> ToyHeard:
        if self._log.exists():
            with self._log.open("a") as log:
                log.write(f"{path.name}\n")
        match path.stem.split()[0]:
            case "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "hang":
                threading.Event().wait()
            case "noise":
                raise EarmarkError(f"{path} is damaged: none of its sound can be decoded.", "Fetch it anew.")
            case "vanish":
                path.unlink()
                path.stat()
        sound = Sound(
            duration_ms=Milliseconds(200_000),
            tempo=Tempo(Bpm(float(path.stat().st_size)), Share(0.5)),
            key=Key(9, Mode.MINOR, Share(0.5)),
            loudness=Lufs(-10.0),
            energy=Share(0.5),
        )
        return ToyHeard(sound, np.ones(4, np.float32), cut_short="cut" in path.stem)


def toys(models: Path) -> Ears:
    """Opens toy ears."""
    return ToyEars(models)


def unprivileged(models: Path) -> Ears:
    """The same, of somebody whom the system does not let read what is closed, as it would let root."""
    ears = ToyEars(models)
    if os.geteuid() == 0:
        os.seteuid(65_534)
    return ears


def broken(models: Path) -> Ears:
    """Has no ears to open."""
    raise EarmarkError(f"{models} holds no model.", "Fetch one.")
