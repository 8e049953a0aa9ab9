"""Nets, opened: by one thread, on the processor, so that the same input gives the same bits each time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from earmark.errors import EarmarkError

SHIPPED: Final = Path(__file__).parent / "models"
"""The folder of the nets that come with Earmark."""

SHIPPED_REMEDY: Final = "It comes with Earmark: install Earmark anew."

Floats = NDArray[np.float32]


class Net:
    """An ONNX file, ready to be asked. ``version`` is its SHA-256: another net says other things."""

    def __init__(self, path: Path, *, sha256: str | None = None, remedy: str = SHIPPED_REMEDY) -> None:
        """Open the file.

        Args:
            path: where it lies.
            sha256: what it must be, if that is known.
            remedy: what to do about a file that is missing or damaged.

        Raises:
            EarmarkError: it cannot be read, is no net, or another one than it must be.
        """
        from onnxruntime import InferenceSession, SessionOptions
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

        try:
            content = path.read_bytes()
        except OSError as error:
            cause = f"it cannot be read: {error.strerror or error}"
            raise EarmarkError(f"{path} cannot be opened, since {cause}.", remedy) from error
        self.version = hashlib.sha256(content).hexdigest()
        if sha256 is not None and self.version != sha256:
            raise EarmarkError(f"{path} is damaged, or was made by another version of Earmark.", remedy)
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session: Any = InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except (Fail, InvalidGraph, InvalidProtobuf) as error:
            raise EarmarkError(f"{path} cannot be opened: {error}.", remedy) from error

    def __call__(self, asked: Mapping[str, Floats], *wanted: str) -> list[Floats]:
        """The outputs of these names, for inputs by name."""
        found: list[Floats] = self._session.run(list(wanted), dict(asked))
        return found
