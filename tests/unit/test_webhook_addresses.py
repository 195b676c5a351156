"""What may be called for a customer: the open internet, and nothing of anybody's inside."""

import ipaddress

import pytest
from tests.played_env import PlayedEnv
from tests.unit.test_webhook_calls import EVENT

from slovomat.domain.public_addresses import may_call
from slovomat.domain.web_address import web_address
from slovomat.mail.config import WebhookConfig
from slovomat.mail.webhooks import HTTPWebhooks
from slovomat.ports.mail import Outcome, Webhook

INSIDE = (
    "0.0.0.0",  # noqa: S104 - not bound to
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2a00:1450::5efe:7f00:1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "localhost",
)
OPEN = (
    "1.1.1.1",
    "8.8.8.8",
    "77.88.8.8",
    "172.15.255.255",
    "172.32.0.1",
    "2a02:6b8::feed:ff",
    "2606:4700::1111",
)
WRONG = (
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org:70/_x",
    "//example.org/",
    "example.org",
    "https:/example.org",
    "https:///path",
    "https://",
    "https://user@example.org/",
    "https://user:password@example.org/",
    "https://example.org@127.0.0.1/",
    "https://example.org\\@127.0.0.1/",
    "https://example.org#@127.0.0.1/",
    "https://example.org?x=1",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.01/",
    "https://1.1.1.1.1/",
    "https://1.1.1.1./",
    "https://example.0x7f/",
    "https://１２７.0.0.1/",
    "https://ⓛocalhost/",
    "https://пример.рф/",
    "https://127。0。0。1/",
    "https://[::1/",
    "https://::1/",
    "https://[fe80::1%25eth0]/",
    "https://[127.0.0.1]/",
    "https://exa mple.org/",
    "https://example.org/a b",
    "https://example.org/\r\nHost: x",
    "https://example.org:0/",
    "https://example.org:65536/",
    "https://example.org:x/",
    "https://example.org:/",
    "https://-example.org/",
    "https://example..org/",
    "https://exa_mple.org/",
    "https://%31%32%37.0.0.1/",
    "https://example.org%00.x/",
    " https://example.org/",
    "https://example.org/#part",
    "https://example.org/" + "a" * 2_000,
)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_the_inside_is_never_called(address: str) -> None:
    """Private, local, special, or with an IPv4 address in it that could be any of these."""
    assert not may_call(address, ())


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_open_internet_is(address: str) -> None:
    """Those right beside the private blocks, too."""
    assert may_call(address, ())


def test_an_operator_may_allow_networks_of_the_inside() -> None:
    """Those, and no others."""
    allowed = (ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00::/64"))
    assert may_call("10.1.2.3", allowed)
    assert may_call("fd00::7", allowed)
    assert not may_call("10.2.0.1", allowed)
    assert not may_call("8.8.8.8", allowed, public=False)


@pytest.mark.parametrize("url", WRONG)
def test_what_two_parsers_could_read_differently_is_no_address(url: str) -> None:
    """Other schemes, users in it, odd forms of numbers and letters."""
    assert web_address(url) is None


@pytest.mark.parametrize(
    ("url", "host", "port", "literal"),
    [
        ("https://example.org", "example.org", 443, False),
        ("http://Example.ORG./hook?a=1&b=%20", "example.org.", 80, False),
        ("https://xn--e1afmkfd.xn--p1ai:8443/", "xn--e1afmkfd.xn--p1ai", 8443, False),
        ("https://1.1.1.1/", "1.1.1.1", 443, True),
        ("http://[2606:4700::1111]:8080/x", "2606:4700::1111", 8080, True),
        ("https://7.example/", "7.example", 443, False),
    ],
)
def test_a_web_address_is_read(url: str, host: str, port: int, literal: bool) -> None:
    """With its host, its port and whether the host is a number."""
    read = web_address(url)
    assert read is not None
    assert (read.host, read.port, read.literal, read.secure) == (host, port, literal, url[4] == "s")


class Names:
    """Resolves names as the test says, and counts how often it was asked."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> list[str]:
        """The addresses."""
        self.asked += 1
        return self._addresses


@pytest.mark.anyio
@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("::1",),
        ("1.1.1.1", "127.0.0.1"),
        ("2606:4700::1111", "::ffff:169.254.169.254"),
        ("169.254.169.254",),
        ("10.0.0.7", "1.1.1.1"),
        (),
    ],
)
async def test_a_name_that_leads_inside_is_not_called(addresses: tuple[str, ...]) -> None:
    """Not even when but one of its addresses does."""
    names = Names(*addresses)
    caller = HTTPWebhooks(WebhookConfig(timeout_s=5), PlayedEnv(), names)
    got = await caller.call(Webhook("https://rebound.example/hook", "s"), EVENT)
    assert got.outcome is Outcome.NEVER
    assert names.asked == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url", ["https://example.org:22/", "https://1.1.1.1:6379/", "http://[::1]/", *WRONG[:12]]
)
async def test_what_cannot_be_called_is_given_up_at_once(url: str) -> None:
    """Other protocols' ports, numbers of the inside, and what is no web address."""
    caller = HTTPWebhooks(WebhookConfig(timeout_s=5), PlayedEnv(), Names("1.1.1.1"))
    assert (await caller.call(Webhook(url, "s"), EVENT)).outcome is Outcome.NEVER
