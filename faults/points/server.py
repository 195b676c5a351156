"""`slovomat serve`, composed as always, but every store call, upstream call and send goes by the points."""

import functools
import os
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import ModuleType
from typing import Any

from faults.points.points import Points
from slovomat import app, main
from slovomat.modes import load_modes
from slovomat.ports.upstream import Call, Deliver
from slovomat.settings import load_settings

_MODES = load_modes(None)
"""Read once, before the processes fork: they take most of a start."""

_STORE = (
    "find_caller",
    "hold",
    "earlier",
    "close",
    "balance",
    "find_job",
    "claim",
    "complete",
    "fail",
    "retry",
    "orphaned_holds",
    "take_over",
)
_IDLE = ("claim", "orphaned_holds", "take_over")
"""Asked again and again: an operation of a life only when it finds something."""


class _Pointed:
    """Another's attributes, with some of its methods as operations."""

    def __init__(self, inner: Any, points: Points, kind: str) -> None:
        self._inner = inner
        self._points = points
        self._kind = kind

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if self._kind == "store" and name in _STORE:
            return functools.partial(self._idle if name in _IDLE else self._call, name, found)
        if self._kind == "upstream" and name == "complete":
            return functools.partial(self._whole, found)
        if self._kind == "upstream" and name == "stream":
            return functools.partial(self._stream, found)
        return found

    async def _call(self, name: str, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        told = f"{self._kind}.{name}"
        number = self._points.begin(told)
        result = await method(*args, **named)
        self._points.end(number, told)
        return result

    async def _idle(self, name: str, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        result = await method(*args, **named)
        if result:
            told = f"{self._kind}.{name}"
            self._points.end(self._points.begin(told), told)
        return result

    def _whole(self, method: Callable[..., Call[Any]], body: bytes) -> Call[Any]:
        number = self._points.begin("upstream.complete")
        return _PointedCall(method(body), lambda: self._points.end(number, "upstream.complete"))

    def _stream(self, method: Callable[..., Call[Any]], body: bytes, deliver: Deliver) -> Call[Any]:
        number, name = self._points.begin("upstream.stream"), "upstream.stream"

        def pointed(chunks: list[bytes]) -> None:
            nonlocal number, name
            for chunk in chunks:
                self._points.end(number, name)
                deliver([chunk])
                number, name = self._points.begin("upstream.event"), "upstream.event"

        return _PointedCall(method(body, pointed), lambda: self._points.end(number, name))


class _PointedCall(Call[Any]):
    """A call whose end is told before anybody goes on."""

    __slots__ = ("_inner", "_told")

    def __init__(self, inner: Call[Any], told: Callable[[], None]) -> None:
        super().__init__()
        self._inner = inner
        self._told = told
        inner.then(self._ended)

    def _ended(self, inner: Call[Any]) -> None:
        self._told()
        self.resolve(inner.result())

    def _leave(self) -> None:
        self._inner.abandon()

    def pause(self) -> None:
        """No more than is on its way."""
        self._inner.pause()

    def resume(self) -> None:
        """Go on."""
        self._inner.resume()


class _PointedEntry:
    """The ASGI application and the door past it, whose sends are operations."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner = inner
        self._points = points
        self.hot = inner.hot

    async def __call__(self, scope: Any, receive: Any, send: Callable[[Any], Any]) -> None:
        async def counted(message: MutableMapping[str, Any]) -> None:
            kind = message["type"].removeprefix("http.response.")
            number = self._points.begin(f"send.{kind}")
            await send(message)
            self._points.end(number, f"send.{kind}")

        await self._inner(scope, receive, counted)

    def take(self, connection: Any, head: Any, body: bytes) -> Any:
        """A request past ASGI."""
        return self._inner.take(_PointedConnection(connection, self._points), head, body)


class _PointedConnection:
    """Whose sends are operations."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner = inner
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def send(self, data: bytes) -> None:
        """One piece."""
        number = self._points.begin("send.body")
        self._inner.send(data)
        self._points.end(number, "send.body")


def serve(environment: dict[str, str], file: Path, log: Path) -> None:
    """A process of its own: replaces what `main` composes by the same behind points."""
    os.environ.update(environment)
    with log.open("ab") as errors, log.with_suffix(".out").open("ab") as out:
        os.dup2(errors.fileno(), 2)
        os.dup2(out.fileno(), 1)
    points = Points(file)
    _replace(main, "load_modes", lambda _: _MODES)
    _wrap(main, "make_store", lambda made: _Pointed(made, points, "store"))
    _wrap(main, "make_upstream", lambda made: _Pointed(made, points, "upstream"))
    _wrap(app, "Entry", lambda made: _PointedEntry(made, points))
    sys.exit(main.serve(load_settings()))


def _wrap(module: ModuleType, name: str, wrap: Callable[[Any], Any]) -> None:
    """The composition root is the one place that names what is made."""
    make = getattr(module, name)

    def made(*args: Any, **named: Any) -> Any:
        return wrap(make(*args, **named))

    _replace(module, name, made)


def _replace(module: ModuleType, name: str, by: Any) -> None:
    if not hasattr(module, name):
        raise AttributeError(f"{module.__name__} composes no {name} any more")
    setattr(module, name, by)
