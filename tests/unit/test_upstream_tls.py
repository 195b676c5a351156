"""The HTTP upstream over TLS: who is trusted, and what is spared at the second handshake."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.raw_upstream import END, SSE_HEAD, Exchange, RawUpstream
from tests.upstream_calls import BODY_REST, client, collect, failure, piece, plain, sse

from slovomat.domain.events import Completion, Done, FailureKind
from slovomat.upstreams.openai_http import OpenAIHTTP

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not shutil.which("openssl"), reason="a certificate is made with openssl"),
]


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Both loops: each has a TLS of its own."""
    return "asyncio", {"use_uvloop": request.param}


async def certificate(folder: Path, name: str) -> Path:
    """A certificate and its key, for this subjectAltName."""
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=x"
    made = await asyncio.create_subprocess_exec(
        *(*command.split(), "-addext", f"subjectAltName={name}"),
        *("-keyout", "both.pem", "-out", "cert.pem"),
        cwd=folder,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await made.wait() == 0
    with (folder / "both.pem").open("a") as both:
        both.write((folder / "cert.pem").read_text())
    return folder / "both.pem"


@asynccontextmanager
async def served(
    both: Path, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, **changes: Any
) -> AsyncIterator[tuple[RawUpstream, OpenAIHTTP]]:
    """A server with this certificate, and a client that trusts it."""

    async def answer(exchange: Exchange) -> None:
        whole = SSE_HEAD + sse(piece({"content": "x"}, "stop"), b"[DONE]") + END
        await exchange.send(whole if "event-stream" in exchange.head else plain({"content": "x"}))

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(both)
    context.set_alpn_protocols(["h2", "http/1.1"])
    context.maximum_version = version
    upstream = RawUpstream(answer)
    server = await asyncio.start_server(upstream.handle, "127.0.0.1", 0, ssl=context)
    upstream.port = server.sockets[0].getsockname()[1]
    async with server, client(upstream.url.replace("http:", "https:"), **changes) as called:
        assert called._pool is not None
        assert called._pool._tls is not None
        called._pool._tls.load_verify_locations(both)
        yield upstream, called


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_session_is_used_again(tmp_path: Path, version: ssl.TLSVersion) -> None:
    """The second connection resumes the session of the first, and HTTP/1.1 is agreed on."""
    both = await certificate(tmp_path, "IP:127.0.0.1")
    async with served(both, version, keep_connections=False) as (server, upstream):
        for _ in range(3):
            assert isinstance(await upstream.complete(BODY_REST), Completion)
            assert isinstance((await collect(upstream))[-1], Done)
        made = [exchange.writer.get_extra_info("ssl_object") for exchange in server.requests]
        assert [one.session_reused for one in made] == [False] + [True] * 5
        assert {one.selected_alpn_protocol() for one in made} == {"http/1.1"}


async def test_connection_is_kept(tmp_path: Path) -> None:
    """One connection and one handshake serve many calls, paused ones among them."""
    both = await certificate(tmp_path, "IP:127.0.0.1")
    async with served(both) as (server, upstream):
        for _ in range(3):
            call = upstream.stream(BODY_REST, lambda _chunks: None)
            call.pause()
            call.resume()
            assert isinstance(await asyncio.wait_for(call, 5), Done)
            assert isinstance(await upstream.complete(BODY_REST), Completion)
        assert server.connections == 1


async def test_another_hosts_certificate(tmp_path: Path) -> None:
    """A trusted certificate for another name is refused, and another try would not mend it."""
    both = await certificate(tmp_path, "DNS:elsewhere.example")
    async with served(both) as (server, upstream):
        failed = failure(await upstream.complete(BODY_REST))
        assert (failed.kind, failed.retryable) == (FailureKind.ERROR, False)
        assert "certificate" in failed.detail
        assert not server.requests


async def test_abandoning_closes_the_connection(tmp_path: Path) -> None:
    """As it does without TLS: the upstream sees the end at once."""
    both = await certificate(tmp_path, "IP:127.0.0.1")
    async with served(both) as (server, upstream):
        began, gone = asyncio.Event(), asyncio.Event()

        async def answer(exchange: Exchange) -> None:
            began.set()
            await exchange.gone()
            gone.set()

        server.answer = answer
        call = upstream.complete(BODY_REST)
        await asyncio.wait_for(began.wait(), 5)
        call.abandon()
        await asyncio.wait_for(gone.wait(), 2)
