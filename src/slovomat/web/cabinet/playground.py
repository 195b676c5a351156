"""The playground: the modes with their parameters, streamed into the page, and as code."""

from collections.abc import AsyncIterator, Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from slovomat.dialects.calls import Voice
from slovomat.dialects.texts import STATUS, message
from slovomat.domain.caller import Caller
from slovomat.domain.mode import ModeParameter
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, ChatRequest
from slovomat.later import Strand
from slovomat.ports.history import KeptText
from slovomat.usecases.departure import Deadlines, Departure
from slovomat.usecases.playground import Playground, PlaygroundCall, accepted
from slovomat.usecases.retries import unavailable
from slovomat.web.cabinet.as_code import as_code
from slovomat.web.cabinet.live import LiveText, event
from slovomat.web.pages.answer import SECURITY
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.forms import Form, read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import LANGUAGES, spoken
from slovomat.web.pages.visitor import signed_in, visitor
from slovomat.web.services import Services

_FORM_BYTES_PER_CHAR = 12
"""A character of four bytes in a urlencoded form."""
_UNCHANGED = {**SECURITY, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class _Run(msgspec.Struct, frozen=True):
    """An accepted call on its way."""

    caller: Caller
    request: ChatRequest
    accepted: Accepted
    text: str


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The page, and what its buttons ask; nothing where nothing is generated."""
    if backstage.services is None:
        return []
    page = _Page(backstage, frame, backstage.services)
    return [
        Route("/playground", signed_in(page.show), methods=["GET"]),
        Route("/playground/run", signed_in(page.run), methods=["POST"]),
        Route("/playground/code", signed_in(page.code), methods=["POST"]),
    ]


class _Page:
    def __init__(self, backstage: Backstage, frame: Frame, services: Services) -> None:
        self._backstage = backstage
        self._services = services
        self._frame = frame
        self._modes = backstage.modes
        settings = backstage.settings
        self._deadlines = Deadlines(settings.request_timeout_s)
        self._max_chars = settings.textbot_max_chars
        self._playground = Playground(
            backstage.store,
            services.admission,
            backstage.modes,
            secret=backstage.secret,
            price_requests=settings.textbot_price_requests,
            max_chars=settings.textbot_max_chars,
        )

    async def show(self, request: Request) -> Response:
        """Try every mode in the browser."""
        mode, language = self._mode(request.query_params.get("mode", "chat")), spoken(request)
        caller = await self._caller(request)
        return self._frame.page(
            request,
            "cabinet/playground.html",
            mode=mode,
            modes=[(mode_id, self._modes.title(mode_id, language)) for mode_id in self._modes.ids()],
            parameters=self._modes.parameters(mode),
            column=LANGUAGES.index(language),
            price=self._playground.price_requests,
            balance=await self._playground.balance(caller),
            max_chars=self._max_chars,
        )

    async def run(self, request: Request) -> Response:
        """Generates, as server-sent events: `text`, then `done` or `failed`."""
        form = await self._form(request)
        caller = await self._caller(request)
        call = self._call(form)
        asked = self._playground.request(call)
        if isinstance(asked, Refusal):
            return self._refused(request, asked)
        admitted = accepted(await self._playground.admit(caller, asked, self._closed()))
        if isinstance(admitted, Refusal):
            return self._refused(request, admitted)
        events = self._events(request, _Run(caller, asked, admitted, call.text))
        return StreamingResponse(events, 200, _UNCHANGED, "text/event-stream")

    async def code(self, request: Request) -> Response:
        """The same call as a program in four languages."""
        form = await self._form(request)
        mode = self._mode(form.text("mode"))
        model = f"mode-{mode}" if mode != "chat" else next(iter(self._backstage.settings.models), "")
        samples = as_code(self._backstage.site(), model, form.text("text"), "YOUR_KEY")
        changed = bool(self._given(form, mode))
        return self._frame.page(request, "cabinet/as_code.html", samples=samples, changed=changed)

    async def _events(self, request: Request, run: _Run) -> AsyncIterator[bytes]:
        """What the page reads. Who leaves pays for what was delivered; the closing goes on without them."""
        live, client = LiveText(), Departure(self._deadlines)
        carried = Strand(self._carry_out(run, client, live))
        try:
            async for frame in live.frames():
                yield frame
            await carried
            yield await self._last(request, run, live)
        finally:
            client.depart()

    async def _carry_out(self, run: _Run, client: Departure, live: LiveText) -> None:
        services = self._services
        visit = services.gate.enter(client, len(run.request.body_rest))
        try:
            await services.generator.stream(run.request, run.accepted, client, live)
            if live.text:
                await self._keep(run, live.text)
        finally:
            services.gate.leave(visit)
            live.whole()  # whatever happened, the page does not wait on

    async def _keep(self, run: _Run, result: str) -> None:
        """For the history: nobody else has this text."""
        await self._backstage.store.history.keep(
            KeptText(
                account_id=run.accepted.account_id,
                generation_id=run.accepted.id,
                text=run.text,
                result=result,
                now_ms=self._backstage.env.now_ms(),
            )
        )

    async def _last(self, request: Request, run: _Run, live: LiveText) -> bytes:
        balance = await self._playground.balance(run.caller)
        if live.refusal is not None:
            return event("failed", {"message": self._words(request, live.refusal), "balance": balance})
        done: dict[str, object] = {"id": run.accepted.id, "balance": balance}
        return event("done", {**done, "charged": run.request.price_requests})

    def _closed(self) -> Refusal | None:
        readiness = self._services.upstream.readiness()
        if not readiness.ready:
            return unavailable(readiness)
        return Refusal(code=Code.DRAINING) if self._services.gate.closed else None

    async def _caller(self, request: Request) -> Caller:
        caller = await self._playground.caller(visitor(request).account.id, self._backstage.env.now_ms())
        if caller is None:
            raise HTTPException(404)
        return caller

    async def _form(self, request: Request) -> Form:
        return await read_form(request, self._max_chars * _FORM_BYTES_PER_CHAR + 65_536)

    def _mode(self, asked: str) -> str:
        return asked if asked in self._modes.ids() else "chat"

    def _call(self, form: Form) -> PlaygroundCall:
        mode = form.text("mode")
        given = self._given(form, mode) if mode in self._modes.ids() else {}
        return PlaygroundCall(mode=mode, text=form.text("text"), given=given)

    def _given(self, form: Form, mode: str) -> Mapping[str, object]:
        """The parameters that are not at their defaults."""
        values = {one.name: _value(one, form) for one in self._modes.parameters(mode)}
        return {
            one.name: values[one.name]
            for one in self._modes.parameters(mode)
            if values[one.name] is not None and str(values[one.name]) != str(one.default)
        }

    def _refused(self, request: Request, refusal: Refusal) -> Response:
        words = msgspec.json.encode({"message": self._words(request, refusal)})
        return Response(words, STATUS[refusal.code], _UNCHANGED, "application/json")

    def _words(self, request: Request, refusal: Refusal) -> str:
        voice = Voice(spoken(request), self._backstage.site())
        return message(refusal, voice, {}, self._playground.price_requests)


def _value(parameter: ModeParameter, form: Form) -> object:
    """What the form says of a parameter; None: it says nothing."""
    if parameter.kind == "flag":
        return form.text(f"p_{parameter.name}") == "yes"
    return form.text(f"p_{parameter.name}") or None
