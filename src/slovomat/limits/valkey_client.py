"""Running scripts on Valkey: on one server, or on a cluster where each key has its own node."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from valkey.asyncio import Valkey, ValkeyCluster
from valkey.asyncio.retry import Retry
from valkey.backoff import NoBackoff
from valkey.exceptions import NoScriptError

from slovomat.limits.valkey_script import Call, Script


class Client(Protocol):
    """One server or one cluster. Raises whatever the client library trips over."""

    async def run(self, script: Script, calls: Sequence[Call]) -> list[tuple[int, ...]]:
        """Runs the script for all calls in one round trip."""

    async def close(self) -> None:
        """Ends the connections."""


async def open_client(url: str, limit_s: float) -> Client:
    """Connects to the first host that answers within the limit. A URL may name several of a cluster's."""
    failure: Exception | None = None
    for one in single_urls(url):
        try:
            async with asyncio.timeout(limit_s):
                return await _open_one(one)
        except Exception as error:  # the next host may do better
            failure = error
    raise failure or ValueError("valkey_url names no host")


def single_urls(url: str) -> list[str]:
    """`valkey://user:word@a:1,b:2/0` is that of a, and that of b."""
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    word, at, hosts = place.rpartition("@")
    return [f"{scheme}://{word}{at}{host}{slash}{path}" for host in hosts.split(",") if host]


async def _open_one(url: str) -> Client:
    """Finds out which of the two it is. Connections to all parts of a cluster are made here, not in haste."""
    async with _server(url) as server:
        told = await server.info("cluster")
    if not told.get("cluster_enabled"):
        return SingleServer(_server(url))
    cluster = _cluster(url)
    try:
        await cluster.ping(target_nodes=ValkeyCluster.PRIMARIES)
    except BaseException:
        await cluster.aclose()
        raise
    return Cluster(cluster)


class SingleServer:
    """All calls go as one command."""

    def __init__(self, server: Valkey) -> None:
        self._server = server

    async def run(self, script: Script, calls: Sequence[Call]) -> list[tuple[int, ...]]:
        """Runs the script once, over all keys."""
        words = [len(calls), *(key for key, _ in calls), *(word for _, told in calls for word in told)]
        try:
            answer = await self._send("EVALSHA", script.sha, *words)
        except NoScriptError:  # new to this server, or forgotten by a restart
            answer = await self._send("EVAL", script.text, *words)
        return script.read(answer, calls)

    async def close(self) -> None:
        """Ends the connections."""
        await self._server.aclose()

    async def _send(self, *words: str | int) -> object:
        return await self._server.execute_command(*words)  # type: ignore[no-untyped-call]


class Cluster:
    """Each call is a command for the node of its key; a node's commands go together."""

    def __init__(self, cluster: ValkeyCluster) -> None:
        self._cluster = cluster

    async def run(self, script: Script, calls: Sequence[Call]) -> list[tuple[int, ...]]:
        """Runs the script once a key, each node's at once."""
        answers = await self._send("EVALSHA", script.sha, calls)
        unknown = [at for at, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            told = await self._send("EVAL", script.text, [calls[at] for at in unknown])
            for at, answer in zip(unknown, told, strict=True):
                answers[at] = answer
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return [script.read(answer, [call])[0] for answer, call in zip(answers, calls, strict=True)]

    async def close(self) -> None:
        """Ends the connections."""
        await self._cluster.aclose()

    async def _send(self, verb: str, script: str, calls: Sequence[Call]) -> list[Any]:
        pipeline = await self._cluster.pipeline()
        for key, told in calls:
            pipeline.execute_command(verb, script, 1, key, *told)
        return await pipeline.execute(raise_on_error=False)


def _server(url: str) -> Valkey:
    server: Valkey = Valkey.from_url(url, **_options(url), max_connections=4)
    return server


def _cluster(url: str) -> ValkeyCluster:
    return ValkeyCluster.from_url(url, **_options(url))


def _options(url: str) -> dict[str, Any]:
    """The deadline is ours, over the whole round trip; who is not there is not tried again at once."""
    options: dict[str, Any] = {"socket_timeout": None, "retry": Retry(NoBackoff(), 0)}
    if url.startswith(("valkeys://", "rediss://")):
        options["ssl_check_hostname"] = True
    return options
