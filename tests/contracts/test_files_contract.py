"""Files of the house's own music, their sounds and their lyrics, whatever database keeps them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from earmark.listening.libraries import FileMark, LibraryFile, Lyrics
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Milliseconds, Track
from earmark.music.sound import Bpm, Key, Lufs, Mode, Share, Sound, Tag, Tempo, TempoGuess
from earmark.store import files
from earmark.store.files import FileRecord, KnownFile
from earmark.store.port import SongId, Store
from earmark.store.snapshot import SOUNDS
from earmark.store.sounds import SoundRecord

NOON = UnixMs(1_700_000_000_000)
MARK = FileMark(4_000_000_000, 1_700_000_000_123_456_789, -(2**63))
FULL = Sound(
    duration_ms=Milliseconds(200_000),
    tempo=Tempo(Bpm(120.5), Share(0.75), (TempoGuess(Bpm(60.25), Share(0.25)),)),
    key=Key(9, Mode.MINOR, Share(0.5)),
    loudness=Lufs(-9.5),
    energy=Share(0.5),
    brightness=Share(0.125),
    acousticness=Share(0.25),
    danceability=Share(0.375),
    instrumentalness=Share(0.625),
    valence=Share(0.875),
    arousal=Share(0.0625),
    moods=("glad",),
    tags=(Tag("Rock \\ \"Pop\"", Share(0.5)),),
)  # fmt: skip
BARE = Sound(duration_ms=Milliseconds(1_000))


def digest(n: int) -> bytes:
    return bytes([n]) * 16


def file(path: str, title: str = "Lantern", n: int = 1, **facts: object) -> LibraryFile:
    told = {"track": Track("Velvet Harbour", title), "digest": digest(n), "mark": MARK} | facts
    return LibraryFile(path=path, **told)  # type: ignore[arg-type]


def heard(
    n: int, sound: Sound = FULL, by: str = "nets 1", embedding: tuple[float, ...] = (1, 2)
) -> SoundRecord:
    return SoundRecord(digest(n), by, sound, np.array(embedding, np.float32))


def keep(store: Store, *kept: LibraryFile, sounds: tuple[SoundRecord, ...] = ()) -> None:
    with store.writing() as writer:
        writer.keep_files(kept)
        writer.keep_sounds(sounds)


def song(store: Store, title: str = "Lantern") -> SongId:
    return store.find_song("Velvet Harbour", title)


def paths(store: Store, folder: str = "/m") -> list[str]:
    return [one.path for one in store.files.known(folder)]


@pytest.mark.parametrize("n", [3, 700])
def test_files_are_kept_as_they_were_last_read(store: Store, n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "clock", lambda: NOON)
    facts: dict[str, object] = {
        "duration_ms": 200_000, "genres": ("Rock", 'Dream "Pop"'), "mbid": "m", "isrc": "i", "cover": "ab.jpg",
    }  # fmt: skip
    keep(store, *(file(f"/m/{at:03}.mp3", f"Lantern {at:03}", **facts) for at in range(n)))
    known = store.files.known("/m")
    assert known == [KnownFile(f"/m/{at:03}.mp3", MARK, digest(1), 200_000, None, None) for at in range(n)]
    songs = [song(store, f"Lantern {at:03}") for at in range(n)]
    found = store.files.of_songs(songs)
    assert found == {
        one: [
            FileRecord(
                f"/m/{at:03}.mp3", store.tracks.versions([one])[one][0].item, one, 200_000, "ab.jpg",
                ("Rock", 'Dream "Pop"'), "m", "i", NOON,
            )
        ]
        for at, one in enumerate(songs[:3])
    } | {one: found[one] for one in songs[3:]}  # fmt: skip
    assert store.files.covers() == {"ab.jpg"}
    monkeypatch.setattr(files, "clock", lambda: NOON + 5)
    keep(
        store,
        file("/m/000.mp3", "Other", 2, mark=FileMark(1, 2, 3), duration_ms=9),
        file("/m/new.mp3", "New"),
    )
    assert store.files.known("/m")[0] == KnownFile("/m/000.mp3", FileMark(1, 2, 3), digest(2), 9, None, None)
    (retagged,), (new,) = store.files.of_songs([song(store, "Other"), song(store, "New")]).values()
    assert (retagged.path, retagged.cover, retagged.genres, retagged.added_at) == (
        "/m/000.mp3",
        None,
        (),
        NOON,
    )
    assert new.added_at == NOON + 5
    assert len(paths(store)) == n + 1


def test_a_file_that_could_not_be_read_has_a_fault_and_nothing_else(store: Store) -> None:
    keep(store, LibraryFile(path="/m/a.mp3", mark=MARK, fault="It is empty."))
    assert store.files.known("/m") == [KnownFile("/m/a.mp3", MARK, None, None, "It is empty.", None)]
    assert store.counts().tracks == 0
    keep(store, file("/m/a.mp3"))
    assert store.files.known("/m")[0].fault is None
    with store.writing() as writer:
        writer.note_faults([("/m/a.mp3", "It took too long.")])
    assert store.files.known("/m")[0].fault == "It took too long."
    with store.writing() as writer:
        writer.note_faults([("/m/a.mp3", None)])
    assert store.files.known("/m")[0].fault is None


def test_a_folder_is_neither_its_neighbour_nor_what_begins_alike(store: Store) -> None:
    within = ["/m/a", "/m/a/1.mp3", "/m/a/b/2.mp3"]
    keep(store, *(file(path) for path in [*within, "/m/a b/3.mp3", "/m/a.mp3", "/m/a0/4.mp3", "/m/A/5.mp3"]))
    assert paths(store, "/m/a") == paths(store, "/m/a/") == within
    assert len(paths(store, "/")) == 7


def test_names_that_are_no_text_come_back(store: Store) -> None:
    odd = [b"/m/\xff\xfe.mp3", b"/m/\xee\xbe\x80 \xbe.mp3", "/m/é \\ \" ' %s ?.mp3".encode()]
    named = [name.decode("utf-8", "surrogateescape") for name in odd]
    keep(store, *(file(name) for name in named))
    keep(store, *(file(name) for name in named))
    assert sorted(paths(store)) == sorted(named)
    assert sorted(store.files.holding(digest(1))) == sorted(named)
    with store.writing() as writer:
        assert writer.drop_files(named[:2]) == 2
    assert paths(store) == named[2:]


def test_a_file_that_was_moved_keeps_its_record(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "clock", lambda: NOON)
    lyrics = Lyrics("la", timed=False)
    keep(store, file("/m/a.mp3", lyrics=lyrics), file("/m/b.mp3", "Other"), sounds=(heard(1),))
    monkeypatch.setattr(files, "clock", lambda: NOON + 5)
    with store.writing() as writer:
        writer.move_files([("/m/a.mp3", "/m/b.mp3")])
    assert paths(store) == ["/m/b.mp3"]
    assert store.files.holding(digest(1)) == ["/m/b.mp3"]
    (moved,) = store.files.of_songs([song(store)])[song(store)]
    assert (moved.path, moved.added_at) == ("/m/b.mp3", NOON)
    assert store.files.lyrics([song(store)]) == {song(store): lyrics}
    assert store.files.known("/m")[0].heard_by == "nets 1"


def test_a_sound_is_kept_once_and_goes_with_its_last_file(store: Store) -> None:
    keep(store, file("/m/a.mp3"), file("/m/b.mp3"), file("/m/c.mp3", "Other", 2), sounds=(heard(1), heard(2)))
    with store.writing() as writer:
        assert (writer.drop_files(["/m/a.mp3", "/m/nothing.mp3"]), writer.drop_unheld_sounds()) == (1, 0)
    assert [one.heard_by for one in store.files.known("/m")] == ["nets 1", "nets 1"]
    with store.writing() as writer:
        assert (writer.drop_files(["/m/b.mp3"]), writer.drop_unheld_sounds()) == (1, 1)
    keep(store, file("/m/a.mp3"))
    assert [one.heard_by for one in store.files.known("/m")] == [None, "nets 1"]


def test_sounds_are_told_as_they_were_heard_last(store: Store) -> None:
    keep(
        store,
        file("/m/a.mp3"),
        file("/m/b.mp3", "Silence", 2),
        sounds=(heard(1, BARE), heard(2, BARE, embedding=())),
    )
    told = store.files.sounds([song(store), song(store, "Silence"), SongId(999)])
    assert list(told) == [song(store), song(store, "Silence")]
    assert (told[song(store)].sound, told[song(store, "Silence")].embedding.tolist()) == (BARE, [])
    keep(store, sounds=(heard(1, by="nets 2", embedding=(0.5, -0.25, 3)),))
    told = store.files.sounds([song(store)])
    record = told[song(store)]
    assert (record.digest, record.heard_by, record.sound) == (digest(1), "nets 2", FULL)
    assert (record.embedding.dtype, record.embedding.tolist()) == (np.float32, [0.5, -0.25, 3.0])


def test_every_sound_that_a_file_has_is_told_once(store: Store) -> None:
    assert list(store.files.figures()) == []
    held = (file("/m/a.mp3"), file("/m/b.mp3"), file("/m/c.mp3", "Other", 2))
    keep(store, *held, sounds=(heard(1), heard(2, BARE), heard(3)))
    assert sorted(store.files.figures(), key=lambda one: one.duration_ms) == [BARE, FULL]
    assert [store.files.heard_by(digest(n)) for n in (1, 4)] == ["nets 1", None]


def test_lyrics_belong_to_a_file_and_go_with_it(store: Store) -> None:
    timed, plain = Lyrics("[00:01.00]la", timed=True), Lyrics("la\n\\ \"la\" 'ла'", timed=False)
    keep(
        store,
        file("/m/a.mp3", lyrics=plain),
        file("/m/b.mp3", "Lantern (Live)", lyrics=timed),
        file("/m/c.mp3", "No"),
    )
    assert store.files.lyrics([song(store), song(store, "No")]) == {song(store): timed}
    keep(store, file("/m/b.mp3", "Lantern (Live)"))
    assert store.files.lyrics([song(store)]) == {song(store): plain}
    with store.writing() as writer:
        writer.drop_files(["/m/a.mp3"])
    assert store.files.lyrics([song(store)]) == {}


def test_forgetting_a_listener_leaves_what_files_hold(store: Store) -> None:
    keep(store, file("/m/a.mp3", "Ours"), file("/m/b.mp3", "Gone"))
    with store.writing() as writer:
        ada = writer.listener("Ada")
        hers = [Listen(Track("Velvet Harbour", title), NOON) for title in ("Ours", "Hers", "Gone")]
        writer.add_listens([ada] * 3, hers, Origin("phone"))
        writer.drop_files(["/m/b.mp3"])
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    assert (store.counts().tracks, store.counts().songs) == (1, 1)
    assert paths(store) == ["/m/a.mp3"]
    assert [one.path for one in store.files.of_songs([song(store, "Ours")])[song(store, "Ours")]] == [
        "/m/a.mp3"
    ]


class TestSnapshot:
    def test_it_holds_what_every_heard_song_sounds_like(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "clock", lambda: NOON)
        keep(store, file("/m/b.mp3", "Silence", 2), file("/m/a.mp3"), sounds=(heard(2, BARE), heard(1)))
        keep(store, file("/m/c.mp3", "Unheard", 3), LibraryFile(path="/m/d.mp3", mark=MARK, fault="Empty."))
        cut = store.snapshot(tmp_path / "cut")
        assert cut.songs["title"].sort().to_list() == ["Lantern", "Silence", "Unheard"]
        assert dict(cut.sounds.schema) == {**SOUNDS, "embedding": pl.Array(pl.Float32, 2)}
        nothing = (None,) * 12
        told = {
            song(store): (120.5, 0.75, 9, True, -9.5, 0.5, 0.875, 0.0625, 0.125, 0.25, 0.375, 0.625),
            song(store, "Silence"): nothing,
        }
        expected = [(one, *told[one], NOON, [1.0, 2.0]) for one in sorted(told)]
        assert [(*row[:-1], list(row[-1])) for row in cut.sounds.rows()] == expected
        assert cut.frames().sounds.equals(cut.sounds)

    def test_of_several_files_that_of_the_version_most_used_is_told_of(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for at, (title, n) in enumerate([("Lantern", 1), ("Lantern (Live)", 2), ("Lantern (Demo)", 3)]):
            monkeypatch.setattr(files, "clock", lambda at=at: NOON - at)
            keep(store, file(f"/m/{n}.mp3", title, n))
        keep(store, sounds=tuple(heard(n, embedding=(n, n)) for n in (1, 2, 3)))
        assert store.snapshot(tmp_path / "one").sounds["embedding"].to_list() == [[1, 1]]
        with store.writing() as writer:
            plays = [Listen(Track("Velvet Harbour", "Lantern (Live)"), NOON)]
            writer.add_listens([writer.listener("Ada")], plays, Origin("phone"))
        sounds = store.snapshot(tmp_path / "two").sounds
        assert sounds["embedding"].to_list() == [[2, 2]]
        assert sounds["added_at"].to_list() == [NOON - 2]

    def test_places_of_other_models_than_most_are_not_told(self, store: Store, tmp_path: Path) -> None:
        keep(store, *(file(f"/m/{n}.mp3", f"Lantern {n}", n) for n in range(3)))
        keep(store, sounds=(heard(0), heard(1, by="nets 0", embedding=(1, 2, 3)), heard(2)))
        sounds = store.snapshot(tmp_path / "cut").sounds
        assert sounds["embedding"].to_list() == [[1, 2], None, [1, 2]]
        assert sounds["tempo"].null_count() == 0

    def test_without_sounds_it_has_no_rows_and_the_same_columns(self, store: Store, tmp_path: Path) -> None:
        sounds = store.snapshot(tmp_path / "cut").sounds
        assert sounds.height == 0
        assert dict(sounds.schema) == {**SOUNDS, "embedding": pl.Array(pl.Float32, 0)}

    def test_sounds_without_a_place_are_told_too(self, store: Store, tmp_path: Path) -> None:
        keep(store, file("/m/a.mp3"), sounds=(heard(1, embedding=()),))
        sounds = store.snapshot(tmp_path / "cut").sounds
        assert (sounds["tempo"].to_list(), sounds["embedding"].to_list()) == ([120.5], [[]])

    def test_one_that_was_cut_before_sounds_were_heard_has_none(self, store: Store, tmp_path: Path) -> None:
        cut = store.snapshot(tmp_path / "cut")
        (tmp_path / "cut" / "sounds.parquet").unlink()
        assert cut.frames().sounds.height == 0
