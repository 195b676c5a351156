"""Webhooks that are called: signed, at the address that was looked at, without going where they are sent."""

import asyncio
import ipaddress
import re
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.played_env import NOON_MS, PlayedEnv
from tests.raw_upstream import Exchange, RawUpstream

from slovomat.domain.public_addresses import Network
from slovomat.mail.config import WebhookConfig
from slovomat.mail.first_use import WebhooksAtFirstUse
from slovomat.mail.signing import body_of, signature
from slovomat.mail.webhooks import HTTPWebhooks
from slovomat.ports.mail import Delivery, Event, LetterKind, Outcome, Webhook

EVENT = Event(
    mark="0123abcd",
    kind=LetterKind.KEY_MADE,
    created_at_ms=NOON_MS,
    data={"name": "ключ <b>", "shown": "slv_1", "link": "https://x.example/k"},
)
LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"),)
PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


async def to_loopback(host: str, port: int) -> list[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


async def called(
    answer: Callable[[Exchange], Awaitable[None]],
    *,
    host: str = "hook.example",
    timeout_s: float = 5,
    allowed: tuple[Network, ...] = LOOPBACK,
) -> tuple[Delivery, list[Exchange]]:
    """How the call of a webhook of this machine ended, and what came there."""
    seen: list[Exchange] = []

    async def noted(exchange: Exchange) -> None:
        seen.append(exchange)
        await answer(exchange)

    receiver = RawUpstream(noted)
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    caller = HTTPWebhooks(WebhookConfig(timeout_s=timeout_s, allowed=allowed), PlayedEnv(), to_loopback)
    try:
        return await caller.call(Webhook(f"http://{host}:{port}/hook?a=1", "s3cret"), EVENT), seen
    finally:
        server.close()


def saying(data: bytes) -> Callable[[Exchange], Awaitable[None]]:
    """A receiver that answers so."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(data)

    return answer


def header(exchange: Exchange, name: str) -> str:
    """A header of the call."""
    found = re.search(rf"(?im)^{name}: *(.*?)\r?$", exchange.head)
    assert found is not None, exchange.head
    return found[1]


@pytest.mark.anyio
async def test_a_webhook_is_told_under_our_signature() -> None:
    """With its own name in Host, at the address that was looked at, in one POST."""
    got, (exchange,) = await called(saying(OK))
    assert got == Delivery(Outcome.SENT)
    assert exchange.head.startswith("POST /hook?a=1 HTTP/1.1")
    assert header(exchange, "Host").startswith("hook.example:")
    assert header(exchange, "Content-Type") == "application/json"
    assert header(exchange, "Slovomat-Signature") == signature("s3cret", exchange.body, NOON_MS // 1000)
    assert msgspec.json.decode(exchange.body) == {
        "event": "key_made",
        "id": "evt_0123abcd",
        "created_at": "2026-11-22T09:00:00Z",
        "data": dict(EVENT.data),
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "outcome", "note"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\nendless", Outcome.SENT, ""),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", Outcome.LATER, "HTTP 500"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", Outcome.LATER, "HTTP 404"),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", Outcome.NEVER, "HTTP 410"),
        (b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", Outcome.LATER, "HTTP 302"),
        (
            b"HTTP/1.1 307 There\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
            Outcome.LATER,
            "HTTP 307",
        ),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, Outcome.LATER, ""),
        (b"what?\r\n\r\n", Outcome.LATER, ""),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_an_answers_status_decides(answer: bytes, outcome: Outcome, note: str) -> None:
    """Its body is not read and nobody is sent elsewhere; whatever else goes wrong may pass."""
    got, seen = await called(saying(answer))
    assert got.outcome is outcome
    assert note in got.note
    assert len(seen) == 1


@pytest.mark.anyio
async def test_silence_ends_in_time() -> None:
    """A receiver that says nothing is called again later."""

    async def nothing(exchange: Exchange) -> None:
        await exchange.gone()

    got, _ = await called(nothing, timeout_s=0.2)
    assert got == Delivery(Outcome.LATER, "TimeoutError")


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["hook.example", "127.0.0.1"])
async def test_this_machine_is_not_called_unless_it_is_allowed(host: str) -> None:
    """Neither by a name nor by its number; nothing comes there."""
    got, seen = await called(saying(OK), host=host, allowed=())
    assert (got.outcome, seen) == (Outcome.NEVER, [])
    got, seen = await called(saying(OK), host=host)
    assert (got.outcome, len(seen)) == (Outcome.SENT, 1)


@pytest.mark.anyio
async def test_a_name_that_nobody_knows_is_for_later() -> None:
    """Its owner may mend it; the real resolver is asked here."""
    caller = WebhooksAtFirstUse(WebhookConfig(timeout_s=5), PlayedEnv())
    got = await caller.call(Webhook("https://nobody.invalid/hook", "s"), EVENT)
    assert got.outcome is Outcome.LATER


def documented(language: str) -> str:
    """The sample of the page."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("forged", ["", "secret", "body", "time", "old", "none"])
def test_the_documented_python_tells_ours_from_others(forged: str) -> None:
    """Another secret, another body, another time, an old call, no signature."""
    space: dict[str, Any] = {}
    exec(documented("python"), space)  # noqa: S102 - the documentation's own sample
    now_s = int(space["time"].time()) - (301 if forged == "old" else 0)
    body = body_of(EVENT)
    told = signature("other" if forged == "secret" else "s3cret", body, now_s)
    told = told.replace(f"t={now_s}", f"t={now_s - 1}") if forged == "time" else told
    told = "" if forged == "none" else told
    assert space["is_authentic"]("s3cret", told, body + b" " * (forged == "body")) is (not forged)


@pytest.mark.skipif(not shutil.which("php"), reason="the sample is in PHP")
@pytest.mark.parametrize("forged", [False, True])
def test_the_documented_php_does_too(forged: bool) -> None:
    """The same call, and one whose body was changed."""
    program = (
        documented("php")
        + "$body = stream_get_contents(STDIN);"
        + 'echo is_authentic("s3cret", $argv[1], $body) ? "yes" : "no";'
    )
    now_s = int(subprocess.run(["php", "-r", "echo time();"], capture_output=True, check=True).stdout)
    body = body_of(EVENT)
    told = signature("s3cret", body, now_s)
    ran = subprocess.run(
        ["php", "-r", program, told], input=body + b" " * forged, capture_output=True, check=True
    )
    assert ran.stdout == (b"no" if forged else b"yes")
