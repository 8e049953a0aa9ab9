"""Play a song by FluidSynth, and hear it as one channel of 16 kHz.

FluidSynth renders without a sound card, as fast as it can, some 60 times faster than the music on one core. Reverb,
chorus and gain are drawn by the song's seed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

RATE: Final = 16_000
RENDERED: Final = 44_100
"""The rate that soundfonts are made for. Half of it costs half, and loses only what lies above 8 kHz."""
FOLDER: Final = Path("/usr/share/sounds/sf2")
SOUNDFONTS: Final = {
    "FluidR3": "FluidR3_GM.sf2",
    "MuseScore": "MuseScore_General_Full.sf2",
    "OPL3": "OPL-3_FM_128M.sf2",
    "TimGM6mb": "TimGM6mb.sf2",
}
HELD_OUT: Final = "TimGM6mb"
"""Never trained on."""
Samples = np.ndarray[Any, np.dtype[np.float32]]


def render(midi: bytes, soundfont: str, seed: int, rate: int = RENDERED) -> Samples:
    """The sound of a MIDI file at 16 kHz, one channel, its peak at 0.9 of full scale or less; ``(n,)`` float32.

    Args:
        midi: a standard MIDI file.
        soundfont: a name in `SOUNDFONTS`.
        seed: of reverb, chorus and gain.
        rate: at which FluidSynth renders, in Hz.

    Raises:
        SystemExit: FluidSynth or the soundfont is not installed, or FluidSynth failed.
    """
    stereo = render_stereo(midi, soundfont, seed, rate)
    mono = soxr.resample(stereo.mean(axis=1), rate, RATE)
    return np.asarray(mono / max(float(np.abs(mono).max()) / 0.9, 1e-3), np.float32)


def render_stereo(midi: bytes, soundfont: str, seed: int, rate: int = RENDERED) -> Samples:
    """The sound as FluidSynth gives it, ``(n, 2)`` float32.

    Raises:
        SystemExit: as `render`.
    """
    draw = np.random.default_rng([seed, 0x5F2])
    synth, font = shutil.which("fluidsynth"), FOLDER / SOUNDFONTS[soundfont]
    if synth is None or not font.is_file():
        sys.exit(
            f"{'fluidsynth' if synth is None else font} is missing.\nInstall what is named in training/README.md:"
            " fluidsynth, fluid-soundfont-gm, timgm6mb-soundfont, opl3-soundfont, and MuseScore_General_Full.sf2."
        )
    settings = {
        "synth.reverb.active": int(draw.random() < 0.8),
        "synth.reverb.room-size": round(float(draw.uniform(0.1, 0.9)), 2),
        "synth.reverb.level": round(float(draw.uniform(0.1, 0.9)), 2),
        "synth.chorus.active": int(draw.random() < 0.5),
        "synth.dynamic-sample-loading": 1,
        "synth.polyphony": 128,
        "audio.file.format": "float",
        "audio.file.type": "raw",
    }
    with tempfile.TemporaryDirectory() as folder:
        score, sound = Path(folder) / "song.mid", Path(folder) / "song.raw"
        score.write_bytes(midi)
        options = [f"-o{name}={value}" for name, value in settings.items()]
        command = [synth, "-niq", f"-F{sound}", f"-r{rate}", "-g0.5", *options, str(font), str(score)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not sound.is_file():
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
        samples = np.fromfile(sound, np.float32)
    return samples.reshape(-1, 2)
