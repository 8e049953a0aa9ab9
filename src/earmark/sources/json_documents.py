"""Small JSON files that are one object: read whole, and mended where they were cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from earmark.errors import UnreadableInputError
from earmark.sources.batch import Skipped
from earmark.sources.files import SourceFile, decode_text, encoding_notice, read_whole
from earmark.sources.json_rows import CUT_OFF, DECODING_FAULTS, NOT_JSON, UNEXPECTED, mend

Document = TypeVar("Document")
Element = TypeVar("Element")


def read_document(
    file: SourceFile, document_type: type[Document], depth: int
) -> tuple[Document | None, list[Skipped]]:
    """The file as ``document_type``, and what had to be said about reading it.

    ``depth`` is how deep its rows lie (see `earmark.sources.json_rows.mend`). A file cut in the middle gives
    what was whole before the cut, or None where nothing was.

    Raises:
        UnreadableInputError: it is not JSON of this shape; or its compressed data is damaged.
    """
    text, legacy = decode_text(read_whole(file).strip())
    notices = [encoding_notice(file.name)] if legacy else []
    whole = text.encode("utf-8")
    try:
        return msgspec.json.decode(whole, type=document_type), notices
    except DECODING_FAULTS as error:
        fault = error
    mended = mend(whole, depth)
    if whole and (mend(whole, 0) == whole or not whole.startswith((b"{", b"["))):
        raise UnreadableInputError(
            f"{file.name} does not have the expected shape ({fault}).",
            "Hand over the file as the service gave it to you.",
        ) from fault
    try:
        document = msgspec.json.decode(mended, type=document_type)
    except DECODING_FAULTS:
        return None, [*notices, Skipped(file.name, 0, CUT_OFF, "nothing whole before the cut")]
    return document, [*notices, Skipped(file.name, 0, CUT_OFF, "what was whole before the cut is used")]


def cut_at(skipped: list[Skipped], row: int) -> None:
    """Say of a document that was cut off at which row that was."""
    for place, skip in enumerate(skipped):
        if skip.cause == CUT_OFF:
            skipped[place] = Skipped(skip.file, row, CUT_OFF, skip.detail)


def decode_elements(
    file: str,
    elements: Iterable[msgspec.Raw],
    element_type: type[Element],
    skipped: list[Skipped],
    first: int = 1,
) -> Iterator[tuple[int, Element]]:
    """Each element with its number; one that is of another shape is added to ``skipped`` instead."""
    elements = list(elements)
    try:
        together = msgspec.json.decode(
            b"[" + b",".join(map(bytes, elements)) + b"]",
            type=list[element_type],  # type: ignore[valid-type]
        )
    except DECODING_FAULTS:
        pass
    else:
        yield from enumerate(together, start=first)
        return
    decoder = msgspec.json.Decoder(element_type)
    for number, element in enumerate(elements, start=first):
        try:
            yield number, decoder.decode(element)
        except msgspec.ValidationError as error:
            skipped.append(Skipped(file, number, UNEXPECTED, str(error)[:80]))
        except DECODING_FAULTS as error:
            skipped.append(Skipped(file, number, NOT_JSON, str(error)[:80]))
