"""The tables of the record, declared once.

Ids come from sequences, or from `counter` where a database has none, and are never used twice: a build on disk
must not take a newcomer for somebody who was forgotten. Forgettings are numbered in the same way
(`earmark.store.remembered`). The tables with millions of rows (`listen`, `playlist_item`, `entry`,
`library_track`, `exposure`, `file`) carry no foreign keys: SQLite would look up the parents of every row that it takes
in, and search the whole table for every item that it drops. The catalogue hands out only ids that exist, and
forgetting drops only items that nothing refers to.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    UniqueConstraint,
    text,
)

metadata: Final = MetaData()

Text: Final = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")
"""Compared by code point, in every database and whatever language its server speaks."""

for _table in (
    "community",
    "listener",
    "artist",
    "song",
    "item",
    "origin",
    "device",
    "playlist",
    "edition",
    "token",
    "job",
    "connection",
    "file",
    "feed",
    "document",
    "taste_edit",
    "taste_version",
    "forgetting",
):
    Sequence(f"{_table}_ids", metadata=metadata)

counter: Final = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

community: Final = Table(
    "community",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)

listener: Final = Table(
    "listener",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("community_id", Integer, ForeignKey("community.id")),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("time_zone", Text, nullable=False, server_default=text("'UTC'")),
)

artist: Final = Table(
    "artist",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
)

song: Final = Table(
    "song",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("artist_id", Integer, ForeignKey("artist.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("title", Text, nullable=False),
    UniqueConstraint("artist_id", "key"),
)

item: Final = Table(
    "item",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("song_id", Integer, ForeignKey("song.id")),
    Column("key", Text, nullable=False),
    Column("creator", Text),
    Column("title", Text, nullable=False),
    Column("release", Text),
    Column("uri", Text),
    Column("duration_ms", Integer),
)
Index(
    "item_of_song",
    item.c.song_id,
    item.c.key,
    unique=True,
    sqlite_where=item.c.song_id.is_not(None),
    postgresql_where=item.c.song_id.is_not(None),
)
Index(
    "item_spoken",
    item.c.kind,
    item.c.key,
    unique=True,
    sqlite_where=item.c.song_id.is_(None),
    postgresql_where=item.c.song_id.is_(None),
)
Index("item_uri", item.c.uri, sqlite_where=item.c.uri.is_not(None), postgresql_where=item.c.uri.is_not(None))

origin: Final = Table(
    "origin",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("resolution_ms", Integer, nullable=False),
)

device: Final = Table(
    "device",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)

listen: Final = Table(
    "listen",
    metadata,
    Column("listener_id", Integer, primary_key=True),
    Column("started_at", BigInteger, primary_key=True),
    Column("item_id", Integer, primary_key=True),
    Column("ms_played", Integer),
    Column("ending", SmallInteger, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("origin_id", SmallInteger, nullable=False),
    Column("device_id", Integer, nullable=False, server_default=text("0")),
    sqlite_with_rowid=False,
)
LONG_MS: Final = 900_000
"""Plays longer than this, a quarter of an hour, have an index of their own: few are, and they reach far."""
Index(
    "listen_long",
    listen.c.listener_id,
    listen.c.started_at,
    sqlite_where=listen.c.ms_played > text(str(LONG_MS)),
    postgresql_where=listen.c.ms_played > text(str(LONG_MS)),
)

playlist: Final = Table(
    "playlist",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("listener_id", Integer, ForeignKey("listener.id")),
    Column("community_id", Integer, ForeignKey("community.id")),
    Column("name", Text, nullable=False),
    Column("imported_as", Text),
    Column("namesake", Integer, nullable=False),
    Column("followers", Integer),
    Column("fingerprint", LargeBinary),
    Column("annotation", Text),
    Column("public", Boolean, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
Index(
    "playlist_of_listener",
    playlist.c.listener_id,
    playlist.c.imported_as,
    playlist.c.namesake,
    unique=True,
    sqlite_where=playlist.c.listener_id.is_not(None),
    postgresql_where=playlist.c.listener_id.is_not(None),
)
Index(
    "playlist_of_community",
    playlist.c.community_id,
    playlist.c.fingerprint,
    unique=True,
    sqlite_where=playlist.c.community_id.is_not(None),
    postgresql_where=playlist.c.community_id.is_not(None),
)

playlist_item: Final = Table(
    "playlist_item",
    metadata,
    Column("playlist_id", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item_id", Integer, nullable=False),
    sqlite_with_rowid=False,
)

feedback: Final = Table(
    "feedback",
    metadata,
    Column("listener_id", Integer, ForeignKey("listener.id"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("song_id", Integer, ForeignKey("song.id")),
    Column("artist_id", Integer, ForeignKey("artist.id")),
    Column("at", BigInteger),
    UniqueConstraint("listener_id", "verdict", "song_id"),
    UniqueConstraint("listener_id", "verdict", "artist_id"),
)
Index("feedback_song", feedback.c.song_id)
Index("feedback_artist", feedback.c.artist_id)

edition: Final = Table(
    "edition",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("listener_id", Integer, ForeignKey("listener.id"), nullable=False),
    Column("mix", Text, nullable=False),
    Column("week", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("build", Text, nullable=False),
    Column("still_learning", Boolean, nullable=False),
    UniqueConstraint("listener_id", "mix", "week"),
)
Index("edition_of_week", edition.c.week, edition.c.mix)

entry: Final = Table(
    "entry",
    metadata,
    Column("edition_id", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item_id", Integer, nullable=False),
    Column("song_id", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)

account: Final = Table(
    "account",
    metadata,
    Column("listener_id", Integer, ForeignKey("listener.id"), primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),
    Column("password", Text),
    Column("epoch", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

token: Final = Table(
    "token",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("listener_id", Integer, ForeignKey("account.listener_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("made_at", BigInteger, nullable=False),
    UniqueConstraint("listener_id", "name"),
)

attempt: Final = Table(
    "attempt",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("free_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

set_up: Final = Table(
    "set_up",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False),
)

playing: Final = Table(
    "playing",
    metadata,
    Column("listener_id", Integer, ForeignKey("listener.id"), primary_key=True, autoincrement=False),
    Column("told", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

import_mark: Final = Table(
    "import_mark",
    metadata,
    Column("listener_id", Integer, ForeignKey("listener.id"), primary_key=True, autoincrement=False),
    Column("service", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

job: Final = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("listener_id", Integer, ForeignKey("listener.id")),
    Column("due_at", BigInteger, nullable=False),
    Column("free_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", Text),
    Column("last_error", Text),
    Column("made_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    UniqueConstraint("kind", "key"),
)
Index(
    "job_open",
    job.c.kind,
    job.c.due_at,
    job.c.id,
    sqlite_where=job.c.ended_at.is_(None),
    postgresql_where=job.c.ended_at.is_(None),
)

connection: Final = Table(
    "connection",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("listener_id", Integer, ForeignKey("listener.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    UniqueConstraint("listener_id", "kind", "url"),
)

library_track: Final = Table(
    "library_track",
    metadata,
    Column("connection_id", Integer, primary_key=True),
    Column("remote_id", Text, primary_key=True),
    Column("item_id", Integer, nullable=False),
    Column("song_id", Integer, nullable=False),
    Column("path", Text),
    Column("genres", Text, nullable=False),
    Column("mbid", Text),
    Column("isrc", Text),
    Column("play_count", Integer, nullable=False),
    Column("starred_at", BigInteger),
    sqlite_with_rowid=False,
)

pushed: Final = Table(
    "pushed",
    metadata,
    Column("connection_id", Integer, primary_key=True),
    Column("mix", Text, primary_key=True),
    Column("playlist", Text, nullable=False),
    sqlite_with_rowid=False,
)

pushed_song: Final = Table(
    "pushed_song",
    metadata,
    Column("connection_id", Integer, primary_key=True),
    Column("mix", Text, primary_key=True),
    Column("song_id", Integer, primary_key=True),
    Column("week", Text, nullable=False),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)

exposure: Final = Table(
    "exposure",
    metadata,
    Column("listener_id", Integer, primary_key=True),
    Column("shown_at", BigInteger, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item_id", Integer, nullable=False),
    Column("mix", Text, nullable=False),
    Column("edition", Text),
    Column("policy", Text, nullable=False),
    Column("propensity", Double),
    Column("build", Text),
    sqlite_with_rowid=False,
)

receipt: Final = Table(
    "receipt",
    metadata,
    Column("listener_id", Integer, ForeignKey("listener.id"), primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("request", LargeBinary, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("free_at", BigInteger, nullable=False),
    Column("status", SmallInteger),
    Column("answer", LargeBinary),
)
Index("receipt_made", receipt.c.made_at)

file: Final = Table(
    "file",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("path", Text, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("beside", BigInteger, nullable=False),
    Column("digest", LargeBinary),
    Column("duration_ms", BigInteger),
    Column("item_id", Integer),
    Column("song_id", Integer),
    Column("cover", Text),
    Column("genres", Text, nullable=False),
    Column("mbid", Text),
    Column("isrc", Text),
    Column("added_at", BigInteger, nullable=False),
    Column("fault", Text),
)
Index("file_digest", file.c.digest)
Index("file_song", file.c.song_id)

sound: Final = Table(
    "sound",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("heard_by", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
)

lyrics: Final = Table(
    "lyrics",
    metadata,
    Column("file_id", Integer, primary_key=True, autoincrement=False),
    Column("item_id", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("timed", Boolean, nullable=False),
    Column("language", Text),
)
Index("lyrics_item", lyrics.c.item_id)

feed: Final = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False, unique=True),
    Column("etag", Text),
    Column("modified", Text),
    Column("made_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    Column("fault", Text),
    Column("keep_text", Boolean, nullable=False),
)

document: Final = Table(
    "document",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published_at", BigInteger),
    Column("read_at", BigInteger, nullable=False),
    Column("read_by", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Column("sketch", LargeBinary, nullable=False),
    Column("same_as", Integer),
    Column("text", Text),
)
Index("document_source", document.c.source)

mention: Final = Table(
    "mention",
    metadata,
    Column("document_id", Integer, primary_key=True),
    Column("artist_id", Integer, primary_key=True),
    Column("song_id", Integer, primary_key=True),
    Column("release", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("probability", Double, nullable=False),
    Column("opinion", Double),
    Column("quote", Text, nullable=False),
    Column("terms", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("mention_artist", mention.c.artist_id)

tag: Final = Table(
    "tag",
    metadata,
    Column("source", Text, primary_key=True),
    Column("artist_id", Integer, primary_key=True),
    Column("song_id", Integer, primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("weight", Double, nullable=False),
    sqlite_with_rowid=False,
)
Index("tag_artist", tag.c.artist_id)

lyrics_said: Final = Table(
    "lyrics_said",
    metadata,
    Column("file_id", Integer, primary_key=True, autoincrement=False),
    Column("read_by", Text, nullable=False),
    Column("figures", Text, nullable=False),
)

taste_edit: Final = Table(
    "taste_edit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("listener_id", Integer, ForeignKey("listener.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
)
Index("taste_edit_of_listener", taste_edit.c.listener_id, taste_edit.c.id)

taste_version: Final = Table(
    "taste_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("listener_id", Integer, ForeignKey("listener.id"), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("build", Text),
    Column("profile", LargeBinary, nullable=False),
)
Index("taste_version_of_listener", taste_version.c.listener_id, taste_version.c.made_at)
