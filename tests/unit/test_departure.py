"""What ends a generation from outside."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from slovomat.later import Later, Strand
from slovomat.ports.upstream import Call
from slovomat.usecases.departure import Deadlines, Departure

pytestmark = pytest.mark.anyio
Begin = Callable[[Coroutine[Any, Any, None]], Later[None] | asyncio.Future[None]]
BEGIN: dict[str, Begin] = {"task": asyncio.ensure_future, "strand": Strand}
either_way = pytest.mark.parametrize("begin", BEGIN.values(), ids=BEGIN)


class CountedCall(Call[str]):
    """A call that says how often it was abandoned."""

    __slots__ = ("abandoned",)

    def __init__(self) -> None:
        super().__init__()
        self.abandoned = 0

    def _leave(self) -> None:
        self.abandoned += 1


def departure(limit_s: float = 60) -> Departure:
    """A client."""
    return Departure(Deadlines(limit_s))


async def waits(client: Departure, ended: list[str], call: Call[str] | None = None) -> None:
    """A wait that can be ended, and the settling after it, which cannot."""
    with client:
        outcome = await client.wait_for(call or Call())
    await asyncio.sleep(0)
    ended.append(outcome or "settled")


@either_way
@pytest.mark.parametrize("tell", [Departure.depart, Departure.drain])
async def test_leaving_and_draining_end_the_wait_and_nothing_beyond(
    begin: Begin, tell: Callable[[Departure], None]
) -> None:
    """The code after the wait runs on, though the client is gone; the call is abandoned once."""
    client, ended, call = departure(), list[str](), CountedCall()
    waiting = begin(waits(client, ended, call))
    await anyio.wait_all_tasks_blocked()
    tell(client)
    await waiting
    assert (ended, call.abandoned) == (["settled"], 1)


@either_way
@pytest.mark.parametrize("tell", [Departure.depart, Departure.drain, Departure.expire])
async def test_who_was_gone_before_is_gone(begin: Begin, tell: Callable[[Departure], None]) -> None:
    """A wait that begins after the news ends at once."""
    client, ended = departure(), list[str]()
    tell(client)
    await begin(waits(client, ended))
    assert ended == ["settled"]


@either_way
async def test_the_deadline_ends_the_wait(begin: Begin) -> None:
    """And is neither a leaving nor a draining."""
    client, ended = departure(0.01), list[str]()
    await begin(waits(client, ended))
    assert ended == ["settled"]
    assert (client.left, client.drained, client.over) == (False, False, True)


@either_way
async def test_a_generation_that_stays_outlives_its_client_but_not_the_service(begin: Begin) -> None:
    """What was paid for under an idempotency key goes on; a drain ends it all the same."""
    client, ended = departure(), list[str]()
    client.stays = True
    waiting = begin(waits(client, ended))
    await anyio.wait_all_tasks_blocked()
    client.depart()
    await anyio.wait_all_tasks_blocked()
    assert (ended, client.over) == ([], False)
    client.drain()
    await waiting
    assert ended == ["settled"]


async def test_a_generation_that_stays_does_not_outlive_its_deadline() -> None:
    """The time limit holds for those without a client too."""
    client, ended = departure(0.01), list[str]()
    client.stays = True
    client.depart()
    await waits(client, ended)
    assert ended == ["settled"]


@either_way
async def test_an_outcome_that_came_first_stays(begin: Begin) -> None:
    """Whoever leaves in the moment between the outcome and its reading takes nothing away."""
    client, ended, call = departure(), list[str](), CountedCall()
    waiting = begin(waits(client, ended, call))
    await anyio.wait_all_tasks_blocked()
    call.resolve("whole")
    client.depart()
    client.drain()
    await waiting
    assert ended == ["whole"]


async def test_news_between_waits_cancels_nothing_else() -> None:
    """Told while nothing waits, it is only remembered: other calls and pauses go on."""
    client, other, early = departure(), CountedCall(), CountedCall()
    early.resolve("whole")
    with client:
        assert await client.wait_for(early) == "whole"
    client.depart()
    await asyncio.sleep(0)
    assert client.left
    assert (early.abandoned, other.abandoned, other.done()) == (0, 0, False)


async def test_a_cancellation_from_above_is_passed_on() -> None:
    """The call is abandoned, and whoever waited for it is cancelled as asked."""
    client, ended, call = departure(), list[str](), CountedCall()
    waiting = asyncio.ensure_future(waits(client, ended, call))
    await anyio.wait_all_tasks_blocked()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (ended, call.abandoned, client.over) == ([], 1, False)


@either_way
async def test_a_bug_in_a_call_reaches_who_waits(begin: Begin) -> None:
    """And the client's later leaving does not touch the call any more."""
    client, call = departure(), CountedCall()
    waiting = begin(waits(client, [], call))
    await anyio.wait_all_tasks_blocked()
    call.fail(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await waiting
    client.depart()
    assert call.abandoned == 0


async def test_one_timer_ends_each_in_its_turn() -> None:
    """Who began first is due first; who is done before his time is left alone."""
    deadlines, ended = Deadlines(0.03), list[str]()
    first, done, last = (Departure(deadlines) for _ in range(3))
    waiting = asyncio.ensure_future(_named(first, "first", ended))
    with done:
        await asyncio.sleep(0.01)
    await asyncio.gather(waiting, _named(last, "last", ended))
    assert ended == ["first", "last"]
    assert [client.over for client in (first, done, last)] == [True, False, True]


async def test_the_timer_begins_anew() -> None:
    """After a time in which nobody waited."""
    deadlines, ended = Deadlines(0.01), list[str]()
    for _ in range(2):
        with Departure(deadlines):
            pass
        await waits(Departure(deadlines), ended)
        await asyncio.sleep(0.02)
    assert ended == ["settled", "settled"]


async def test_who_expires_may_end_others() -> None:
    """Who was ended by the expiry of the first is not ended again; those behind have their deadline."""
    deadlines, ended = Deadlines(0.01), list[str]()
    first, second, third = (Departure(deadlines) for _ in range(3))
    call = Call[str]()

    async def ends_the_second() -> None:
        with first:
            await first.wait_for(Call[str]())
            call.resolve("ended by the first")

    async def is_ended() -> None:
        with second:
            ended.append(await second.wait_for(call) or "expired")

    strands = [Strand(ends_the_second()), Strand(is_ended()), Strand(_named(third, "third", ended))]
    await asyncio.wait_for(strands[-1], 5)
    assert ended == ["ended by the first", "third"]
    assert [client.over for client in (first, second, third)] == [True, False, True]


async def _named(client: Departure, name: str, ended: list[str]) -> None:
    with client:
        assert await client.wait_for(Call[str]()) is None
    ended.append(name)


@either_way
async def test_a_pause_ends_by_itself_or_with_the_clients_patience(begin: Begin) -> None:
    """A pause before a retry is as long as told, if the client stays for it."""
    client, other, ended = departure(), departure(), list[str]()

    async def rests(who: Departure, seconds: float, name: str) -> None:
        await who.rest(seconds)
        ended.append(name)

    long = begin(rests(client, 3600, "long"))
    await begin(rests(other, 0.01, "short"))
    assert ended == ["short"]
    client.depart()
    await long
    assert ended == ["short", "long"]
