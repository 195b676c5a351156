"""The handlers of the job dialects: create, poll, balance."""

from slovomat.dialects.calls import Action, Answer, CreateCall
from slovomat.dialects.job_form import JobDialect
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
        told, block = await self._create(exchange)
        self._tell(exchange, told, Action.CREATE_JOB, block)

    async def poll(self, exchange: Exchange) -> None:
        """Tells how a job stands. Free."""
        self._tell(exchange, await self._poll(exchange), Action.POLL_JOB, b"")

    async def balance(self, exchange: Exchange) -> None:
        """Tells what the key can spend. Free."""
        self._tell(exchange, await self._balance(exchange), Action.BALANCE, b"")

    async def _create(self, exchange: Exchange) -> tuple[Answer | Refusal, bytes]:
        body = await self._desk.body(exchange)
        if isinstance(body, Refusal):
            return body, b""
        call = self._dialect.form.parse_create(body, self._terms, self._services.modes)
        if isinstance(call, Refusal):
            return call, b""
        caller = await self._desk.caller(exchange, self._dialect, call.key)
        if isinstance(caller, Refusal):
            return caller, b""
        request = self._request(exchange, call)
        if isinstance(request, Refusal):
            return request, b""
        return await self._hold(caller, request)

    async def _poll(self, exchange: Exchange) -> Answer | Refusal:
        body = await self._desk.body(exchange)
        if isinstance(body, Refusal):
            return body
        call = self._dialect.form.parse_poll(body, self._terms)
        if isinstance(call, Refusal):
            return call
        caller = await self._desk.caller(exchange, self._dialect, call.key)
        if isinstance(caller, Refusal):
            return caller
        if refusal := await self._services.admission.poll(caller):
            return refusal
        view = await self._services.store.find_job(caller.account_id, GenerationId(call.id))
        if view is None or view.pruned:
            return Refusal(code=Code.REQUEST_UNKNOWN if view is None else Code.RESULT_PRUNED)
        return self._dialect.polled(view, self._desk.voice(exchange), self._terms)

    async def _balance(self, exchange: Exchange) -> Answer | Refusal:
        body = await self._desk.body(exchange)
        if isinstance(body, Refusal):
            return body
        call = self._dialect.form.parse_balance(body, self._terms)
        if isinstance(call, Refusal):
            return call
        caller = await self._desk.caller(exchange, self._dialect, call.key)
        if isinstance(caller, Refusal):
            return caller
        if not caller.key.reads_balance:
            return Refusal(code=Code.KEY_FORBIDS, names={"what": "balance"})
        if refusal := await self._services.admission.asks_balance(caller):
            return refusal
        return self._dialect.balance(await self._services.admission.balance(caller), self._terms)

    def _closed(self) -> Refusal | None:
        """Why no job is taken now, whoever asks."""
        readiness = self._services.upstream.readiness()
        if not readiness.ready:
            return unavailable(readiness)
        if self._services.gate.closed:
            return Refusal(code=Code.DRAINING)
        if self._services.queue.full:
            return Refusal(code=Code.OVERLOADED)
        return None

    async def _hold(self, caller: Caller, request: JobRequest) -> tuple[Answer | Refusal, bytes]:
        admitted = await self._services.admission.hold(caller, request, self._closed())
        block = headers.of_window(admitted.window)
        match admitted.result:
            case Refusal() as refusal:
                return refusal, block
            case Accepted() as accepted:
                block += headers.of_cut(request.cut_chars)
                if accepted.replayed:
                    balance = await self._services.admission.balance(caller)
                    block += headers.of_charge(balance, 0) + headers.REPLAYED
                else:
                    self._services.queue.added()
                    block += headers.of_charge(accepted.balance_requests, accepted.charged_requests)
                return self._dialect.created(accepted, self._terms), block
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

    def _tell(self, exchange: Exchange, told: Answer | Refusal, action: Action, block: bytes) -> None:
        if isinstance(told, Refusal):
            self._desk.refuse(exchange, self._dialect, told, action, block)
        else:
            self._desk.answer(exchange, told, block)
