from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.sources.files import SourceFile, decode_text, opened, read_whole


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def contents(path: Path) -> dict[str, bytes]:
    with opened(path) as files:
        return {file.name: read_whole(file) for file in files}


def test_a_single_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"[]")
    assert contents(tmp_path / "a.json") == {"a.json": b"[]"}


def test_a_folder_is_read_in_order_and_in_depth_without_what_systems_leave_behind(tmp_path: Path) -> None:
    for name in ("b.json", "a/z.json", "a/.DS_Store", "__MACOSX/b.json", "a/Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    assert list(contents(tmp_path)) == ["a/z.json", "b.json"]


def test_a_zip_and_a_zip_within_a_folder(tmp_path: Path) -> None:
    data = zipped({"My Data/b.json": b"bb", "My Data/a.json": b"a", "__MACOSX/x": b"x"})
    (tmp_path / "export.zip").write_bytes(data)
    expected = {"export.zip/My Data/a.json": b"a", "export.zip/My Data/b.json": b"bb"}
    assert contents(tmp_path / "export.zip") == expected
    assert contents(tmp_path) == expected


def test_gzip_is_opened_wherever_it_is(tmp_path: Path) -> None:
    (tmp_path / "plays.tsv.gz").write_bytes(gzip.compress(b"hello"))
    (tmp_path / "z.zip").write_bytes(zipped({"inner.gz": gzip.compress(b"deep")}))
    assert contents(tmp_path) == {"plays.tsv.gz": b"hello", "z.zip/inner.gz": b"deep"}


def test_used_bytes_add_up_to_the_stored_size(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(range(256)) * 5_000))
    (tmp_path / "b.zip").write_bytes(zipped({"b": b"x" * 99_999}))
    with opened(tmp_path) as files:
        for file in files:
            with file.open() as source:
                while source.read(1_000):
                    pass
                assert source.used == file.size


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"])
def test_marked_encodings_become_utf8(tmp_path: Path, encoding: str) -> None:
    mark = {"utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}.get(encoding, b"")
    text = "Ærøskøbing 🎷 " * 50
    (tmp_path / "a").write_bytes(mark + text.encode(encoding))
    with opened(tmp_path) as files, files[0].open_utf8() as source:
        read = b"".join(iter(lambda: source.read(7), b""))
    assert read.decode() == text


@given(text=st.text(), size=st.integers(1, 9))
def test_utf16_survives_being_read_in_any_pieces(text: str, size: int) -> None:
    stored = text.encode("utf-16", "replace")
    with SourceFile("a", len(stored), lambda: io.BytesIO(stored)).open_utf8() as source:
        read = b"".join(iter(lambda: source.read(size), b""))
    assert read.decode() == stored.decode("utf-16").removeprefix("\ufeff")


def test_only_the_bytes_that_are_not_utf8_are_read_as_windows_1252() -> None:
    assert decode_text("Café".encode()) == ("Café", False)
    assert decode_text(b"Caf\xe9 \x93x\x94 \x81 " + "é".encode()) == ("Café “x” \x81 é", True)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match=r"nothing at .*absent"), opened(tmp_path / "absent"):
        pass


def test_an_empty_folder_and_an_empty_zip(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match=r"folder .* holds no files"), opened(tmp_path):
        pass
    (tmp_path / "e.zip").write_bytes(zipped({}))
    with pytest.raises(UnreadableInputError, match=r"zip file .* holds no files"), opened(tmp_path / "e.zip"):
        pass


@pytest.mark.parametrize("keep", [0, 1, 30, 200])
def test_a_zip_cut_off(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "my_data.zip"
    path.write_bytes(zipped({"a.json": bytes(range(256)) * 4})[:keep])
    with (
        pytest.raises(UnreadableInputError, match=r"my_data\.zip is cut off or damaged") as caught,
        opened(path),
    ):
        pass
    assert caught.value.remedy == "Download it again, and hand over the new copy."


@pytest.mark.parametrize("keep", [0, 5, 40])
def test_a_gzip_cut_off(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "plays.csv.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 4)[:keep])
    with pytest.raises(UnreadableInputError, match=r"plays\.csv\.gz is cut off"):
        contents(path)


def test_a_zip_member_whose_bytes_were_changed(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.json": b"x" * 1_000}, zipfile.ZIP_STORED))
    data[500] ^= 1
    (tmp_path / "d.zip").write_bytes(data)
    with pytest.raises(UnreadableInputError, match=r"d\.zip/a\.json is cut off or damaged \(Bad CRC"):
        contents(tmp_path / "d.zip")


def test_a_zip_member_locked_with_a_password(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.json": b"secret"}, zipfile.ZIP_STORED))
    data[6] |= 1  # the flag "encrypted", in the member's own header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    (tmp_path / "locked.zip").write_bytes(data)
    with pytest.raises(UnreadableInputError, match="locked with a password"):
        contents(tmp_path / "locked.zip")


@pytest.mark.parametrize(("field", "value"), [("method", 99), ("version", 64)])
def test_a_zip_that_is_packed_in_a_way_that_python_does_not_know(
    tmp_path: Path, field: str, value: int
) -> None:
    data = bytearray(zipped({"a.json": b"plain"}, zipfile.ZIP_STORED))
    directory = data.index(b"PK\x01\x02")
    for at in {"method": (8, directory + 10), "version": (4, directory + 6)}[field]:
        data[at] = value
    (tmp_path / "odd.zip").write_bytes(data)
    with pytest.raises(UnreadableInputError, match=r"odd\.zip.* packed in a way that Python cannot unpack"):
        contents(tmp_path / "odd.zip")


def test_a_file_too_large_to_be_held_whole() -> None:
    file = SourceFile("big.json", 10, lambda: io.BytesIO(b"x" * (2 << 20)))
    with pytest.raises(UnreadableInputError, match=r"big\.json is larger than 1 MB"):
        read_whole(file, limit=1 << 20)


@given(st.binary(max_size=200))
def test_a_damaged_container_is_never_more_than_unreadable(noise: bytes) -> None:
    for magic in (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\x00"):
        data = magic + noise
        try:
            with SourceFile("a.gz", len(data), lambda data=data: io.BytesIO(data)).open() as source:
                while source.read(64):
                    pass
        except UnreadableInputError as error:
            assert "a.gz" in error.what
