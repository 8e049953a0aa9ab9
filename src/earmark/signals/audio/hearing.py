"""From a file to all that can be told of its sound, in one pass and bounded memory.

Each decoded block feeds the loudness meter at the file's own rate, and one stream at 16 kHz feeds the frames and the
pitches. What remains when the file has ended, frames of at most 17 minutes and pitches of at most 512 windows, goes
through the nets. A file of 20 hours needs no more memory than one of 20 minutes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.music.items import Milliseconds
from earmark.music.sound import Sound
from earmark.signals.audio import figures
from earmark.signals.audio.chroma import PitchStream
from earmark.signals.audio.decoding import decode
from earmark.signals.audio.embedding import Embedder, patches_of
from earmark.signals.audio.excerpt import Excerpt, windows_of
from earmark.signals.audio.frames import LogMel
from earmark.signals.audio.key import KeyNet
from earmark.signals.audio.loudness import LoudnessMeter
from earmark.signals.audio.mood import describe
from earmark.signals.audio.resampling import Resampler
from earmark.signals.audio.speech import speechiness
from earmark.signals.audio.tempo import TempoNet
from earmark.threads import one_blas_thread

LARGEST_ARRAY: Final = 30 << 20
"""Bytes; 32 MB is the most from which glibc learns."""


class Heard(msgspec.Struct, frozen=True):
    """What was heard in one file."""

    sound: Sound
    embedding: NDArray[np.float32]
    """How it sounds, ``(n_dimensions,)``: neighbours by cosine sound alike, among those heard by the same ears."""
    by: str
    """Which models and definitions heard it; figures and vectors by others cannot be compared with these."""
    damaged: int
    """Packets of which nothing could be made."""
    cut_short: bool
    """Whether the file ends before its sound does, as far as that can be told."""


class Ears:
    """The models, opened once, through which any number of files are heard."""

    def __init__(self, models: Path | None = None) -> None:
        """Open the models.

        Args:
            models: the folder of what ``earmark models fetch`` wrote, if it did.

        Raises:
            EarmarkError: a model is missing or damaged.
        """
        self._embedder, self._tempo, self._key = Embedder(models), TempoNet(), KeyNet()
        self.by = ", ".join(
            [
                self._embedder.name,
                f"tempo {self._tempo.version[:8]}",
                f"key {self._key.version[:8]}",
                f"figures {figures.VERSION}",
            ]
        )
        # Once glibc has seen an array of this size freed, it serves smaller ones from memory that it has already,
        # in place of mapping pages anew for each block, which costs as much as a third of decoding it.
        np.empty(LARGEST_ARRAY, np.uint8)

    def hear(self, path: Path) -> Heard:
        """All that can be told of a file's sound.

        Raises:
            AudioError: it cannot be opened, or holds no sound that can be decoded.
        """
        decoded = decode(path)
        meter = LoudnessMeter(decoded.rate, decoded.speakers)
        resampler, log_mel, pitches, excerpt = Resampler(decoded.rate), LogMel(), PitchStream(), Excerpt()
        with one_blas_thread():
            for block in decoded:
                meter.feed(block)
                samples = resampler.feed(block)
                pitches.feed(samples)
                excerpt.add(log_mel.feed(samples))
            samples = resampler.finish()
            pitches.feed(samples)
            excerpt.add(log_mel.feed(samples))
            excerpt.add(log_mel.finish())
            frames = excerpt.frames()
            loudness = meter.integrated()
            beat, strength = self._tempo(frames)
            embedded = self._embedder(patches_of(frames))
            windows = windows_of(frames)
            energy = figures.energy(windows, loudness)
            described = describe(embedded, energy)
            sound = Sound(
                duration_ms=Milliseconds(round(decoded.seconds * 1000)),
                tempo=beat,
                beat_strength=strength,
                key=self._key(pitches.pitches()),
                loudness=loudness,
                dynamic_range=meter.range(),
                energy=energy,
                brightness=figures.brightness(windows),
                acousticness=described.acousticness,
                danceability=figures.danceability(beat, strength),
                instrumentalness=described.instrumentalness,
                speechiness=speechiness(windows),
                valence=described.valence,
                arousal=described.arousal,
                moods=described.moods,
                tags=described.tags,
            )
        return Heard(sound, embedded.vector, self.by, decoded.damaged, decoded.cut_short)
