"""The response headers that the contract names."""

import re

from slovomat.domain.refusal import Code, Refusal
from slovomat.ports.limits import Window

EXPOSED = (
    b"x-request-id, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, "
    b"x-ratelimit-reset-requests, x-balance-requests, x-charged-requests, "
    b"X-Input-Truncated, Idempotent-Replayed, Retry-After"
)
_STAINLESS = re.compile(r"x-stainless-[a-z0-9-]{1,64}")
Header = tuple[bytes, bytes]


_UNLIMITED: list[Header] = [
    (b"x-ratelimit-limit-requests", b"1000000000"),
    (b"x-ratelimit-remaining-requests", b"1000000000"),
    (b"x-ratelimit-reset-requests", b"0ms"),
]


def duration(ms: int) -> bytes:
    """`12ms`, `1s`, `6m0s`: the form in which OpenAI gives the reset of a limit."""
    if ms < 1000:
        return b"%dms" % ms
    seconds = -(-ms // 1000)
    return b"%ds" % seconds if seconds < 60 else b"%dm%ds" % divmod(seconds, 60)


def of_window(window: Window) -> list[Header]:
    """Where the caller stands; a plan without a limit shows one that nobody reaches."""
    if window.limit == 0:
        return [*_UNLIMITED]
    return [
        (b"x-ratelimit-limit-requests", b"%d" % window.limit),
        (b"x-ratelimit-remaining-requests", b"%d" % max(0, window.remaining)),
        (b"x-ratelimit-reset-requests", duration(window.reset_ms)),
    ]


def of_charge(balance_requests: int, charged_requests: int) -> list[Header]:
    """What is left after the call, and what it took."""
    return [
        (b"x-balance-requests", b"%d" % balance_requests),
        (b"x-charged-requests", b"%d" % charged_requests),
    ]


def of_cut(cut_chars: int) -> list[Header]:
    """How much of the text does not go to the model."""
    return [(b"x-input-truncated", b"%d" % cut_chars)] if cut_chars else []


def of_refusal(refusal: Refusal) -> list[Header]:
    """When to come again, and that some refusals do not pass by themselves."""
    headers: list[Header] = []
    wait_ms = refusal.retry_after_ms
    if wait_ms is None and refusal.code in {Code.OVERLOADED, Code.DRAINING, Code.NO_UPSTREAM}:
        wait_ms = 1000
    if wait_ms is not None:
        headers.append((b"retry-after", b"%d" % max(1, -(-wait_ms // 1000))))
    if refusal.code in {Code.BALANCE_LOW, Code.KEY_CAP}:
        headers.append((b"x-should-retry", b"false"))
    return headers


def of_status(status: int) -> list[Header]:
    """What HTTP asks for with a status (RFC 9110, 15.5.2: a 401 names its scheme)."""
    return [(b"www-authenticate", b"Bearer")] if status == 401 else []


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


class Cors:
    """Lets pages of the operator's origins call `/v1`, never with credentials."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = origins
        self._any = "*" in origins

    def of_answer(self, origin: str | None) -> list[Header]:
        """The headers of an answer."""
        if self._any:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", EXPOSED)]
        if origin is None or origin not in self._origins:
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", EXPOSED),
            (b"vary", b"Origin"),
        ]

    def of_preflight(self, origin: str | None, asked_headers: str, methods: str) -> list[Header]:
        """The headers of the answer to OPTIONS. A prefix has no wildcard in CORS: the asked are told."""
        asked = [name.strip().lower() for name in asked_headers.split(",") if name.strip()]
        more = [name for name in asked if name in _WHEN_ASKED or _STAINLESS.fullmatch(name)]
        allowed = ", ".join([*_ALWAYS, *more])
        return [
            *self.of_answer(origin),
            (b"access-control-allow-methods", methods.encode()),
            (b"access-control-allow-headers", allowed.encode("latin-1")),
            (b"access-control-max-age", b"86400"),
        ]
