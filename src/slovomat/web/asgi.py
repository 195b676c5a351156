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
from slovomat.logs import subject
from slovomat.ports.store import StoreUnavailableError
from slovomat.web.chat import Chat
from slovomat.web.desk import Desk
from slovomat.web.exchange import ClientGoneError, Exchange, Receive, Scope, Send
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
        self._pages = pages
        self._health = health
        self._exact: dict[str, _Endpoint] = {}
        self._below: dict[str, _Endpoint] = {}
        self._prefixes = sorted(all_dialects(), key=lambda dialect: -len(dialect.prefix))
        self._deadline_s = desk.services.settings.request_timeout_s
        # Unique without a draw of chance a request: a random start, then a count.
        self._id_prefix = f"req_{desk.services.env.random_bytes(8).hex()}"
        self._numbers = itertools.count(1)
        self._proxies = Proxies(desk.services.settings.trusted_proxies)
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
        """One request. Pages see only what no dialect and no health path claims."""
        if scope["type"] != "http":
            return
        request_id = f"{self._id_prefix}{next(self._numbers):08x}"
        subject.set(("request_id", request_id))
        exchange = Exchange(scope, receive, send, request_id, self._deadline_s)
        exchange.address = self._proxies.client_of(exchange.address, scope["headers"])
        began_s = self._services.env.monotonic_s()
        endpoint = self._find(exchange.path)
        route = endpoint.name if endpoint else exchange.path if exchange.path in self._health else "other"
        try:
            await self._dispatch(exchange, endpoint)
        except ClientGoneError:
            exchange.status = 499
        except StoreUnavailableError as error:
            self._log.error("database unavailable", error=str(error))
            await self._fail(exchange, Refusal(code=Code.OVERLOADED))
        except Exception:
            self._log.exception("a bug", route=route)
            await self._fail(exchange, Refusal(code=Code.INTERNAL))
        self._tell(exchange, route, self._services.env.monotonic_s() - began_s)

    async def _dispatch(self, exchange: Exchange, endpoint: _Endpoint | None) -> None:
        fault = exchange.scope.get(FAULT)
        if exchange.path in self._health and fault in {None, Code.OVERLOADED}:  # whatever is full
            await self._health[exchange.path](exchange)
        elif fault is not None:
            await self._unread(exchange, endpoint, fault)
        elif endpoint is not None and self._services.pulse.silent:
            await self._desk.refuse(exchange, endpoint.dialect, Refusal(code=Code.OVERLOADED))
        elif endpoint is not None:
            handler = endpoint.handlers.get("GET" if exchange.method == "HEAD" else exchange.method)
            await (handler(exchange) if handler else self._wrong_method(exchange, endpoint))
        elif (dialect := self._claimed(exchange.path)) is not None:
            await self._unknown(exchange, dialect)
        else:
            await self._pages(exchange.scope, exchange.receive, exchange.send_noting_status)

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

    async def _wrong_method(self, exchange: Exchange, endpoint: _Endpoint) -> None:
        methods = ", ".join([*endpoint.handlers, "OPTIONS"])
        if exchange.method == "OPTIONS":
            await self._options(exchange, endpoint.dialect, methods)
            return
        refusal = Refusal(code=Code.METHOD_WRONG, names={"methods": methods})
        await self._desk.refuse(exchange, endpoint.dialect, refusal, None, [(b"allow", methods.encode())])

    async def _unread(self, exchange: Exchange, endpoint: _Endpoint | None, fault: Code) -> None:
        """What the protocol could not read, answered in the dialect of its path."""
        dialect = endpoint.dialect if endpoint else self._claimed(exchange.path)
        if fault is not Code.METHOD_WRONG:
            await self._desk.refuse(exchange, dialect or OPENAI, self._desk.unread(fault))
        elif endpoint is not None:
            await self._wrong_method(exchange, endpoint)
        elif dialect is not None:
            await self._unknown(exchange, dialect)
        else:
            refusal = Refusal(code=fault, names={"methods": "GET, HEAD"})
            await self._desk.refuse(exchange, OPENAI, refusal, None, [(b"allow", b"GET, HEAD")])

    async def _unknown(self, exchange: Exchange, dialect: Dialect) -> None:
        if exchange.method == "OPTIONS" and dialect is OPENAI:
            await self._options(exchange, dialect, "GET, POST, OPTIONS")
            return
        await self._desk.refuse(exchange, dialect, Refusal(code=Code.PATH_UNKNOWN))

    async def _options(self, exchange: Exchange, dialect: Dialect, methods: str) -> None:
        extra = [(b"allow", methods.encode()), (b"x-request-id", exchange.request_id.encode())]
        if dialect is OPENAI:
            asked = exchange.header(b"access-control-request-headers") or ""
            extra += self._desk.cors.of_preflight(exchange.header(b"origin"), asked, methods)
        await exchange.start(204, extra)
        await exchange.write(b"", more=False)

    async def _fail(self, exchange: Exchange, refusal: Refusal) -> None:
        """An answer for what went wrong, if none has begun; else the server breaks the connection off."""
        if exchange.started:
            return
        dialect = self._claimed(exchange.path) or OPENAI
        await self._desk.refuse(exchange, dialect, refusal)

    def _tell(self, exchange: Exchange, route: str, seconds: float) -> None:
        self._services.metrics.answered(route, exchange.status, seconds)
        if exchange.status >= 500 or self._services.settings.access_log:
            self._log.info(
                "answered",
                method=exchange.method,
                route=route,
                status=exchange.status,
                ms=round(seconds * 1000, 1),
            )
