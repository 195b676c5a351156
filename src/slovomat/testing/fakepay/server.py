"""The fake as a test holds it: started, asked, told to fail, and stopped."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from types import TracebackType
from typing import Any, Self

from slovomat.testing.fakepay import clock
from slovomat.testing.fakepay.desk import Desk
from slovomat.testing.fakepay.faults import Faults
from slovomat.testing.fakepay.house import House
from slovomat.testing.fakepay.notices import Notice, Sent
from slovomat.testing.fakepay.payments import Payment

HOST = "127.0.0.1"
PATIENCE_S = 1
"""How long a stop waits for answers that a fault holds back."""
NOTIFY_URL = "http://127.0.0.1:8080/pay/{provider}/notify"
RETURN_URL = "http://127.0.0.1:8080/pay/{provider}/return"


@dataclass
class _Running:
    thread: Thread
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    port: int


class FakePay:
    """Five providers on one port of this machine.

    `notify_url` and `return_url` stand for what is set in each provider's cabinet: `{provider}` becomes its
    name, `{event}` the event's. `shops`: credentials by provider, where not the standard ones. `at_once`:
    notifications go out as soon as something happens on a page (else only `deliver` sends them).
    """

    def __init__(
        self,
        *,
        port: int = 0,
        notify_url: str = NOTIFY_URL,
        return_url: str = RETURN_URL,
        shops: Mapping[str, Any] | None = None,
        at_once: bool = False,
        now_s: Callable[[], int] = clock.now_s,
    ) -> None:
        self.house = House(Desk(now_s, notify_url, return_url), shops or {})
        self.at_once = at_once
        self._port = port
        self._running: _Running | None = None

    def start(self) -> Self:
        """Listens, in a thread of its own. Raises OSError when the port is taken."""
        begun: Future[_Running] = Future()
        thread = Thread(target=lambda: asyncio.run(self._serve(begun)), name="fakepay", daemon=True)
        thread.start()
        self._running = begun.result()
        self._running.thread = thread
        return self

    async def _serve(self, begun: "Future[_Running]") -> None:
        from aiohttp import web

        from slovomat.testing.fakepay.app import application

        app = application(self.house, self.at_once)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=PATIENCE_S, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self._port).start()
            port = runner.addresses[0][1]
            self.house.desk.address = f"http://{HOST}:{port}"
            stop = asyncio.Event()
            begun.set_result(_Running(Thread(), asyncio.get_running_loop(), stop, port))
            await stop.wait()
        except OSError as fault:
            begun.set_exception(fault)
        finally:
            await runner.cleanup()

    def stop(self) -> None:
        """Listens no more."""
        if self._running:
            self._running.loop.call_soon_threadsafe(self._running.stop.set)
            self._running.thread.join()
            self._running = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Where it listens: its cabinet's page."""
        return self.house.desk.address

    def url(self, provider: str) -> str:
        """What stands for the provider's own address (`https://api.yookassa.ru`); versions come after it."""
        return f"{self.address}/{provider}"

    def shop(self, provider: str) -> Any:
        """The credentials that a provider knows."""
        return self.house.providers[provider].shop

    def set_targets(self, notify_url: str, return_url: str = "") -> None:
        """Where notifications and buyers go, when that is known only after the start."""
        self.house.desk.notify_url = notify_url
        self.house.desk.return_url = return_url or self.house.desk.return_url

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.house.desk.faults

    @property
    def sent(self) -> list[Sent]:
        """Every notification that went out, and its answer."""
        return self.house.sent

    @property
    def pending(self) -> list[Notice]:
        """The notifications in line."""
        return self.house.desk.pending

    @property
    def payments(self) -> list[Payment]:
        """All payments, newest first, as they really stand."""
        return self.house.desk.payments.all()

    def payment(self, name: str) -> Payment:
        """One, by its id, number, or the shop's reference. Raises KeyError."""
        return self.house.desk.payments.named(name)

    def pay(self, name: str) -> Payment:
        """The buyer pays. Raises NotPossibleError."""
        return self.house.pay(name)

    def cancel(self, name: str) -> Payment:
        """The buyer does not pay. Raises NotPossibleError."""
        return self.house.cancel(name)

    def refund(self, name: str, amount_kopecks: int | None = None) -> Payment:
        """Money goes back from the provider's own cabinet, all of it or a part. Raises NotPossibleError."""
        return self.house.refund(name, amount_kopecks)

    def deliver(self) -> list[Sent]:
        """Sends the notifications in line, now; blocks until they are answered."""
        return self.house.deliver()

    def clear(self) -> None:
        """Forgets all payments, faults and notifications."""
        self.house.clear()
