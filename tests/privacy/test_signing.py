"""The key that the service signs with."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from earmark.privacy.keys import SecretsError
from earmark.privacy.signing import SigningKey


def test_each_purpose_has_a_key_of_its_own_the_same_for_all_processes(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: SigningKey(path).derived("sessions"), range(16)))
    (key,) = keys
    assert len(key) == 32
    assert SigningKey(path).derived("forms") != key
    assert key not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["signing.key"]


@pytest.mark.parametrize("content", [b"", b"\n", b"short"])
def test_nothing_is_signed_with_what_is_no_key(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "signing.key").write_bytes(content)
    with pytest.raises(SecretsError, match="does not hold a key"):
        SigningKey(tmp_path / "signing.key").derived("sessions")


def test_a_key_that_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "signing.key").mkdir()
    with pytest.raises(SecretsError, match="cannot be read"):
        SigningKey(tmp_path / "signing.key").derived("sessions")
