"""One request and its answer, whichever way it came: what handlers need of either."""

from collections.abc import Callable
from functools import lru_cache

from slovomat.dialects.calls import Answer, Voice
from slovomat.domain.refusal import Code
from slovomat.usecases.departure import Departure
from slovomat.web.body_room import BodyRoom


class ClientGoneError(Exception):
    """The client left before its request was read: there is nobody to answer."""


class BodyTooLargeError(Exception):
    """The body is over the limit; the rest of it was not read."""


class BodyUnreadableError(Exception):
    """The body breaks HTTP's rules, does not arrive in time, or finds no room; `code` says which."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


class Exchange:
    """A request, and how it is answered: whole, or begun, written to and ended.

    Nothing here waits for the client: `full` says that it is slow to read, `on_room` is called when it has
    read. Header blocks are lines that end in CRLF, of names and values that were checked when they were made.
    """

    __slots__ = (
        "address",
        "client",
        "decoded_path",
        "headers",
        "method",
        "on_room",
        "path",
        "request_id",
        "started",
        "status",
    )

    def __init__(
        self, method: str, path: str, headers: dict[bytes, bytes], request_id: str, client: Departure
    ) -> None:
        self.method = method
        self.path = self.decoded_path = path
        self.headers = headers
        self.address = ""
        self.request_id = request_id
        self.client = client
        self.status = 0
        self.started = False
        self.on_room: Callable[[], None] | None = None

    @property
    def full(self) -> bool:
        """Whether what was written waits for the client to read."""
        raise NotImplementedError

    async def body(self, max_bytes: int, room: BodyRoom) -> bytes:
        """The whole body. Raises BodyTooLargeError, BodyUnreadableError, ClientGoneError."""
        raise NotImplementedError

    def answer(self, answer: Answer, block: bytes) -> None:
        """Sends a whole answer with these headers more."""
        raise NotImplementedError

    def start(self, status: int, block: bytes) -> None:
        """Begins an answer of untold length, or one without a body."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Sends a piece."""
        raise NotImplementedError

    def end(self) -> None:
        """Ends what was begun."""
        raise NotImplementedError

    def let_go(self) -> None:
        """Nothing more will be written: what was not answered to its end is broken off."""
        raise NotImplementedError

    @property
    def bearer(self) -> str:
        """The key of the `Authorization` header; empty when there is none."""
        return bearer_of(self.headers)

    def header(self, name: bytes) -> str | None:
        """A header's value."""
        value = self.headers.get(name)
        return None if value is None else text_of(value)

    def voice(self, site: str) -> Voice:
        """The language that the client prefers, Russian by default."""
        return Voice(preferred_language(self.headers.get(b"accept-language", b"")), site)


def bearer_of(headers: dict[bytes, bytes]) -> str:
    """`Bearer KEY` in any case, or the bare key."""
    given = text_of(headers.get(b"authorization", b"")).strip()
    scheme, _, key = given.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else given


def text_of(value: bytes) -> str:
    """A header's value; UTF-8 where it is, else Latin-1 as HTTP says."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


@lru_cache(maxsize=512)
def preferred_language(accept: bytes) -> str:
    """`en` when the header prefers it to Russian, else `ru` (RFC 9110, 12.5.4)."""
    weights = {"ru": 0.0, "en": 0.0}
    for part in accept.decode("latin-1").lower().split(","):
        tag, _, quality = part.partition(";")
        language = tag.strip().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _quality(quality.strip().removeprefix("q=")))
    return "en" if weights["en"] > weights["ru"] else "ru"


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
