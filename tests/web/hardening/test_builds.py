"""A build that goes live and cannot be read: nobody is answered 500, and the next good one is taken up."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest
from tests.homes import opened
from tests.web.servers import serving

from earmark.engines.builds import LIVE, MANIFEST
from earmark.jobs.people import add_account, new_token
from earmark.store.people import Role


def damage_files(build: Path) -> None:
    for path in build.rglob("*"):
        if path.is_file() and path.name != MANIFEST:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_manifest(build: Path) -> None:
    (build / MANIFEST).write_bytes(b"{")


def take_away(build: Path) -> None:
    shutil.rmtree(build)


def point_nowhere(build: Path) -> None:
    (build.parent / LIVE).write_bytes(b"\xff\x00../..\n")


@pytest.mark.parametrize("damage", [damage_files, damage_manifest, take_away, point_nowhere])
def test_a_damaged_build_is_no_fault_and_a_good_one_is_taken_up_again(damage: object, own_home: Path) -> None:
    assert callable(damage)
    with opened(own_home) as house:
        name = house.store.listeners()[7].name
        add_account(house.store.people, name, Role.LISTENER, None)
        token = new_token(house.store.people, name, "player")
        good = house.builds.live()
        assert good
        other = house.builds.path("damaged0")
        shutil.copytree(house.builds.path(good), other)
        manifest = other / MANIFEST
        manifest.write_text(manifest.read_text().replace(good, "damaged0"))
        with (
            serving(house) as url,
            httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client,
        ):
            path = "/api/v1/listeners/me/recommendations"
            assert client.get(path).json()["build"] == good
            house.builds.go_live("damaged0")
            damage(other)
            answer = client.get(path)
            # Those of the build before, or the advice to learn another.
            assert answer.status_code in (200, 409)
            if answer.status_code == 409:
                assert answer.headers["content-type"] == "application/problem+json"
            assert client.get(f"/1/cf/recommendation/user/{name}/recording").status_code in (200, 204, 404)
            assert client.get("/health/live").status_code == 200
            house.builds.go_live(good)
            assert client.get(path).json()["build"] == good
