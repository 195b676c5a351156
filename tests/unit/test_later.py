"""Results that come later, and strands."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

import pytest
import uvloop

from slovomat.later import Later, Strand, running
from slovomat.ports.upstream import Call

Play = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def play(request: pytest.FixtureRequest) -> Iterator[Play]:
    """Runs a coroutine on a loop of either kind; nothing may go wrong behind its back."""
    loop: asyncio.AbstractEventLoop = request.param()
    loop.set_debug(enabled=True)
    faults: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: faults.append(context))
    yield lambda coroutine: loop.run_until_complete(asyncio.wait_for(coroutine, 10))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    assert faults == []


async def wait(awaited: Awaitable[Any]) -> Any:
    """What comes of it."""
    return await awaited


async def turn() -> None:
    """Lets everything that is ready run."""
    for _ in range(5):
        await asyncio.sleep(0)


def strand(awaited: Awaitable[Any]) -> Strand[Any]:
    """One that only waits."""
    return Strand(wait(awaited))


async def in_a_task(awaited: Awaitable[Any]) -> "asyncio.Task[Any]":
    """A task that waits already."""
    task = asyncio.ensure_future(wait(awaited))
    await turn()
    return task


# In tasks


def test_a_task_gets_the_result(play: Play) -> None:
    """Before it asks or after."""

    async def scene() -> None:
        later = Later[int]()
        task = await in_a_task(later)
        assert not task.done()
        later.resolve(1)
        assert not task.done()
        assert await task == 1
        assert await later == 1

    play(scene())


def test_a_task_gets_the_error(play: Play) -> None:
    """Before it asks or after."""

    async def scene() -> None:
        later = Later[int]()
        task = await in_a_task(later)
        later.fail(ZeroDivisionError("one"))
        with pytest.raises(ZeroDivisionError, match="one"):
            await task
        with pytest.raises(ZeroDivisionError, match="one"):
            await later

    play(scene())


def test_the_first_outcome_stays(play: Play) -> None:
    """What comes after it is dropped."""

    async def scene() -> None:
        good, bad = Later[int](), Later[int]()
        good.resolve(1)
        good.resolve(2)
        good.fail(ZeroDivisionError())
        bad.fail(ZeroDivisionError())
        bad.resolve(1)
        assert await good == 1
        with pytest.raises(ZeroDivisionError):
            await bad

    play(scene())


def test_nothing_may_be_the_result(play: Play) -> None:
    """None is one like any other."""

    async def scene() -> None:
        later = Later[None]()
        assert not later.done()
        later.resolve(None)
        assert later.done()
        assert await later is None  # type: ignore[func-returns-value]

    play(scene())


@pytest.mark.parametrize("look", [Later.result, Later.exception])
def test_who_looks_too_early_spoils_nothing(play: Play, look: Callable[[Later[int]], object]) -> None:
    """An open one is no error and has no result: the error that says so leaves it open."""

    async def scene() -> None:
        later = Later[int]()
        with pytest.raises(asyncio.InvalidStateError):
            look(later)
        assert (later.done(), later.cancelled()) == (False, False)
        later.resolve(1)
        assert await later == 1

    play(scene())


def test_a_cancelled_task_leaves_and_the_late_result_is_dropped(play: Play) -> None:
    """As with a future: the task is cancelled at once, whoever resolves notices nothing."""

    async def scene() -> None:
        later = Later[int]()
        task = await in_a_task(later)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()
        assert later.cancelled()
        later.resolve(1)

    play(scene())


def test_a_cancellation_may_come_with_the_result(play: Play) -> None:
    """Resolved, and cancelled before the task could go on: it is cancelled, and nothing is stuck."""

    async def scene() -> None:
        later = Later[int]()
        task = await in_a_task(later)
        later.resolve(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    play(scene())


def test_a_wait_may_have_a_limit(play: Play) -> None:
    """wait_for, timeout, and their nesting."""

    async def scene() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Later[int](), 0.01)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await Later[int]()
        later = Later[int]()
        asyncio.get_running_loop().call_later(0.01, later.resolve, 1)
        assert await asyncio.wait_for(later, 5) == 1

    play(scene())


def test_several_may_be_gathered(play: Play) -> None:
    """Each in its place, and an error is raised."""

    async def scene() -> None:
        laters = [Later[int]() for _ in range(3)]
        for number, later in enumerate(laters):
            asyncio.get_running_loop().call_soon(later.resolve, number)
        assert await asyncio.gather(*laters) == [0, 1, 2]
        bad = Later[int]()
        asyncio.get_running_loop().call_soon(bad.fail, ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            await asyncio.gather(Later[int](), bad)
        done, waiting = await asyncio.wait([laters[0], Later[int]()], return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]
        assert (len(done), len(waiting)) == (1, 1)

    play(scene())


def test_who_gathers_may_be_cancelled(play: Play) -> None:
    """And is, as with futures: it does not wait for ever."""

    async def scene() -> None:
        task = asyncio.ensure_future(wait(asyncio.gather(Later[int](), Later[int]())))
        await turn()
        task.cancel()
        await asyncio.wait([task], timeout=1)
        assert task.cancelled()

    play(scene())


def test_a_task_group_that_fails_ends_the_waits_in_it(play: Play) -> None:
    """Its other tasks are cancelled out of theirs."""

    async def scene() -> None:
        ended = list[str]()

        async def waiting() -> None:
            try:
                await Later[int]()
            finally:
                ended.append("left")

        async def failing() -> None:
            await turn()
            raise ZeroDivisionError

        async def both() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(waiting())
                group.create_task(failing())

        with pytest.raises(ExceptionGroup):
            await both()
        assert ended == ["left"]

    play(scene())


# In strands


def test_a_strand_begins_at_once(play: Play) -> None:
    """What does not wait has ended when it is in its maker's hands."""

    async def scene() -> None:
        async def say() -> str:
            return "said"

        done = Strand(say())
        assert done.done()
        assert await done == "said"

    play(scene())


def test_a_strand_goes_on_within_resolve(play: Play) -> None:
    """No turn of the loop lies between."""

    async def scene() -> None:
        first, second, steps = Later[int](), Later[int](), list[int]()

        async def go() -> None:
            steps.append(await first)
            steps.append(await second)

        going = Strand(go())
        assert steps == []
        first.resolve(1)
        assert steps == [1]
        second.resolve(2)
        assert steps == [1, 2]
        assert going.done()

    play(scene())


def test_strands_wait_for_strands(play: Play) -> None:
    """One resolution carries them all to their ends."""

    async def scene() -> None:
        later = Later[int]()
        last: Later[int] = later
        for _ in range(50):
            last = strand(last)
        assert not last.done()
        later.resolve(7)
        assert last.done()
        assert await last == 7

    play(scene())


def test_a_strand_waits_for_plain_futures_and_turns(play: Play) -> None:
    """Futures, sleeps, events, tasks, threads, and results that are there already."""

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        future, event = loop.create_future(), asyncio.Event()
        steps = list[object]()

        async def go() -> str:
            await asyncio.sleep(0)
            steps.append("turned")
            await asyncio.sleep(0.001)
            steps.append(await future)
            await event.wait()
            steps.append(await asyncio.ensure_future(wait(ready)))
            steps.append(await loop.run_in_executor(None, lambda: "thread"))
            return "end"

        ready = Later[int]()
        ready.resolve(3)
        going = Strand(go())
        assert steps == []
        loop.call_later(0.01, future.set_result, "future")
        loop.call_later(0.02, event.set)
        assert await going == "end"
        assert steps == ["turned", "future", 3, "thread"]

    play(scene())


def test_there_is_no_task_within_a_strand(play: Play) -> None:
    """Once it has been resumed: nothing in it may ask for one."""

    async def scene() -> None:
        async def who() -> object:
            await asyncio.sleep(0)
            return asyncio.current_task()

        assert await Strand(who()) is None

    play(scene())


@pytest.mark.parametrize("turns", [0, 1])
def test_an_error_reaches_who_waits(play: Play, turns: int) -> None:
    """In a task or in a strand, raised before the first wait or after; a future's error comes inside."""

    async def scene() -> None:
        async def bug() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await Strand(bug())
        with pytest.raises(ZeroDivisionError):
            await strand(strand(Strand(bug())))
        future = asyncio.get_running_loop().create_future()
        future.set_exception(KeyError("x"))
        with pytest.raises(KeyError):
            await strand(future)

    play(scene())


def test_who_awaits_what_another_awaits_fails_alone(play: Play) -> None:
    """A Later is awaited by one: the second strand's bug is its own, and not that of who resumed it."""

    async def scene() -> None:
        shared, first = Later[int](), Later[int]()

        async def second() -> None:
            await first
            await shared

        rightful, wrong = strand(shared), Strand(second())
        first.resolve(1)
        with pytest.raises(AssertionError):
            await wrong
        shared.resolve(2)
        assert await rightful == 2

    play(scene())


def test_an_error_may_be_caught_within(play: Play) -> None:
    """The strand goes on."""

    async def scene() -> None:
        later = Later[int]()

        async def go() -> str:
            try:
                await later
            except ZeroDivisionError:
                return "caught"
            return "not raised"

        going = Strand(go())
        later.fail(ZeroDivisionError())
        assert await going == "caught"

    play(scene())


def test_a_strand_is_carried_out_though_its_awaiter_left(play: Play) -> None:
    """A task that awaits it may be cancelled; the strand is not, and its result is dropped."""

    async def scene() -> None:
        later, steps = Later[int](), list[int]()

        async def go() -> int:
            steps.append(await later)
            await asyncio.sleep(0)
            steps.append(2)
            return 3

        going = Strand(go())
        task = await in_a_task(going)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert steps == []
        later.resolve(1)
        await turn()
        assert steps == [1, 2]

    play(scene())


def test_a_cancelled_future_is_an_error_within(play: Play) -> None:
    """A strand that waits for a task which is cancelled hears of it."""

    async def scene() -> None:
        asleep = asyncio.ensure_future(asyncio.sleep(3600))
        going = strand(asleep)
        await turn()
        asleep.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going

    play(scene())


def test_an_error_that_nobody_awaits_is_heard() -> None:
    """A strand that fails after its awaiter has left, or that has none, tells the loop, as a task does."""
    faults: list[dict[str, Any]] = []

    async def scene() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))

        async def bug() -> None:
            await asyncio.sleep(0)
            raise ZeroDivisionError

        Strand(bug())
        task = asyncio.ensure_future(wait(Strand(bug())))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await turn()

    asyncio.run(scene())
    assert [type(fault["exception"]) for fault in faults] == [ZeroDivisionError] * 2


# Calls


def test_an_abandoned_call_has_no_outcome(play: Play) -> None:
    """None, at once; what comes later is dropped."""

    async def scene() -> None:
        call = Call[str]()
        going = strand(call)
        call.abandon()
        assert going.done()
        call.resolve("late")
        assert await going is None

    play(scene())


def test_a_task_that_is_cancelled_abandons_its_call(play: Play) -> None:
    """And is cancelled all the same; a limit of time too."""

    async def scene() -> None:
        call = Call[str]()
        task = await in_a_task(call)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert call.cancelled()
        call.resolve("late")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await Call[str]()

    play(scene())


def test_a_call_whose_task_is_cancelled_twice_is_abandoned_once(play: Play) -> None:
    """Nothing is stuck."""

    async def scene() -> None:
        abandoned = 0

        class Counted(Call[str]):
            __slots__ = ()

            def _leave(self) -> None:
                nonlocal abandoned
                abandoned += 1

        task = await in_a_task(Counted())
        task.cancel()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert abandoned == 1

    play(scene())


def test_log_lines_are_about_the_strand_that_runs(play: Play) -> None:
    """Its own subject or its maker's, in every turn, and nobody's when none runs, whatever went wrong."""

    async def scene() -> None:
        seen, laters = list[object](), [Later[int]() for _ in range(3)]

        def note() -> None:
            strand = running()
            seen.append(strand.about if strand else None)

        async def look(later: Later[int]) -> None:
            note()
            await later
            note()
            raise ZeroDivisionError

        async def outer() -> None:
            await Strand(look(laters[0]))

        subjects = [("request_id", "a"), ("job", 1), None]
        strands = [
            Strand(outer(), ("request_id", "a")),
            Strand(look(laters[1]), ("job", 1)),
            Strand(look(laters[2])),
        ]
        assert seen == subjects
        for later in laters:
            later.resolve(1)
            assert running() is None
        assert seen == subjects * 2
        for strand in strands:
            with pytest.raises(ZeroDivisionError):
                await strand

    play(scene())
