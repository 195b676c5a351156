"""What can go wrong with a call: one small family of exceptions."""

# ruff: noqa: N818 - the names say what happened; read as `except BalanceTooLow`


class SlovomatError(Exception):
    """A call that brought nothing.

    `message` is the service's own text where it gave one. `id` is the accepted request, when one is
    known: its text may still come, and `wait(id)` takes it up again without paying.
    """

    def __init__(self, message: str = "", *, id: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.id = id


class InvalidKey(SlovomatError):
    """The service does not accept the key, or no key was given."""


class BalanceTooLow(SlovomatError):
    """The price is higher than `balance`, in requests."""

    def __init__(self, message: str = "", *, id: int | None = None, balance: int = 0) -> None:
        super().__init__(message, id=id)
        self.balance = balance


class PlanClosed(SlovomatError):
    """The account's plan does not open this API."""


class BadRequest(SlovomatError):
    """The service does not understand the call; a repeat would not help."""


class RequestNotFound(SlovomatError):
    """This account has no request of that id."""


class GenerationFailed(SlovomatError):
    """The accepted request `id` came to nothing; its price is back on the balance."""


class _Later(SlovomatError):
    def __init__(
        self, message: str = "", *, id: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, id=id)
        self.retry_after_s = retry_after_s


class RateLimited(_Later):
    """Too many calls; `retry_after_s` is the service's own advice."""


class Overloaded(_Later):
    """The service is there but cannot take the call now."""


class TimedOut(SlovomatError):
    """The time given was up before the answer came."""


class ServiceUnreachable(SlovomatError):
    """What answers at this address, if anything does, is not the service."""
