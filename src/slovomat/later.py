"""Results that come later, and coroutines that wait for them without a task of their own.

A request waits three or four times: for a commit, for the upstream, for a commit again. A task, and a
future for each wait, cost more than what is done in between. Who awaits a Later is resumed at once by
whoever resolves it; a strand is a coroutine that nothing but its own waits can suspend, and that nobody
can cancel. Both may be awaited in a task as well, where a Later does what a future does.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Subject = tuple[str, str | int]
"""Of log lines: `("request_id", ...)` or `("job", ...)`."""


_UNHEARD = "nobody awaited a strand that failed"
_OPEN, _GIVEN, _FAILED, _HEARD = range(4)
"""Failed, and heard of: by whoever awaited it or looked."""


class Later(Generic[T]):
    """A result that is not there yet: resolved once, awaited by one."""

    __slots__ = ("_error", "_result", "_state", "_wake")
    _error: BaseException
    _result: T

    def __init__(self) -> None:
        self._state = _OPEN
        self._wake: Callable[[Any], object] | None = None

    def resolve(self, result: T) -> None:
        """The result is there. After another one, or after who waited was cancelled, it is dropped."""
        if self._state == _OPEN:
            self._result = result
            self._state = _GIVEN
            self._call_back()

    def fail(self, error: BaseException) -> None:
        """There is none: who waits gets the error."""
        if self._state == _OPEN:
            self._error = error
            self._state = _FAILED
            self._call_back()

    def _call_back(self) -> None:
        if self._wake is not None:
            try:
                self._wake(self)
            except Exception as error:  # a bug of who waits is no matter of who resolves
                _report("who waited for a result failed", error)

    def then(self, wake: Callable[[Any], object]) -> None:
        """Calls back with this Later, from within `resolve` or, if that is past, now."""
        if self._state != _OPEN:
            wake(self)
        else:
            assert self._wake is None, "a Later is awaited by one"  # noqa: S101
            self._wake = wake

    def __await__(self) -> Generator[Any, None, T]:
        if self._state == _OPEN:
            yield self
        return self.result()

    # As a future does, for tasks

    @property
    def _asyncio_future_blocking(self) -> bool:
        """What a task asks to know a future by, and unsets when it has heard."""
        return True

    @_asyncio_future_blocking.setter
    def _asyncio_future_blocking(self, _blocking: bool) -> None: ...

    def done(self) -> bool:
        """Whether it is there."""
        return self._state != _OPEN

    def result(self) -> T:
        """The result; raises the error."""
        if self._state == _GIVEN:
            return self._result
        if self._state == _OPEN:
            raise asyncio.InvalidStateError
        self._state = _HEARD
        raise self._error

    def exception(self) -> BaseException | None:
        """The error."""
        if self._state == _GIVEN:
            return None
        if self._state == _OPEN:
            raise asyncio.InvalidStateError
        self._state = _HEARD
        return self._error

    def cancelled(self) -> bool:
        """Whether who waited was cancelled."""
        return self.done() and isinstance(self.exception(), asyncio.CancelledError)

    def _make_cancelled_error(self) -> BaseException | None:  # gather asks for it
        return self.exception()

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop of whoever asks: it has no other."""
        return asyncio.get_running_loop()

    def add_done_callback(self, callback: Callable[[Any], object], *, context: Context | None = None) -> None:
        """Calls back in a turn of the loop of its own: a task cannot go on within another."""
        loop = asyncio.get_running_loop()
        self.then(lambda later: loop.call_soon(callback, later, context=context))

    def remove_done_callback(self, _callback: Callable[[Any], object]) -> int:
        """Nobody is called back."""
        self._wake = None
        return 1

    def cancel(self, msg: str | None = None) -> bool:
        """Who waits is cancelled; what would have been resolved goes on by itself."""
        if self._state != _OPEN:
            return False
        self.fail(asyncio.CancelledError(*([] if msg is None else [msg])))
        return True


class Strand(Later[T]):
    """A coroutine on its way to its result, without a task: it runs from one wait to the next.

    Within it nobody asks for the current task: no timeouts, no cancel scopes. It is carried out to its end,
    whoever leaves. `about`: what its log lines are about; that of the strand that began it, unless given.
    """

    __slots__ = ("_coroutine", "about")

    def __init__(self, coroutine: Coroutine[Any, Any, T], about: Subject | None = None) -> None:
        super().__init__()
        self.about: Subject | None = about
        if about is None and _running is not None:
            self.about = _running.about
        self._coroutine = coroutine
        self._step()

    def _step(self, _awaited: object = None) -> None:
        global _running  # noqa: PLW0603 - a variable of the class would empty the interpreter's caches at every step
        outer, _running = _running, self
        try:
            awaited = self._coroutine.send(None)
        except StopIteration as stop:
            _running = outer
            self.resolve(stop.value)
        except BaseException as error:
            _running = outer
            self._failed(error)
        else:
            _running = outer
            try:
                self._wait_for(awaited)
            except Exception as error:  # not to whoever resolves: others may wait for him
                self._failed(error)

    def _wait_for(self, awaited: Any) -> None:
        if isinstance(awaited, Later):
            awaited.then(self._step)
        elif awaited is None:
            asyncio.get_running_loop().call_soon(self._step)
        else:
            awaited._asyncio_future_blocking = False
            awaited.add_done_callback(self._step)

    def _failed(self, error: BaseException) -> None:
        """Tells whoever awaits it; the loop, when they have left, or nobody has come by its next turn."""
        if self._state != _OPEN:
            _report(_UNHEARD, error)
            return
        if self._wake is None:
            asyncio.get_running_loop().call_soon(self._look_for_hearers, error)
        self.fail(error)

    def _look_for_hearers(self, error: BaseException) -> None:
        if self._state != _HEARD:
            _report(_UNHEARD, error)


def _report(message: str, error: BaseException) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": message, "exception": error})


_running: Strand[Any] | None = None


def running() -> Strand[Any] | None:
    """The strand that runs now, if it is one."""
    return _running
