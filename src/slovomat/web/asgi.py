"""The entry: one table of the API's routes, the service's own paths, and the pages for the rest."""

import itertools
from collections.abc import Awaitable, Callable
from typing import cast

import structlog

from slovomat.dialects.calls import Action, Dialect
from slovomat.dialects.job_form import JobDialect
from slovomat.dialects.openai_chat import DIALECT as OPENAI
from slovomat.dialects.registry import all_dialects
from slovomat.domain.refusal import Code, Refusal
from slovomat.later import Strand
from slovomat.logs import subject
from slovomat.ports.store import StoreUnavailableError
from slovomat.usecases.departure import Deadlines, Departure
from slovomat.web import headers
from slovomat.web.asgi_exchange import ASGIExchange, Message, Receive, Scope, Send
from slovomat.web.chat import Chat
from slovomat.web.desk import Desk
from slovomat.web.direct import Connection, DirectExchange
from slovomat.web.exchange import ClientGoneError, Exchange
from slovomat.web.heads import Head
from slovomat.web.job_api import JobAPI
from slovomat.web.models import Models
from slovomat.web.protocol import FAULT
from slovomat.web.proxies import Proxies

Handler = Callable[[Exchange], Awaitable[None]]
Pages = Callable[[Scope, Receive, Send], Awaitable[None]]


class _Endpoint:
    """A path of a dialect: its handlers by method."""

    __slots__ = ("dialect", "handlers", "name")

    def __init__(self, dialect: Dialect, name: str) -> None:
        self.dialect = dialect
        self.name = name
        self.handlers: dict[str, Handler] = {}


class Entry:
    """The ASGI application."""

    def __init__(self, desk: Desk, pages: Pages, health: dict[str, Handler]) -> None:
        self._desk = desk
        self._services = desk.services
        self._pulse, self._metrics = desk.services.pulse, desk.services.metrics
        self._clock = desk.services.env.monotonic_s
        self._access_log = desk.services.settings.access_log
        self._pages = pages
        self._health = health
        self._exact: dict[str, _Endpoint] = {}
        self._below: dict[str, _Endpoint] = {}
        self._prefixes = sorted(all_dialects(), key=lambda dialect: -len(dialect.prefix))
        self._deadlines = Deadlines(desk.services.settings.request_timeout_s)
        # Unique without a draw of chance a request: a random start, then a count.
        self._id_prefix = f"req_{desk.services.env.random_bytes(8).hex()}"
        self._numbers = itertools.count(1)
        self._proxies = Proxies(desk.services.settings.trusted_proxies)
        self.taken = 0
        desk.services.metrics.show("slovomat_http_direct", "Requests taken without ASGI", lambda: self.taken)
        self._log = structlog.get_logger("slovomat")
        for dialect in all_dialects():
            self._add(dialect)

    def _add(self, dialect: Dialect) -> None:
        handlers = self._handlers(dialect)
        for route in dialect.routes:
            table, path = self._exact, route.path
            if path.endswith("/*"):
                table, path = self._below, path.removesuffix("*")
            endpoint = table.setdefault(path, _Endpoint(dialect, route.path))
            endpoint.handlers[route.method] = handlers[route.action]

    def _handlers(self, dialect: Dialect) -> dict[Action, Handler]:
        if dialect is OPENAI:
            models = Models(self._desk)
            return {Action.CHAT: Chat(self._desk), Action.MODELS: models.all, Action.MODEL: models.one}
        jobs = JobAPI(self._desk, cast("JobDialect", dialect))
        return {Action.CREATE_JOB: jobs.create, Action.POLL_JOB: jobs.poll, Action.BALANCE: jobs.balance}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request over ASGI. Pages see only what no dialect and no health path claims."""
        if scope["type"] != "http":
            return
        exchange = ASGIExchange(scope, receive, self._next_id(), Departure(self._deadlines))
        exchange.address = self._proxies.client_of(exchange.address, scope["headers"])
        endpoint, fault = self._find(exchange.path), scope.get(FAULT)
        if endpoint is None and fault is None and self._is_page(exchange.path):
            await self._page(exchange, receive, send)
            return
        handling = Strand(self._handle(exchange, endpoint, fault), ("request_id", exchange.request_id))
        await exchange.send_all(handling, send)

    def hot(self, path: str) -> "_Endpoint | None":
        """The endpoint whose POST requests may come whole, without ASGI."""
        endpoint = self._exact.get(path)
        return endpoint if endpoint is not None and "POST" in endpoint.handlers else None

    def take(self, connection: Connection, head: Head[_Endpoint], body: bytes) -> DirectExchange:
        """One request that came whole, on its way when this returns, or answered already."""
        self.taken += 1
        exchange = DirectExchange(connection, head, body, self._next_id(), Departure(self._deadlines))
        exchange.address = self._proxies.client_of(connection.address, head.listed)
        Strand(self._handle(exchange, head.endpoint, None), ("request_id", exchange.request_id))
        return exchange

    def _next_id(self) -> str:
        return f"{self._id_prefix}{next(self._numbers):08x}"

    async def _handle(self, exchange: Exchange, endpoint: "_Endpoint | None", fault: Code | None) -> None:
        """Answers, whatever happens, and tells the metrics."""
        began_s = self._clock()
        try:
            handler = (
                None if endpoint is None or fault is not None else endpoint.handlers.get(exchange.method)
            )
            if handler is None or self._pulse.silent:
                await self._dispatch(exchange, endpoint, fault)
            else:
                await handler(exchange)
        except ClientGoneError:
            exchange.status = 499
        except Exception as error:
            self._broke(exchange, error, self._route(exchange, endpoint))
        finally:
            exchange.let_go()
            self._tell(exchange, self._route(exchange, endpoint), began_s)

    async def _page(self, exchange: ASGIExchange, receive: Receive, send: Send) -> None:
        began_s = self._clock()
        subject.set(("request_id", exchange.request_id))

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
            await send(message)

        async def receive_or_end() -> Message:
            message = await receive()
            # A body that the protocol gave up has no more of it to come: who waited for it would wait on.
            return {"type": "http.disconnect"} if exchange.scope.get(FAULT) is not None else message

        try:
            await self._pages(exchange.scope, receive_or_end, send_noting)
        except Exception as error:
            if exchange.status:
                raise  # the server breaks off what has begun
            self._broke(exchange, error, "other")
            await exchange.send_waiting(send)
        finally:
            self._tell(exchange, "other", began_s)

    async def _dispatch(self, exchange: Exchange, endpoint: "_Endpoint | None", fault: Code | None) -> None:
        if endpoint is not None and fault is None:
            if self._pulse.silent:
                self._desk.refuse(exchange, endpoint.dialect, Refusal(code=Code.OVERLOADED))
                return
            if exchange.method == "HEAD" and "GET" in endpoint.handlers:
                await endpoint.handlers["GET"](exchange)
            else:
                self._wrong_method(exchange, endpoint)
        elif exchange.path in self._health and fault in {None, Code.OVERLOADED}:  # whatever is full
            await self._health[exchange.path](exchange)
        elif fault is not None:
            self._unread(exchange, endpoint, fault)
        elif (dialect := self._claimed(exchange.path)) is not None:
            self._unknown(exchange, dialect)

    def _is_page(self, path: str) -> bool:
        return path not in self._health and self._claimed(path) is None

    def _route(self, exchange: Exchange, endpoint: "_Endpoint | None") -> str:
        return endpoint.name if endpoint else exchange.path if exchange.path in self._health else "other"

    def _find(self, path: str) -> _Endpoint | None:
        endpoint = self._exact.get(path)
        if endpoint is not None:
            return endpoint
        for above, below in self._below.items():
            if path.startswith(above) and path != above:
                return below
        return None

    def _claimed(self, path: str) -> Dialect | None:
        for dialect in self._prefixes:
            if path.startswith(dialect.prefix) or path == dialect.prefix.rstrip("/"):
                return dialect
        return None

    def _wrong_method(self, exchange: Exchange, endpoint: _Endpoint) -> None:
        methods = ", ".join([*endpoint.handlers, "OPTIONS"])
        if exchange.method == "OPTIONS":
            self._options(exchange, endpoint.dialect, methods)
            return
        refusal = Refusal(code=Code.METHOD_WRONG, names={"methods": methods})
        self._desk.refuse(exchange, endpoint.dialect, refusal, None, headers.allow(methods))

    def _unread(self, exchange: Exchange, endpoint: _Endpoint | None, fault: Code) -> None:
        """What the protocol could not read, answered in the dialect of its path."""
        dialect = endpoint.dialect if endpoint else self._claimed(exchange.path)
        if fault is not Code.METHOD_WRONG:
            self._desk.refuse(exchange, dialect or OPENAI, self._desk.unread(fault))
        elif endpoint is not None:
            self._wrong_method(exchange, endpoint)
        elif dialect is not None:
            self._unknown(exchange, dialect)
        else:
            refusal = Refusal(code=fault, names={"methods": "GET, HEAD"})
            self._desk.refuse(exchange, OPENAI, refusal, None, headers.allow("GET, HEAD"))

    def _unknown(self, exchange: Exchange, dialect: Dialect) -> None:
        if exchange.method == "OPTIONS" and dialect is OPENAI:
            self._options(exchange, dialect, "GET, POST, OPTIONS")
            return
        self._desk.refuse(exchange, dialect, Refusal(code=Code.PATH_UNKNOWN))

    def _options(self, exchange: Exchange, dialect: Dialect, methods: str) -> None:
        block = headers.allow(methods) + b"x-request-id: %b\r\n" % exchange.request_id.encode()
        if dialect is OPENAI:
            asked = exchange.header(b"access-control-request-headers") or ""
            block += self._desk.cors.of_preflight(exchange.headers.get(b"origin"), asked, methods)
        exchange.start(204, block)
        exchange.end()

    def _broke(self, exchange: Exchange, error: Exception, route: str) -> None:
        """An answer for what went wrong, if none has begun; else the connection is broken off."""
        code = Code.INTERNAL
        if isinstance(error, StoreUnavailableError):
            self._log.error("database unavailable", error=str(error))
            code = Code.OVERLOADED
        else:
            self._log.error("a bug", route=route, exc_info=error)
        if not exchange.started:
            self._desk.refuse(exchange, self._claimed(exchange.path) or OPENAI, Refusal(code=code))

    def _tell(self, exchange: Exchange, route: str, began_s: float) -> None:
        seconds = self._clock() - began_s
        self._metrics.answered(route, exchange.status, seconds)
        if exchange.status >= 500 or self._access_log:
            self._log.info(
                "answered",
                method=exchange.method,
                route=route,
                status=exchange.status,
                ms=round(seconds * 1000, 1),
            )
