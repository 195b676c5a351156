"""The customers: they submit, poll, chat, stream, leave early, and repeat what they did not hear of."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from slovomat.domain.generation import JobView
from slovomat.domain.ids import GenerationId
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import Accepted, ChatRequest, Idempotency, JobRequest, StoredAnswer
from slovomat.ports.store import StoreUnavailableError
from slovomat.simulation.composition import PRICE_REQUESTS
from slovomat.simulation.counter import Counter, Direct, departure
from slovomat.simulation.inbox import Inbox
from slovomat.simulation.node import Node, World
from slovomat.simulation.promises import Call, Key, Promises
from slovomat.usecases.admit import fingerprint
from slovomat.usecases.departure import Departure

T = TypeVar("T")
_MODE = "chat"
_DIALECT = "textbot"


@dataclass(slots=True)
class _Words:
    """A call that can be repeated: what it says, under which key."""

    key: Key
    mark: str
    tag: int
    kind: str


@dataclass(slots=True)
class _Customer:
    """An account, its keys, and what it remembers."""

    account: int
    keys: list[Key] = field(default_factory=list)
    jobs: list[GenerationId] = field(default_factory=list)
    marked: list[_Words] = field(default_factory=list)


class Customers:
    """All of them. Each method begins one thing that a customer does."""

    def __init__(self, world: World, nodes: Sequence[Node], promises: Promises) -> None:
        self._world = world
        self._dice = world.dice
        self._nodes = nodes
        self._promises = promises
        self.accounts: defaultdict[int, _Customer] = defaultdict(lambda: _Customer(0))
        self.busy: set[asyncio.Task[None]] = set()

    def add_key(self, key: Key) -> None:
        """A customer takes a key."""
        customer = self.accounts[key.account]
        customer.account = key.account
        customer.keys.append(key)

    def submits(self) -> None:
        """A new job, sometimes under an idempotency key."""
        self._begin("job")

    def chats(self) -> None:
        """A plain direct call."""
        self._begin("plain")

    def streams(self) -> None:
        """A streamed one."""
        self._begin("stream")

    def repeats(self) -> None:
        """A call under an idempotency key once more; seldom with other words."""
        customer = self._anyone()
        if not customer.marked:
            self.submits()
            return
        words = self._dice.pick(customer.marked[-4:])
        self._begin_call(words, other_words=self._dice.happens(0.05))

    def polls(self) -> None:
        """The state of an own job; seldom of another's."""
        customer = self._anyone()
        owner = self._anyone() if self._dice.happens(0.1) else customer
        if owner.jobs:
            job = self._dice.pick(owner.jobs[-8:] if self._dice.happens(0.7) else owner.jobs)
            self.spawn(self._poll(self._dice.pick(customer.keys), job, owner is customer))

    def asks_balance(self) -> None:
        """What is left."""
        self.spawn(self._balance(self._dice.pick(self._anyone().keys)))

    def _begin(self, kind: str) -> None:
        customer = self._anyone()
        key = customer.keys[-1] if self._dice.happens(0.8) else self._dice.pick(customer.keys)
        tag = len(self._promises.calls)
        words = _Words(key, f"mark-{tag}" if self._dice.happens(0.4) else "", tag, kind)
        if words.mark:
            customer.marked.append(words)
        self._begin_call(words)

    def _begin_call(self, words: _Words, other_words: bool = False) -> None:
        number, mark = len(self._promises.calls), words.mark or None
        call = Call(number, words.tag, words.key, mark, self._world.loop.now_s)
        self._promises.calls.append(call)
        said = f"call-{words.tag}-" + ("other" if other_words else "")
        asked = None if mark is None else Idempotency(mark, fingerprint(words.kind, said))
        self._tell(call, f"{words.kind} {said} {words.mark}".rstrip())
        if words.kind == "job":
            self.spawn(self._submit(call, said, asked))
        else:
            self.spawn(self._chat(call, said, asked, words.kind == "stream"))

    def _anyone(self) -> _Customer:
        return self.accounts[self._dice.pick(sorted(self.accounts))]

    def spawn(self, doing: Coroutine[Any, Any, None]) -> None:
        """Something outside the nodes goes on by itself; a run waits for its end."""
        task = self._world.loop.create_task(doing)
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)

    async def _submit(self, call: Call, said: str, asked: Idempotency | None) -> None:
        mode = self._world.modes.ref(_MODE)
        assert mode is not None  # noqa: S101 - the packaged one
        request = JobRequest(
            dialect=_DIALECT,
            price_requests=PRICE_REQUESTS,
            mode=mode,
            text=said,
            cut_chars=call.number,
            idempotency=asked,
        )

        async def create(counter: Counter) -> Accepted | Refusal:
            told = await counter.create(call.key.key, request)
            if isinstance(told, Accepted):
                self._promises.accepted(call, told)
                self._tell(call, f"job {told.id}" + (" again" if told.replayed else ""))
            else:
                self._promises.refused(call)
                self._tell(call, told.code)
            return told

        told = await self._ask(call, create)
        if isinstance(told, Accepted) and not told.replayed:
            self.accounts[call.key.account].jobs.append(told.id)

    async def _chat(self, call: Call, said: str, asked: Idempotency | None, stream: bool) -> None:
        request = ChatRequest(
            dialect="openai",
            price_requests=PRICE_REQUESTS,
            body_rest=said.encode(),
            stream=stream,
            mode=None,
            cut_chars=call.number,
            idempotency=asked,
        )
        client = departure()
        inbox = Inbox(self._world.loop, self._dice, client)

        def sink(hold: Accepted) -> Inbox:
            inbox.on_whole = lambda: self._promises.whole(call, hold, inbox.body())
            return inbox

        async def chat(counter: Counter) -> Direct:
            told = await counter.chat(call.key.key, request, client, sink)
            self._heard(call, told, inbox)
            return told

        await self._ask(call, chat, client)

    def _heard(self, call: Call, direct: Direct, inbox: Inbox) -> None:
        """What a direct call came to, when its handler returns."""
        match direct:
            case Direct(hold=None, told=StoredAnswer() as answer):
                self._promises.repeated(call, answer)
                self._tell(call, "the first answer")
            case Direct(hold=None):
                self._promises.refused(call)
                self._tell(call, "refused")
            case Direct(hold=Accepted() as hold, told=StoredAnswer() as answer):
                self._promises.whole(call, hold, answer.body)
                self._tell(call, f"answer {hold.id}")
            case Direct(hold=Accepted() as hold, told=None):
                self._streamed(call, hold, inbox)
            case Direct(hold=Accepted() as hold):
                self._promises.free(call, hold)
                self._tell(call, f"failure {hold.id}")

    def _streamed(self, call: Call, hold: Accepted, inbox: Inbox) -> None:
        if inbox.ended != "whole":
            if inbox.ended is None and inbox.delivered and call.mark is None:
                self._promises.left_with_a_piece(call, hold)
            else:
                self._promises.free(call, hold)
        self._tell(call, f"stream {hold.id} {inbox.ended or 'left'} after {inbox.delivered}")

    async def _poll(self, key: Key, job: GenerationId, own: bool) -> None:
        async def poll(counter: Counter) -> JobView | Refusal:
            told = await counter.poll(key.key, _DIALECT, job)
            if own or key.account == self._promises.jobs[job].key.account:
                self._promises.polled(job, told)
            elif isinstance(told, JobView):
                self._promises.fail("told_anothers_job", f"account {key.account}: job {job}")
            state = told.code if isinstance(told, Refusal) else told.state
            self._world.history.tell("customer", f"job {job}: {state}")
            return told

        await self._ask(None, poll)

    async def _balance(self, key: Key) -> None:
        async def balance(counter: Counter) -> int | Refusal:
            told = await counter.balance(key.key)
            if isinstance(told, int):
                self._promises.balance(key, told)
                self._world.history.tell("customer", f"account {key.account}: {told} left")
            return told

        await self._ask(None, balance)

    async def _ask(
        self,
        call: Call | None,
        work: Callable[[Counter], Coroutine[Any, Any, T]],
        client: Departure | None = None,
    ) -> T | None:
        """Goes to a node, waits as long as the patience lasts; None when nothing was heard."""
        world = self._world
        await asyncio.sleep(world.weather.travel_s())
        node = self._dice.pick(self._nodes)
        if not node.open or node.counter is None or world.weather.loses_message():
            return None
        answer: asyncio.Future[T] = world.loop.create_future()

        async def handle(counter: Counter) -> None:
            try:
                told = await work(counter)
            except StoreUnavailableError:
                if call is not None:
                    self._promises.refused(call)
                    self._tell(call, "unavailable")
                return
            if not world.weather.loses_message():
                world.loop.call_later(world.weather.travel_s(), _settle, answer, told)

        handler = world.loop.spawn(node.life, handle(node.counter))
        await asyncio.wait([answer], timeout=self._patience_s())
        if answer.done():
            return answer.result()
        if client is not None and not handler.done():
            leave = world.composition.leave
            world.loop.call_soon(leave, client, handler, context=node.life.context)
        return None

    def _patience_s(self) -> float:
        return self._dice.between(0.0, 1.0 if self._dice.happens(0.3) else 20.0)

    def _tell(self, call: Call, what: str) -> None:
        self._world.history.tell("customer", f"call {call.number}: {what}")


def _settle(answer: "asyncio.Future[T]", told: T) -> None:
    if not answer.done():
        answer.set_result(told)
