"""The same levers as in Python, as JSON over HTTP, for tests in other processes."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import msgspec
from aiohttp import web

from slovomat.testing.fakepay.faults import Fault
from slovomat.testing.fakepay.house import House
from slovomat.testing.fakepay.notices import Sent
from slovomat.testing.fakepay.payments import NotPossibleError, Payment


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be done. `payment`: an id, a number, or the shop's reference."""

    payment: str = ""
    amount_kopecks: int | None = None
    fault: Fault | None = None
    at: str = "payment"
    provider: str = ""
    off: bool = False


class Control:
    """`POST /control/{lever}` and `GET /control/{list}`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._levers: dict[str, Callable[[Order], Any]] = {
            "pay": lambda order: seen(house.pay(order.payment)),
            "cancel": lambda order: seen(house.cancel(order.payment)),
            "refund": lambda order: seen(house.refund(order.payment, order.amount_kopecks)),
            "deliver": lambda order: [shown(one) for one in house.deliver()],  # noqa: ARG005
            "faults": self._fault,
            "clear": lambda order: house.clear(),  # noqa: ARG005
        }

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Its routes."""
        router.add_post("/control/{lever}", self.pull)
        router.add_get("/control/payments", self.payments)
        router.add_get("/control/sent", self.sent)

    async def pull(self, request: web.Request) -> web.Response:
        """Does it, in a thread: a notification may go to whoever asks for it."""
        lever = self._levers.get(request.match_info["lever"])
        if lever is None:
            return as_json({"error": f"levers: {', '.join(self._levers)}"}, 404)
        try:
            order = msgspec.json.decode(await request.read() or b"{}", type=Order)
            return as_json(await asyncio.to_thread(lever, order))
        except KeyError as fault:
            return as_json({"error": f"no payment {fault}"}, 404)
        except (msgspec.MsgspecError, NotPossibleError, ValueError) as fault:
            return as_json({"error": str(fault)}, 400)

    def _fault(self, order: Order) -> dict[str, str]:
        faults, fault = self._house.desk.faults, order.fault
        if fault is None:
            raise ValueError("fault: " + ", ".join(Fault))
        match order.at:
            case "payment":
                payment = self._house.desk.payments.named(order.payment)
                switch = faults.off if order.off else faults.on
                switch(payment.provider, payment.id, fault)
            case "next_call":
                faults.next_call(fault, order.provider)
            case "next_payment":
                faults.next_payment(fault, order.provider)
            case _:
                raise ValueError("at: payment, next_call, next_payment")
        return {"fault": fault, "at": order.at}

    async def payments(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """All payments, newest first."""
        return as_json([seen(one) for one in self._house.desk.payments.all()])

    async def sent(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Every notification that went out."""
        return as_json([shown(one) for one in self._house.sent])


def seen(payment: Payment) -> dict[str, Any]:
    """A payment, for a reader in another process."""
    return asdict(payment) | {"refunded_kopecks": payment.refunded_kopecks}


def shown(sent: Sent) -> dict[str, Any]:
    """A notification, for a reader in another process."""
    texts = {"body": sent.body.decode(errors="replace"), "answer": sent.answer.decode(errors="replace")}
    return asdict(sent) | {"headers": dict(sent.headers)} | texts


def as_json(value: object, status: int = 200) -> web.Response:
    """An answer."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")
