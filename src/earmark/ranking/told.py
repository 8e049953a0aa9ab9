"""Answers in JSON, brought together from what is said of each song, whoever it is said to."""

from __future__ import annotations

from collections.abc import Sequence

from earmark.kernels.texts import Texts


class Told:
    """What is said of the song of each column, up to its place in a list, which comes last."""

    def __init__(self, said: Sequence[bytes]) -> None:
        """Keep it: a JSON object for each column, without the place and the brace behind it."""
        self._texts = Texts(said)

    def lists(self, columns: Sequence[Sequence[int]], places: Sequence[Sequence[int]]) -> list[bytes]:
        """For each row of columns what is said of their songs at these places, with commas between them."""
        return self._texts.joined(columns, places)
