"""The handlers of the job dialects: create, poll, balance."""

from slovomat.dialects.calls import Action, CreateCall, JobDialect
from slovomat.dialects.json_body import idempotency_key
from slovomat.domain.caller import Caller
from slovomat.domain.ids import GenerationId
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, Idempotency, JobRequest, StoredAnswer
from slovomat.usecases.admit import fingerprint
from slovomat.usecases.retries import unavailable
from slovomat.web import headers
from slovomat.web.desk import Desk
from slovomat.web.exchange import Exchange


class JobAPI:
    """One dialect's three calls."""

    def __init__(self, desk: Desk, dialect: JobDialect) -> None:
        self._desk = desk
        self._services = desk.services
        self._dialect = dialect
        self._terms = desk.terms(dialect)

    async def create(self, exchange: Exchange) -> None:
        """Queues a generation; the answer leaves after the commit."""
        call = await self._read_create(exchange)
        if isinstance(call, Refusal):
            await self._refuse(exchange, call, Action.CREATE_JOB)
            return
        caller = await self._desk.caller(exchange, self._dialect, call.key)
        refusal = caller if isinstance(caller, Refusal) else self._closed()
        if refusal is not None or isinstance(caller, Refusal):
            await self._refuse(exchange, refusal or Refusal(code=Code.INTERNAL), Action.CREATE_JOB)
            return
        await self._hold(exchange, caller, call)

    async def poll(self, exchange: Exchange) -> None:
        """Tells how a job stands. Free."""
        body = await self._desk.body(exchange)
        call = body if isinstance(body, Refusal) else self._dialect.form.parse_poll(body, self._terms)
        if isinstance(call, Refusal):
            await self._refuse(exchange, call, Action.POLL_JOB)
            return
        caller = await self._desk.caller(exchange, self._dialect, call.key)
        refusal = caller if isinstance(caller, Refusal) else self._services.admission.poll(caller)
        if refusal is None and isinstance(caller, Caller):
            view = await self._services.store.find_job(caller.account_id, GenerationId(call.id))
            if view is not None:
                answer = self._dialect.polled(view, self._desk.voice(exchange), self._terms)
                await self._desk.answer(exchange, answer, [])
                return
        await self._refuse(exchange, refusal or Refusal(code=Code.REQUEST_UNKNOWN), Action.POLL_JOB)

    async def balance(self, exchange: Exchange) -> None:
        """Tells what the key can spend. Free."""
        body = await self._desk.body(exchange)
        call = body if isinstance(body, Refusal) else self._dialect.form.parse_balance(body, self._terms)
        if isinstance(call, Refusal):
            await self._refuse(exchange, call, Action.BALANCE)
            return
        caller = await self._desk.caller(exchange, self._dialect, call.key)
        refusal = caller if isinstance(caller, Refusal) else self._services.admission.asks_balance(caller)
        if refusal is not None or isinstance(caller, Refusal):
            await self._refuse(exchange, refusal or Refusal(code=Code.INTERNAL), Action.BALANCE)
            return
        requests = await self._services.admission.balance(caller)
        await self._desk.answer(exchange, self._dialect.balance(requests, self._terms), [])

    async def _read_create(self, exchange: Exchange) -> CreateCall | Refusal:
        body = await self._desk.body(exchange)
        if isinstance(body, Refusal):
            return body
        return self._dialect.form.parse_create(body, self._terms, self._services.modes)

    def _closed(self) -> Refusal | None:
        """Why no job is taken now, whoever asks."""
        readiness = self._services.upstream.readiness()
        if not readiness.ready:
            return unavailable(readiness)
        if self._services.queue.full or self._services.gate.closed:
            return Refusal(code=Code.OVERLOADED)
        return None

    async def _hold(self, exchange: Exchange, caller: Caller, call: CreateCall) -> None:
        request = self._request(exchange, call)
        if isinstance(request, Refusal):
            await self._refuse(exchange, request, Action.CREATE_JOB)
            return
        admitted = await self._services.admission.hold(caller, request)
        extra = headers.of_window(admitted.window)
        match admitted.result:
            case Refusal() as refusal:
                await self._desk.refuse(exchange, self._dialect, refusal, Action.CREATE_JOB, extra)
            case Accepted() as accepted:
                extra += headers.of_cut(call.cut_chars)
                if accepted.replayed:
                    balance = await self._services.admission.balance(caller)
                    extra += [*headers.of_charge(balance, 0), (b"idempotent-replayed", b"true")]
                else:
                    self._services.queue.added()
                    extra += headers.of_charge(accepted.balance_requests, accepted.charged_requests)
                await self._desk.answer(exchange, self._dialect.created(accepted, self._terms), extra)
            case StoredAnswer():
                raise AssertionError("a job's answer is its id: none is stored")

    def _request(self, exchange: Exchange, call: CreateCall) -> JobRequest | Refusal:
        chosen = idempotency_key(exchange.header(b"idempotency-key"))
        if isinstance(chosen, Refusal):
            return chosen
        key = call.idempotency_key if chosen is None else chosen
        mode = self._services.modes.ref(call.mode)
        if mode is None:
            raise AssertionError("the dialect has checked the mode")
        said = fingerprint(self._dialect.name, call.mode, call.given)
        return JobRequest(
            dialect=self._dialect.name,
            price_requests=self._terms.price_requests,
            mode=mode,
            text=call.text,
            cut_chars=call.cut_chars,
            idempotency=None if key is None else Idempotency(key, said),
        )

    async def _refuse(self, exchange: Exchange, refusal: Refusal, action: Action) -> None:
        await self._desk.refuse(exchange, self._dialect, refusal, action)
