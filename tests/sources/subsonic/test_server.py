"""Asking a server: who we are, what is tried again, and how what goes wrong is said."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable

import msgspec
import pytest
from tests.http_answers import Reply, Request, answering
from tests.open_subsonic import API_KEY, gate
from tests.subsonic import PASSWORD, MusicServer

from earmark.errors import EarmarkError
from earmark.sources.subsonic.login import Login, Way
from earmark.sources.subsonic.meeting import Manners, introduced
from earmark.sources.subsonic.server import Server, SubsonicError, tidy_url

ADA = Login(Way.TOKEN, "ada", PASSWORD)
OK = Reply(200, b'{"subsonic-response": {"status": "ok", "version": "1.16.1"}}')


def refused(code: int, message: str = "No.") -> Reply:
    body = {"status": "failed", "version": "1.16.1", "error": {"code": code, "message": message}}
    return Reply(200, json.dumps({"subsonic-response": body}).encode())


def in_turn(*replies: Reply | None) -> Callable[[Request], Reply | None]:
    waiting = list(replies)
    return lambda _: waiting.pop(0)


class TestIntroductions:
    def test_a_server_that_checks_no_tokens_is_given_the_password(self, music_server: MusicServer) -> None:
        music_server.add_user("ada")
        login, manners = introduced(music_server.url, ADA)
        assert login == Login(Way.PASSWORD, "ada", PASSWORD)
        assert manners == Manners(open_=False, form_post=False)
        with Server(music_server.url, login) as server:
            assert server.ask("ping").status == "ok"

    def test_a_server_that_checks_tokens_never_sees_the_password(self, music_server: MusicServer) -> None:
        music_server.add_user("ada")
        with gate(music_server, "ada", {}) as opened:
            login, manners = introduced(opened.url, ADA)
            assert (login, manners) == (ADA, Manners(open_=True, form_post=True))
            with Server(opened.url, login, form_post=True) as server:
                server.ask("ping")
                server.ask("ping")
        assert PASSWORD not in str(opened.asked)
        assert PASSWORD.encode().hex() not in str(opened.asked)
        assert (opened.asked[-1].verb, opened.asked[-1].query) == ("POST", "")
        salts = [one.parameters["s"][0] for one in opened.asked]
        assert len({*salts}) == len(salts)

    def test_a_key_stands_in_place_of_name_and_password(self, music_server: MusicServer) -> None:
        music_server.add_user("ada")
        with gate(music_server, "ada", {}) as opened:
            login, _ = introduced(opened.url, Login(Way.KEY, "whoever", API_KEY))
            assert login == Login(Way.KEY, "ada", API_KEY)
            with pytest.raises(SubsonicError, match="Invalid API key") as raised:
                introduced(opened.url, Login(Way.KEY, "ada", "wrong"))
            assert "--api-key" in raised.value.remedy

    @pytest.mark.parametrize("token_login", [True, False])
    def test_a_wrong_password_is_said_and_not_tried_again(
        self, music_server: MusicServer, token_login: bool
    ) -> None:
        music_server.add_user("ada")
        wrong = Login(Way.TOKEN, "ada", "wrong one")
        with gate(music_server, "ada", {}) as opened:
            url = opened.url if token_login else music_server.url
            with pytest.raises(SubsonicError, match="Wrong username or password") as raised:
                introduced(url, wrong)
            assert raised.value.code == 40
            assert "right name and password" in raised.value.remedy
            assert len(opened.asked) == token_login


class TestTrouble:
    def test_what_passes_is_tried_again_after_ever_longer_pauses(self) -> None:
        waited: list[float] = []
        with (
            answering(in_turn(Reply(503, b"busy"), None, Reply(429, b"later"), OK)) as server,
            Server(server.url, ADA, pauses_s=(1, 2, 4), wait=waited.append) as asked,
        ):
            assert asked.ask("ping").status == "ok"
        assert waited == [1, 2, 4]

    def test_at_last_it_gives_up(self) -> None:
        with answering(lambda _: Reply(502, b"<html>bad gateway</html>")) as server:
            with (
                Server(server.url, ADA, pauses_s=(0, 0)) as asked,
                pytest.raises(SubsonicError, match="HTTP status 502"),
            ):
                asked.ask("ping")
            assert len(server.asked) == 3

    def test_what_may_not_happen_twice_is_not_asked_twice(self) -> None:
        for reply in (None, Reply(500, b"")):
            with answering(lambda _, reply=reply: reply) as server:
                with Server(server.url, ADA, pauses_s=(0, 0)) as asked, pytest.raises(SubsonicError):
                    asked.ask("createPlaylist", repeatable=False, name="x")
                assert len(server.asked) == 1

    def test_a_server_that_is_down_is_said_to_be(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        waited: list[float] = []
        with (
            Server(f"http://127.0.0.1:{port}", ADA, pauses_s=(3,), wait=waited.append) as asked,
            pytest.raises(SubsonicError, match="cannot be reached") as raised,
        ):
            asked.ask("createPlaylist", repeatable=False, name="x")
        assert "See that the server runs" in raised.value.remedy
        assert waited == [3]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html><body>Please log in</body></html>",
            b"{}",
            b"[1, 2",
            b'{"subsonic-response": []}',
            b'{"subsonic-response": {"status": 7}}',
            b'{"subsonic-response": {"status": "ok", "albumList2": "none"}}',
            b"\xff\xfe\x00",
            b"[" * 100_000,
        ],
    )
    def test_garbage_is_said_to_be_no_subsonic(self, body: bytes) -> None:
        with answering(lambda _: Reply(200, body)) as server, Server(server.url, ADA) as asked:
            with pytest.raises(SubsonicError, match="does not answer as a Subsonic server does") as raised:
                asked.ask("ping")
            assert "address" in raised.value.remedy

    def test_it_says_where_a_server_sends_us_and_does_not_follow(self) -> None:
        def elsewhere(request: Request) -> Reply:
            return Reply(301, b"", {"Location": f"https://music.example.org/rest/ping?{request.query}"})

        with answering(elsewhere) as server, Server(server.url, ADA) as asked:
            with pytest.raises(SubsonicError, match=r"sends us on to https://music\.example\.org") as raised:
                asked.ask("ping")
            assert len(server.asked) == 1
            assert server.asked[0].parameters["t"][0] not in str(raised.value)

    @pytest.mark.parametrize("code", [0, 10, 20, 40, 41, 42, 43, 44, 50, 60, 70, 12_345])
    def test_every_refusal_has_a_remedy(self, code: int) -> None:
        with (
            answering(lambda _: refused(code, "Because\nof this.")) as server,
            Server(server.url, ADA) as asked,
        ):
            with pytest.raises(SubsonicError, match=r"refuses ping: Because of this\. \(error") as raised:
                asked.ask("ping")
            assert raised.value.code == code
            assert len(raised.value.remedy) > 20
            assert len(server.asked) == 1


class TestSecrets:
    @pytest.mark.parametrize("way", Way)
    def test_no_error_and_no_log_tells_the_password(self, way: Way, caplog: pytest.LogCaptureFixture) -> None:
        secret = "hush-hush"
        login = Login(way, "ada", secret)
        caplog.set_level(logging.DEBUG)

        def telltale(request: Request) -> Reply:
            return refused(0, f"not with {secret} or {secret.encode().hex()} in {request.query}")

        raised = []
        with answering(telltale) as server, Server(server.url, login) as asked:
            for method in ("ping", "getStarred2"):
                with pytest.raises(SubsonicError) as error:
                    asked.ask(method)
                raised.append(str(error.value))
        with Server("http://127.0.0.1:1", login, pauses_s=()) as asked, pytest.raises(SubsonicError) as error:
            asked.ask("ping")
        assert error.value.__cause__ is None
        assert error.value.__suppress_context__
        for text in (*raised, str(error.value), repr(login), repr(asked.login), caplog.text):
            assert secret not in text
            assert secret.encode().hex() not in text

    def test_a_login_survives_being_written_down(self) -> None:
        assert msgspec.json.decode(msgspec.json.encode(ADA), type=Login) == ADA


class TestAddresses:
    @pytest.mark.parametrize(
        ("given", "tidy"),
        [
            ("http://nas:4533", "http://nas:4533"),
            (" https://music.example.org/ ", "https://music.example.org"),
            ("http://nas/music/rest/", "http://nas/music"),
            ("http://nas/rest", "http://nas"),
            ("http://[::1]:4533/", "http://[::1]:4533"),
        ],
    )
    def test_one_server_is_spelled_in_one_way(self, given: str, tidy: str) -> None:
        assert tidy_url(given) == tidy
        assert tidy_url(tidy) == tidy

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "nas:4533",
            "ftp://nas",
            "http://",
            "http://nas:99999",
            "http://nas:x",
            "http://[::1",
            "file:///etc",
        ],
    )
    def test_what_is_no_address_is_refused(self, given: str) -> None:
        with pytest.raises(EarmarkError, match="is not the address of a server"):
            tidy_url(given)

    @pytest.mark.parametrize(
        "given",
        [
            "http://ada:hush@nas",
            "http://nas/?u=ada&p=hush",
            "http://nas/#hush",
            "http://nas:x/?p=hush",
            "ftp://ada:hush@nas",
        ],
    )
    def test_a_password_in_it_is_refused_and_not_repeated(self, given: str) -> None:
        with pytest.raises(EarmarkError) as raised:
            tidy_url(given)
        assert "hush" not in str(raised.value)
