"""The Valkey of the tests does what the tests count on."""

import pytest
import valkey
import valkey.asyncio

from tests.servers.valkey import ValkeyServer, valkey_cluster

pytestmark = pytest.mark.anyio


async def test_it_answers_by_its_url(empty_valkey: ValkeyServer) -> None:
    """And is empty where a test asks for that."""
    async with valkey.asyncio.Valkey.from_url(empty_valkey.url) as client:
        assert await client.ping()
        assert await client.dbsize() == 0


def test_killed_it_comes_back_empty_on_its_port() -> None:
    """What stood in it is gone: nothing may count on it."""
    with ValkeyServer() as server, server.client() as client:
        client.set("kept", 7)
        server.kill()
        with pytest.raises(valkey.ConnectionError):
            client.get("kept")
        server.start()
        assert client.get("kept") is None


async def test_three_make_a_cluster() -> None:
    """Keys of all nodes are reached through any one's URL; a node that restarts is still of it."""
    with valkey_cluster() as servers:
        client = valkey.asyncio.ValkeyCluster.from_url(servers[0].url)
        for number in range(20):
            await client.set(f"key{number}", number)
        assert [await client.get(f"key{number}") for number in range(20)] == [
            str(number).encode() for number in range(20)
        ]
        sizes = [size for server in servers if (size := _size(server))]
        assert len(sizes) == 3
        assert sum(sizes) == 20
        await client.aclose()


def _size(server: ValkeyServer) -> int:
    with server.client() as client:
        size = client.dbsize()
    assert isinstance(size, int)
    return size
