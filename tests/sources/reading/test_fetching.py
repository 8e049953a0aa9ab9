"""Fetching from a real server on this machine: polite towards others, careful on the owner's behalf."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest
from tests.sources.reading.conftest import Asking, Clock, Sent, Site

from earmark.sources.reading.config import FetchingConfig
from earmark.sources.reading.faults import FetchError
from earmark.sources.reading.fetching import Fetcher, Validators

PAGE = Sent(b"<p>A page of words.</p>")


@pytest.fixture
def trusting(fetcher: Fetcher, site: Site) -> Fetcher:
    fetcher.trust(site.url)
    return fetcher


class TestManners:
    def test_says_who_asks(self, site: Site, clock: Clock) -> None:
        site.pages["/"] = PAGE
        with Fetcher(FetchingConfig(contact="mail@house.example"), wait=clock.wait, clock=clock) as fetcher:
            fetcher.trust(site.url)
            fetcher.fetch(site.url)
        for asked in site.asked:
            assert asked.headers["user-agent"].startswith("earmark/")
            assert "mail@house.example" in asked.headers["user-agent"]

    def test_asks_first_what_is_allowed_and_only_once(self, site: Site, trusting: Fetcher) -> None:
        rules = b"User-agent: *\nDisallow: /\n\nUser-agent: Earmark\nDisallow: /private\nDisallow: /*?page=\n"
        site.pages.update({"/robots.txt": Sent(rules, "text/plain"), "/a": PAGE, "/private/b": PAGE})
        assert trusting.fetch(f"{site.url}/a").body == PAGE.body
        for path in ("/private/b", "/a?page=2"):
            with pytest.raises(FetchError, match=r"robots\.txt") as told:
                trusting.fetch(f"{site.url}{path}")
            assert told.value.address == f"{site.url}{path}"
        assert [one.path for one in site.asked] == ["/robots.txt", "/a"]

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    def test_a_site_without_rules_allows_all(self, site: Site, trusting: Fetcher, status: int) -> None:
        site.pages.update({"/robots.txt": Sent(b"no", status=status), "/a": PAGE})
        assert trusting.fetch(f"{site.url}/a").body == PAGE.body

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_site_that_cannot_say_is_left_alone(self, site: Site, trusting: Fetcher, status: int) -> None:
        site.pages.update({"/robots.txt": Sent(b"no", status=status), "/a": PAGE})
        for _ in range(2):
            with pytest.raises(
                FetchError, match=rf"/robots\.txt: the server refuses \(HTTP status {status}\)"
            ):
                trusting.fetch(f"{site.url}/a")
        assert [one.path for one in site.asked] == ["/robots.txt"]

    def test_rules_beyond_their_largest_size_are_cut(self, site: Site, trusting: Fetcher) -> None:
        rules = b"User-agent: *\nDisallow: /a\n" + b"# and so on\n" * 60_000 + b"Disallow: /b\n"
        site.pages.update({"/robots.txt": Sent(rules, "text/plain"), "/a": PAGE, "/b": PAGE})
        assert trusting.fetch(f"{site.url}/b").body == PAGE.body
        with pytest.raises(FetchError):
            trusting.fetch(f"{site.url}/a")

    def test_pauses_between_two_requests_to_a_host(self, site: Site, trusting: Fetcher, clock: Clock) -> None:
        site.pages.update({"/a": PAGE, "/b": PAGE})
        trusting.fetch(f"{site.url}/a")
        assert clock.waits == [2.0]
        clock.now += 1.5
        trusting.fetch(f"{site.url}/b")
        assert clock.waits == [2.0, 0.5]
        clock.now += 60
        trusting.fetch(f"{site.url}/a")
        assert clock.waits == [2.0, 0.5]

    @pytest.mark.parametrize(
        ("asked", "given"), [("7", 7.0), ("1", 2.0), ("86400", 30.0), ("-5", 2.0), ("x", 2.0)]
    )
    def test_a_longer_pause_is_granted_up_to_a_bound(
        self, site: Site, trusting: Fetcher, clock: Clock, asked: str, given: float
    ) -> None:
        rules = f"User-agent: *\nCrawl-delay: {asked}\n".encode()
        site.pages.update({"/robots.txt": Sent(rules, "text/plain"), "/a": PAGE})
        trusting.fetch(f"{site.url}/a")
        assert clock.waits == [given]

    def test_what_has_not_changed_is_not_sent_again(self, site: Site, trusting: Fetcher) -> None:
        def page(asking: Asking) -> Sent:
            if asking.headers.get("if-none-match") == '"1"':
                return Sent(status=304)
            return PAGE._replace(headers={"ETag": '"1"', "Last-Modified": "Thu, 03 Oct 2024 12:00:00 GMT"})

        site.pages["/a"] = page
        first = trusting.fetch(f"{site.url}/a")
        assert first.validators == Validators('"1"', "Thu, 03 Oct 2024 12:00:00 GMT")
        assert first.changed
        again = trusting.fetch(f"{site.url}/a", first.validators)
        assert (again.body, again.changed, again.validators) == (b"", False, first.validators)
        assert site.asked[-1].headers["if-modified-since"] == "Thu, 03 Oct 2024 12:00:00 GMT"


class TestRedirects:
    def test_are_followed(self, site: Site, trusting: Fetcher) -> None:
        site.pages["/old"] = Sent(status=301, headers={"Location": "/new#part"})
        site.pages["/new"] = PAGE
        fetched = trusting.fetch(f"{site.url}/old")
        assert (fetched.address, fetched.body) == (f"{site.url}/new", PAGE.body)

    def test_in_a_circle_end(self, site: Site, trusting: Fetcher) -> None:
        site.pages["/a"] = Sent(status=302, headers={"Location": "/b"})
        site.pages["/b"] = Sent(status=302, headers={"Location": "/a"})
        with pytest.raises(FetchError, match="in a circle"):
            trusting.fetch(f"{site.url}/a")
        assert site.paths == ["/a", "/b"]

    def test_without_end_are_given_up(self, site: Site, trusting: Fetcher) -> None:
        for step in range(20):
            site.pages[f"/{step}"] = Sent(status=302, headers={"Location": f"/{step + 1}"})
        with pytest.raises(FetchError, match="more than 5 times"):
            trusting.fetch(f"{site.url}/0")
        assert len(site.paths) == 6

    def test_the_rules_hold_for_where_one_leads(self, site: Site, trusting: Fetcher) -> None:
        site.pages["/robots.txt"] = Sent(b"User-agent: *\nDisallow: /b", "text/plain")
        site.pages.update({"/a": Sent(status=302, headers={"Location": "/b"}), "/b": PAGE})
        with pytest.raises(FetchError, match=r"robots\.txt"):
            trusting.fetch(f"{site.url}/a")
        assert site.paths == ["/a"]

    def test_to_what_is_no_web_address_are_refused(self, site: Site, trusting: Fetcher) -> None:
        site.pages["/a"] = Sent(status=302, headers={"Location": "file:///etc/passwd"})
        with pytest.raises(FetchError, match="no http address"):
            trusting.fetch(f"{site.url}/a")


class TestTheHouse:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "[::1]", "192.168.0.1", "10.0.0.1", "169.254.169.254"]
    )
    def test_is_not_asked_for_somebody_else(self, site: Site, fetcher: Fetcher, host: str) -> None:
        port = site.url.rpartition(":")[2]
        with pytest.raises(FetchError, match="a machine of the house"):
            fetcher.fetch(f"http://{host}:{port}/a")
        assert site.asked == []

    def test_a_site_that_the_owner_named_may_not_lead_to_another_in_it(
        self, site: Site, other_site: Site, trusting: Fetcher
    ) -> None:
        site.pages["/a"] = Sent(status=302, headers={"Location": f"{other_site.url}/secret"})
        other_site.pages["/secret"] = PAGE
        with pytest.raises(FetchError, match="a machine of the house"):
            trusting.fetch(f"{site.url}/a")
        assert other_site.asked == []

    def test_a_name_with_one_address_within_it_is_refused(self, clock: Clock) -> None:
        def look_up(host: str, port: int) -> list[str]:
            return ["93.184.215.14", "10.0.0.7"]

        house = pytest.raises(FetchError, match="a machine of the house")
        with Fetcher(look_up=look_up, wait=clock.wait, clock=clock) as fetcher, house:
            fetcher.fetch("http://two.example/")

    def test_the_address_that_was_looked_at_is_the_one_that_is_asked(
        self, site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # A name that leads out when it is looked up, and in a moment later: nobody looks it up a second time.
        asked: list[tuple[str, int]] = []

        def look_up(host: str, port: int) -> list[str]:
            asked.append((host, port))
            return ["127.0.0.1"]

        monkeypatch.setattr("earmark.sources.reading.fetching.is_public", lambda _: True)
        port = int(site.url.rpartition(":")[2])
        site.pages["/a"] = PAGE
        with Fetcher(look_up=look_up, wait=clock.wait, clock=clock) as fetcher:
            assert fetcher.fetch(f"http://paper.example:{port}/a").body == PAGE.body
        assert asked == [("paper.example", port)] * 2
        assert {one.headers["host"] for one in site.asked} == {f"paper.example:{port}"}

    def test_a_name_that_nobody_has_is_told(self, clock: Clock) -> None:
        def look_up(host: str, port: int) -> list[str]:
            raise OSError(-2, "Name or service not known")

        unknown = pytest.raises(FetchError, match="its host is not known")
        with Fetcher(look_up=look_up, wait=clock.wait, clock=clock) as fetcher, unknown:
            fetcher.fetch("http://nobody.example/")


class TestBombs:
    def test_an_endless_page_is_broken_off(self, site: Site, trusting: Fetcher) -> None:
        sent = 0

        def endless() -> Iterator[bytes]:
            nonlocal sent
            while True:
                sent += 1
                yield b"words " * 10_000

        site.pages["/a"] = Sent(endless())
        with pytest.raises(FetchError, match="more than"):
            trusting.fetch(f"{site.url}/a")
        assert sent < 1_000

    def test_what_unpacks_to_gigabytes_is_broken_off(self, site: Site, trusting: Fetcher) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(16)) + packer.flush()
        site.pages["/a"] = Sent(bomb, headers={"Content-Encoding": "gzip"})
        assert len(bomb) < 100_000
        with pytest.raises(FetchError, match="more than"):
            trusting.fetch(f"{site.url}/a")

    def test_what_is_packed_is_unpacked(self, site: Site, trusting: Fetcher) -> None:
        site.pages["/a"] = PAGE._replace(body=gzip.compress(PAGE.body), headers={"Content-Encoding": "gzip"})  # type: ignore[arg-type]
        assert trusting.fetch(f"{site.url}/a").body == PAGE.body

    def test_what_is_packed_badly_is_told(self, site: Site, trusting: Fetcher) -> None:
        whole = gzip.compress(b"many words " * 1_000)
        for path, body, told in (
            ("/cut", whole[:-9], "cut off"),
            ("/bad", b"no gzip at all", "packed badly"),
        ):
            site.pages[path] = Sent(body, headers={"Content-Encoding": "gzip"})
            with pytest.raises(FetchError, match=told):
                trusting.fetch(f"{site.url}{path}")

    def test_what_is_packed_in_another_way_is_told(self, site: Site, trusting: Fetcher) -> None:
        site.pages["/a"] = Sent(b"?", headers={"Content-Encoding": "br"})
        with pytest.raises(FetchError, match='packed as "br"'):
            trusting.fetch(f"{site.url}/a")

    def test_a_page_that_drips_is_broken_off(self, site: Site, trusting: Fetcher, clock: Clock) -> None:
        def dripping() -> Iterator[bytes]:
            while True:
                clock.now += 50
                yield b"drop"

        site.pages["/a"] = Sent(dripping())
        with pytest.raises(FetchError, match="too slow"):
            trusting.fetch(f"{site.url}/a")


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "remedy"),
        [
            (404, "may have moved"),
            (403, "does not let programs"),
            (410, "for good"),
            (429, "less often"),
            (500, "later"),
        ],
    )
    def test_say_what_to_do(self, site: Site, trusting: Fetcher, status: int, remedy: str) -> None:
        site.pages["/a"] = Sent(b"no", status=status)
        with pytest.raises(FetchError, match=f"HTTP status {status}") as told:
            trusting.fetch(f"{site.url}/a")
        assert told.value.status == status
        assert remedy in told.value.remedy

    def test_a_server_says_when_to_come_again(self, site: Site, trusting: Fetcher) -> None:
        site.pages["/a"] = Sent(b"no", status=503, headers={"Retry-After": "3600"})
        with pytest.raises(FetchError) as told:
            trusting.fetch(f"{site.url}/a")
        assert told.value.remedy == "Try again in 3600 s."

    def test_nobody_there(self, site: Site, clock: Clock) -> None:
        with Fetcher(wait=clock.wait, clock=clock) as fetcher:
            fetcher.trust("http://127.0.0.1:9")
            with pytest.raises(FetchError, match="cannot be reached"):
                fetcher.fetch("http://127.0.0.1:9/a")

    @pytest.mark.parametrize(
        "address", ["ftp://a.example/", "http://", "http://u:p@a.example/", "gopher", "http://[/"]
    )
    def test_what_is_no_address(self, fetcher: Fetcher, address: str) -> None:
        with pytest.raises(FetchError, match="not an http address"):
            fetcher.fetch(address)
