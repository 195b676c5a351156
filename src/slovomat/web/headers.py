"""The response headers that the contract names, as blocks of lines."""

import re

from slovomat.domain.refusal import Code, Refusal
from slovomat.ports.limits import Window

EXPOSED = (
    b"x-request-id, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, "
    b"x-ratelimit-reset-requests, x-balance-requests, x-charged-requests, "
    b"X-Input-Truncated, Idempotent-Replayed, Retry-After"
)
_STAINLESS = re.compile(r"x-stainless-[a-z0-9-]{1,64}")
_UNLIMITED = (
    b"x-ratelimit-limit-requests: 1000000000\r\n"
    b"x-ratelimit-remaining-requests: 1000000000\r\n"
    b"x-ratelimit-reset-requests: 0ms\r\n"
)


def duration(ms: int) -> bytes:
    """`12ms`, `1s`, `6m0s`: the form in which OpenAI gives the reset of a limit."""
    if ms < 1000:
        return b"%dms" % ms
    seconds = -(-ms // 1000)
    return b"%ds" % seconds if seconds < 60 else b"%dm%ds" % divmod(seconds, 60)


def of_window(window: Window) -> bytes:
    """Where the caller stands; a plan without a limit shows one that nobody reaches."""
    if window.limit == 0:
        return _UNLIMITED
    return (
        b"x-ratelimit-limit-requests: %d\r\nx-ratelimit-remaining-requests: %d\r\n"
        b"x-ratelimit-reset-requests: %b\r\n"
    ) % (window.limit, max(0, window.remaining), duration(window.reset_ms))


def of_charge(balance_requests: int, charged_requests: int) -> bytes:
    """What is left after the call, and what it took."""
    return b"x-balance-requests: %d\r\nx-charged-requests: %d\r\n" % (balance_requests, charged_requests)


REPLAYED = b"idempotent-replayed: true\r\n"


def of_cut(cut_chars: int) -> bytes:
    """How much of the text does not go to the model."""
    return b"x-input-truncated: %d\r\n" % cut_chars if cut_chars else b""


def of_refusal(refusal: Refusal) -> bytes:
    """When to come again, and that some refusals do not pass by themselves."""
    block = b""
    wait_ms = refusal.retry_after_ms
    if wait_ms is None and refusal.code in {Code.OVERLOADED, Code.DRAINING, Code.NO_UPSTREAM}:
        wait_ms = 1000
    if wait_ms is not None:
        block += b"retry-after: %d\r\n" % max(1, -(-wait_ms // 1000))
    if refusal.code in {Code.BALANCE_LOW, Code.KEY_CAP}:
        block += b"x-should-retry: false\r\n"
    return block


def of_status(status: int) -> bytes:
    """What HTTP asks for with a status (RFC 9110, 15.5.2: a 401 names its scheme)."""
    return b"www-authenticate: Bearer\r\n" if status == 401 else b""


def allow(methods: str) -> bytes:
    """The methods that a path has."""
    return b"allow: %b\r\n" % methods.encode("latin-1")


_ALWAYS = ("Authorization", "Content-Type", "Idempotency-Key")
_WHEN_ASKED = frozenset(
    {
        "user-agent",
        "openai-organization",
        "openai-project",
        "openai-beta",
        "x-requested-with",
        "http-referer",
        "x-title",
    }
)
"""What clients in browsers send besides: the official one sets User-Agent, which some browsers ask for."""


_ANY_ORIGIN = b"access-control-allow-origin: *\r\naccess-control-expose-headers: %b\r\n" % EXPOSED
_OTHER_ORIGIN = b"vary: Origin\r\n"


class Cors:
    """Lets pages of the operator's origins call `/v1`, never with credentials."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = origins
        self._any = "*" in origins

    def of_answer(self, origin: bytes | None) -> bytes:
        """The headers of an answer."""
        if self._any:
            return _ANY_ORIGIN
        if origin is None or origin.decode("latin-1") not in self._origins:
            return _OTHER_ORIGIN
        named = b"access-control-allow-origin: %b\r\naccess-control-expose-headers: %b\r\n"
        return named % (origin, EXPOSED) + _OTHER_ORIGIN

    def of_preflight(self, origin: bytes | None, asked_headers: str, methods: str) -> bytes:
        """The headers of the answer to OPTIONS. A prefix has no wildcard in CORS: the asked are told."""
        asked = [name.strip().lower() for name in asked_headers.split(",") if name.strip()]
        more = [name for name in asked if name in _WHEN_ASKED or _STAINLESS.fullmatch(name)]
        allowed = ", ".join([*_ALWAYS, *more])
        return self.of_answer(origin) + (
            b"access-control-allow-methods: %b\r\naccess-control-allow-headers: %b\r\n"
            b"access-control-max-age: 86400\r\n"
        ) % (methods.encode(), allowed.encode("latin-1"))
