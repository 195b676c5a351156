"""What ends a generation from outside."""

import anyio
import anyio.lowlevel
import pytest

from slovomat.usecases.departure import Departure

pytestmark = pytest.mark.anyio


async def waits(client: Departure, ended: list[str]) -> None:
    """A wait that can be ended, and the settling after it, which cannot."""
    async with client.ends_here():
        await anyio.sleep_forever()
    await anyio.lowlevel.checkpoint()
    ended.append("settled")


@pytest.mark.parametrize("tell", [Departure.depart, Departure.drain])
async def test_leaving_and_draining_end_the_wait_and_nothing_beyond(tell: object) -> None:
    """The code after the wait runs on, though the client is gone."""
    client, ended = Departure(60), list[str]()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(waits, client, ended)
        await anyio.wait_all_tasks_blocked()
        tell(client)  # type: ignore[operator]
    assert ended == ["settled"]


@pytest.mark.parametrize("tell", [Departure.depart, Departure.drain])
async def test_who_was_gone_before_is_gone(tell: object) -> None:
    """A wait that begins after the news ends at its first pause."""
    client, ended = Departure(60), list[str]()
    tell(client)  # type: ignore[operator]
    await waits(client, ended)
    assert ended == ["settled"]


async def test_the_deadline_ends_the_wait() -> None:
    """And is neither a leaving nor a draining."""
    client, ended = Departure(0.01), list[str]()
    await waits(client, ended)
    assert ended == ["settled"]
    assert (client.left, client.drained) == (False, False)


async def test_a_generation_that_stays_outlives_its_client_but_not_the_service() -> None:
    """What was paid for under an idempotency key goes on; a drain ends it all the same."""
    client, ended = Departure(60), list[str]()
    client.stays = True
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(waits, client, ended)
        await anyio.wait_all_tasks_blocked()
        client.depart()
        await anyio.wait_all_tasks_blocked()
        assert ended == []
        client.drain()
    assert ended == ["settled"]


async def test_news_between_waits_cancels_nothing_else() -> None:
    """Told while nothing waits, it is only remembered."""
    client = Departure(60)
    async with client.ends_here():
        pass
    client.depart()
    await anyio.lowlevel.checkpoint()
    assert client.left
