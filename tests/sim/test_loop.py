"""The loop of the simulation: virtual time, and lives that end in the middle of anything."""

import asyncio
import itertools
from collections.abc import Iterator

import anyio
import pytest

from slovomat.simulation.dice import Dice
from slovomat.simulation.loop import Life, StuckError, VirtualLoop


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    """One of a fixed seed."""
    made = VirtualLoop(Dice(1, "loop"))
    yield made
    made.bury()


async def ticks(told: list[str], name: str) -> None:
    """Tells its name every second, and would tell of its end."""
    try:
        for _ in itertools.count():
            await anyio.sleep(1)
            told.append(name)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.sleep(1)
            told.append(f"{name} has ended")


def test_time_is_virtual(loop: VirtualLoop) -> None:
    """A day passes at once, and the timers of one instant come in an order of the seed."""
    loop.run_until_complete(asyncio.sleep(86_400))
    assert 86_400 <= loop.time() < 86_401


def test_the_dead_do_nothing_more(loop: VirtualLoop) -> None:
    """Not even what stands in a finally."""
    told: list[str] = []
    life = Life("a")

    async def main() -> None:
        loop.spawn(life, ticks(told, "a"))
        await asyncio.sleep(2.5)
        life.die()
        await asyncio.sleep(10)

    loop.run_until_complete(main())
    assert told == ["a", "a"]


def test_the_stopped_go_on(loop: VirtualLoop) -> None:
    """What was due meanwhile comes at once, in its order; time has passed without them."""
    told: list[str] = []
    life = Life("a")

    async def main() -> None:
        loop.spawn(life, ticks(told, "a"))
        await asyncio.sleep(1.5)
        life.stop()
        await asyncio.sleep(10)
        assert told == ["a"]
        life.go_on(loop)
        await asyncio.sleep(0.5)
        assert told == ["a", "a"]

    loop.run_until_complete(main())


def test_a_cancelled_timer_stays_cancelled_over_a_stop(loop: VirtualLoop) -> None:
    """A wait that ended before its limit does not meet the limit when the process goes on."""
    told: list[str] = []
    life = Life("a")
    bell = asyncio.Event()

    async def waits() -> None:
        async with asyncio.timeout(1.0):
            await bell.wait()
        told.append("heard")

    async def main() -> None:
        loop.spawn(life, waits())
        await asyncio.sleep(0.1)
        bell.set()
        life.stop()
        await asyncio.sleep(5)
        life.go_on(loop)
        await asyncio.sleep(0.1)

    loop.run_until_complete(main())
    assert told == ["heard"]


def test_a_deadlock_is_told(loop: VirtualLoop) -> None:
    """Nothing is ready, and nothing ever will be."""
    with pytest.raises(StuckError, match="no timer"):
        loop.run_until_complete(asyncio.Event().wait())


def test_a_loop_without_end_is_told(loop: VirtualLoop) -> None:
    """Callbacks that follow each other while time stands still."""

    async def spins() -> None:
        for _ in itertools.count():
            await asyncio.sleep(0)

    with pytest.raises(StuckError, match="without end"):
        loop.run_until_complete(spins())


def test_a_task_that_fails_is_told(loop: VirtualLoop) -> None:
    """Though nobody waits for it."""
    told: list[BaseException] = []
    loop.on_bug = told.append

    async def fails() -> None:
        raise LookupError("a bug")

    async def main() -> None:
        loop.create_task(fails())
        await asyncio.sleep(1)

    loop.run_until_complete(main())
    assert [str(error) for error in told] == ["a bug"]


def test_dice_of_one_purpose_do_not_shift_another() -> None:
    """Each purpose of a seed has a stream of its own."""
    first, again, other = Dice(7, "a"), Dice(7, "a"), Dice(7, "b")
    assert [first.below(100) for _ in range(9)] == [again.below(100) for _ in range(9)]
    assert [first.throw() for _ in range(3)] != [other.throw() for _ in range(3)]
    assert len(first.bytes(5)) == 5
