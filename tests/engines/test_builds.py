from __future__ import annotations

import msgspec
import pytest

from earmark.engines.builds import LIVE, MANIFEST, Builds, Manifest, OrderFacts, name_of
from earmark.errors import NotLearnedError
from earmark.evaluation.intervals import Interval

MADE = Manifest(
    id="",
    snapshot="ab" * 32,
    start="0123456789ab",
    seed=1,
    settings={"factors": {"factors": 64, "alpha": 1.5}, "seed": 1},
    versions={"numpy": "2.1.0"},
    counts={"songs": 5},
    held_out={"discovery": {"recall@30": Interval(0.25, 0.125, 0.375)}},
    held_out_rows={"discovery": 14},
    orders={"discovery": OrderFacts({"factors": 0.2}, 40, 3, {"fit": 1.0})},
    notes=("Fewer factors.",),
)


def made(**changes):
    manifest = msgspec.structs.replace(MADE, **changes)
    return msgspec.structs.replace(manifest, id=name_of(manifest))


@pytest.fixture
def builds(tmp_path):
    return Builds(tmp_path / "builds")


def writer(text="model"):
    def write(folder):
        (folder / "factors").mkdir()
        (folder / "factors" / "model.npy").write_text(text)

    return write


def visible(builds):
    return sorted(path.name for path in builds.folder.iterdir())


# --- names ---


def test_a_name_is_the_same_for_the_same_things_in_any_order():
    turned = made(settings={"seed": 1, "factors": {"alpha": 1.5, "factors": 64}}, id="something else already")
    assert turned.id == made().id
    assert len(made().id) == 12
    assert made().id.isalnum()


@pytest.mark.parametrize(
    "change",
    [
        {"snapshot": "cd" * 32},
        {"seed": 2},
        {"settings": {"factors": {"factors": 65, "alpha": 1.5}, "seed": 1}},
        {"versions": {"numpy": "2.1.1"}},
        {"counts": {"songs": 6}},
        {"start": None},
        {"held_out": {"discovery": {"recall@30": Interval(0.25, 0.125, 0.5)}}},
        {"held_out": {"continuation": {"recall@30": Interval(0.25, 0.125, 0.375)}}},
        {"held_out_rows": {"discovery": 15}},
        {"orders": {"discovery": OrderFacts({"factors": 0.25}, 40, 3, {"fit": 1.0})}},
        {"orders": {"discovery": OrderFacts({"factors": 0.2}, 40, 0, {})}},
        {"notes": ()},
    ],
)
def test_a_name_changes_with_every_field(change):
    assert made(**change).id != made().id


def test_every_field_has_its_change():
    changed = {
        "snapshot",
        "seed",
        "settings",
        "versions",
        "counts",
        "start",
        "held_out",
        "held_out_rows",
        "orders",
        "notes",
    }
    assert changed | {"id"} == set(Manifest.__struct_fields__)


# --- adding ---


def test_what_is_added_can_be_read_back(builds):
    manifest = made()
    folder = builds.add(manifest, writer())
    assert folder == builds.path(manifest.id)
    assert (folder / "factors" / "model.npy").read_text() == "model"
    assert builds.manifest(manifest.id) == manifest
    assert builds.all() == [manifest.id]
    assert builds.live() is None
    assert visible(builds) == [manifest.id]


def test_a_write_that_fails_leaves_nothing(builds):
    def write(folder):
        writer()(folder)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        builds.add(made(), write)
    assert visible(builds) == []
    builds.add(made(), writer())
    assert builds.all() == [made().id]


def test_nothing_is_visible_while_a_build_is_written(builds):
    seen = []

    def write(folder):
        writer()(folder)
        seen.append((builds.all(), builds.live(), (builds.path(made().id)).exists()))

    builds.add(made(), write)
    assert seen == [([], None, False)]


def test_the_same_build_again_stays_as_it_is(builds):
    folder = builds.add(made(), writer())
    before = (folder / MANIFEST).stat()
    builds.add(made(), writer())
    after = (folder / MANIFEST).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert visible(builds) == [made().id]


@pytest.mark.parametrize("file", [MANIFEST, "factors/model.npy"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_learning_again_mends_a_damaged_build(builds, file, damage):
    folder = builds.add(made(), writer())
    builds.go_live(made().id)
    path = folder / file
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-3])
    else:
        path.unlink()
    assert (builds.live() is None) == (file == MANIFEST)
    builds.add(made(), writer())
    assert builds.live() == made().id
    assert (folder / "factors" / "model.npy").read_text() == "model"
    assert visible(builds) == [made().id, LIVE]


# --- going live ---


def test_going_live_swaps(builds):
    first, second = made(), made(seed=2)
    builds.add(first, writer("first"))
    builds.add(second, writer("second"))
    assert builds.all() == sorted([first.id, second.id])
    builds.go_live(first.id)
    assert builds.live() == first.id
    builds.go_live(second.id)
    assert builds.live() == second.id
    assert visible(builds) == sorted([first.id, second.id, LIVE])


def test_nothing_is_live_in_an_empty_or_missing_folder(builds):
    assert builds.live() is None
    assert builds.all() == []
    builds.sweep()


@pytest.mark.parametrize("pointer", [b"", b"\n", b"0123456789ab\n", b"\xff\xfe\x00", b"../builds"])
def test_a_pointer_to_nothing_is_not_live(builds, pointer):
    builds.add(made(), writer())
    (builds.folder / LIVE).write_bytes(pointer)
    assert builds.live() is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": 3}', b"\xff"])
def test_a_damaged_manifest_is_neither_live_nor_listed(builds, content):
    manifest = made()
    builds.add(manifest, writer())
    builds.go_live(manifest.id)
    (builds.path(manifest.id) / MANIFEST).write_bytes(content)
    assert builds.live() is None
    assert builds.all() == []
    with pytest.raises(NotLearnedError, match=manifest.id) as caught:
        builds.manifest(manifest.id)
    assert "earmark learn" in caught.value.remedy


# --- removing ---


def test_removing_the_live_build_leaves_nothing_live(builds):
    builds.add(made(), writer())
    builds.add(made(seed=2), writer())
    builds.go_live(made().id)
    builds.remove(made(seed=2).id)
    assert builds.live() == made().id
    builds.remove(made().id)
    assert builds.live() is None
    assert visible(builds) == []
    builds.remove(made().id)


def test_sweeping_takes_what_killed_runs_left(builds):
    manifest = made()
    builds.add(manifest, writer())
    builds.go_live(manifest.id)
    half = builds.folder / ".0123456789ab.partial"
    half.mkdir()
    (half / "model.npy").write_text("half")
    (builds.folder / ".live.partial").write_text("0123")
    assert builds.all() == [manifest.id]
    builds.sweep()
    assert visible(builds) == [manifest.id, LIVE]
    assert builds.live() == manifest.id
