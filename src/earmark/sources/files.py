"""Opens what a person hands to an importer: a file, a folder, a zip as downloaded, or anything gzipped.

Nothing is unpacked to disk and no file is held whole. Damage of the container itself (a download that broke
off, a password) is an error; what is wrong inside a file is for its reader to report.
"""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec

from earmark.errors import UnreadableInputError
from earmark.sources.batch import Skipped

HEAD_BYTES: Final = 65_536
"""How much of a file is looked at to tell what it is."""

NOT_UTF8: Final = "not written in UTF-8; read as Windows-1252"

_AGAIN: Final = "Download it again, and hand over the new copy."
_DAMAGE: Final = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
)
_OS_LITTER: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class Input:
    """Bytes of one file, decompressed. ``used`` counts what was taken, in the units of `SourceFile.size`.

    Raises:
        UnreadableInputError: from `read`, when the compressed data breaks off or is damaged.
    """

    def __init__(self, name: str, counted: BinaryIO, data: BinaryIO) -> None:
        self._name = name
        self._counted = counted
        self._data = data

    def read(self, size: int) -> bytes:
        """The next bytes, at most ``size``; empty at the end."""
        try:
            return self._data.read(size)
        except _DAMAGE as error:
            raise UnreadableInputError(f"{self._name} is cut off or damaged ({error}).", _AGAIN) from error
        except OSError as error:
            raise UnreadableInputError(
                f"{self._name} cannot be read ({error}).", "Check the disk."
            ) from error

    @property
    def used(self) -> int:
        """How far the reading has come."""
        return self._counted.tell()


class Utf8Input:
    """An `Input` as UTF-8 without a byte order mark; UTF-16 with a mark is converted on the way."""

    def __init__(self, source: Input) -> None:
        self._source = source
        first = source.read(4)
        self.converted = first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._waiting = first if self.converted else first.removeprefix(codecs.BOM_UTF8)

    @property
    def used(self) -> int:
        """How far the reading of the underlying input has come."""
        return self._source.used

    def read(self, size: int) -> bytes:
        """The next bytes, about ``size``; empty only at the end."""
        block = self._waiting + self._source.read(size)
        self._waiting = b""
        if not self.converted:
            return block
        text = self._decoder.decode(block, final=not block)
        while block and not text:
            block = self._source.read(size)
            text = self._decoder.decode(block, final=not block)
        return text.encode("utf-8", "replace")


class SourceFile(msgspec.Struct, frozen=True):
    """One readable file. ``size`` is in bytes as stored on disk (unzipped for a zip's members)."""

    name: str
    size: int
    open_binary: Callable[[], BinaryIO]

    @contextmanager
    def open(self) -> Iterator[Input]:
        """Its bytes, gunzipped where they are gzipped.

        Raises:
            UnreadableInputError: it cannot be opened.
        """
        with self._stored() as stored:
            magic = Input(self.name, stored, stored).read(2)
            if not magic and self.name.lower().endswith(".gz"):
                raise UnreadableInputError(f"{self.name} is cut off: it is empty.", _AGAIN)
            stored.seek(0)
            if magic == b"\x1f\x8b":
                with gzip.GzipFile(fileobj=stored) as unzipped:
                    yield Input(self.name, stored, cast(BinaryIO, unzipped))
            else:
                yield Input(self.name, stored, stored)

    def _stored(self) -> BinaryIO:
        try:
            return self.open_binary()
        except NotImplementedError as error:  # a RuntimeError, too, so it is asked for first
            raise _strangely_packed(self.name, error) from error
        except RuntimeError as error:  # zipfile's way to say that a member is encrypted
            raise UnreadableInputError(
                f"{self.name} is locked with a password.", "Unpack it yourself, and hand over the folder."
            ) from error
        except _DAMAGE as error:
            raise UnreadableInputError(f"{self.name} is cut off or damaged ({error}).", _AGAIN) from error
        except OSError as error:
            raise UnreadableInputError(
                f"{self.name} cannot be opened ({error}).", "Check its permissions."
            ) from error

    @contextmanager
    def open_utf8(self) -> Iterator[Utf8Input]:
        """Its text as UTF-8 bytes."""
        with self.open() as source:
            yield Utf8Input(source)

    def head(self) -> bytes:
        """The beginning of its text, as UTF-8 bytes."""
        with self.open_utf8() as source:
            return source.read(HEAD_BYTES)


@contextmanager
def opened(path: Path) -> Iterator[list[SourceFile]]:
    """The files at ``path``, in order of name: itself, all that a folder holds, or a zip's members.

    Raises:
        UnreadableInputError: nothing is there, it is empty, or it is a zip that cannot be opened.
    """
    if not path.exists():
        raise UnreadableInputError(f"There is nothing at {path}.", "Check the spelling of the path.")
    archives: list[zipfile.ZipFile] = []
    try:
        files = list(_folder(path, archives)) if path.is_dir() else list(_file(path, path.name, archives))
        if not files:
            kind = "folder" if path.is_dir() else "zip file"
            raise UnreadableInputError(
                f"The {kind} {path} holds no files.",
                "Hand over the folder or zip as the service gave it to you.",
            )
        yield files
    finally:
        for archive in archives:
            archive.close()


def _folder(path: Path, archives: list[zipfile.ZipFile]) -> Iterator[SourceFile]:
    for inner in sorted(path.rglob("*")):
        name = inner.relative_to(path).as_posix()
        if inner.is_file() and not _is_litter(name):
            yield from _file(inner, name, archives)


def _file(path: Path, name: str, archives: list[zipfile.ZipFile]) -> Iterator[SourceFile]:
    if not path.is_file():
        raise UnreadableInputError(
            f"{path} is neither a file nor a folder.", "Hand over a file, a folder or a zip."
        )
    try:
        with path.open("rb") as stream:
            magic = stream.read(4)
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableInputError(f"{path} cannot be opened ({error}).", "Check its permissions.") from error
    if magic in {b"PK\x03\x04", b"PK\x05\x06"} or path.suffix.lower() == ".zip":
        yield from _members(path, name, archives)
    else:
        yield SourceFile(name, size, lambda: path.open("rb"))


def _members(path: Path, name: str, archives: list[zipfile.ZipFile]) -> Iterator[SourceFile]:
    try:
        archive = zipfile.ZipFile(path)
    except NotImplementedError as error:
        raise _strangely_packed(name, error) from error
    except (*_DAMAGE, OSError, ValueError) as error:
        raise UnreadableInputError(f"The zip file {name} is cut off or damaged ({error}).", _AGAIN) from error
    archives.append(archive)
    for info in sorted(archive.infolist(), key=lambda member: member.filename):
        if not info.is_dir() and not _is_litter(info.filename):
            yield SourceFile(f"{name}/{info.filename}", info.file_size, _opener(archive, info))


def _strangely_packed(name: str, error: NotImplementedError) -> UnreadableInputError:
    return UnreadableInputError(
        f"{name} is packed in a way that Python cannot unpack ({error}).",
        "Unpack it yourself, and hand over the folder.",
    )


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(info))


def _is_litter(name: str) -> bool:
    return name.startswith(_OS_LITTER) or name.endswith(_OS_LITTER) or "/__MACOSX/" in name


def _one_byte_as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    try:
        return byte.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:  # the five bytes that Windows-1252 leaves free
        return byte.decode("latin-1"), error.start + 1


codecs.register_error("earmark.windows-1252", _one_byte_as_windows_1252)


def decode_text(data: bytes) -> tuple[str, bool]:
    """Text, and whether some of it was not UTF-8 (those bytes, and only those, are read as Windows-1252)."""
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("utf-8", "earmark.windows-1252"), True


def encoding_notice(file: str) -> Skipped:
    """The notice, for row 0, that a file was not UTF-8."""
    return Skipped(file, 0, NOT_UTF8)


def read_whole(file: SourceFile, limit: int = 256 << 20) -> bytes:
    """All of a small file, as UTF-8 bytes.

    Raises:
        UnreadableInputError: it is larger than ``limit`` bytes.
    """
    whole = io.BytesIO()
    with file.open_utf8() as source:
        while block := source.read(1 << 20):
            whole.write(block)
            if whole.tell() > limit:
                raise UnreadableInputError(
                    f"{file.name} is larger than {limit >> 20} MB, too large for a file of its kind.",
                    "Split it into several files.",
                )
    return whole.getvalue()
