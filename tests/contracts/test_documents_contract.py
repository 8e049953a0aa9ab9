"""Texts about music and what they say of whom, whatever database keeps them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.documents import Document, Mention, Reading
from earmark.music.items import Track
from earmark.store import document_ledger
from earmark.store.catalogue_names import CatalogueName
from earmark.store.culture_frames import MENTIONS
from earmark.store.documents import DocumentCounts, DocumentsKept, ReadDocument
from earmark.store.port import Store

NOON = UnixMs(1_700_000_000_000)
THEN = UnixMs(1_600_000_000_000)
HARBOUR, TIDE = Track("Velvet Harbour", "Lantern", release="Night Boats"), Track("Low Tide", "Shells")


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_ledger, "clock", lambda: NOON)


def artist(store: Store, name: str = HARBOUR.artist) -> int:
    return store.find_artist(name)


def meet(store: Store, *tracks: Track) -> None:
    """Put tracks into the catalogue."""
    with store.writing() as writer:
        writer.items(tracks or (HARBOUR, TIDE))


def page(address: str = "https://a.org/1", source: str = "a.org", **facts: object) -> Document:
    told: dict[str, object] = {"title": "A title", "text": "Some words.", "published_at": THEN}
    return Document(address, source, **told | facts)  # type: ignore[arg-type]


def read(
    document: Document | None = None,
    *mentions: Mention,
    sketch: bytes = b"\x00\xff\x01",
    by: str = "reader 1",
    same_as: str | None = None,
    keep_text: bool = False,
) -> ReadDocument:
    reading = Reading("en", 2, sketch, mentions)
    return ReadDocument(document or page(), reading, by, same_as, keep_text)


def keep(store: Store, *documents: ReadDocument) -> DocumentsKept:
    with store.writing() as writer:
        return writer.keep_documents(documents)


def test_a_document_is_kept_with_what_it_says_and_without_its_text(store: Store) -> None:
    meet(store)
    lantern = store.find_song("Velvet Harbour", "Lantern")
    terms = (("dub", 0.5), ('a "b" \\', 0.25))
    full = Mention(artist(store), 3, 0.9, -0.25, 'They "float" \\ über\n.', terms, lantern)
    bare = Mention(artist(store), 1, 0.5, release="Night Boats")
    assert keep(store, read(None, full, bare)) == DocumentsKept(new=1, mentions=2)
    kept = store.documents.find("https://a.org/1")
    assert kept is not None
    assert msgspec.structs.asdict(kept) | {"id": 0} == {
        "id": 0, "address": "https://a.org/1", "source": "a.org", "title": "A title", "published_at": THEN,
        "read_at": NOON, "read_by": "reader 1", "language": "en", "words": 2, "same_as": None, "text": None,
    }  # fmt: skip
    said = store.documents.about(artist(store))
    assert [one.mention for one in said] == [bare, full]
    assert (said[0].address, said[0].source, said[0].title) == ("https://a.org/1", "a.org", "A title")
    assert (said[0].published_at, said[0].read_at) == (THEN, NOON)
    assert store.documents.about(artist(store, "Low Tide")) == []
    assert store.documents.find("https://a.org/2") is None


def test_text_is_kept_for_as_long_as_it_is_asked_for(store: Store) -> None:
    texts = []
    for wanted in (True, False):
        keep(store, read(page(text='A "text"\n\nof two \\ parts.'), keep_text=wanted))
        found = store.documents.find("https://a.org/1")
        assert found is not None
        texts.append(found.text)
    assert texts == ['A "text"\n\nof two \\ parts.', None]


def test_a_document_read_again_is_the_same_or_changed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(store)
    said = Mention(artist(store), 1, 0.123_456_78, 1 / 3, "q", (("a", 2 / 3),))
    keep(store, read(None, said), read(page("https://a.org/2"), said))
    monkeypatch.setattr(document_ledger, "clock", lambda: UnixMs(NOON + 5))
    assert keep(store, read(None, said), read(page("https://a.org/2"), said)) == DocumentsKept(
        same=2, mentions=2
    )
    more = Mention(artist(store, "Low Tide"), 1, 0.5)
    assert keep(store, read(None, said, more, by="reader 2")) == DocumentsKept(
        same=1, said_otherwise=1, mentions=2
    )
    kept = store.documents.find("https://a.org/1")
    assert kept is not None
    assert (kept.read_by, kept.read_at) == ("reader 2", NOON)
    for n, changed in enumerate(
        [
            read(None, sketch=b"other"),
            read(page(title="Another")),
            read(page(published_at=None)),
            read(page(source="b.org")),
        ]
    ):
        monkeypatch.setattr(document_ledger, "clock", lambda n=n: UnixMs(NOON + 10 + n))
        assert keep(store, changed) == DocumentsKept(changed=1), n
        kept = store.documents.find("https://a.org/1")
        assert kept is not None
        assert kept.read_at == NOON + 10 + n
        assert [one.address for one in store.documents.about(artist(store))] == ["https://a.org/2"]
        keep(store, read(None, said))


def test_many_are_kept_at_once(store: Store) -> None:
    meet(store)
    whom = artist(store)
    many = [
        read(page(f"https://a.org/{n}"), Mention(whom, n + 1, 0.5), sketch=n.to_bytes(4))
        for n in range(3_000)
    ]
    assert keep(store, *many) == DocumentsKept(new=3_000, mentions=3_000)
    assert keep(store, *many[:10], read(page("https://b.org"))) == DocumentsKept(new=1, same=10, mentions=10)
    assert [one.mention.times for one in store.documents.about(whom, limit=3_001)] == [*range(3_000, 0, -1)]
    sketches = list(store.documents.sketches())
    assert sketches[:2] == [("https://a.org/0", bytes(4)), ("https://a.org/1", b"\0\0\0\1")]
    assert len(sketches) == 3_001
    assert store.documents.counts() == DocumentCounts(3_001, 0, 1, 3_000, 1, 0)


def test_what_repeats_another_says_nothing_by_itself(store: Store) -> None:
    meet(store)
    said = Mention(artist(store), 1, 0.5)
    first, again = page(), page("https://b.org/1", "b.org")
    kept = keep(store, read(first, said), read(again, said, same_as=first.address))
    assert kept == DocumentsKept(new=1, duplicates=1, mentions=1)
    third = read(page("https://c.org/1", "c.org"), said, same_as=again.address)
    assert keep(store, third) == DocumentsKept(duplicates=1)
    assert keep(store, third) == DocumentsKept(same=1)
    told = [store.documents.find(address) for address in ("https://b.org/1", "https://c.org/1")]
    assert [one and one.same_as for one in told] == [first.address] * 2
    assert [one.address for one in store.documents.sketches()] == [first.address]
    assert [one.address for one in store.documents.about(artist(store))] == [first.address]
    assert store.documents.counts() == DocumentCounts(3, 2, 3, 1, 1, 0)
    assert keep(store, read(again, said)) == DocumentsKept(same=1, said_otherwise=1, mentions=1)
    assert len(store.documents.about(artist(store))) == 2


def test_whoever_is_not_in_the_catalogue_is_not_mentioned(store: Store) -> None:
    meet(store)
    tide, shells = artist(store, "Low Tide"), store.find_song("Low Tide", "Shells")
    gone = [
        Mention(999, 1, 0.5),
        Mention(tide, 1, 0.5, song=999),
        Mention(artist(store), 1, 0.5, song=shells),
    ]
    there = [Mention(tide, 1, 0.5), Mention(tide, 1, 0.5, song=shells)]
    assert keep(store, read(None, *gone, *there)).mentions == 2
    assert [one.mention for one in store.documents.about(tide)] == there
    assert store.documents.about(artist(store)) == []


def test_what_is_said_comes_latest_first_and_the_unsure_can_be_left_out(store: Store) -> None:
    meet(store)
    whom = artist(store)
    keep(
        store,
        read(page("https://a.org/old"), Mention(whom, 1, 0.9)),
        read(page("https://a.org/undated", published_at=None), Mention(whom, 1, 0.6)),
        read(page("https://a.org/new", published_at=NOON + 1), Mention(whom, 1, 0.3)),
    )
    said = [one.address[14:] for one in store.documents.about(whom)]
    assert said == ["new", "undated", "old"]
    assert [one.address[14:] for one in store.documents.about(whom, least_probability=0.6)] == said[1:]
    assert [one.address[14:] for one in store.documents.about(whom, limit=1)] == said[:1]


def test_texts_of_files_and_what_is_no_text_are_kept_as_far_as_can_be(store: Store) -> None:
    meet(store)
    odd = b"/texts/\xff \xee\xbe\x80/%s.md".decode("utf-8", "surrogateescape")
    said = Mention(artist(store), 1, 0.5, None, "half \ud800 of\0 it", (("ter\udfffm\0", 0.5),))
    one = read(page(odd, odd[:9], title="A\0 \ud800", text="\0\udc80"), said, keep_text=True)
    assert (keep(store, one).new, keep(store, one).same) == (1, 1)
    kept = store.documents.find(odd)
    assert kept is not None
    assert (kept.address, kept.source, kept.title, kept.text) == (odd, odd[:9], "A ?", "?")
    (mention,) = store.documents.about(artist(store))
    assert (mention.mention.quote, mention.mention.terms) == ("half ? of it", (("ter?m", 0.5),))
    assert store.documents.known([odd, "/other"]) == {odd: "reader 1"}


def test_a_document_or_a_whole_source_is_forgotten_with_what_repeats_it(store: Store) -> None:
    meet(store)
    said = Mention(artist(store), 1, 0.5)
    pages = [
        page(),
        page("https://a.org/2"),
        page("https://b.org/1", "b.org"),
        page("https://c.org/1", "c.org"),
    ]
    keep(store, *(read(one, said, sketch=one.address.encode()) for one in pages))
    keep(store, read(page("https://d.org/1", "d.org"), said, same_as="https://a.org/2"))
    forget = store.documents.forget
    assert (forget("https://b.org/1"), forget("https://b.org/1")) == (1, 0)
    assert forget("a.org") == 3
    assert [one.address for one in store.documents.sketches()] == ["https://c.org/1"]
    assert store.documents.counts() == DocumentCounts(1, 0, 1, 1, 1, 0)


def test_every_name_that_a_text_may_mention_is_told(store: Store) -> None:
    assert list(store.documents.names()) == []
    meet(
        store,
        HARBOUR,
        Track("velvet harbour", "Lantern (Live)", release="Live"),
        TIDE,
        Track("Low Tide", "Foam"),
    )
    whom, tide = artist(store), artist(store, "Low Tide")
    song = store.find_song
    assert list(store.documents.names()) == [
        CatalogueName("Velvet Harbour", whom),
        CatalogueName("Low Tide", tide),
        *sorted(
            (
                CatalogueName("Lantern", whom, song("Velvet Harbour", "Lantern")),
                CatalogueName("Shells", tide, song("Low Tide", "Shells")),
                CatalogueName("Foam", tide, song("Low Tide", "Foam")),
            ),
            key=lambda one: one.song or 0,
        ),
        CatalogueName("Live", whom, None, "Live"),
        CatalogueName("Night Boats", whom, None, "Night Boats"),
    ]
    assert store.documents.artists_named(["LOW TIDE", "Nobody", "The Velvet Harbour"])[:2] == [tide, None]


class TestForgettingAListener:
    def test_mentions_hold_nobody_in_the_catalogue_and_go_with_them(self, store: Store) -> None:
        hers, lantern = Track("Low Tide", "Shells"), Track("Velvet Harbour", "Anchor", release="Docks")
        with store.writing() as writer:
            ada, ben = writer.listener("Ada"), writer.listener("Ben")
            writer.add_listens(
                [ada, ada, ben], [Listen(one, NOON) for one in (hers, lantern, HARBOUR)], Origin("p")
            )
        whom, tide = artist(store), artist(store, "Low Tide")
        song = store.find_song("Velvet Harbour", "Anchor")
        stays = [Mention(whom, 1, 0.5), Mention(whom, 1, 0.5, release="Night Boats")]
        goes = [
            Mention(tide, 1, 0.5),
            Mention(whom, 1, 0.5, release="Docks"),
            Mention(whom, 1, 0.5, song=song),
        ]
        assert keep(store, read(None, *stays, *goes)).mentions == 5
        with store.writing(alone=True) as writer:
            writer.forget(ada)
        assert [one.mention for one in store.documents.about(whom)] == stays
        assert store.documents.about(tide) == []
        assert store.documents.counts() == DocumentCounts(1, 0, 1, 2, 1, 0)


class TestSnapshot:
    def test_it_holds_what_every_text_says_but_for_those_that_repeat_others(
        self, store: Store, tmp_path: Path
    ) -> None:
        meet(store)
        whom, tide, lantern = (
            artist(store),
            artist(store, "Low Tide"),
            store.find_song("Velvet Harbour", "Lantern"),
        )
        terms = (("dub", 0.5), ("slow", 0.25))
        keep(
            store,
            read(page(published_at=None), Mention(tide, 1, 0.5), Mention(whom, 2, 0.75, -0.5, "q", terms)),
            read(page("https://b.org/1", "b.org"), Mention(tide, 9, 0.5), same_as="https://a.org/1"),
            read(page("https://a.org/2"), Mention(whom, 1, 0.5, song=lantern)),
            read(page("https://a.org/3"), Mention(whom, 1, 0.5, release="Night Boats")),
        )
        ids = [found.id for n in (1, 2, 3) if (found := store.documents.find(f"https://a.org/{n}"))]
        snapshot = store.snapshot(tmp_path / "cut")
        assert dict(snapshot.mentions.schema) == MENTIONS
        told = [{"term": term, "weight": weight} for term, weight in terms]
        one, two, three = (
            ("a.org", "https://a.org/1"),
            ("a.org", "https://a.org/2"),
            ("a.org", "https://a.org/3"),
        )
        assert snapshot.mentions.rows() == [
            (ids[0], *one, NOON, whom, None, None, 2, 0.75, -0.5, "q", told),
            (ids[0], *one, NOON, tide, None, None, 1, 0.5, None, "", []),
            (ids[1], *two, THEN, whom, lantern, None, 1, 0.5, None, "", []),
            (ids[2], *three, THEN, whom, None, "Night Boats", 1, 0.5, None, "", []),
        ]
        assert snapshot.frames().mentions.equals(snapshot.mentions)

    def test_what_is_read_anew_and_the_same_gives_the_same_bytes(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        meet(store)
        one = read(page(published_at=None), Mention(artist(store), 1, 0.5))
        keep(store, one)
        before = store.snapshot(tmp_path / "before").digest()
        monkeypatch.setattr(document_ledger, "clock", lambda: UnixMs(NOON + 5))
        keep(store, one)
        assert store.snapshot(tmp_path / "after").digest() == before
        keep(store, read(page(published_at=None), Mention(artist(store), 2, 0.5)))
        assert store.snapshot(tmp_path / "other").digest() != before

    def test_a_record_for_which_nothing_was_read_has_none(self, store: Store, tmp_path: Path) -> None:
        snapshot = store.snapshot(tmp_path / "cut")
        assert (snapshot.mentions.height, dict(snapshot.mentions.schema)) == (0, MENTIONS)

    def test_one_that_was_cut_before_texts_were_read_has_none(self, store: Store, tmp_path: Path) -> None:
        snapshot = store.snapshot(tmp_path / "cut")
        (tmp_path / "cut" / "mentions.parquet").unlink()
        (tmp_path / "cut" / "tags.parquet").unlink()
        assert (snapshot.frames().mentions.height, snapshot.frames().tags.height) == (0, 0)
