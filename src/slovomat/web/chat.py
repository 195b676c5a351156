"""The handler of chat completions: plain and streamed, first answers and repeats."""

import msgspec

from slovomat.dialects import openai_answer
from slovomat.dialects.calls import Action, Answer, ChatCall, Terms
from slovomat.dialects.json_body import idempotency_key
from slovomat.dialects.openai_chat import DIALECT
from slovomat.domain.caller import Caller
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import Accepted, ChatRequest, Idempotency, StoredAnswer
from slovomat.usecases.admit import fingerprint
from slovomat.usecases.generate import Gone
from slovomat.usecases.retries import unavailable
from slovomat.web import headers
from slovomat.web.desk import Desk
from slovomat.web.exchange import ClientGoneError, Exchange
from slovomat.web.sse import EventStream


class _Order(msgspec.Struct, frozen=True):
    """An accepted call on its way: who waits, for what, and the headers that are known already."""

    exchange: Exchange
    caller: Caller
    request: ChatRequest
    accepted: Accepted
    headers: bytes

    def headers_charged(self) -> bytes:
        """The headers while the price is taken."""
        accepted = self.accepted
        return self.headers + headers.of_charge(accepted.balance_requests, accepted.charged_requests)


class Chat:
    """`POST /v1/chat/completions`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._services = desk.services
        self._terms = desk.terms(DIALECT)

    async def __call__(self, exchange: Exchange) -> None:
        """Key first, so that strangers are not read; then the body, then the money."""
        caller = await self._desk.bearer(exchange, DIALECT)
        if isinstance(caller, Refusal):
            self._refuse(exchange, caller)
            return
        request = await self._read(exchange)
        if isinstance(request, Refusal):
            self._refuse(exchange, request)
            return
        gate = self._services.gate
        visit = gate.enter(exchange.client, len(request.body_rest))
        try:
            if gate.has_slots:
                await gate.take_slot(visit, caller.account_id)
            await self._serve(exchange, caller, request, self._unavailable() or visit.refusal)
        finally:
            gate.leave(visit)

    def _unavailable(self) -> Refusal | None:
        """Why nobody's text can be generated now."""
        readiness = self._services.upstream.readiness()
        return None if readiness.ready else unavailable(readiness)

    async def _read(self, exchange: Exchange) -> ChatRequest | Refusal:
        body = await self._desk.body(exchange)
        if isinstance(body, Refusal):
            return body
        key = idempotency_key(exchange.header(b"idempotency-key"))
        if isinstance(key, Refusal):
            return key
        call = DIALECT.parse_chat(body, self._terms, self._services.modes)
        if isinstance(call, Refusal):
            return call
        mark = None if key is None else Idempotency(key, fingerprint(DIALECT.name, body))
        return self._request(call, self._terms, mark)

    def _request(self, call: ChatCall, terms: Terms, mark: Idempotency | None) -> ChatRequest:
        return ChatRequest(
            dialect=DIALECT.name,
            price_requests=terms.price_requests,
            body_rest=call.body_rest,
            stream=call.stream,
            mode=self._services.modes.ref(call.mode) if call.mode else None,
            cut_chars=call.cut_chars,
            idempotency=mark,
        )

    async def _serve(
        self, exchange: Exchange, caller: Caller, request: ChatRequest, closed: Refusal | None
    ) -> None:
        admitted = await self._services.admission.hold(caller, request, closed)
        known = headers.of_window(admitted.window) + headers.of_cut(request.cut_chars)
        match admitted.result:
            case Refusal() as refusal:
                self._refuse(exchange, refusal, known)
            case StoredAnswer() as stored:
                balance = await self._services.admission.balance(caller)
                known += headers.of_charge(balance, 0) + headers.REPLAYED
                self._desk.answer(exchange, _as_stored(stored), known)
            case Accepted() as accepted:
                order = _Order(exchange, caller, request, accepted, known)
                await (self._stream(order) if request.stream else self._plain(order))

    async def _plain(self, order: _Order) -> None:
        def render(body: bytes) -> bytes:
            return openai_answer.plain(body, self._frame(order.exchange))

        outcome = await self._services.generator.plain(
            order.request, order.accepted, order.exchange.client, render
        )
        match outcome:
            case StoredAnswer():
                self._desk.answer(order.exchange, _as_stored(outcome), order.headers_charged())
            case Refusal():
                await self._give_back(order, outcome)
            case Gone():
                raise ClientGoneError

    def _frame(self, exchange: Exchange) -> openai_answer.Frame:
        return openai_answer.Frame(
            id=f"chatcmpl-{exchange.request_id}",
            created_s=self._services.env.now_ms() // 1000,
            model=self._services.upstream.model,
            shown_model=self._terms.hide_model,
        )

    async def _stream(self, order: _Order) -> None:
        async def refuse(refusal: Refusal) -> None:
            await self._give_back(order, refusal)

        def error_body(refusal: Refusal) -> bytes:
            return DIALECT.error_body(refusal, self._desk.voice(order.exchange), self._terms)

        sink = EventStream(
            order.exchange,
            self._desk.headers(order.exchange, order.headers_charged()),
            frame=self._frame(order.exchange),
            keep=order.request.idempotency is not None,
            clock=self._services.env.monotonic_s,
            refuse=refuse,
            error_body=error_body,
        )
        self._services.gate.streams.add(sink)
        try:
            await self._services.generator.stream(order.request, order.accepted, order.exchange.client, sink)
        finally:
            self._services.gate.streams.discard(sink)
            sink.let_go()

    async def _give_back(self, order: _Order, refusal: Refusal) -> None:
        """Tells of a failure, and of the balance to which the price went back."""
        balance = await self._services.admission.balance(order.caller)
        self._refuse(order.exchange, refusal, order.headers + headers.of_charge(balance, 0))

    def _refuse(self, exchange: Exchange, refusal: Refusal, known: bytes = b"") -> None:
        self._desk.refuse(exchange, DIALECT, refusal, Action.CHAT, known)


def _as_stored(stored: StoredAnswer) -> Answer:
    return Answer(stored.status, stored.body, stored.content_type.encode())
