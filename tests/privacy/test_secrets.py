"""Secrets at rest: only the key opens them, and only its owner may read the key."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.privacy.keys import SecretsError
from earmark.privacy.secrets import Secrets


@given(secret=st.binary())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_what_is_sealed_opens_again(tmp_path: Path, secret: bytes) -> None:
    sealed = Secrets(tmp_path / "secret.key").seal(secret)
    assert Secrets(tmp_path / "secret.key").open(sealed) == secret


def test_nothing_sealed_shows_the_secret_or_looks_like_another_of_the_same(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secret.key")
    one, other = secrets.seal(b"open sesame"), secrets.seal(b"open sesame")
    assert one != other
    assert b"sesame" not in one + (tmp_path / "secret.key").read_bytes()


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    Secrets(tmp_path / "secret.key").seal(b"x")
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_of_many_who_make_the_key_at_once_one_wins(tmp_path: Path) -> None:
    makers = [Secrets(tmp_path / "secret.key") for _ in range(16)]
    with ThreadPoolExecutor(len(makers)) as pool:
        sealed = list(pool.map(lambda maker: maker.seal(b"x"), makers))
    assert {Secrets(tmp_path / "secret.key").open(one) for one in sealed} == {b"x"}
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        (None, "is missing"),
        (b"", "does not hold a key"),
        (b"no key", "does not hold a key"),
        ("other", "is not the key"),
    ],
)
def test_without_its_key_a_secret_stays_shut_and_it_says_what_to_do(
    tmp_path: Path, key: bytes | str | None, complaint: str
) -> None:
    sealed = Secrets(tmp_path / "secret.key").seal(b"x")
    (tmp_path / "secret.key").unlink()
    if key == "other":
        Secrets(tmp_path / "secret.key").seal(b"y")
    elif isinstance(key, bytes):
        (tmp_path / "secret.key").write_bytes(key)
    with pytest.raises(SecretsError, match=complaint) as raised:
        Secrets(tmp_path / "secret.key").open(sealed)
    assert "earmark connect subsonic" in raised.value.remedy


def test_what_was_changed_does_not_open(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secret.key")
    sealed = bytearray(secrets.seal(b"x"))
    sealed[30] ^= 1
    with pytest.raises(SecretsError, match="is not the key"):
        secrets.open(bytes(sealed))
