"""Customers at work: they create and poll jobs, chat, stream, ask for their balance, and note the answers."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import count

from faults.bank.line import Line, Told
from faults.bank.notes import PRICE, Account, Job, Notes
from faults.upstream import answer_to

_AGAIN_S = 0.1
PATIENCE_S = 90
"""A call under a key has its answer within this, faults or not."""
_FINAL = ("completed", "failed")


class Customer:
    """One caller of an account; several share one."""

    def __init__(
        self, account: Account, line: Line, notes: Notes, numbers: "count[int]", chance: random.Random
    ) -> None:
        self._account = account
        self._line = line
        self._notes = notes
        self._numbers = numbers
        self._chance = chance

    async def work(self, closing: asyncio.Event, pause_s: float) -> None:
        """One call after another until the bank closes."""
        calls = (self.create, self.create, self.poll, self.poll, self.chat, self.stream, self.balance)
        while not closing.is_set():
            await self._chance.choice(calls)()
            await asyncio.sleep(self._chance.random() * 2 * pause_s)

    async def create(self) -> None:
        """A job of either dialect."""
        text, mark = self._new("job")
        told = await self._insist(lambda: self._submit(text, mark), mark)
        if told is not None and told.status == 200:
            job = int(told.body.get("request_id") or told.body["id"])
            known = job in self._account.jobs
            self._notes.check(not known, f"two creates were told the same id {job}")
            self._account.jobs[job] = Job(text)
            self._notes.counts["jobs"] += 1

    async def _submit(self, text: str, mark: str) -> Told | None:
        if text[-1] in "02468":
            return await self._line.textbot("generate_response", mark, mode="chat", input_text=text)
        return await self._line.chatinfo("create_request", mark, content=text)

    async def chat(self) -> None:
        """A plain chat call."""
        text, mark = self._new("chat")
        told = await self._insist(lambda: self._line.chat(text, mark), mark)
        if told is not None and told.status == 200:
            said = told.body["choices"][0]["message"]["content"]
            self._notes.check(said == answer_to(text), f"the chat «{text}» was answered {said!r}")
            self._account.told += 1
            self._notes.counts["chats"] += 1

    async def stream(self) -> None:
        """A streamed one; whoever has no key leaves now and then."""
        text, mark = self._new("stream")
        leaves = not mark and self._chance.random() < 0.2
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            ended = await self._line.stream(text, mark, leaves=leaves)
            if ended and ended[0] == "whole":
                self._notes.check(
                    ended[1].strip() == answer_to(text), f"the stream «{text}» said {ended[1]!r}"
                )
                self._account.told += 1
                self._notes.counts["streams"] += 1
                return
            if ended and ended[0] == "refused":
                self._notes.check(ended[1] != "500", f"500 to the stream «{text}»")
            if not mark:
                self._account.unknown += ended is None
                return
            if not self._notes.check(
                asyncio.get_running_loop().time() < end, f"no end of the stream «{text}»"
            ):
                self._account.unknown += 1
                return
            await asyncio.sleep(_AGAIN_S)

    async def balance(self) -> None:
        """Neither less than was begun, nor more than what is known to be paid leaves."""
        known = self._account.charged
        told = await self._line.textbot("balance")
        if told is None or told.status != 200:
            return
        left, account = int(told.body["balance"]), self._account
        most = account.credit - PRICE * known
        least = account.credit - PRICE * account.begun
        self._notes.check(least <= left <= most, f"a balance of {left}, not from {least} to {most}")
        self._notes.counts["balances"] += 1

    async def poll(self) -> None:
        """How one of the account's jobs stands."""
        if self._account.jobs:
            recent = list(self._account.jobs)[-200:]
            await self.look(self._chance.choice(recent))

    async def look(self, number: int) -> bool:
        """Notes a job's state; whether it is final. Nobody's job is ever unknown, nor a final state left."""
        told = await self._line.textbot("status", request_id=number)
        if told is None or told.status >= 500 or told.status == 429:
            self._notes.check(told is None or told.status != 500, f"a poll of job {number}: {told}")
            return False
        job = self._account.jobs[number]
        if not self._notes.check(told.status == 200, f"job {number} is unknown: {told.status} {told.body}"):
            return True
        self._notes.counts["polls"] += 1
        if job.final is not None:
            same = told.body == job.final
            self._notes.check(same, f"job {number} was {job.final}, and is {told.body}")
        elif told.body["status"] in _FINAL:
            job.final = told.body
            right = not job.completed or told.body["result"] == answer_to(job.text)
            self._notes.check(right, f"job {number}, «{job.text}», says {told.body}")
        return job.final is not None

    def _new(self, kind: str) -> tuple[str, str]:
        number = next(self._numbers)
        self._account.begun += 1
        return f"{kind} {number}", f"{kind}-{number}" if self._account.keyed else ""

    async def _insist(self, call: Callable[[], Awaitable[Told | None]], mark: str) -> Told | None:
        """Under a key the call is repeated until it is done; without one, its outcome may stay unknown."""
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            told = await call()
            if told is not None:
                self._notes.check(told.status != 500, f"500: {told.body}")
            if not mark:
                self._account.unknown += told is None
                return told
            if told is not None and told.status == 200:
                return told
            again = told is None or told.status in (409, 429) or told.status >= 500
            if not self._notes.check(again, f"{mark}: {told}"):
                return told
            if not self._notes.check(asyncio.get_running_loop().time() < end, f"no answer to {mark}: {told}"):
                self._account.unknown += 1
                return None
            await asyncio.sleep(_AGAIN_S)


async def beg(line: Line, notes: Notes, closing: asyncio.Event) -> None:
    """Somebody who cannot pay tries all the time, and must never get through."""
    for number in count():
        if closing.is_set():
            return
        told = await line.chat(f"poor {number}")
        if told is not None:
            notes.check(told.status >= 400, f"a call was served without money: {told}")
        await asyncio.sleep(0.5)
