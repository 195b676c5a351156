"""The parent of a service of several processes: it starts them, starts anew what died, and ends with them.

It serves nothing itself. One of them starts first, alone, and does what is done once: migrations, the first
key, the greeting. The others follow when it is ready. While another one serves, one that dies is started
again after a pause that grows; when none does, it was no accident, and the service ends with its code.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import msgspec
import structlog

from slovomat.ports.env import Env
from slovomat.seat import Seat

_STOPPING = {signal.SIGTERM, signal.SIGINT}
_HEARD = {*_STOPPING, signal.SIGCHLD}
_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 30.0
_CALM_S = 60.0
"""One that lived so long died of something new: the pauses begin anew."""
_TRIES_AT_START = 3
_READ_BYTES = 4096
_SIGNALLED = 128
"""A shell's exit code for a death by a signal is its number above this."""


class _Process(msgspec.Struct, kw_only=True):
    """`pid`: 0 while it does not run; `deaths`: in a row; `due_s`: when it is to be started (again)."""

    number: int
    pid: int = 0
    ready: bool = False
    deaths: int = 0
    began_s: float = 0
    due_s: float | None = None


class Parent:
    """`work` is what each process does; its value is the exit code."""

    def __init__(self, count: int, work: Callable[[Seat], int], env: Env) -> None:
        self._processes = [_Process(number=number) for number in range(count)]
        self._work = work
        self._env = env
        self._stopping = self._complete = False
        self._code = 0
        self._log = structlog.get_logger("slovomat")

    def run(self) -> int:
        """Returns when all have ended: 0, or the exit code of what went wrong."""
        with contextlib.ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slovomat-")))
            self._hear_ready, self._tell_ready = _pipe(stack)
            self._lifeline, self._held = _pipe(stack)
            self._woken = stack.enter_context(_signals())
            self._processes[0].due_s = 0
            while not self._stopping or any(one.pid for one in self._processes):
                self._start_due(self._env.monotonic_s())
                self._hear()
                self._reap()
        return self._code

    def _start_due(self, now_s: float) -> None:
        for one in self._processes:
            if one.due_s is not None and one.due_s <= now_s:
                one.due_s = None
                self._start(one, now_s)

    def _start(self, one: _Process, now_s: float) -> None:
        sys.stdout.flush()  # or both would print what waits
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)  # the child must not take them for its parent
        pid = os.fork()
        if pid == 0:
            self._become(self._seat(one))
        one.pid, one.ready, one.began_s = pid, False, now_s
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)

    def _seat(self, one: _Process) -> Seat:
        return Seat(
            number=one.number,
            count=len(self._processes),
            greets=one.number == 0 and not one.deaths,
            ready=self._tell_ready,
            lifeline=self._lifeline,
            folder=self._folder,
        )

    def _become(self, seat: Seat) -> NoReturn:
        """In the child: works, and never comes back to what is the parent's."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in _HEARD:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            os.close(self._held)
            code = self._work(seat)
            sys.stdout.flush()
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(code)

    def _hear(self) -> None:
        """Waits for a signal, for one that has become ready, or until one is due."""
        due_s = [one.due_s for one in self._processes if one.due_s is not None]
        wait_s = max(0.0, min(due_s) - self._env.monotonic_s()) if due_s else None
        readable, _, _ = select.select([self._woken.fileno(), self._hear_ready], [], [], wait_s)
        if self._hear_ready in readable:
            self._note_ready(os.read(self._hear_ready, _READ_BYTES))
        if self._woken.fileno() in readable and _STOPPING.intersection(self._woken.recv(_READ_BYTES)):
            self._stop()

    def _note_ready(self, numbers: bytes) -> None:
        for number in numbers:
            self._processes[number].ready = True
        for one in self._processes:
            if not (one.pid or self._stopping) and one.due_s is None:
                one.due_s = 0
        self._complete = self._complete or all(one.ready for one in self._processes)

    def _reap(self) -> None:
        for one in self._processes:
            if one.pid:
                pid, status = os.waitpid(one.pid, os.WNOHANG)
                if pid:
                    self._note_end(one, os.waitstatus_to_exitcode(status))

    def _note_end(self, one: _Process, code: int) -> None:
        was_ready, one.pid, one.ready = one.ready, 0, False
        if self._stopping:
            if -code not in _STOPPING:  # it had not begun to listen to them
                self._code = self._code or _exit_code(code)
            return
        now_s = self._env.monotonic_s()
        one.deaths = 1 if was_ready and now_s - one.began_s > _CALM_S else one.deaths + 1
        if not was_ready and self._hopeless(one):
            self._code = _exit_code(code) or 1
            self._stop()
            return
        pause_s = min(_LONGEST_PAUSE_S, _PAUSE_S * 2 ** (one.deaths - 1))
        one.due_s = now_s + pause_s
        self._log.error("a process died", process=one.number, code=code, started_again_in_s=pause_s)

    def _hopeless(self, one: _Process) -> bool:
        """Whether it is no use to start it again, for it was never ready."""
        if not self._complete and one.deaths >= _TRIES_AT_START:
            return True
        return not any(other.ready for other in self._processes)

    def _stop(self) -> None:
        self._stopping = True
        for one in self._processes:
            one.due_s = None
            if one.pid:
                os.kill(one.pid, signal.SIGTERM)


def _exit_code(code: int) -> int:
    return code if code >= 0 else _SIGNALLED - code


def _pipe(stack: contextlib.ExitStack) -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        stack.callback(os.close, end)
    return ends


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """A socket on which the numbers of the signals arrive."""
    woken, waker = socket.socketpair()
    with woken, waker:
        waker.setblocking(False)
        before = {number: signal.signal(number, lambda *_: None) for number in _HEARD}
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            yield woken
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)
