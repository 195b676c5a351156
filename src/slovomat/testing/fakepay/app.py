"""The HTTP of it: providers' calls with their faults, the pages, and the control surface."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from slovomat.testing.fakepay.cabinet import Cabinet
from slovomat.testing.fakepay.control import Control
from slovomat.testing.fakepay.faults import ANSWERS, Fault
from slovomat.testing.fakepay.house import House
from slovomat.testing.fakepay.provider import Provider
from slovomat.testing.fakepay.wire import Answer, Call, fields

PATIENCE_S = 120
JUNK = Answer(b"<!doctype html><h1>\xd0\x9c\xd1\x8b \xd0\xbe\xd0\xb1\xd0\xbd", 200, "text/html")
FIVE_HUNDRED = Answer(b"Internal Server Error", 500, "text/plain")
BODY_LIMIT = 1 << 20


def application(house: House, at_once: bool) -> web.Application:
    """Everything under its path."""
    app = web.Application(client_max_size=BODY_LIMIT)
    for provider in house.providers.values():
        app.router.add_route("*", f"/{provider.name}/{{path:.*}}", _calls(house, provider))
    Control(house).add_to(app.router)
    Cabinet(house, at_once).add_to(app.router)
    return app


def _calls(house: House, provider: Provider) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def call(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = fields(request.rel_url.raw_query_string)
        path = f"/{request.match_info['path']}"
        call = Call(request.method, path, query, headers, await request.read())
        with house.desk.lock:
            fault = house.desk.faults.take_for_call(provider.name)
            answer = FIVE_HUNDRED if fault is Fault.ERROR else provider.answer(call)
            if fault is None and answer.payment:
                of_payment = house.desk.faults.of(provider.name, answer.payment.id)
                fault = next((one for one in ANSWERS if one in of_payment), None)
        return await _given(request, answer, fault)

    return call


async def _given(request: web.Request, answer: Answer, fault: Fault | None) -> web.StreamResponse:
    """The answer as the fault lets it through."""
    match fault:
        case Fault.TIMEOUT:
            await asyncio.sleep(PATIENCE_S)  # a caller who gives up sooner ends this by closing
        case Fault.CUT if request.transport:
            request.transport.abort()
        case Fault.ERROR | Fault.ERROR_AFTER:
            answer = FIVE_HUNDRED
        case Fault.JUNK:
            answer = JUNK
    headers = {"Content-Type": answer.media_type} | dict(answer.headers)
    return web.Response(body=answer.body, status=answer.status, headers=headers)
