"""What all handlers share: reading bodies and keys, asking admission, answering in the dialect."""

from collections.abc import Callable

from slovomat.dialects.calls import Action, Answer, Dialect, Terms, Voice
from slovomat.domain.caller import Caller
from slovomat.domain.refusal import Code, Refusal
from slovomat.usecases.admit import opens
from slovomat.web import headers
from slovomat.web.body_room import BodyRoom
from slovomat.web.exchange import BodyTooLargeError, BodyUnreadableError, Exchange
from slovomat.web.services import Services, terms_of

_CORS_PREFIX = "/v1/"
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress"})
"""Not unpacked: a few kilobytes could become gigabytes. Other words are some clients' mistakes."""


class Desk:
    """One for all requests."""

    def __init__(self, services: Services, site: Callable[[], str]) -> None:
        self.services = services
        self._callers = services.callers
        self.cors = headers.Cors(services.settings.cors_origins)
        self._site = site
        self._room = BodyRoom(services.settings.bodies_max_bytes)
        self._terms: dict[str, Terms] = {}

    def terms(self, dialect: Dialect) -> Terms:
        """The dialect's prices and limits."""
        if dialect.name not in self._terms:
            self._terms[dialect.name] = terms_of(dialect, self.services.settings)
        return self._terms[dialect.name]

    def voice(self, exchange: Exchange) -> Voice:
        """How to speak to this client."""
        return exchange.voice(self._site())

    async def body(self, exchange: Exchange) -> bytes | Refusal:
        """The whole body, within its limits of size and time."""
        if b"content-encoding" in exchange.headers:
            encodings = (exchange.header(b"content-encoding") or "").lower().replace(" ", "").split(",")
            if not _COMPRESSED.isdisjoint(encodings):
                return Refusal(code=Code.BODY_ENCODED, names={"encoding": ", ".join(encodings)})
        try:
            return await exchange.body(self.services.settings.body_max_bytes, self._room)
        except BodyTooLargeError:
            return self.unread(Code.BODY_TOO_LARGE)
        except BodyUnreadableError as error:
            return self.unread(error.code)

    def unread(self, code: Code) -> Refusal:
        """The refusal of a request that was not read to its end."""
        return Refusal(code=code, names={"limit": self.services.settings.body_max_bytes})

    async def bearer(self, exchange: Exchange, dialect: Dialect) -> Caller | Refusal:
        """The caller by the `Authorization` header."""
        key = exchange.bearer
        return await self.caller(exchange, dialect, key) if key else Refusal(code=Code.KEY_MISSING)

    async def caller(self, exchange: Exchange, dialect: Dialect, key: str) -> Caller | Refusal:
        """The caller by key, if key and plan open the dialect."""
        caller = self._callers.known(key, exchange.address) or await self._callers.find(key, exchange.address)
        if isinstance(caller, Refusal) or opens(caller, dialect.name):
            return caller
        return await self.services.admission.closed(caller, dialect.name)

    def headers(self, exchange: Exchange, block: bytes) -> bytes:
        """Those of every answer, then the given ones."""
        cors = b""
        if exchange.path.startswith(_CORS_PREFIX):
            cors = self.cors.of_answer(exchange.headers.get(b"origin"))
        return b"x-request-id: %b\r\ncache-control: no-store\r\n%b%b" % (
            exchange.request_id.encode(),
            cors,
            block,
        )

    def answer(self, exchange: Exchange, answer: Answer, block: bytes = b"") -> None:
        """Sends an answer."""
        exchange.answer(answer, self.headers(exchange, block))

    def refuse(
        self,
        exchange: Exchange,
        dialect: Dialect,
        refusal: Refusal,
        action: Action | None = None,
        block: bytes = b"",
    ) -> None:
        """Says no in the dialect's own form."""
        answer = dialect.refuse(refusal, action, self.voice(exchange), self.terms(dialect))
        block += headers.of_refusal(refusal) + headers.of_status(answer.status)
        if refusal.balance_requests is not None:
            block += headers.of_charge(refusal.balance_requests, 0)
        self.answer(exchange, answer, block)
